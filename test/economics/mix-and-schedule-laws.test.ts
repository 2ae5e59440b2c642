// Laws of mixes and schedules on drawn cases: what a dearer price may never do, and answers that add up by plain arithmetic.
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { type LoadLevel, loadDurationLevels, type Mix, mixSources, type Source } from '../../src/economics/hybrid.ts';
import type { Solver } from '../../src/economics/linear-program.ts';
import { type Schedule, type ScheduleTask, schedulePurchases } from '../../src/economics/purchase-schedule.ts';
import { loadSolver } from '../../src/files/load-solver.ts';

let solve: Solver;
beforeAll(async () => {
  solve = await loadSolver();
});

const mixArbitrary = fc.record({
  hours: fc.array(fc.double({ min: 0.05, max: 1, noNaN: true }), { minLength: 24, maxLength: 168 }),
  peak: fc.double({ min: 1, max: 12, noNaN: true }),
  owned: fc.integer({ min: 2000, max: 12_000 }),
  once: fc.integer({ min: 0, max: 4000 }),
  committed: fc.integer({ min: 4000, max: 14_000 }),
  demand: fc.integer({ min: 10, max: 40 }),
  spot: fc.integer({ min: 4, max: 20 }),
});
type Drawn = typeof mixArbitrary extends fc.Arbitrary<infer Value> ? Value : never;
const levelsOf = ({ hours, peak }: Drawn): LoadLevel[] =>
  loadDurationLevels(
    hours.map((load) => load * peak),
    730,
    8,
  );
const sourcesOf = ({ owned, once, committed, demand, spot }: Drawn, ownedUsdPerHour: number): Source[] => [
  {
    id: 'owned',
    kind: 'kept',
    capacityPerUnit: 1.5,
    usdPerUnitMonth: owned,
    usdPerUnitHour: ownedUsdPerHour,
    usdPerMonth: once,
  },
  { id: 'committed', kind: 'kept', capacityPerUnit: 1, usdPerUnitMonth: committed, usdPerUnitHour: 0 },
  { id: 'on-demand', kind: 'hourly', capacityPerUnit: 1, usdPerUnitMonth: 0, usdPerUnitHour: demand },
  { id: 'spot', kind: 'hourly', capacityPerUnit: 1, usdPerUnitMonth: 0, usdPerUnitHour: spot, mostShare: 0.5 },
];
const ownedHours = (mix: Mix) => mix.parts.find((part) => part.id === 'owned')?.unitHoursPerMonth ?? 0;

test('a mix is never dearer than the best pure source, and its parts add up', () => {
  fc.assert(
    fc.property(mixArbitrary, (drawn) => {
      const sources = sourcesOf(drawn, 2);
      const { best, pure } = mixSources(levelsOf(drawn), sources, solve);
      for (const alone of pure) expect(best.usdPerMonth).toBeLessThanOrEqual(alone.usdPerMonth + 1e-6);
      let total = 0;
      for (const part of best.parts) {
        const source = sources.find((each) => each.id === part.id) as Source;
        const usd =
          (source.usdPerMonth ?? 0) + part.units * source.usdPerUnitMonth + part.unitHoursPerMonth * source.usdPerUnitHour;
        expect(part.usdPerMonth).toBeCloseTo(usd, 6);
        expect(part.unitHoursPerMonth).toBeLessThanOrEqual(part.units * 730 + 1e-6);
        total += usd;
      }
      expect(best.usdPerMonth).toBeCloseTo(total, 6);
    }),
    { numRuns: 40, seed: 11 },
  );
});

test('dearer electricity never makes the owned units run more, and never makes the mix cheaper', () => {
  fc.assert(
    fc.property(mixArbitrary, (drawn) => {
      const levels = levelsOf(drawn);
      const mixes = [0, 4, 12].map((usd) => mixSources(levels, sourcesOf(drawn, usd), solve).best);
      for (const [index, mix] of mixes.entries()) {
        const before = mixes[index - 1];
        if (before === undefined) continue;
        expect(ownedHours(mix)).toBeLessThanOrEqual(ownedHours(before) + 1e-6);
        expect(mix.usdPerMonth).toBeGreaterThanOrEqual(before.usdPerMonth - 1e-6);
      }
    }),
    { numRuns: 30, seed: 12 },
  );
});

