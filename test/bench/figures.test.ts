// The pure half: arrivals, prompts, intervals, verdicts, doubts, search.
import { describe, expect, test } from 'vitest';
import { openArrivals, type PatternShape } from '../../src/bench/arrivals.ts';
import { judgeRequests } from '../../src/bench/judge.ts';
import { composePrompt } from '../../src/bench/prompts.ts';
import { nextStep, pointHolds, type TriedPoint } from '../../src/bench/search-rate.ts';
import { compareCounters } from '../../src/bench/server-counters.ts';
import { blockLength, samplesNeeded, spreadOf } from '../../src/bench/spread.ts';
import { isSteady } from '../../src/bench/steady.ts';
import type { OpenLoad } from '../../src/documents/bench-manifest.ts';
import type { BenchRequest } from '../../src/documents/bench-request.ts';
import { averagePower } from '../../src/drive/power-meter.ts';
import { seededChance } from '../../src/simulate/random.ts';

const lengths = {
  prompt: [{ probability: 0.5, tokens: 100 }],
  output: [{ probability: 0.5, tokens: 10 }],
  thinking: [{ probability: 0.5, tokens: 0 }],
  maximumTokens: null,
  cacheHitRatio: 0,
  from: 'flags' as const,
};
const shape: PatternShape = { rampSeconds: 100, day: null, trace: null };
const load = (fields: Partial<OpenLoad>): OpenLoad => ({
  kind: 'open',
  pattern: 'poisson',
  requestsPerSecond: 10,
  burstiness: 1,
  rateScale: 1,
  ...fields,
});
const gaps = (source: ReturnType<typeof openArrivals>, count: number) => {
  const times = Array.from({ length: count }, () => source()?.intendedSeconds ?? Number.NaN);
  return times.map((time, index) => time - (times[index - 1] ?? 0));
};

/** Greatest distance between the sample and a distribution. */
const kolmogorov = (sample: readonly number[], cdf: (value: number) => number) =>
  Math.max(
    ...sample
      .toSorted((one, other) => one - other)
      .flatMap((value, index) => [
        Math.abs(cdf(value) - index / sample.length),
        Math.abs(cdf(value) - (index + 1) / sample.length),
      ]),
  );

