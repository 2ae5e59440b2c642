// Hybrid mixes: brute force over whole units on small cases, and what must hold on any.
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type LoadLevel, loadDurationLevels, mixSources, type Source } from '../../src/economics/hybrid.ts';
import type { Solver } from '../../src/economics/linear-program.ts';
import { loadSolver } from '../../src/files/load-solver.ts';

let solve: Solver;
beforeAll(async () => {
  solve = await loadSolver();
});

/** Every set of sources with what they cost once, each with the cheapest whole numbers. */
function bruteForce(levels: readonly LoadLevel[], sources: readonly Source[]): number {
  let best = Number.POSITIVE_INFINITY;
  for (let chosen = 1; chosen < 2 ** sources.length; chosen += 1) {
    const some = sources.filter((_, index) => (chosen >> index) % 2 === 1);
    const once = some.reduce((sum, source) => sum + (source.usdPerMonth ?? 0), 0);
    best = Math.min(best, once + cheapestCounts(levels, some));
  }
  return best;
}

/** Cheapest bill over every number of kept units; given those, each level takes the cheapest way of its own. */
function cheapestCounts(levels: readonly LoadLevel[], sources: readonly Source[]): number {
  const most = (source: Source) => Math.ceil(Math.max(...levels.map((level) => level.load)) / source.capacityPerUnit);
  let best = Number.POSITIVE_INFINITY;
  const keptOf = (index: number, chosen: number[]): void => {
    const source = sources[index];
    if (source === undefined) {
      let usd = chosen.reduce(
        (sum, units, at) => sum + units * (sources[at]?.kind === 'kept' ? sources[at].usdPerUnitMonth : 0),
        0,
      );
      for (const level of levels) usd += cheapestHour(level, chosen, 0, level.load);
      best = Math.min(best, usd);
      return;
    }
    for (let units = 0; units <= (source.kind === 'kept' ? most(source) : 0); units += 1) keptOf(index + 1, [...chosen, units]);
  };
  const cheapestHour = (level: LoadLevel, chosen: readonly number[], index: number, left: number): number => {
    const source = sources[index];
    if (source === undefined) return left <= 1e-9 ? 0 : Number.POSITIVE_INFINITY;
    const limit = source.kind === 'kept' ? (chosen[index] ?? 0) : Math.ceil(level.load / source.capacityPerUnit);
    let least = Number.POSITIVE_INFINITY;
    for (let units = 0; units <= limit; units += 1) {
      if (units * source.capacityPerUnit > (source.mostShare ?? Number.POSITIVE_INFINITY) * level.load + 1e-9) break;
      const rest = cheapestHour(level, chosen, index + 1, left - units * source.capacityPerUnit);
      least = Math.min(least, units * source.usdPerUnitHour * level.hoursPerMonth + rest);
    }
    return least;
  };
  keptOf(0, []);
  return best;
}

const levelsArbitrary = fc.array(
  fc.record({ load: fc.integer({ min: 1, max: 5 }), hoursPerMonth: fc.integer({ min: 10, max: 400 }) }),
  {
    minLength: 1,
    maxLength: 3,
  },
);
const sourcesArbitrary = fc.tuple(
  fc.record({
    usdPerUnitMonth: fc.integer({ min: 50, max: 900 }),
    usdPerUnitHour: fc.integer({ min: 0, max: 1 }),
    usdPerMonth: fc.integer({ min: 0, max: 800 }),
  }),
  fc.record({ usdPerUnitMonth: fc.integer({ min: 50, max: 900 }) }),
  fc.record({ usdPerUnitHour: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ usdPerUnitHour: fc.integer({ min: 1, max: 3 }), mostShare: fc.constantFrom(0.3, 0.5, 0.7) }),
);
type Drawn = Parameters<Parameters<typeof sourcesArbitrary.map>[0]>[0];
const sourcesOf = ([owned, committed, demand, spot]: Drawn): Source[] => [
  { id: 'owned', kind: 'kept', capacityPerUnit: 1.5, ...owned },
  { id: 'committed', kind: 'kept', capacityPerUnit: 1, usdPerUnitHour: 0, ...committed },
  { id: 'on-demand', kind: 'hourly', capacityPerUnit: 1, usdPerUnitMonth: 0, ...demand },
  { id: 'spot', kind: 'hourly', capacityPerUnit: 1, usdPerUnitMonth: 0, ...spot },
];

