// One worker of a sweep: loads the catalogue once and plans the points it is given.

import type { Catalog } from '../documents/catalog/catalog.ts';
import type { TariffWeek } from '../documents/hourly-tariff.ts';
import type { TraceSummary } from '../documents/trace-summary.ts';
import { workloadSchema } from '../documents/workload.ts';
import { SeekstackError } from '../errors.ts';
import { type CatalogFiles, openCatalog } from '../files/open-catalog.ts';
import { planWorkload } from '../plan/plan-workload.ts';
import { failedResult, resultOf, type SweepResult } from '../sweep/result.ts';

export interface SweepJob {
  readonly point: number;
  readonly values: readonly unknown[];
  /** The workload document with the point's values in it. */
  readonly document: unknown;
  readonly name: string;
  readonly version: string;
  /** A catalogue of the user's own; null for the package's. */
  readonly catalog: string | null;
  readonly ofPackage: CatalogFiles;
  readonly trace: TraceSummary | null;
  readonly tariff: TariffWeek | null;
}

const catalogs = new Map<string | null, Catalog>();

/** Plans one point. What a user could mend is told in the result, so that the sweep goes on. */
export default function planPoint(job: SweepJob): SweepResult {
  const catalog = catalogs.get(job.catalog) ?? openCatalog(job.ofPackage, job.catalog ?? undefined);
  catalogs.set(job.catalog, catalog);
  try {
    const plan = planWorkload({
      workload: workloadSchema.parse(job.document),
      workloadDigest: '0'.repeat(64),
      fallbackName: job.name,
      catalog,
      version: job.version,
      ...(job.trace === null ? {} : { trace: job.trace }),
      ...(job.tariff === null ? {} : { tariff: job.tariff }),
    });
    return resultOf(job.point, job.values, plan);
  } catch (error) {
    if (!(error instanceof SeekstackError)) throw error;
    return failedResult(job.point, job.values, error.problems.map((each) => `${each.got}: ${each.fix}`).join('; '));
  }
}