describe('arrivals', () => {
  const count = 5000;
  // One in a thousand true samples lies beyond.
  const critical = 1.95 / Math.sqrt(count);
  test.each([1, 2, 3])('Poisson gaps pass Kolmogorov and Smirnov against the exponential (seed %s)', (seed) => {
    const drawn = gaps(openArrivals(load({}), lengths, shape, seed), count);
    expect(kolmogorov(drawn, (gap) => 1 - Math.exp(-10 * gap))).toBeLessThan(critical);
  });
  test('bursts do not pass as Poisson, and have the variation that was asked for', () => {
    const drawn = gaps(openArrivals(load({ pattern: 'gamma', burstiness: 0.25 }), lengths, shape, 1), count);
    expect(kolmogorov(drawn, (gap) => 1 - Math.exp(-10 * gap))).toBeGreaterThan(5 * critical);
    const mean = drawn.reduce((sum, gap) => sum + gap, 0) / count;
    const variation = drawn.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / count / mean ** 2;
    expect(mean).toBeCloseTo(0.1, 1);
    expect(variation).toBeGreaterThan(3.4);
    expect(variation).toBeLessThan(4.6);
  });
  test('a ramp is a Poisson process in its own time', () => {
    const source = openArrivals(load({ pattern: 'ramp', requestsPerSecond: 100 }), lengths, shape, 1);
    const times = Array.from({ length: count }, () => source()?.intendedSeconds ?? 0);
    const unit = times.map((time) => (time <= 100 ? (100 * time ** 2) / 200 : 5000 + (time - 100) * 100));
    expect(
      kolmogorov(
        unit.map((time, index) => time - (unit[index - 1] ?? 0)),
        (gap) => 1 - Math.exp(-gap),
      ),
    ).toBeLessThan(critical);
  });
  test('a day puts its requests where its load is, over and over', () => {
    const day = { hours: [0, 1, 3, 0], daySeconds: 40 };
    const source = openArrivals(load({ pattern: 'day', requestsPerSecond: 30 }), lengths, { ...shape, day }, 1);
    const counts = [0, 0, 0, 0];
    for (let time = source()?.intendedSeconds ?? 0; time < 400; time = source()?.intendedSeconds ?? 400) {
      const hour = Math.floor((time % 40) / 10);
      counts[hour] = (counts[hour] ?? 0) + 1;
    }
    expect([counts[0], counts[3]]).toEqual([0, 0]);
    expect((counts[2] as number) / (counts[1] as number)).toBeGreaterThan(2.7);
    expect((counts[2] as number) / (counts[1] as number)).toBeLessThan(3.3);
  });
  test('constant is constant; a trace comes as it came, however long that takes', () => {
    expect(
      gaps(openArrivals(load({ pattern: 'constant' }), lengths, shape, 1), 5).every((gap) => Math.abs(gap - 0.1) < 1e-9),
    ).toBe(true);
    const trace = {
      format: 'azure' as const,
      arrivalSeconds: Float64Array.of(0, 5, 70),
      promptTokens: Int32Array.of(1, 2, 3),
      outputTokens: Int32Array.of(4, 5, 6),
      prefixBlocks: null,
      blockTokens: 0,
      skipped: [],
    };
    const source = openArrivals(load({ pattern: 'trace', rateScale: 2 }), lengths, { ...shape, trace }, 1);
    expect([source(), source(), source(), source()].map((request) => request?.intendedSeconds ?? null)).toEqual([
      0,
      2.5,
      35,
      null,
    ]);
  });
});

describe('prompts', () => {
  const words = Array.from({ length: 400 }, (_, index) => `w${index}`);
  const planned = (index: number, fields = {}) => ({
    index,
    intendedSeconds: 0,
    promptTokens: 50,
    cachedTokens: 0,
    outputTokens: 1,
    prefixBlocks: null,
    ...fields,
  });
  const place = { salt: 7, pointOrdinal: 1, attempt: 1 };
  const compose = (request: ReturnType<typeof planned>, at = place) => composePrompt(words, request, at, 0, 4).split(' ');
  test('as many words as tokens, the same twice, no two alike from the second word on', () => {
    const prompts = Array.from({ length: 3000 }, (_, index) => compose(planned(index)));
    expect(prompts.every((prompt) => prompt.length === 50)).toBe(true);
    expect(new Set(prompts.map((prompt) => prompt.slice(0, 2).join(' '))).size).toBe(3000);
    expect(compose(planned(5))).toEqual(prompts[5]);
    expect(compose(planned(5), { ...place, salt: 8 }).slice(2)).not.toEqual(prompts[5]?.slice(2));
    expect(compose(planned(5), { ...place, attempt: 2 }).slice(2)).not.toEqual(prompts[5]?.slice(2));
  });
  test('what is to be shared is shared, and nothing more', () => {
    const [one, other] = [compose(planned(1, { cachedTokens: 20 })), compose(planned(2, { cachedTokens: 20 }))] as const;
    expect(one.slice(0, 20)).toEqual(other.slice(0, 20));
    expect(one[20]).not.toBe(other[20]);
  });
  test('blocks of a trace are texts of their own', () => {
    const [one, other] = [
      compose(planned(1, { prefixBlocks: Int32Array.of(9, 3) })),
      compose(planned(2, { prefixBlocks: Int32Array.of(9, 4) })),
    ] as const;
    expect(one.slice(0, 4)).toEqual(other.slice(0, 4));
    expect(one.slice(4, 8)).not.toEqual(other.slice(4, 8));
  });
});

