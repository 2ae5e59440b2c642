// The diff as a comment on a pull request: GitHub, GitLab, Azure Repos, Bitbucket, or Markdown for any reader.
// In: a diff document. Out: Markdown below the size every platform takes, the same bytes for the same diff. What is read first
// comes first; where it grows too long, details go before causes, and causes before figures.
import type { PlanDiff } from '../documents/diff.ts';
import { commentTag } from './comment-tag.ts';
import {
  type Line,
  type Mark,
  sayAssumptions,
  sayBasis,
  sayCauses,
  sayChange,
  sayGuardrails,
  sayHeadline,
  sayMethod,
  sayMissing,
  sayMoney,
  sayOption,
  sayRows,
  sayVerdict,
} from './diff-words.ts';
import { escapeCode, escapeProse } from './untrusted-text.ts';

export type MarkdownFlavour = 'md' | 'github' | 'gitlab' | 'azure-repos' | 'bitbucket';

/** GitHub takes 262,144 bytes, Bitbucket 32,768 signs; 60,000 bytes go everywhere but there. */
const MOST_BYTES: Readonly<Record<MarkdownFlavour, number>> = {
  md: 60_000,
  github: 60_000,
  gitlab: 60_000,
  'azure-repos': 60_000,
  bitbucket: 30_000,
};
const MARKS: Readonly<Record<Mark, string>> = { ok: '✅', warn: '⚠️', fail: '❌', unknown: '➖' };
/** How much of each list is told, from all that is useful down to nearly nothing; the first that fits is taken. */
const DEPTHS = [
  { causes: 20, guardrails: 50, lines: 40, details: true },
  { causes: 20, guardrails: 25, lines: 10, details: true },
  { causes: 10, guardrails: 10, lines: 0, details: false },
  { causes: 3, guardrails: 3, lines: 0, details: false },
] as const;

type Depth = (typeof DEPTHS)[number];

export function renderDiffMarkdown(diff: PlanDiff, flavour: MarkdownFlavour): string {
  const most = MOST_BYTES[flavour];
  for (const depth of DEPTHS) {
    const text = renderAt(diff, flavour, depth);
    if (byteLength(text) <= most) return text;
  }
  throw new RangeError(`a comment of ${flavour} at its least depth is longer than ${most} bytes`);
}