const QUARTERS = 6;
const scheduleArbitrary = fc.record({
  first: fc.integer({ min: 60, max: 140 }),
  second: fc.integer({ min: 90, max: 220 }),
  decline: fc.double({ min: 0.9, max: 1, noNaN: true }),
  growth: fc.double({ min: 0, max: 1.5, noNaN: true }),
  kept: fc.integer({ min: 0, max: 5 }),
});
const taskOf = (
  { first, second, decline, growth, kept }: typeof scheduleArbitrary extends fc.Arbitrary<infer Value> ? Value : never,
  dearer: number,
): ScheduleTask => {
  const path = (usd: number) => Array.from({ length: QUARTERS }, (_, quarter) => usd * decline ** quarter);
  const residualAt = (quarters: number) => Math.max(0, 0.7 - 0.08 * quarters);
  const kind = { keptUsdPerMonth: kept + dearer, residualAt };
  return {
    needs: Array.from({ length: QUARTERS }, (_, quarter) => 2 * (1 + growth) ** (quarter / 4)),
    kinds: [
      { ...kind, id: 'first', capacityPerUnit: 1, usdByQuarter: path(first), runningUsdPerMonth: 2, availableFrom: 0 },
      { ...kind, id: 'second', capacityPerUnit: 2, usdByQuarter: path(second), runningUsdPerMonth: 3, availableFrom: 1 },
    ],
    swaps: [],
    costOfCapitalPerYear: 0.1,
  };
};
const sum = (parts: readonly { readonly units: number }[]) => parts.reduce((total, part) => total + part.units, 0);
/** Units owned in each quarter in today's money's weights: what a dollar more a month for keeping is multiplied with. */
const keptUnits = (schedule: Schedule, rate: number) =>
  schedule.steps.reduce((total, step) => total + (sum(step.running) + sum(step.parked)) / (1 + rate) ** (step.quarter / 4), 0);

test('dearer keeping never keeps more, and never costs less', () => {
  fc.assert(
    fc.property(scheduleArbitrary, (drawn) => {
      const schedules = [0, 3, 12].map((dearer) => schedulePurchases(taskOf(drawn, dearer), solve).best);
      for (const [index, schedule] of schedules.entries()) {
        const before = schedules[index - 1];
        if (before === undefined) continue;
        expect(keptUnits(schedule, 0.1)).toBeLessThanOrEqual(keptUnits(before, 0.1) + 1e-5);
        expect(schedule.presentValueUsd).toBeGreaterThanOrEqual(before.presentValueUsd - 1e-6);
      }
    }),
    { numRuns: 30, seed: 13 },
  );
});

test('every need is carried, by units that are there, for no more than buying at once', () => {
  fc.assert(
    fc.property(scheduleArbitrary, (drawn) => {
      const task = taskOf(drawn, 0);
      const { best, atOnce, savesUsd } = schedulePurchases(task, solve);
      expect(savesUsd).toBeGreaterThanOrEqual(0);
      expect(savesUsd).toBeCloseTo(atOnce.presentValueUsd - best.presentValueUsd, 6);
      const owned = new Map<string, number>();
      for (const step of best.steps) {
        for (const { what, kind, units } of step.actions)
          owned.set(kind, (owned.get(kind) ?? 0) + (what === 'sell' ? -units : units));
        let carried = 0;
        for (const kind of task.kinds) {
          const of = (parts: Schedule['steps'][number]['running']) => sum(parts.filter((part) => part.kind === kind.id));
          expect(of(step.running) + of(step.parked)).toBe(owned.get(kind.id) ?? 0);
          carried += of(step.running) * kind.capacityPerUnit;
        }
        expect(carried).toBeGreaterThanOrEqual(step.need - 1e-6);
      }
    }),
    { numRuns: 30, seed: 14 },
  );
});
