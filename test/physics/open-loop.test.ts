// The closed form of an open loop beside the simulator that it stands in for, and what must hold of it for any load.
import fc from 'fast-check';
import { median } from 'simple-statistics';
import { describe, expect, test } from 'vitest';
import type { StepTimes } from '../../src/physics/accelerator-step.ts';
import { lengthOf, meanTokens, quantileTokens, variabilityOf } from '../../src/physics/lengths.ts';
import { compileOpenLoop } from '../../src/physics/open-loop.ts';
import type { Scheduling } from '../../src/physics/prefill-load.ts';
import { simulateFleet } from '../../src/simulate/fleet.ts';
import { drawRequests } from '../../src/simulate/request-stream.ts';
import { wholeWorker } from '../../src/simulate/worker-model.ts';

const steps: StepTimes = {
  decodeSeconds: (sequences, context) => 0.01 + 5e-5 * sequences + 1e-9 * sequences * context,
  tokensPerStep: 1,
  prefillSeconds: (tokens, prompts = 1) => (tokens * prompts === 0 ? 0 : 0.02 + (tokens * prompts) / 30_000),
  prefillGroups: 1,
  prefillChunkTokens: 8192,
  cache: { bytesPerToken: 1, bytesPerSequence: 0, tensorShards: 1 },
  work: null,
};
const scheduling: Scheduling = {
  hostFloorSeconds: 0.08,
  prefillInterference: 0.9,
  packingRequests: 6,
  groupOverlap: 1,
  waitSteps: 5,
  queueScale: 0.8,
};
const requestOf = (prompt: ReturnType<typeof lengthOf>, output: ReturnType<typeof lengthOf>, percentile: number) => ({
  prefillMeanTokens: meanTokens(prompt),
  prefillTailTokens: quantileTokens(prompt, percentile),
  prefillVariability: variabilityOf(prompt),
  promptMeanTokens: meanTokens(prompt),
  outputMeanTokens: meanTokens(output),
  outputVariability: variabilityOf(output),
});

test('is near the simulator: median difference of the 95th percentiles below 15 %', () => {
  const apart: { ttft: number; tpot: number }[] = [];
  for (const burstiness of [1, 0.5])
    for (const [p50, p95] of [
      [800, 800],
      [800, 3000],
    ] as const)
      for (const out of [lengthOf(300, 300), lengthOf(150, 800)])
        for (const limit of [8, 32, 96]) {
          const prompt = lengthOf(p50, p95);
          const state = compileOpenLoop(
            steps,
            requestOf(prompt, out, 0.95),
            { arrivals: 'open', percentile: 0.95, burstiness },
            scheduling,
            1e6,
          )(limit);
          if (state.prefillUtilisation > 0.8) continue;
          const model = wholeWorker(
            {
              steps,
              scheduling,
              memory: { cacheBytes: 1e9 },
              layout: { dataParallel: 1 },
              speculation: { draftTokens: 0, acceptedTokens: 1 },
              sequenceBytes: (tokens) => tokens,
              blockTokens: 16,
            },
            1e6,
          );
          const result = simulateFleet({
            fleet: { entry: { model, workers: 1 }, decode: null, hostFloorSeconds: scheduling.hostFloorSeconds },
            requests: drawRequests(
              {
                requests: Number.POSITIVE_INFINITY,
                requestsPerSecond: state.requestsPerSecond,
                burstiness,
                prompt,
                output: out,
                thinking: lengthOf(0, 0),
                cacheHitRatio: 0,
                maximumTokens: 1e6,
              },
              3,
            ),
            concurrency: null,
            warmUpRequests: 1000,
            countedRequests: 20_000,
            ttftTargetSeconds: null,
            tpotTargetSeconds: null,
            seed: 1,
          });
          apart.push({
            ttft: Math.abs(result.ttft.quantileSeconds(0.95) / state.ttftSeconds - 1),
            tpot: Math.abs(result.tpot.quantileSeconds(0.95) / state.tpotSeconds - 1),
          });
        }
  expect(apart.length).toBeGreaterThan(12);
  expect(median(apart.map((each) => each.tpot))).toBeLessThan(0.15);
  expect(median(apart.map((each) => each.ttft))).toBeLessThan(0.15);
});

describe('for any load', () => {
  const at = (limit: number, burstiness: number, promptTail: number, places = 1e6) =>
    compileOpenLoop(
      steps,
      requestOf(lengthOf(500, promptTail), lengthOf(200, 700), 0.95),
      { arrivals: 'open', percentile: 0.95, burstiness },
      scheduling,
      places,
    )(limit);
  const limits = fc.integer({ min: 2, max: 200 });
  test('burstier arrivals never carry more', () => {
    fc.assert(
      fc.property(limits, fc.double({ min: 0.1, max: 1, noNaN: true }), (limit, burstiness) => {
        expect(at(limit, burstiness, 2000).requestsPerSecond).toBeLessThanOrEqual(
          at(limit, 1, 2000).requestsPerSecond * (1 + 1e-9),
        );
      }),
    );
  });
  test('a higher limit never carries less, and never answers sooner', () => {
    fc.assert(
      fc.property(limits, (limit) => {
        const [low, high] = [at(limit, 1, 2000), at(limit + 1, 1, 2000)];
        expect(high.requestsPerSecond).toBeGreaterThanOrEqual(low.requestsPerSecond);
        expect(high.tpotSeconds).toBeGreaterThanOrEqual(low.tpotSeconds * (1 - 1e-6));
      }),
    );
  });
  test('prompts that vary more never wait less', () => {
    fc.assert(
      fc.property(limits, fc.integer({ min: 600, max: 3000 }), (limit, tail) => {
        const [plain, varied] = [at(limit, 1, 501), at(limit, 1, tail)];
        expect(varied.ttftSeconds).toBeGreaterThanOrEqual(plain.ttftSeconds * (1 - 1e-6));
      }),
    );
  });
  test('a cache that is nearly full makes them wait', () => {
    expect(at(60, 1, 2000, 60).ttftSeconds).toBeGreaterThan(at(60, 1, 2000).ttftSeconds * 1.05);
  });
});
