// Purchase schedules: brute force over every whole number on small cases, arithmetic by hand, and what must hold on any.
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Solver } from '../../src/economics/linear-program.ts';
import { type Kind, type ScheduleTask, schedulePurchases } from '../../src/economics/purchase-schedule.ts';
import { loadSolver } from '../../src/files/load-solver.ts';

let solve: Solver;
beforeAll(async () => {
  solve = await loadSolver();
});

const kindOf = (change: Partial<Kind>): Kind => ({
  id: 'first',
  capacityPerUnit: 1,
  usdByQuarter: [100, 100, 100, 100],
  keptUsdPerMonth: 1,
  runningUsdPerMonth: 2,
  residualAt: (quarters) => Math.max(0, 1 - 0.2 * quarters),
  availableFrom: 0,
  ...change,
});

/** Cheapest of all ways to buy, sell, swap and run up to two units a quarter, counted by simulating each. */
function bruteForce(task: ScheduleTask): number {
  const { kinds, swaps, needs, costOfCapitalPerYear } = task;
  const worth = (usd: number, quarter: number) => usd / (1 + costOfCapitalPerYear) ** (quarter / 4);
  let best = Number.POSITIVE_INFINITY;
  /** A swapped unit stays, and fetches a share of what its cards cost. */
  type Unit = { kind: number; vintage: number; cardsUsd?: number };
  const walk = (quarter: number, units: readonly Unit[], usd: number): void => {
    if (quarter === needs.length) {
      const resale = units.reduce((sum, unit) => {
        const kind = kinds[unit.kind] as Kind;
        const paid = unit.cardsUsd ?? kind.usdByQuarter[unit.vintage] ?? 0;
        return sum + worth(paid * kind.residualAt(quarter - unit.vintage), quarter);
      }, 0);
      best = Math.min(best, usd - resale);
      return;
    }
    // For each unit: keep, sell, or swap; then buy up to what the peak takes of each kind.
    const choices = (index: number, kept: readonly Unit[], spent: number): void => {
      const unit = units[index];
      if (unit === undefined) {
        buy(0, kept, spent);
        return;
      }
      const kind = kinds[unit.kind] as Kind;
      choices(index + 1, [...kept, unit], spent);
      if (unit.cardsUsd !== undefined) return;
      const resale = (kind.usdByQuarter[unit.vintage] ?? 0) * kind.residualAt(quarter - unit.vintage);
      choices(index + 1, kept, spent - worth(resale, quarter));
      for (const swap of swaps)
        if (swap.from === kind.id) {
          const to = kinds.findIndex((each) => each.id === swap.to);
          if (quarter >= (kinds[to]?.availableFrom ?? 0))
            choices(
              index + 1,
              [...kept, { kind: to, vintage: quarter, cardsUsd: swap.usdByQuarter[quarter] ?? 0 }],
              spent + worth(swap.usdByQuarter[quarter] ?? 0, quarter),
            );
        }
    };
    const buy = (kindIndex: number, held: readonly Unit[], spent: number): void => {
      const kind = kinds[kindIndex];
      if (kind === undefined) {
        run(held, spent);
        return;
      }
      const most = quarter >= kind.availableFrom ? Math.ceil(Math.max(...needs) / kind.capacityPerUnit) : 0;
      for (let bought = 0; bought <= most; bought += 1)
        buy(
          kindIndex + 1,
          [...held, ...Array.from({ length: bought }, () => ({ kind: kindIndex, vintage: quarter }))],
          spent + worth(bought * (kind.usdByQuarter[quarter] ?? 0), quarter),
        );
    };
    const run = (held: readonly Unit[], spent: number): void => {
      const counts = kinds.map((_, index) => held.filter((unit) => unit.kind === index).length);
      const kept = counts.reduce((sum, count, index) => sum + count * (kinds[index]?.keptUsdPerMonth ?? 0), 0);
      let cheapest = Number.POSITIVE_INFINITY;
      const runEach = (index: number, carried: number, monthly: number): void => {
        const kind = kinds[index];
        if (kind === undefined) {
          if (carried >= (needs[quarter] ?? 0) - 1e-9) cheapest = Math.min(cheapest, monthly);
          return;
        }
        for (let running = 0; running <= (counts[index] ?? 0); running += 1)
          runEach(index + 1, carried + running * kind.capacityPerUnit, monthly + running * kind.runningUsdPerMonth);
      };
      runEach(0, 0, 0);
      if (cheapest < Number.POSITIVE_INFINITY) walk(quarter + 1, held, spent + worth(3 * (kept + cheapest), quarter));
    };
    choices(0, [], usd);
  };
  walk(0, [], 0);
  return best;
}