describe('intervals', () => {
  test('p99 is refused below 1,000 samples, whatever is asked', () => {
    const { normal } = seededChance(1);
    const figures = Array.from({ length: 1000 }, () => 1 + 0.1 * normal());
    expect(spreadOf(figures.slice(1), 0.99, 1)).toMatchObject({ count: 999, p99Seconds: null, atTargetSeconds: null });
    expect(spreadOf(figures, 0.99, 1).p99Seconds).not.toBeNull();
    expect([0.5, 0.9, 0.95, 0.99, 0.999].map(samplesNeeded)).toEqual([2, 10, 20, 1000, 10_000]);
  });
  test('95 % intervals hold the truth about that often, for independent and for alike neighbours', () => {
    for (const likeness of [0, 0.8]) {
      let held = 0;
      const trials = 60;
      for (let trial = 0; trial < trials; trial += 1) {
        const { normal } = seededChance(1000 + trial);
        let before = normal();
        const figures = Array.from({ length: 250 }, () => {
          before = likeness * before + Math.sqrt(1 - likeness ** 2) * normal();
          return before;
        });
        const { p50Seconds } = spreadOf(figures, 0.95, trial);
        if (p50Seconds !== null && p50Seconds.low <= 0 && p50Seconds.high >= 0) held += 1;
      }
      expect(held / trials).toBeGreaterThan(0.85);
    }
  });
  test('alike neighbours make longer blocks', () => {
    const { normal } = seededChance(2);
    let level = 0;
    const alike = Array.from({ length: 1000 }, () => {
      level = 0.95 * level + normal();
      return level;
    });
    expect(blockLength(alike)).toBeGreaterThan(2 * blockLength(Array.from({ length: 1000 }, normal)));
  });
});

test('a load is steady where its slope cannot be told from none', () => {
  const { normal } = seededChance(3);
  const at = (trend: number) =>
    Array.from({ length: 100 }, (_, seconds) => ({ seconds, value: 1 + trend * seconds + 0.1 * normal() }));
  expect(isSteady(at(0))).toBe(true);
  expect(isSteady(at(0.02))).toBe(false);
  expect(isSteady(at(0).slice(0, 5))).toBe(false);
});

const record = (fields: Partial<BenchRequest>): BenchRequest => ({
  pointId: 'p',
  attempt: 1,
  index: 0,
  phase: 'measured',
  intendedSeconds: 0,
  sentSeconds: 0,
  firstByteSeconds: 0.1,
  firstChunkSeconds: 0.1,
  firstReasoningSeconds: null,
  firstAnswerSeconds: 0.2,
  lastTokenSeconds: 1.2,
  endSeconds: 1.2,
  outcome: 'ok',
  httpStatus: 200,
  retryAfterSeconds: null,
  message: null,
  finishReason: 'length',
  promptTokensAsked: 10,
  promptTokensUsed: 10,
  promptTokensCached: null,
  outputTokensAsked: 11,
  completionTokens: 11,
  reasoningTokens: null,
  countedFrom: 'usage',
  textChunks: 11,
  chunkGapsMicroseconds: Array(10).fill(100_000),
  chunkTokens: null,
  ...fields,
});

describe('goodput', () => {
  const targets = { percentile: 0.9, ttftSeconds: 0.25, tpotSeconds: 0.11, endToEndSeconds: null };
  test('what failed is offered and bad', () => {
    const good = Array.from({ length: 18 }, () => record({}));
    const bad = [
      record({ outcome: 'timeout' }),
      record({ outcome: 'http-error', firstAnswerSeconds: null, completionTokens: null }),
    ];
    expect(judgeRequests([...good, ...bad], targets)).toMatchObject({
      good: 18,
      verdict: { ttftRatio: 0.9, tpotRatio: 0.9, holds: true },
    });
    expect(judgeRequests([...good.slice(1), ...bad, record({ outcome: 'reset' })], targets).verdict.holds).toBe(false);
  });
  test('one token cannot miss TPOT, an uncounted answer does', () => {
    expect(judgeRequests([record({ completionTokens: 1 })], targets).good).toBe(1);
    expect(judgeRequests([record({ completionTokens: null, countedFrom: 'none' })], targets).good).toBe(0);
  });
  test('too few tell nothing, unless too many have missed already', () => {
    expect(judgeRequests([record({})], targets).verdict.holds).toBeNull();
    expect(judgeRequests([record({ firstAnswerSeconds: 9 }), record({ firstAnswerSeconds: 9 })], targets).verdict.holds).toBe(
      false,
    );
  });
});

