// The rung of the rehearsal: the whole life of a project's stacks, on what stands in for the cloud on this machine.
// In: a project's folder, its compiled programs, what it needs. Out: a rung; which resources were made.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deployment } from '../../documents/deployment.ts';
import type { RehearsalReport } from '../../documents/rehearsal.ts';
import type { Rung } from '../../documents/verification.ts';
import { runTool } from '../../files/run-tool.ts';
import type { Io } from '../io.ts';
import { failure, rung, skipped } from './rungs.ts';

const NOTHING_TO_REHEARSE_WITH = 3;

export interface Rehearsal {
  readonly folder: string;
  /** Folder of the compiled programs, below the project's. */
  readonly programs: string;
  /** For the report. */
  readonly work: string;
  /** What a user installs where there is nothing to rehearse with. */
  readonly needs: string;
}

/** @param simulated - takes `STACK/RESOURCE` of everything that was made */
export function rehearse(
  { folder, programs, work, needs }: Rehearsal,
  document: Deployment,
  simulated: Set<string>,
  io: Io,
): Rung {
  const path = join(work, 'rehearsal.json');
  writeFileSync(path, '{}');
  const run = runTool('node', [join(programs, 'rehearse', 'main.js'), '--report', path], folder, io.environment);
  if (run.exitCode === NOTHING_TO_REHEARSE_WITH) return skipped('rehearsal', needs);
  const { resources = [] } = JSON.parse(readFileSync(path, 'utf8')) as Partial<RehearsalReport>;
  for (const each of resources) if (each.reached === 'simulated') simulated.add(`${each.stack}/${each.logicalId}`);
  return rung(
    'rehearsal',
    run.exitCode === 0 ? [] : [failure(document, 'rehearsal', run)],
    `${simulated.size} of ${resources.length} resources made`,
  );
}
