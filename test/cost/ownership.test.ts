// Ownership by hand: annuities, resale, street and list prices, power at the wall, with round numbers.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { monthlyEquivalent, presentValue, presentValueOfMonths, residualAt } from '../../src/cost/capital-value.ts';
import { computeEnergy, hostWallWatts, wallWatts } from '../../src/cost/energy.ts';
import { billOnPremises, listCapital, type OnPremisesInput, totalCapital } from '../../src/cost/on-premises.ts';
import { realCatalog } from '../load-real.ts';

const catalog = realCatalog();
const { facility, finance } = catalog;
const server = catalog.servers.find((each) => each.id === 'hgx-h200-8');
if (server === undefined) throw new Error('no such server');

const input = (change: Partial<OnPremisesInput> = {}): OnPremisesInput => ({
  server,
  nodes: 1,
  nodesPerReplica: 1,
  nodeMaximumWatts: 10_200,
  rackLimitWatts: 15_000,
  facility,
  priceBasis: 'typical',
  prices: 'street',
  listOverStreet: finance.listOverStreet,
  depreciationYears: 5,
  residual: { ratio: 0.1, low: 0, high: 0.2 },
  residualSource: 'test',
  costOfCapitalPerYear: 0.09,
  costOfCapitalSource: 'test',
  supportRatioPerYear: 0.05,
  usdPerKilowattMonth: 100,
  staffFte: 0.25,
  kilowattHoursPerMonth: 5000,
  usdPerKilowattHour: 0.1,
  electricitySource: 'test',
  ...change,
});
const lineOf = (change: Partial<OnPremisesInput>, id: string) => {
  const each = input(change);
  return billOnPremises(each, listCapital(each) ?? []).find((line) => line.id === id)?.usdPerMonth ?? Number.NaN;
};
const totalOf = (change: Partial<OnPremisesInput>) => {
  const each = input(change);
  return billOnPremises(each, listCapital(each) ?? []).reduce((sum, line) => sum + (line.usdPerMonth ?? 0), 0);
};

describe('money over time', () => {
  test('1,000 in two years at 10% is 826.45 now; 100 a month for a year at 0% is 1,200', () => {
    expect(presentValue(1000, 24, 0.1)).toBeCloseTo(826.446, 3);
    expect(presentValueOfMonths(100, 12, 0)).toBe(1200);
  });
  test('a monthly equivalent paid back is worth what it started from', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 1e7, noNaN: true }),
        fc.integer({ min: 1, max: 120 }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (usd, months, rate) => {
          expect(presentValueOfMonths(monthlyEquivalent(usd, months, rate), months, rate)).toBeCloseTo(usd, 4);
        },
      ),
    );
  });
  test('a payment of 9% a year: 12,000 over 12 months is 1,047.36 a month', () => {
    // i = 1.09^(1/12) − 1 = 0.0072073; 12,000 · i ÷ (1 − (1 + i)^−12)
    expect(monthlyEquivalent(12_000, 12, 0.09)).toBeCloseTo((12_000 * 0.007207323316) / (1 - 1 / 1.09), 4);
  });
  test('resale lies on straight lines between known ages', () => {
    expect(residualAt(finance.residual, 0).ratio).toBe(1);
    expect(residualAt(finance.residual, 4).ratio).toBeCloseTo((0.27 + 0.1) / 2, 12);
    expect(residualAt(finance.residual, 9)).toEqual({ ratio: 0.1, low: 0, high: 0.2 });
  });
});

