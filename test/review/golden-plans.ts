// Plans on the frozen catalogue, made from workloads as people would write them.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Catalog } from '../../src/documents/catalog/catalog.ts';
import type { Plan } from '../../src/documents/plan.ts';
import { readCatalog } from '../../src/files/read-catalog.ts';
import { parseWorkload } from '../../src/files/read-documents.ts';
import { planWorkload } from '../../src/plan/plan-workload.ts';
import { type Choice, type Side, sideOfPlan } from '../../src/review/plan-side.ts';

export const VERSION = '0.0.0';
export const WINNER: Choice = { by: 'winner' };
let frozen: Catalog | undefined;
export function frozenCatalog(): Catalog {
  frozen ??= readCatalog(join(import.meta.dirname, '../golden/catalog'));
  return frozen;
}

export const baseWorkload = {
  schema: 'seekstack/workload@1',
  model: 'deepseek-r1',
  use: 'chat',
  demand: { users: 3000, activeAtPeak: '10%' },
  latency: { ttft: 'p95 <= 2s', tpot: 'p95 <= 50ms' },
  budget: { monthly: 'USD 200k', term: '3y' },
} as const;

export function planOf(workload: object, catalog = frozenCatalog(), version = VERSION, file = 'prod-chat.yaml'): Plan {
  const read = parseWorkload(stringify(workload), file);
  return planWorkload({
    workload: read.workload,
    workloadDigest: read.digest,
    fallbackName: read.name,
    catalog,
    version,
    source: read.source,
  });
}

export function sideOf(plan: Plan, catalog = frozenCatalog(), choice = WINNER): Side {
  const sha256 = createHash('sha256').update(JSON.stringify(plan)).digest('hex');
  return sideOfPlan(
    { kind: 'plan', label: `${plan.name}.plan.json`, revision: null, sha256, plan, catalog: async () => catalog },
    choice,
  );
}
