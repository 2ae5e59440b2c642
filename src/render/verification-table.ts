// A verification report for a terminal.
import Table from 'cli-table3';
import type { Verification } from '../documents/verification.ts';
import { formatUsd } from './format.ts';

const MARKS = { passed: '✔', failed: '✘', skipped: '–' } as const;
const FINDINGS_SHOWN = 10;

/** Rungs, findings, what was accepted, and how far the resources came. */
export function renderVerification(report: Verification): string {
  const rungs = new Table({ head: ['', 'rung', 'findings', ''], style: { head: [], border: [] }, chars: QUIET });
  for (const { name, outcome, note, findings } of report.rungs)
    rungs.push([MARKS[outcome], name, outcome === 'skipped' ? '' : findings.length, note]);
  const findings = report.rungs.flatMap((each) => each.findings.map((finding) => ({ rung: each.name, ...finding })));
  const reached = new Table({ head: ['resources', 'type', 'rungs reached'], style: { head: [], border: [] }, chars: QUIET });
  for (const [key, count] of countReached(report)) reached.push([count, ...key.split('\t')]);
  return [
    `${report.passed ? '✔' : '✘'} ${report.project}: ${report.passed ? 'every rung that could be climbed holds' : 'not every rung holds'}`,
    '',
    rungs.toString(),
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
    reached.toString(),
    '',
  ].join('\n');
}

const QUIET = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** `type TAB rungs` → how many resources. */
function countReached({ resources }: Verification): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { type, reached } of [...resources].sort((one, other) => (one.type < other.type ? -1 : 1))) {
    const key = `${type}\t${reached.join(', ')}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
