// What must hold for any load: more hardware is never slower, more work never faster.
import fc from 'fast-check';
import { probit } from 'simple-statistics';
import { describe, expect, test } from 'vitest';
import { meanInFlight } from '../../src/physics/open-loop.ts';
import { kernelSeconds } from '../../src/physics/roofline.ts';
import { compileSteadyState } from '../../src/physics/steady-state.ts';
import { compileCandidates, listStacks } from '../../src/search/candidates.ts';
import { listMachines } from '../../src/search/machines.ts';
import { paretoSet } from '../../src/search/pareto.ts';
import {
  BATCH_GRID,
  prepareCandidate,
  type SizingTask,
  sequencesThatFit,
  sizeCandidate,
} from '../../src/search/size-candidate.ts';
import { realCatalog } from '../load-real.ts';

const catalog = realCatalog();
const model = catalog.model('deepseek-r1');
const architecture = catalog.architecture('deepseek-v3');
if (model === undefined || architecture === undefined) throw new Error('the catalogue lacks R1');
const machine = listMachines(catalog).find((each) => each.id === 'p5en.48xlarge');
if (machine === undefined) throw new Error('the catalogue lacks p5en');
const stacks = listStacks(catalog, machine, model, architecture).filter((stack) => stack.checkpoint.id === 'fp8');
const candidates = stacks.flatMap((stack) => compileCandidates(stack, 1)).filter((candidate) => candidate.memory.cacheBytes > 0);
const anyCandidate = fc.constantFrom(...candidates);
const batch = fc.integer({ min: 1, max: 4096 });
const context = fc.integer({ min: 16, max: 100_000 });

describe('step times', () => {
  test('there is something to test', () => expect(candidates.length).toBeGreaterThan(3));
  test('never fall when the context grows', () => {
    fc.assert(
      fc.property(anyCandidate, batch, context, context, (candidate, sequences, one, other) => {
        const [short, long] = [Math.min(one, other), Math.max(one, other)];
        expect(candidate.steps.decodeSeconds(sequences, long)).toBeGreaterThanOrEqual(
          candidate.steps.decodeSeconds(sequences, short) - 1e-12,
        );
      }),
    );
  });
  test('never fall when the batch grows, and throughput never falls either', () => {
    fc.assert(
      fc.property(anyCandidate, batch, batch, context, (candidate, one, other, tokens) => {
        const [small, large] = [Math.min(one, other), Math.max(one, other)];
        const [quick, slow] = [candidate.steps.decodeSeconds(small, tokens), candidate.steps.decodeSeconds(large, tokens)];
        expect(slow).toBeGreaterThanOrEqual(quick - 1e-12);
        expect(large / slow).toBeGreaterThanOrEqual((small / quick) * (1 - 1e-9));
      }),
    );
  });
  test('of prefill never fall when the prompt grows', () => {
    fc.assert(
      fc.property(
        anyCandidate,
        fc.integer({ min: 1, max: 60_000 }),
        fc.integer({ min: 1, max: 60_000 }),
        (candidate, one, other) => {
          const [short, long] = [Math.min(one, other), Math.max(one, other)];
          expect(candidate.steps.prefillSeconds(long)).toBeGreaterThanOrEqual(candidate.steps.prefillSeconds(short) * (1 - 1e-9));
        },
      ),
    );
  });
});

test('a kernel is never below either bound and at most 41 % above the larger', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-9, max: 10, noNaN: true }),
      fc.double({ min: 1e-9, max: 10, noNaN: true }),
      (memory, compute) => {
        const seconds = kernelSeconds(memory, compute);
        expect(seconds).toBeGreaterThanOrEqual(Math.max(memory, compute));
        expect(seconds).toBeLessThanOrEqual(Math.max(memory, compute) * Math.SQRT2 * (1 + 1e-12));
      },
    ),
  );
});

const request = {
  prefillMeanTokens: 900,
  prefillTailTokens: 4000,
  prefillVariability: 1.5,
  promptMeanTokens: 1500,
  outputMeanTokens: 400,
  outputVariability: 1,
};
const traffic = { arrivals: 'open', percentile: 0.95, burstiness: 1 } as const;

