// Brute force: a small catalogue, every machine, checkpoint, engine, layout, batch limit, pool and offer tried one by one.
// What the search leaves out it leaves out by rule (decision 4), never because it looked unpromising.

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { workloadSchema } from '../../src/documents/workload.ts';
import { readCatalog } from '../../src/files/read-catalog.ts';
import { marginAt } from '../../src/physics/margin.ts';
import { compileSteadyState, type SteadyState } from '../../src/physics/steady-state.ts';
import { priceSizing } from '../../src/plan/price-sizing.ts';
import { resolveWorkload } from '../../src/plan/resolve-workload.ts';
import { taskOf } from '../../src/plan/sizing-task.ts';
import { compileCandidates, listStacks } from '../../src/search/candidates.ts';
import { prepareHalves, sizeDisaggregated } from '../../src/search/disaggregate.ts';
import { listMachines } from '../../src/search/machines.ts';
import { needsOptionsFile, searchMachines } from '../../src/search/search.ts';
import { type Sizing, sequencesThatFit } from '../../src/search/size-candidate.ts';
import { root } from '../load-real.ts';

const catalog = readCatalog(join(root, 'test/golden/catalog'));

function workloadOf(requestsPerSecond: number, tpot: string) {
  return resolveWorkload(
    workloadSchema.parse({
      schema: 'seekstack/workload@1',
      model: 'deepseek-r1',
      use: 'chat',
      demand: { requestsPerSecond },
      latency: { ttft: 'p95 <= 3s', tpot: `p95 <= ${tpot}` },
      budget: { monthly: 'unlimited', term: '3y' },
    }),
    catalog,
    'brute',
  );
}

describe.each([
  [0.3, '50ms'],
  [8, '40ms'],
  [90, '60ms'],
])('%s requests a second within %s', (rate, tpot) => {
  const workload = workloadOf(rate, tpot);
  const task = taskOf(workload);
  const found = searchMachines(
    catalog,
    listMachines(catalog),
    workload.model,
    workload.architecture,
    { precisions: null, engines: null, minimumBits: workload.minimumBits, speculation: null },
    task,
  );

  test.each(found.machines.filter((each) => each.stacks.length > 0).map((each) => [each.machine.id, each] as const))(
    '%s: the cheapest fleet of whole replicas is what trying everything finds',
    (_, { machine, stacks }) => {
      const bills: number[] = [];
      const allowed = listStacks(catalog, machine, workload.model, workload.architecture).filter(
        (stack) => stack.checkpoint.hfId !== undefined && stack.format.routedExpertBits.count >= workload.minimumBits,
      );
      for (const stack of allowed)
        for (const nodes of [1, 2, 4, 8]) {
          const before = bills.length;
          for (const candidate of compileCandidates(stack, nodes)) {
            const { memory } = candidate;
            if (memory.cacheBytes <= 0 || candidate.sequenceBytes(task.maximumTokens) > memory.cacheBytes) continue;
            const places = Math.max(1, Math.floor(sequencesThatFit(candidate, task))) * candidate.layout.dataParallel;
            const stateAt = compileSteadyState(candidate.steps, task.request, task.traffic, candidate.scheduling, places);
            const margin = marginAt(stack.interval, task.confidence);
            let best: { batch: number; state: SteadyState } | undefined;
            for (let batch = 1; batch <= Math.min(places, 16_384); batch += 1) {
              const state = stateAt(batch);
              if (
                state.tpotSeconds * margin.tpot <= (task.tpotTargetSeconds ?? 0) &&
                state.ttftSeconds * margin.ttft <= (task.ttftTargetSeconds ?? 0) &&
                state.prefillUtilisation <= 0.95 &&
                state.requestsPerSecond > (best?.state.requestsPerSecond ?? 0)
              )
                best = { batch, state };
            }
            if (best === undefined) continue;
            const { batch, state } = best;
            const sizing: Sizing = {
              candidate,
              prefill: null,
              batch,
              replicas: Math.max(1, Math.ceil(rate / (state.requestsPerSecond * margin.throughput) - 1e-9)),
              peakReplicas: rate / state.requestsPerSecond,
              operating: state,
              capacity: state,
              capacityBatch: batch,
              maximumSequences: batch,
            };
            if (needsOptionsFile(sizing)) continue;
            const offer = priceSizing(sizing, workload, catalog).offers[0];
            if (offer !== undefined) bills.push(offer.usdPerMonth);
          }
          if (bills.length > before) break;
        }
      const searched = stacks
        .flatMap((stack) => stack.sizings)
        .filter((sizing) => sizing.prefill === null && !needsOptionsFile(sizing))
        .flatMap((sizing) => priceSizing(sizing, workload, catalog).offers.slice(0, 1))
        .map((offer) => offer.usdPerMonth);
      if (bills.length === 0) expect(searched).toEqual([]);
      else expect(Math.min(...searched)).toBeCloseTo(Math.min(...bills), 0);
    },
  );

  test('pools apart: the best of each pool is the best of all pairs', () => {
    let compared = 0;
    for (const { machine } of found.machines) {
      if ((machine.fabric.bandwidth?.bytesPerSecond ?? 0) === 0) continue;
      for (const stack of listStacks(catalog, machine, workload.model, workload.architecture)) {
        const halves = compileCandidates(stack, 1).flatMap((candidate) => prepareHalves(candidate, task) ?? []);
        const best = sizeDisaggregated(stack, halves, task);
        // Every pair of one prefill layout and one decode layout, each sized alone with the other held fixed.
        const pairs = halves.flatMap((prefill) =>
          halves.flatMap((decode) => {
            const pair = sizeDisaggregated(stack, prefill === decode ? [prefill] : [prefill, decode], task);
            return pair === null ? [] : [pair.replicas + (pair.prefill?.workers ?? 0)];
          }),
        );
        if (best === null) {
          expect(pairs).toEqual([]);
          continue;
        }
        compared += 1;
        expect(best.replicas + (best.prefill?.workers ?? 0)).toBe(Math.min(...pairs));
      }
    }
    expect(compared).toBeGreaterThan(0);
  });
});
