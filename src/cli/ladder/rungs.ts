// What the rungs of every ladder share: how one is told, and what a climb leaves behind.
import type { Deployment } from '../../documents/deployment.ts';
import type { Rung, Verification } from '../../documents/verification.ts';
import type { ToolRun } from '../../files/run-tool.ts';
import type { Finding } from '../../verify/finding.ts';
import type { Io } from '../io.ts';

export type Acknowledged = Verification['acknowledged'][number];
export type Climb = Omit<Verification, 'schema' | 'project' | 'planDigest' | 'passed'>;

const LINES_SHOWN = 6;

export function rung(name: Rung['name'], findings: readonly Finding[], note = ''): Rung {
  return { name, outcome: findings.length === 0 ? 'passed' : 'failed', note, findings: findings.map((each) => ({ ...each })) };
}

export function skipped(name: Rung['name'], note: string): Rung {
  return { name, outcome: 'skipped', note, findings: [] };
}

/** A program that said no, in its last words. */
export function failure({ name }: Deployment, rule: string, { stdout, stderr }: ToolRun): Finding {
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  return {
    rule,
    stack: name,
    resource: null,
    got: lines.slice(-LINES_SHOWN).join(' | '),
    expected: 'exit code 0',
    fix: 'mend what it says',
  };
}

/** Says what is being climbed, to a person who waits. */
export function tell(io: Io, name: Rung['name']): void {
  io.err(io.liveTalk ? `… ${name}\n` : '');
}

/** Rungs that say something of one resource, and found nothing wrong with it. */
export function reachedBy(
  rungs: readonly Rung[],
  names: readonly Rung['name'][],
  stack: string,
  resource: string,
): Rung['name'][] {
  return rungs
    .filter((each) => names.includes(each.name) && each.outcome !== 'skipped')
    .filter((each) => !each.findings.some((finding) => finding.stack === stack && finding.resource === resource))
    .map((each) => each.name);
}
