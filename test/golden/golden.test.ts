// Golden plans on a frozen catalogue: few, and read on review. A change here is a change of what users are told.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkReferences } from '../../src/documents/catalog/check.ts';
import { indexCatalog } from '../../src/documents/catalog/catalog.ts';
import { workloadSchema } from '../../src/documents/workload.ts';
import { readCatalog } from '../../src/files/read-catalog.ts';
import { planWorkload } from '../../src/plan/plan-workload.ts';
import { renderPlanJson, renderPlanMarkdown } from '../../src/render/plan-markdown.ts';
import { compileCandidates, listStacks } from '../../src/search/candidates.ts';
import { listMachines } from '../../src/search/machines.ts';
import { compareSizings, searchMachines } from '../../src/search/search.ts';
import { prepareCandidate, type SizingTask, sizeCandidate } from '../../src/search/size-candidate.ts';

const catalog = readCatalog(join(import.meta.dirname, 'catalog'));
const base = {
  schema: 'seekstack/workload@1',
  model: 'deepseek-r1',
  use: 'chat',
  demand: { users: 3000, activeAtPeak: '10%' },
  latency: { ttft: 'p95 <= 2s', tpot: 'p95 <= 50ms' },
  budget: { monthly: 'USD 200k', term: '3y' },
};
const CASES = {
  chat: base,
  norway: { ...base, place: { residency: ['NO'] }, onPremises: { electricity: 'NOK 1.35/kWh' }, availability: { spareReplicas: 1 } },
  impossible: { ...base, latency: { ttft: 'p95 <= 2s', tpot: 'p95 <= 2ms' } },
};
const plan = (workload: unknown, of = catalog) =>
  planWorkload({ workload: workloadSchema.parse(workload), workloadDigest: 'f'.repeat(64), fallbackName: 'golden', catalog: of, version: '0.0.0' });

test('the frozen catalogue is whole', () => expect(checkReferences(catalog)).toEqual([]));

describe.each(Object.entries(CASES))('%s', (name, workload) => {
  test('is planned as reviewed', async () => {
    const found = plan(workload);
    await expect(renderPlanJson(found)).toMatchFileSnapshot(`${name}/plan.json`);
    await expect(renderPlanMarkdown(found)).toMatchFileSnapshot(`${name}/report.md`);
  });
  test('does not depend on the order of machines and prices', () => {
    const turned = indexCatalog({
      ...catalog,
      instances: catalog.instances.toReversed(),
      servers: catalog.servers.toReversed(),
      instancePrices: catalog.instancePrices.toReversed(),
      regions: catalog.regions.toReversed(),
    });
    const ids = (of: ReturnType<typeof plan>) => of.options.map((option) => [option.id, option.rank, option.layout.name]);
    expect(ids(plan(workload, turned))).toEqual(ids(plan(workload)));
  });
});

test('the search finds what trying everything finds', () => {
  const model = catalog.model('deepseek-r1') ?? expect.fail();
  const architecture = catalog.architecture('deepseek-v3') ?? expect.fail();
  for (const requestsPerSecond of [0.1, 3, 60]) {
    const task: SizingTask = {
      request: {
        prefillMeanTokens: 900,
        prefillTailTokens: 4000,
        prefillVariability: 1.5,
        promptMeanTokens: 1500,
        outputMeanTokens: 400,
        outputVariability: 1,
      },
      traffic: { arrivals: 'open', percentile: 0.95, burstiness: 1 },
      sequenceDeviationTokens: 1800,
      ttftTargetSeconds: 2,
      tpotTargetSeconds: 0.05,
      demand: { requestsPerSecond },
      sequenceTokens: 1900,
      confidence: 0.5,
    maximumTokens: 16_384,
    };
    const machines = listMachines(catalog);
    const found = searchMachines(catalog, machines, model, architecture, { precisions: null, engines: null, speculation: null, minimumBits: 4 }, task);
    for (const { machine, stacks } of found.machines) {
      const everything = listStacks(catalog, machine, model, architecture)
        .flatMap((stack) => {
          // Fewer nodes go first by rule: more are tried only where none of fewer serves.
          for (const nodes of [1, 2, 4, 8]) {
            const sizings = compileCandidates(stack, nodes)
              .map((candidate) => sizeCandidate(prepareCandidate(candidate, task), task))
              .flatMap((result) => ('sizing' in result ? [result.sizing] : []));
            if (sizings.length > 0) return sizings;
          }
          return [];
        })
        .toSorted(compareSizings);
      const best = stacks
        .flatMap((stack) => stack.sizings)
        .filter((sizing) => sizing.prefill === null)
        .toSorted(compareSizings)[0];
      expect([best?.replicas, best?.candidate.nodesPerReplica, best?.batch]).toEqual([everything[0]?.replicas, everything[0]?.candidate.nodesPerReplica, everything[0]?.batch]);
    }
  }
});
