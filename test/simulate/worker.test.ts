// What continuous batching does: chunks, interference, cache blocks, prefixes, speculation, pools, failures.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fixedLength } from '../../src/physics/lengths.ts';
import { simulateFleet } from '../../src/simulate/fleet.ts';
import { PrefixCache } from '../../src/simulate/prefix-cache.ts';
import { drawRequests } from '../../src/simulate/request-stream.ts';
import { plainWorker, poisson, simulate } from './queue.ts';

const small = { warmUpRequests: 200, countedRequests: 5000 };

test('the same seed gives the same bits, another seed others', () => {
  const run = (seed: number) => {
    const result = simulate(
      { prefillSeconds: (tokens) => tokens / 1e5, prefillBudgetTokens: 4096, prefillInterference: 0.8 },
      poisson(5, seed, { promptTokens: (uniform) => 100 + Math.round(900 * uniform()), outputTokens: () => 200 }),
      small,
    );
    return [result.ttft.meanSeconds, result.tpot.meanSeconds, result.seconds, result.ttft.quantileSeconds(0.95)];
  };
  expect(run(3)).toEqual(run(3));
  expect(run(3)).not.toEqual(run(4));
});

test('decoding waits for its share of prefill and no more', () => {
  // Long answers, so that every request sees the mean: time per token = 1 ms ÷ (1 − 0.5 · share of prefill).
  const result = simulate(
    { prefillSeconds: (_, prompts) => 0.1 * prompts, prefillInterference: 0.5 },
    poisson(4, 1, { outputTokens: () => 20_000 }),
    { warmUpRequests: 500, countedRequests: 3000 },
  );
  expect(result.prefillRatio).toBeCloseTo(0.4, 1);
  expect(result.tpot.meanSeconds).toBeCloseTo(0.001 / (1 - 0.5 * result.prefillRatio), 5);
});

test('prompts that wait together share a chunk', () => {
  const time = (budget: number) =>
    simulate({ prefillSeconds: () => 0.5, prefillBudgetTokens: budget }, poisson(4, 1, { promptTokens: () => 100 }), {
      ...small,
      giveUpAtInFlight: 1e5,
    });
  // One prompt a round carries two a second, so four a second pile up; eight a round carry them.
  expect(time(800).ttft.quantileSeconds(0.95)).toBeLessThan(3);
  expect(time(100).ttft.quantileSeconds(0.95)).toBeGreaterThan(50);
});

test('a cache that runs out gives blocks back, and every request still ends', () => {
  const result = simulate(
    { cacheTokens: 4000, blockTokens: 16, sequenceOverheadTokens: 8, prefillSeconds: (tokens) => tokens / 1e5 },
    poisson(12, 1, { promptTokens: () => 100, outputTokens: (uniform) => 100 + Math.round(800 * uniform()) }),
    { ...small, giveUpAtInFlight: 1e6 },
  );
  expect(result.preemptions).toBeGreaterThan(0);
  expect(result.requests).toBe(small.countedRequests);
  expect(result.refused).toBe(0);
});

test('what no cache could hold is refused, not tried for ever', () => {
  const result = simulate(
    { cacheTokens: 500 },
    poisson(1, 1, { promptTokens: (uniform) => (uniform() < 0.1 ? 600 : 100), outputTokens: () => 50 }),
    small,
  );
  expect(result.refused).toBeGreaterThan(300);
  expect(result.requests).toBe(small.countedRequests);
});

test('speculation keeps its mean and spreads around it', () => {
  const run = (variance: number) =>
    simulate({ tokensPerStep: 2, tokensPerStepVariance: variance }, poisson(1, 1, { outputTokens: () => 300 }), {
      ...small,
      countedRequests: 20_000,
    }).tpot;
  const [fixed, spread] = [run(0), run(0.8)];
  expect(Math.abs(spread.meanSeconds / fixed.meanSeconds - 1)).toBeLessThan(0.01);
  expect(spread.quantileSeconds(0.95)).toBeGreaterThan(fixed.quantileSeconds(0.95) * 1.02);
});

