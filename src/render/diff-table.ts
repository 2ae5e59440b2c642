// The diff for a terminal: headline, figures, causes, guardrails, cost lines, assumptions, basis; eighty columns at most.
import Table from 'cli-table3';
import type { PlanDiff } from '../documents/diff.ts';
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
import { clip } from './format.ts';
import { plainTable } from './plain-table.ts';
import { type Ink, wrap } from './terminal.ts';
import { escapePlain } from './untrusted-text.ts';

const WIDTH = 80;
const INDENT = 12;
const LINES_TOLD = 8;
const WIDEST_LABEL = 44;
const MARKS: Readonly<Record<Mark, string>> = { ok: '✔', warn: '!', fail: '✘', unknown: '·' };

export function renderDiffTable(diff: PlanDiff, ink: Ink): string {
  const verdict = sayVerdict(diff);
  const paint = (mark: Mark) => (mark === 'ok' ? ink.green : mark === 'warn' ? ink.yellow : ink.red);
  const causes = sayCauses(diff);
  const guardrails = sayGuardrails(diff);
  const held = diff.guardrails.filter((each) => each.outcome === 'passed').length;
  const parts = [
    ink.bold(
      `${paint(verdict.mark)(MARKS[verdict.mark])} ${wrap(`${escapePlain(diff.name)}: ${sayHeadline(diff)}; ${verdict.text}`, WIDTH - 2).join('\n  ')}`,
    ),
    '',
    figures(diff),
    '',
    ...section('Before', [sayOption(diff.base.option)], diff.base.kind !== 'none'),
    ...section('After', [diff.head.option === null ? [{ prose: diff.head.reason ?? 'nothing' }] : sayOption(diff.head.option)]),
    '',
    ...section('Missing', sayMissing(diff)),
    ...section('Why', [
      ...causes.lines,
      ...(causes.idle.length === 0 ? [] : [['no effect on cost: ', ...joined(causes.idle)]]),
      ...sayMethod(diff),
    ]),
    ...section('Guardrails', [
      ...guardrails.map(({ mark, line }): Line => [`${MARKS[mark]} `, ...line]),
      ...(held === 0 ? [] : [[`${MARKS.ok} ${held} held`]]),
    ]),
    ...movedLines(diff),
    ...section('Rests on', sayAssumptions(diff)),
    ...section('Basis', [[sayBasis(diff)]]),
    ...section('Again', [[{ prose: diff.reproduce }]]),
  ];
  return `${parts.join('\n')}\n`;
}

function figures(diff: PlanDiff): string {
  const table = new Table({
    ...plainTable('  '),
    head: ['', diff.base.kind === 'none' ? '' : 'before', 'after', 'change'],
    colAligns: ['left', 'right', 'right', 'left'],
  });
  for (const { label, before, after, change } of sayRows(diff))
    table.push([label, diff.base.kind === 'none' ? '' : before, after, change]);
  return table
    .toString()
    .split('\n')
    .map((line) => clip(line.trimEnd(), WIDTH))
    .join('\n');
}

function movedLines(diff: PlanDiff): string[] {
  const { moved, unmoved } = diff.lines;
  if (moved.length === 0 || diff.base.kind === 'none') return [];
  const table = new Table({ ...plainTable('  '), head: [], colAligns: ['left', 'right', 'right', 'right'] });
  for (const line of moved.slice(0, LINES_TOLD))
    table.push([
      clip(escapePlain(line.label), WIDEST_LABEL),
      line.before === null ? '–' : sayMoney(line.before),
      line.after === null ? '–' : sayMoney(line.after),
      line.delta === null ? 'no price' : sayChange(line.delta),
    ]);
  const more = moved.length - LINES_TOLD;
  return [
    `Cost lines that moved (${moved.length} of ${moved.length + unmoved}), USD a month`,
    ...table
      .toString()
      .split('\n')
      .map((line) => `  ${line.trimEnd()}`),
    ...(more > 0 ? [`  … and ${more} more`] : []),
    '',
  ];
}

function section(title: string, lines: readonly Line[], shown = true): string[] {
  if (lines.length === 0 || !shown) return [];
  const told = lines.flatMap((line) => wrapHard(plain(line), WIDTH - INDENT));
  return [`${title.padEnd(INDENT)}${told.join(`\n${' '.repeat(INDENT)}`)}`];
}

/** Words longer than a line, such as paths, are cut at its end. */
function wrapHard(text: string, width: number): string[] {
  return wrap(text, width).flatMap((line) => line.match(new RegExp(`.{1,${width}}`, 'gsu')) ?? []);
}

function plain(line: Line): string {
  return line
    .map((span) =>
      typeof span === 'string' ? span : 'strong' in span ? span.strong : escapePlain('code' in span ? span.code : span.prose),
    )
    .join('');
}

function joined(lines: readonly Line[]): Line {
  return lines.flatMap((line, index) => (index === 0 ? [...line] : ['; ', ...line]));
}
