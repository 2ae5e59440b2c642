// The real catalogue and examples, read once a test file.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../src/documents/catalog/catalog.ts';
import type { Plan } from '../src/documents/plan.ts';
import type { Workload } from '../src/documents/workload.ts';
import { workloadSchema } from '../src/documents/workload.ts';
import { readCatalog } from '../src/files/read-catalog.ts';
import { readWorkload } from '../src/files/read-documents.ts';
import { planWorkload } from '../src/plan/plan-workload.ts';

export const root = join(import.meta.dirname, '..');
export const exampleNames = readdirSync(join(root, 'examples')).filter(
  (name) => name.endsWith('.yaml') && name !== 'policy.yaml',
);

let catalog: Catalog | undefined;
export function realCatalog(): Catalog {
  catalog ??= readCatalog(join(root, 'catalogs'));
  return catalog;
}

export function planExample(name: string): Plan {
  const read = readWorkload(join(root, 'examples', name));
  return planWorkload({
    workload: read.workload,
    workloadDigest: read.digest,
    fallbackName: read.name,
    catalog: realCatalog(),
    version: '0.0.0',
  });
}

/** A workload as people would write it, the chat example with changes. */
export function chatWorkload(changes: Record<string, unknown> = {}): Workload {
  return workloadSchema.parse({
    schema: 'seekstack/workload@1',
    model: 'deepseek-v3.2',
    use: 'chat',
    demand: { users: 1200, activeAtPeak: '15%' },
    latency: { ttft: 'p95 <= 2s', tpot: 'p95 <= 50ms' },
    budget: { monthly: 'unlimited', term: '3y' },
    ...changes,
  });
}

export function planChat(changes: Record<string, unknown> = {}): Plan {
  return planWorkload({
    workload: chatWorkload(changes),
    workloadDigest: '0'.repeat(64),
    fallbackName: 'chat',
    catalog: realCatalog(),
    version: '0.0.0',
  });
}