describe('prefix cache', () => {
  test('finds no more than what leads a prompt and was put in', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 6 }), { maxLength: 30 }),
        fc.integer({ min: 0, max: 40 }),
        (prompts, room) => {
          const cache = new PrefixCache();
          const seen = new Set<number>();
          for (const prompt of prompts) {
            const blocks = Int32Array.from(prompt);
            const leading = prompt.findIndex((block) => !seen.has(block));
            expect(cache.hits(blocks)).toBeLessThanOrEqual(leading === -1 ? prompt.length : leading);
            cache.insert(blocks, room);
            for (const block of prompt) seen.add(block);
          }
        },
      ),
    );
  });
  test('lets the longest unused go first', () => {
    const cache = new PrefixCache();
    cache.insert(Int32Array.of(1, 2), 4);
    cache.insert(Int32Array.of(3, 4), 4);
    expect(cache.hits(Int32Array.of(1, 2))).toBe(2);
    cache.insert(Int32Array.of(5), 4);
    expect(cache.hits(Int32Array.of(3, 4))).toBe(1);
    expect(cache.hits(Int32Array.of(1, 2))).toBe(2);
  });
  test('shortens the wait for the first token', () => {
    const run = (prefixBlockTokens: number) =>
      simulate(
        { prefixBlockTokens, prefillSeconds: (tokens) => tokens / 1e4, prefillBudgetTokens: 8192 },
        poisson(1, 1, {
          promptTokens: () => 2048,
          outputTokens: () => 10,
          prefixBlocks: (ordinal) => Int32Array.of(1, 2, 3, 1000 + ordinal),
        }),
        small,
      ).ttft.meanSeconds;
    expect(run(512)).toBeLessThan(run(0) / 2);
  });
});

test('least-loaded routing beats separate queues', () => {
  const service = { prefillSeconds: (_: number, prompts: number) => prompts };
  const together = simulate(service, poisson(3.2, 1), { workers: 4, countedRequests: 50_000 }).ttft.meanSeconds;
  const apart = simulate(service, poisson(0.8, 1), { workers: 1, countedRequests: 50_000 }).ttft.meanSeconds;
  expect(together).toBeLessThan(apart * 0.75);
});

test('a closed loop keeps its number in flight', () => {
  const result = simulate({}, poisson(Number.POSITIVE_INFINITY, 1, { outputTokens: () => 100 }), { ...small, concurrency: 32 });
  expect(result.meanInFlight).toBeCloseTo(32, 6);
  expect(result.requestsPerSecond / (32 / 0.099)).toBeCloseTo(1, 1);
});

test('bursts lengthen the wait', () => {
  const wait = (burstiness: number) =>
    simulate(
      { prefillSeconds: (_, prompts) => 0.6 * prompts },
      drawRequests(
        {
          requests: Number.POSITIVE_INFINITY,
          requestsPerSecond: 1,
          burstiness,
          prompt: fixedLength(100),
          output: fixedLength(1),
          thinking: fixedLength(0),
          cacheHitRatio: 0,
          maximumTokens: 1000,
        },
        7,
      ),
      { countedRequests: 50_000 },
    ).ttft.quantileSeconds(0.95);
  expect(wait(0.5)).toBeGreaterThan(wait(1) * 1.2);
  expect(wait(1)).toBeGreaterThan(wait(4) * 1.2);
});

test('pools hand over: the first token waits for prefill, the transfer and a place', () => {
  const prefill = { ...plainWorker, role: 'prefill' as const, prefillSeconds: (_: number, prompts: number) => 0.2 * prompts };
  const decode = { ...plainWorker, role: 'decode' as const, decodeSeconds: () => 0.002 };
  const result = simulateFleet({
    fleet: {
      entry: { model: prefill, workers: 2 },
      decode: { model: decode, workers: 1, handOver: { floorSeconds: 0.1, secondsPerPromptToken: 0.001 } },
      hostFloorSeconds: 0.05,
    },
    requests: poisson(0.01, 1, { promptTokens: () => 50, outputTokens: () => 101 }),
    concurrency: null,
    ttftTargetSeconds: null,
    tpotTargetSeconds: null,
    seed: 1,
    warmUpRequests: 10,
    countedRequests: 500,
  });
  expect(result.ttft.quantileSeconds(0.5)).toBeCloseTo(0.2 + 0.1 + 0.05 + 0.05, 3);
  expect(result.tpot.meanSeconds).toBeCloseTo(0.002, 6);
});

describe('a failure', () => {
  const run = (workers: number, kill: number) =>
    simulate(
      { prefillSeconds: (_, prompts) => 0.05 * prompts, maximumSequences: 20 },
      poisson(30, 1, { outputTokens: () => 1000 }),
      {
        workers,
        countedRequests: 20_000,
        ttftTargetSeconds: 1,
        tpotTargetSeconds: null,
        failures: Array.from({ length: kill }, (_, worker) => ({ atSeconds: 70, worker, forSeconds: Number.POSITIVE_INFINITY })),
      },
    );
  test('breaks a promise without a spare and keeps it with one', () => {
    expect(run(2, 0).goodRatio).toBeGreaterThan(0.97);
    expect(run(2, 1).goodRatio).toBeLessThan(0.5);
    const spared = run(3, 1);
    expect(spared.goodRatio).toBeGreaterThan(0.97);
    expect(spared.retried).toBeGreaterThan(0);
  });
});

test('memory stays flat over a million requests', () => {
  const before = process.memoryUsage().heapUsed;
  const result = simulate({ prefillSeconds: (_, prompts) => prompts }, poisson(0.5, 1), { countedRequests: 1_000_000 });
  expect(result.requests).toBe(1_000_000);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(100e6);
});