function renderAt(diff: PlanDiff, flavour: MarkdownFlavour, depth: Depth): string {
  const verdict = sayVerdict(diff);
  const causes = sayCauses(diff);
  const guardrails = sayGuardrails(diff);
  const held = diff.guardrails.filter((each) => each.outcome === 'passed').length;
  const alone = diff.base.kind === 'none';
  const blocks = [
    ...(flavour === 'md' ? [] : [tagOf(diff, flavour)]),
    `### seekstack · ${escapeProse(diff.name)} · ${sayHeadline(diff)} ${MARKS[verdict.mark]} ${verdict.text}`,
    ...(diff.head.option === null && diff.head.reason !== null ? [escapeProse(diff.head.reason)] : []),
    listed('**No total, since these are not known:**', sayMissing(diff), depth.guardrails),
    figures(diff, alone),
    alone
      ? write(['Runs on ', ...sayOption(diff.head.option)])
      : write([
          'Runs on ',
          ...sayOption(diff.head.option),
          sameOption(diff) ? ', as before' : '; before: ',
          ...(sameOption(diff) ? [] : sayOption(diff.base.option)),
        ]),
    listed('**Why**', causes.lines, depth.causes),
    listed(
      causes.lines.length === 0 && guardrails.length === 0 ? '' : '**Guardrails**',
      [
        ...guardrails.map(({ mark, line }): Line => [`${MARKS[mark]} `, ...line]),
        ...(held === 0 ? [] : [[`${MARKS.ok} ${held} held`]]),
      ],
      depth.guardrails,
    ),
    ...(depth.details ? details(diff, flavour, depth) : ['Details were left out for length; `--format json` has all of them.']),
    `${sayBasis(diff)} · again: ${escapeCode(diff.reproduce)}`,
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function tagOf({ name, moment }: PlanDiff, flavour: MarkdownFlavour): string {
  return commentTag({ key: name, validAt: moment.validAt, head: moment.commit }, flavour === 'bitbucket' ? 'definition' : 'html');
}

function sameOption({ base, head }: PlanDiff): boolean {
  return JSON.stringify(base.option) === JSON.stringify(head.option);
}

function figures(diff: PlanDiff, alone: boolean): string {
  const rows = sayRows(diff);
  if (diff.head.option === null && diff.base.option === null) return '';
  const cells = (label: string, before: string, after: string, change: string) =>
    alone ? `| ${label} | ${after} | ${change} |` : `| ${label} | ${before} | ${after} | ${change} |`;
  return [
    cells('', 'base', 'this change', alone ? '' : 'Δ'),
    alone ? '| --- | ---: | --- |' : '| --- | ---: | ---: | --- |',
    ...rows.map(({ label, before, after, change }) => cells(label, escapeCell(before), escapeCell(after), change)),
  ].join('\n');
}

/** Figures hold names of accelerators, which come from the catalogue; digits and signs stay as they are. */
function escapeCell(text: string): string {
  return /^[\w\s×.,:–-]*$/.test(text) ? text : escapeProse(text);
}

function details(diff: PlanDiff, flavour: MarkdownFlavour, depth: Depth): string[] {
  const { moved, unmoved } = diff.lines;
  const idle = sayCauses(diff).idle;
  const table = [
    '| line | before | after | Δ |',
    '| --- | ---: | ---: | ---: |',
    ...moved
      .slice(0, depth.lines)
      .map(
        (line) =>
          `| ${escapeProse(line.label)} | ${line.before === null ? '–' : sayMoney(line.before)} | ${line.after === null ? '–' : sayMoney(line.after)} | ${line.delta === null ? 'no price' : sayChange(line.delta)} |`,
      ),
    ...(moved.length > depth.lines ? [`| … and ${moved.length - depth.lines} more | | | |`] : []),
  ].join('\n');
  return [
    ...(moved.length === 0 || diff.base.kind === 'none'
      ? []
      : [folded(`Cost lines that moved (${moved.length} of ${moved.length + unmoved}), USD a month`, table, flavour)]),
    ...foldedList('How the parts were found', sayMethod(diff), flavour, depth),
    ...foldedList(`Changes without effect on cost (${idle.length})`, idle, flavour, depth),
    ...foldedList('What the answer rests on', sayAssumptions(diff), flavour, depth),
  ];
}

function foldedList(title: string, lines: readonly Line[], flavour: MarkdownFlavour, depth: Depth): string[] {
  return lines.length === 0 ? [] : [folded(title, listed('', lines, depth.causes), flavour)];
}

/** Bitbucket shows HTML as text, so what others fold stands open there, and shorter. */
function folded(title: string, content: string, flavour: MarkdownFlavour): string {
  return flavour === 'bitbucket' || flavour === 'md'
    ? `**${title}**\n\n${content}`
    : `<details><summary>${title}</summary>\n\n${content}\n\n</details>`;
}

function listed(title: string, lines: readonly Line[], most: number): string {
  if (lines.length === 0) return '';
  const told = lines.slice(0, most).map((line) => `- ${write(line)}`);
  const more = lines.length - told.length;
  return [...(title === '' ? [] : [`${title}\n`]), ...told, ...(more > 0 ? [`- … and ${more} more`] : [])].join('\n');
}

function write(line: Line): string {
  return line.map(writeSpan).join('');
}

function writeSpan(span: Line[number]): string {
  if (typeof span === 'string') return span;
  if ('strong' in span) return `**${span.strong}**`;
  return 'code' in span ? escapeCode(span.code) : escapeProse(span.prose);
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
