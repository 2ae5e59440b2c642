// A verification report for a terminal.
import type { Verification } from '../documents/verification.ts';
import { formatUsd } from './format.ts';
import { NARROWEST, wrap } from './terminal.ts';

const MARKS = { passed: '✔', failed: '✘', skipped: '–' } as const;
const FINDINGS_SHOWN = 10;

/** Rungs, findings, what was accepted, and how far the resources came. */
export function renderVerification(report: Verification): string {
  const named = Math.max(...report.rungs.map(({ name }) => name.length));
  const rungs = report.rungs.flatMap(({ name, outcome, note, findings }) => {
    const count = outcome === 'skipped' ? '' : String(findings.length);
    const head = `${MARKS[outcome]} ${name.padEnd(named)} ${count.padStart(3)}  `;
    return wrap(note, NARROWEST - head.length).map((text, index) =>
      ((index === 0 ? head : ' '.repeat(head.length)) + text).trimEnd(),
    );
  });
  const findings = report.rungs.flatMap((each) => each.findings.map((finding) => ({ rung: each.name, ...finding })));
  return [
    `${report.passed ? '✔' : '✘'} ${report.project}: ${report.passed ? 'every rung that could be climbed holds' : 'not every rung holds'}`,
    '',
    ...rungs,
    '',
    ...findings
      .slice(0, FINDINGS_SHOWN)
      .map(
        (each) =>
          `${each.rung} ${each.rule}  ${each.stack}${each.resource === null ? '' : `/${each.resource}`}\n  got: ${each.got}\n  expected: ${each.expected}\n  fix: ${each.fix}`,
      ),
    ...(findings.length > FINDINGS_SHOWN ? [`… and ${findings.length - FINDINGS_SHOWN} more findings (--format json)`] : []),
    `Cost counted from the templates: ${formatUsd(report.cost.countedUsdPerMonth)} a month; planned: ${formatUsd(report.cost.plannedUsdPerMonth)}.`,
    `${report.acknowledged.length} findings are accepted, each with its reason (--format json).`,
    '',
    ...sayReached(report),
    '',
  ].join('\n');
}

/** How far the resources came: those of a kind counted, kinds that passed the same rungs together. */
function sayReached({ resources }: Verification): string[] {
  const groups = new Map<string, Map<string, number>>();
  for (const { type, reached } of resources.toSorted((one, other) => (one.type < other.type ? -1 : 1))) {
    const kinds = groups.get(reached.join(', ')) ?? new Map<string, number>();
    kinds.set(type, (kinds.get(type) ?? 0) + 1);
    groups.set(reached.join(', '), kinds);
  }
  return [...groups].flatMap(([rungs, kinds]) => [
    ...wrap(`Reached by ${rungs}:`, NARROWEST),
    ...wrap([...kinds].map(([type, count]) => `${count}\u00a0${type}`).join(', '), NARROWEST - 2).map((line) => `  ${line}`),
  ]);
}