test('is as cheap as the cheapest of all whole numbers', () => {
  fc.assert(
    fc.property(levelsArbitrary, sourcesArbitrary, (levels, drawn) => {
      const sources = sourcesOf(drawn);
      expect(mixSources(levels, sources, solve).best.usdPerMonth).toBeCloseTo(bruteForce(levels, sources), 4);
    }),
    { numRuns: 60, seed: 5 },
  );
});

test('is never dearer than the best pure option', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.05, max: 1, noNaN: true }), { minLength: 24, maxLength: 168 }),
      sourcesArbitrary,
      fc.double({ min: 1, max: 30, noNaN: true }),
      (hours, drawn, peak) => {
        const levels = loadDurationLevels(
          hours.map((load) => load * peak),
          730,
          12,
        );
        const { best, pure } = mixSources(levels, sourcesOf(drawn), solve);
        for (const alone of pure) expect(best.usdPerMonth).toBeLessThanOrEqual(alone.usdPerMonth + 1e-6);
      },
    ),
    { numRuns: 15, seed: 6 },
  );
});

describe('by hand', () => {
  const levels: LoadLevel[] = [
    { load: 3, hoursPerMonth: 100 },
    { load: 1, hoursPerMonth: 630 },
  ];
  const owned: Source = { id: 'owned', kind: 'kept', capacityPerUnit: 1, usdPerUnitMonth: 1000, usdPerUnitHour: 0 };
  const rented: Source = { id: 'rented', kind: 'hourly', capacityPerUnit: 1, usdPerUnitMonth: 0, usdPerUnitHour: 4 };

  test('one owned for the base, two rented for the peak: 1,000 + 2 × 100 × 4', () => {
    const { best, pure } = mixSources(levels, [owned, rented], solve);
    expect(best).toEqual({
      usdPerMonth: 1800,
      parts: [
        { id: 'owned', units: 1, unitHoursPerMonth: 730, usdPerMonth: 1000 },
        { id: 'rented', units: 2, unitHoursPerMonth: 200, usdPerMonth: 800 },
      ],
    });
    // Alone: 3 × 1,000 owned; (3 × 100 + 630) × 4 rented.
    expect(pure.map((mix) => mix.usdPerMonth)).toEqual([3000, 3720]);
  });

  test('dearer electricity never makes it keep more', () => {
    const units = [0, 1, 3, 5, 8].map((usdPerUnitHour) => {
      const { best } = mixSources(levels, [{ ...owned, usdPerUnitHour }, rented], solve);
      return best.parts.find((part) => part.id === 'owned')?.units ?? 0;
    });
    expect(units).toEqual(units.toSorted((one, other) => other - one));
  });

  test('where nothing may carry everything, that is an error', () => {
    expect(() => mixSources(levels, [{ ...rented, mostShare: 0.5 }], solve)).toThrow(RangeError);
  });
});

test('levels keep every hour and are merged upward', () => {
  const hours = Array.from({ length: 168 }, (_, hour) => (hour % 40) / 40);
  const levels = loadDurationLevels(hours, 730, 10);
  expect(levels.length).toBeLessThanOrEqual(10);
  expect(levels.reduce((sum, level) => sum + level.hoursPerMonth, 0)).toBeCloseTo(730, 9);
  const mean = hours.reduce((sum, load) => sum + load, 0) / 168;
  expect(levels.reduce((sum, level) => sum + level.load * level.hoursPerMonth, 0) / 730).toBeGreaterThanOrEqual(mean);
  expect(Math.max(...levels.map((level) => level.load))).toBe(Math.max(...hours));
});