describe('search', () => {
  const setting = {
    pattern: 'poisson' as const,
    burstiness: 1,
    lowRequestsPerSecond: 1,
    highRequestsPerSecond: 2,
    resolutionRatio: 0.05,
    repeats: 1,
  };
  const walk = (knee: number, own = setting) => {
    const tried: TriedPoint[] = [];
    for (;;) {
      const step = nextStep(own, tried);
      if ('done' in step) return { tried, done: step.done };
      const rate = step.next.load.kind === 'open' ? step.next.load.requestsPerSecond : 0;
      tried.push({
        point: step.next,
        verdict: { ttftRatio: null, tpotRatio: null, endToEndRatio: null, holds: rate <= knee },
        doubts: [],
        complete: true,
      });
    }
  };
  test.each([0.4, 1.3, 7.7, 30])('finds a knee at %s within its resolution, in few points, none twice', (knee) => {
    const { tried, done } = walk(knee);
    expect(done.outcome).toBe('found');
    expect(done.holdsRequestsPerSecond).toBeLessThanOrEqual(knee);
    expect(done.failsRequestsPerSecond).toBeGreaterThan(knee);
    expect((done.failsRequestsPerSecond as number) / (done.holdsRequestsPerSecond as number)).toBeLessThanOrEqual(1.0501);
    expect(tried.length).toBeLessThan(14);
    expect(new Set(tried.map(({ point }) => point.id)).size).toBe(tried.length);
  });
  test('says so where nothing or everything holds', () => {
    expect(walk(0).done.outcome).toBe('none-holds');
    expect(walk(1e9).done.outcome).toBe('all-hold');
  });
  test('repeats go by majority and stop when it is settled', () => {
    expect(
      walk(1.3, { ...setting, repeats: 3 }).tried.filter(
        ({ point }) => point.load.kind === 'open' && point.load.requestsPerSecond === 1,
      ),
    ).toHaveLength(2);
  });
  test('a queue that grows does not hold, however good its window looked', () => {
    const doubt = {
      id: 'not-steady' as const,
      about: 'server' as const,
      weight: 'invalid' as const,
      message: '',
      got: null,
      limit: null,
    };
    expect(pointHolds({ verdict: { ttftRatio: 1, tpotRatio: 1, endToEndRatio: null, holds: true }, doubts: [doubt] })).toBe(
      false,
    );
  });
});

test('a meter that fell silent covers less, and is not taken to have gone on', () => {
  const readings = [0, 1, 2, 3].map((seconds) => ({ seconds, watts: 300, sources: 2 }));
  const power = averagePower(readings, 0, 10, 1);
  expect(power).toMatchObject({ meanWatts: 300, samples: 4, sources: 2 });
  expect(power?.coveredRatio).toBeCloseTo(0.4, 5);
  expect(averagePower([], 0, 10, 1)).toBeNull();
});

test("the server's own counters between two pages", () => {
  const page = (tokens: number, sum: number, count: number) =>
    `# HELP x\nvllm:generation_tokens_total{model_name="m",engine="0"} ${tokens}\nvllm:time_to_first_token_seconds_sum{} ${sum}\nvllm:time_to_first_token_seconds_count{} ${count}\n`;
  expect(compareCounters(page(100, 10, 20), page(1100, 15, 30))).toMatchObject({
    engine: 'vllm',
    completionTokens: 1000,
    meanTtftSeconds: 0.5,
    requests: null,
  });
  expect(compareCounters('a 1\n', 'a 2\n')).toBeNull();
});