test('the percentile of a Poisson count with the mean found is the limit again', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), (limit) => {
      const mean = meanInFlight(limit, probit(0.95), 1);
      expect(mean + probit(0.95) * Math.sqrt(mean)).toBeCloseTo(limit, 6);
    }),
  );
});

test('steady states are finite and positive', () => {
  fc.assert(
    fc.property(anyCandidate, fc.constantFrom(...BATCH_GRID.filter((each) => each <= 1024)), (candidate, limit) => {
      const state = compileSteadyState(candidate.steps, request, traffic, candidate.scheduling, 100_000)(limit);
      for (const value of [state.tpotSeconds, state.tpotMeanSeconds, state.requestsPerSecond, state.meanSequences]) {
        expect(value).toBeGreaterThan(0);
        expect(Number.isFinite(value)).toBe(true);
      }
    }),
  );
});

describe('sizing', () => {
  const task = (requestsPerSecond: number, tpotTargetSeconds: number): SizingTask => ({
    request,
    traffic,
    ttftTargetSeconds: 2,
    tpotTargetSeconds,
    demand: { requestsPerSecond },
    sequenceTokens: 1900,
    sequenceDeviationTokens: 1800,
    confidence: 0.5,
    maximumTokens: 16_384,
  });
  const replicas = (candidate: (typeof candidates)[number], rate: number, tpot: number) => {
    const wanted = task(rate, tpot);
    const result = sizeCandidate(prepareCandidate(candidate, wanted), wanted);
    return 'sizing' in result ? result.sizing.replicas : Number.POSITIVE_INFINITY;
  };
  test('takes never fewer replicas for more load or a tighter target', () => {
    fc.assert(
      fc.property(
        anyCandidate,
        fc.double({ min: 0.1, max: 200, noNaN: true }),
        fc.double({ min: 1, max: 5, noNaN: true }),
        fc.double({ min: 0.02, max: 0.2, noNaN: true }),
        (candidate, rate, more, target) => {
          expect(replicas(candidate, rate * more, target)).toBeGreaterThanOrEqual(replicas(candidate, rate, target));
          expect(replicas(candidate, rate, target / more)).toBeGreaterThanOrEqual(replicas(candidate, rate, target));
        },
      ),
    );
  });
  test('equals trying every batch limit there is', () => {
    for (const candidate of candidates) {
      const wanted = task(20, 0.06);
      const places = Math.max(1, Math.floor(sequencesThatFit(candidate, wanted))) * candidate.layout.dataParallel;
      const stateAt = compileSteadyState(candidate.steps, request, traffic, candidate.scheduling, places);
      const rates = Array.from({ length: Math.min(places, 4000) }, (_, index) => stateAt(index + 1))
        .filter((state) => state.tpotSeconds <= 0.06 && state.ttftSeconds <= 2 && state.prefillUtilisation <= 0.95)
        .map((state) => state.requestsPerSecond);
      const result = sizeCandidate(prepareCandidate(candidate, wanted), wanted);
      if (rates.length === 0) expect('miss' in result).toBe(true);
      else {
        expect('sizing' in result && result.sizing.replicas).toBe(Math.ceil(20 / Math.max(...rates) - 1e-9));
        expect('sizing' in result && result.sizing.capacity.requestsPerSecond).toBeCloseTo(Math.max(...rates), 6);
      }
    }
  });
});

test('no member of a Pareto set is bettered, and every other item is', () => {
  const point = fc.record({ cost: fc.integer({ min: 1, max: 20 }), time: fc.integer({ min: 1, max: 20 }) });
  const betters = (one: { cost: number; time: number }, other: { cost: number; time: number }) =>
    one.cost <= other.cost && one.time <= other.time && (one.cost < other.cost || one.time < other.time);
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 30 }), (points) => {
      const set = paretoSet(points, [(each) => each.cost, (each) => each.time]);
      for (const member of set) expect(points.some((other) => betters(other, member))).toBe(false);
      for (const other of points.filter((each) => !set.includes(each)))
        expect(set.some((member) => betters(member, other) || (member.cost === other.cost && member.time === other.time))).toBe(
          true,
        );
    }),
  );
});
