// One worker of a sweep: loads the catalogue once and plans the points it is given.

import type { TraceSummary } from '../documents/trace-summary.ts';
import { workloadSchema } from '../documents/workload.ts';
import { SeekstackError } from '../errors.ts';
import { loadCatalog } from '../files/compiled-catalog.ts';
import { planWorkload } from '../plan/plan-workload.ts';
import { failedResult, resultOf, type SweepResult } from '../sweep/result.ts';

export interface SweepJob {
  readonly point: number;
  readonly values: readonly unknown[];
  /** The workload document with the point's values in it. */
  readonly document: unknown;
  readonly name: string;
  readonly version: string;
  readonly catalogFolder: string;
  /** Null for a catalogue of the user's own. */
  readonly compiledCatalog: string | null;
  readonly trace: TraceSummary | null;
}

const catalogs = new Map<string, ReturnType<typeof loadCatalog>>();

/** Plans one point. What a user could mend is told in the result, so that the sweep goes on. */
export default function planPoint(job: SweepJob): SweepResult {
  let catalog = catalogs.get(job.catalogFolder);
  catalog ??= job.compiledCatalog === null ? loadCatalog(job.catalogFolder) : loadCatalog(job.catalogFolder, job.compiledCatalog);
  catalogs.set(job.catalogFolder, catalog);
  try {
    const plan = planWorkload({
      workload: workloadSchema.parse(job.document),
      workloadDigest: '0'.repeat(64),
      fallbackName: job.name,
      catalog,
      version: job.version,
      ...(job.trace === null ? {} : { trace: job.trace }),
    });
    return resultOf(job.point, job.values, plan);
  } catch (error) {
    if (!(error instanceof SeekstackError)) throw error;
    return failedResult(job.point, job.values, error.problems.map((each) => `${each.got}: ${each.fix}`).join('; '));
  }
}