test('is as cheap as the cheapest of all whole numbers', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 2 }), { minLength: 2, maxLength: 3 }),
      fc.integer({ min: 50, max: 150 }),
      fc.integer({ min: 20, max: 120 }),
      fc.constantFrom(1, 2),
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 0, max: 1 }),
      (needs, first, second, capacity, running, from) => {
        const task: ScheduleTask = {
          needs,
          kinds: [
            kindOf({ usdByQuarter: [first, first * 0.9, first * 0.8], runningUsdPerMonth: running }),
            kindOf({
              id: 'second',
              capacityPerUnit: capacity,
              usdByQuarter: [second + 40, second + 20, second],
              availableFrom: from,
            }),
          ],
          swaps: [{ from: 'first', to: 'second', usdByQuarter: [30, 30, 30] }],
          costOfCapitalPerYear: 0.1,
        };
        expect(schedulePurchases(task, solve).best.presentValueUsd).toBeCloseTo(bruteForce(task), 4);
      },
    ),
    { numRuns: 30, seed: 7 },
  );
});

describe('by hand', () => {
  const task: ScheduleTask = {
    needs: [1, 1, 2, 2],
    kinds: [kindOf({ residualAt: () => 0, keptUsdPerMonth: 0, runningUsdPerMonth: 0 })],
    swaps: [],
    costOfCapitalPerYear: 0.1,
  };

  test('the second unit is bought when it is needed, and waiting saves its interest', () => {
    const { best, atOnce, savesUsd } = schedulePurchases(task, solve);
    expect(
      best.steps.map((step) =>
        step.actions.filter((action) => action.what === 'buy').reduce((sum, action) => sum + action.units, 0),
      ),
    ).toEqual([1, 0, 1, 0]);
    expect(atOnce.presentValueUsd).toBeCloseTo(200, 9);
    expect(best.presentValueUsd).toBeCloseTo(100 + 100 / 1.1 ** 0.5, 9);
    expect(savesUsd).toBeCloseTo(100 - 100 / 1.1 ** 0.5, 9);
  });

  test('all at once parks what is not needed yet', () => {
    const parked = schedulePurchases(task, solve).atOnce.steps.map((step) =>
      step.parked.reduce((sum, part) => sum + part.units, 0),
    );
    expect(parked).toEqual([1, 1, 0, 0]);
  });

  test('cards are swapped where that carries the growth for less than another server', () => {
    const { best } = schedulePurchases(
      {
        ...task,
        kinds: [
          task.kinds[0] as Kind,
          kindOf({
            id: 'next',
            capacityPerUnit: 2,
            usdByQuarter: [300, 300, 300, 300],
            residualAt: () => 0,
            keptUsdPerMonth: 0,
            runningUsdPerMonth: 0,
            availableFrom: 1,
          }),
        ],
        swaps: [{ from: 'first', to: 'next', usdByQuarter: [60, 60, 60, 60] }],
      },
      solve,
    );
    expect(best.steps[2]?.actions).toEqual([{ what: 'swap', kind: 'first to next', units: 1, usd: 60 }]);
  });
});

test('more growth never ends in a smaller fleet', () => {
  const finals = [0, 0.2, 0.5, 1, 2].map((growth) => {
    const needs = Array.from({ length: 8 }, (_, quarter) => 1.5 * (1 + growth) ** (quarter / 4));
    const { best } = schedulePurchases(
      {
        needs,
        kinds: [kindOf({ usdByQuarter: Array.from({ length: 8 }, (_, quarter) => 100 * 0.97 ** quarter) })],
        swaps: [],
        costOfCapitalPerYear: 0.09,
      },
      solve,
    );
    return best.steps.at(-1)?.running.reduce((sum, part) => sum + part.units, 0) ?? 0;
  });
  expect(finals).toEqual(finals.toSorted((one, other) => one - other));
});

test('swapping cards cannot make money', () => {
  const residualAt = (quarters: number) => Math.max(0, 1 - 0.1 * quarters);
  const { best } = schedulePurchases(
    {
      needs: [1, 1, 1, 1],
      kinds: [
        kindOf({ residualAt, keptUsdPerMonth: 0, runningUsdPerMonth: 0 }),
        kindOf({ id: 'next', usdByQuarter: [300, 300, 300, 300], residualAt, keptUsdPerMonth: 0, runningUsdPerMonth: 0 }),
      ],
      swaps: [{ from: 'first', to: 'next', usdByQuarter: [60, 60, 60, 60] }],
      costOfCapitalPerYear: 0,
    },
    solve,
  );
  expect(best.presentValueUsd).toBeGreaterThan(0);
});
