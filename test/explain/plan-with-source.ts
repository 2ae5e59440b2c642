// Plans as the command line makes them: with the workload they were made from.
import { join } from 'node:path';
import type { Catalog } from '../../src/documents/catalog/catalog.ts';
import { type Plan, planSchema } from '../../src/documents/plan.ts';
import { readWorkload } from '../../src/files/read-documents.ts';
import { planWorkload } from '../../src/plan/plan-workload.ts';
import { realCatalog, root } from '../load-real.ts';

/** @param name - of an example */
export function planWithSource(name: string, catalog: Catalog = realCatalog()): Plan {
  const read = readWorkload(join(root, 'examples', name));
  return planSchema.parse(
    planWorkload({
      workload: read.workload,
      workloadDigest: read.digest,
      fallbackName: read.name,
      catalog,
      version: '0.0.0',
      source: read.source,
    }),
  );
}
