// The trace that a workload's demand may name, beside the workload file.
import { dirname, isAbsolute, join } from 'node:path';
import { summariseTrace, type TraceSummary } from '../documents/trace-summary.ts';
import type { Workload } from '../documents/workload.ts';
import { readTrace } from './read-trace.ts';

/** @returns undefined where the demand names none */
export async function readDemandTrace({ demand }: Workload, workloadFile: string): Promise<TraceSummary | undefined> {
  if (demand.trace === undefined) return undefined;
  return summariseTrace(await readTrace(isAbsolute(demand.trace) ? demand.trace : join(dirname(workloadFile), demand.trace)));
}