describe('a month of owning', () => {
  const capex = totalCapital(listCapital(input()) ?? [], 'typical');
  test('what is bought: server 370,000, storage 27,500, network 35,000, rack 27,500, spares 3%', () => {
    expect(listCapital(input())?.map((item) => [item.id, item.quantity * item.usdEach])).toEqual([
      ['server', 370_000],
      ['storage', 27_500],
      ['network', 35_000],
      ['rack', 27_500],
      ['spares', 11_100],
    ]);
  });
  test('fabric only where a replica spans nodes', () => {
    expect(listCapital(input({ nodes: 2 }))?.some((item) => item.id === 'fabric')).toBe(false);
    expect(listCapital(input({ nodes: 2, nodesPerReplica: 2 }))?.some((item) => item.id === 'fabric')).toBe(true);
  });
  test('straight line (capex − resale) ÷ 60, and both lines together are the annuity', () => {
    expect(lineOf({}, 'depreciation')).toBeCloseTo((capex - 37_000) / 60, 6);
    expect(lineOf({}, 'depreciation') + lineOf({}, 'capital')).toBeCloseTo(
      monthlyEquivalent(capex - 37_000 / 1.09 ** 5, 60, 0.09),
      6,
    );
    expect(lineOf({ costOfCapitalPerYear: 0 }, 'capital')).toBeCloseTo(0, 9);
  });
  test('running: support, 5,000 kWh at 0.10, 10.2 kW at 100, a quarter of a person', () => {
    expect(lineOf({}, 'support')).toBeCloseTo((capex * 0.05) / 12, 9);
    expect(lineOf({}, 'energy')).toBeCloseTo(500, 9);
    expect(lineOf({}, 'space')).toBeCloseTo(1020, 9);
    expect(lineOf({}, 'staff')).toBeCloseTo(50_000 / 12, 9);
  });
  test('list prices triple a purchase; a list price itself is not discounted on a guess', () => {
    expect(listCapital(input({ prices: 'list' }))?.[0]?.usdEach).toBeCloseTo(370_000 * finance.listOverStreet.ratio, 6);
    const listed = catalog.servers.find((each) => each.priceBasis === 'vendor-list');
    if (listed?.price === undefined) throw new Error('no list price in the catalogue');
    for (const prices of ['street', 'list'] as const)
      expect(listCapital(input({ server: listed, prices }))?.[0]?.usdEach).toBe(listed.price.usd);
  });
  test('dearer power is never cheaper to own, more capital cost neither', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (one, other) => {
        const [less, more] = [Math.min(one, other), Math.max(one, other)];
        expect(totalOf({ usdPerKilowattHour: more })).toBeGreaterThanOrEqual(totalOf({ usdPerKilowattHour: less }));
        expect(totalOf({ costOfCapitalPerYear: more / 2 })).toBeGreaterThanOrEqual(
          totalOf({ costOfCapitalPerYear: less / 2 }) - 1e-9,
        );
      }),
    );
  });
});

describe('power', () => {
  const node = { maximumWatts: 10_200, accelerators: 8, boardMaximumWatts: 700 };
  test('8 × H100 at full boards: 8.1 kW at the wall, measured 8.4 kW (Latif et al. 2025)', () => {
    expect(wallWatts(node, 5600, facility)).toBeCloseTo(8100, 6);
    expect(Math.abs(wallWatts(node, 5600, facility) / 8400 - 1)).toBeLessThan(0.05);
  });
  test('never above the nameplate, never below its boards', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 5600, noNaN: true }), (boards) => {
        const wall = wallWatts(node, boards, facility);
        expect(wall).toBeLessThanOrEqual(10_200);
        expect(wall).toBeGreaterThanOrEqual(boards);
      }),
    );
  });
  test('three boundaries: boards, wall, facility', () => {
    const power = {
      boardWatts: 1000,
      wallWatts: 2000,
      nodeMaximumWatts: 4000,
      nodePhaseWatts: { idle: 1, loadedIdle: 1, prefill: 1, decode: 1 },
      basis: 'measured',
      error: { low: 1, high: 1 },
    } as const;
    const energy = computeEnergy(power, 1.5, 730 * 3600 * 100, 300);
    expect([energy.boardJoulesPerOutputToken, energy.wallJoulesPerOutputToken, energy.joulesPerOutputToken]).toEqual([
      10, 20, 30,
    ]);
    expect(energy.kilowattHoursPerMonth).toBeCloseTo(2190, 9);
    expect(energy.megawattHoursPerYear).toBeCloseTo(26.28, 9);
    expect(energy.kilogramsCo2ePerMonth).toBeCloseTo(657, 9);
  });
  test('a host without boards moves between its idle and its serving share', () => {
    expect(hostWallWatts(1000, 0, facility)).toBeCloseTo(180, 9);
    expect(hostWallWatts(1000, 1, facility)).toBeCloseTo(700, 9);
  });
});
