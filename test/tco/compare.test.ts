// The comparison of a workload: what must hold whatever the figures, and the same bytes for the same seed.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Tco, tcoSchema } from '../../src/documents/tco.ts';
import { workloadSchema } from '../../src/documents/workload.ts';
import type { Solver } from '../../src/economics/linear-program.ts';
import { loadSolver } from '../../src/files/load-solver.ts';
import { type PlanDetail, planInDetail } from '../../src/plan/plan-workload.ts';
import { renderTco } from '../../src/render/tco-table.ts';
import { compareOwning } from '../../src/tco/compare-owning.ts';
import { meanPriceFactor, ownedCost, paybackMonths, rentedCost } from '../../src/tco/fleets.ts';
import { listParameters, typicalValues } from '../../src/tco/parameters.ts';
import { listWays, type Way } from '../../src/tco/ways.ts';
import { realCatalog, root } from '../load-real.ts';

const catalog = realCatalog();
let solve: Solver;
const detailOf = (name: string, change: object = {}): PlanDetail =>
  planInDetail({
    workload: workloadSchema.parse({ ...parse(readFileSync(join(root, 'examples', `${name}.yaml`), 'utf8')), ...change }),
    workloadDigest: '0'.repeat(64),
    fallbackName: name,
    catalog,
    version: '0.0.0',
  });
const compare = (detail: PlanDetail, seed = 1, draws = 400): Tco =>
  compareOwning({ detail, version: '0.0.0', draws, seed, solve });

let chat: PlanDetail;
let growing: PlanDetail;
let ways: Way[];
beforeAll(async () => {
  solve = await loadSolver();
  chat = detailOf('chat');
  growing = detailOf('growing-office');
  ways = listWays(growing.priced, growing.workload, catalog);
}, 60_000);

test('is a valid document, the same bytes for the same seed and others for another', () => {
  const once = compare(chat);
  tcoSchema.parse(JSON.parse(JSON.stringify(once)));
  expect(JSON.stringify(compare(chat))).toBe(JSON.stringify(once));
  expect(JSON.stringify(compare(chat, 2))).not.toBe(JSON.stringify(once));
});

test('percentiles are in order, and typical values lie among them or beside them', () => {
  for (const way of compare(growing).ways) {
    expect(way.monthly.p10).toBeLessThanOrEqual(way.monthly.p50);
    expect(way.monthly.p50).toBeLessThanOrEqual(way.monthly.p90);
    expect(way.usdPerMonth).toBeGreaterThan(way.monthly.p10 * 0.5);
    expect(way.usdPerMonth).toBeLessThan(way.monthly.p90 * 2);
  }
});

test('the curve shows 5, 25, 50 and 100%, and crosses where owning and renting cost the same', () => {
  const { breakEven } = compare(chat);
  if (breakEven === null) throw new Error('nothing to break even with');
  expect(breakEven.curve.map((point) => point.utilisation)).toEqual(expect.arrayContaining([0.05, 0.25, 0.5, 1]));
  for (const point of breakEven.curve) {
    const [owned, rented] = [point.usdPerMonth.owned ?? 0, point.usdPerMonth['on-demand'] ?? 0];
    const share = breakEven.utilisation.p50 ?? 2;
    if (point.utilisation < share * 0.7) expect(rented).toBeLessThan(owned);
    if (point.utilisation > share * 1.4) expect(rented).toBeGreaterThan(owned);
  }
  // Rented by the hour, a quarter of the hours is a quarter of the compute.
  const [quarter, full] = [0.25, 1].map(
    (at) => breakEven.curve.find((point) => point.utilisation === at)?.usdPerMonth['on-demand'] ?? 0,
  );
  expect((quarter as number) / (full as number)).toBeGreaterThan(0.24);
  expect((quarter as number) / (full as number)).toBeLessThan(0.27);
});

test('the tornado is sorted, and each bar spans what its ends say', () => {
  const { tornado } = compare(chat);
  expect(tornado.length).toBeGreaterThan(5);
  expect(tornado.map((bar) => bar.swingUsdPerMonth)).toEqual(
    tornado.map((bar) => bar.swingUsdPerMonth).toSorted((one, other) => other - one),
  );
  for (const bar of tornado) {
    expect(bar.source.title, bar.parameter).not.toMatch(/not in the catalogue/);
    expect(bar.swingUsdPerMonth).toBeCloseTo(Math.abs(bar.high.differenceUsdPerMonth - bar.low.differenceUsdPerMonth), 6);
  }
});

test('what the workload settles is not drawn', () => {
  const names = (detail: PlanDetail) => compare(detail).tornado.map((bar) => bar.parameter);
  expect(names(chat)).toEqual(expect.arrayContaining(['support', 'space', 'costOfCapital']));
  const settled = detailOf('chat', {
    onPremises: {
      support: '5%',
      space: 'USD 184/kW-month',
      costOfCapital: '9%',
      staffFte: 0.25,
      quotes: { 'lenovo-h100-8': 'USD 250k' },
    },
  });
  for (const gone of ['support', 'space', 'costOfCapital', 'staffTime', 'serverPrice'])
    expect(names(settled)).not.toContain(gone);
});

test('a mix is never dearer than the best single way', () => {
  for (const detail of [chat, growing]) {
    const { hybrid, ways: told } = compare(detail);
    if (hybrid === null) throw new Error('nothing to mix');
    for (const way of told.filter((each) => each.allowed)) expect(hybrid.usdPerMonth).toBeLessThanOrEqual(way.usdPerMonth + 0.01);
  }
});

test('a day-shaped load with dear hours and no spot is carried by owned base and rented peaks', () => {
  const detail = detailOf('growing-office', {
    limits: { spot: 'never', machines: ['p5en.48xlarge', 'hgx-h200-8'] },
    demand: { users: 60000, activeAtPeak: '15%', shape: 'office' },
  });
  const { hybrid, ways: told } = compare(detail);
  const cheapest = Math.min(...told.filter((way) => way.allowed).map((way) => way.usdPerMonth));
  expect(hybrid?.usdPerMonth).toBeLessThanOrEqual(cheapest + 0.01);
  expect(hybrid?.parts.length).toBeGreaterThan(0);
});

describe('growth', () => {
  test('buying as demand grows is never dearer than buying at once, and starts with less', () => {
    const { schedule } = compare(growing);
    if (schedule === null) throw new Error('no schedule');
    expect(schedule.savesUsd).toBeGreaterThan(0);
    expect(schedule.presentValueUsd).toBeLessThanOrEqual(schedule.atOnceUsd);
    expect(schedule.firstUsd).toBeLessThan(schedule.atOnceFirstUsd);
  });
  test('more growth never ends in a smaller fleet; none needs no schedule', () => {
    const finals = ['20%', '60%', '150%'].map((growthPerYear) => {
      const detail = detailOf('growing-office', { demand: { requestsPerSecond: 100, growthPerYear } });
      return (
        compare(detail)
          .schedule?.quarters.at(-1)
          ?.running.reduce((sum, part) => sum + part.replicas, 0) ?? 0
      );
    });
    expect(finals).toEqual(finals.toSorted((one, other) => one - other));
    expect(compare(chat).schedule).toBeNull();
  }, 60_000);
});

describe('fleets', () => {
  const values = () => typicalValues(listParameters(growing.workload, null, catalog), growing.workload, catalog);
  test('twice the hours, twice the compute', () => {
    const rented = ways.find((way) => way.id === 'on-demand');
    if (rented?.id !== 'on-demand') throw new Error('nothing on demand');
    const { input } = rented.fleet;
    const service = (item: string) => {
      const price = input.service(item);
      return price === undefined ? undefined : { ...price, usdPerUnit: 0 };
    };
    const withoutServices = { ...rented.fleet, input: { ...input, service } };
    const at = (hoursShare: number) => rentedCost(withoutServices, values(), 60, { hoursShare }).usdPerMonth;
    expect(at(1) / at(0.5)).toBeCloseTo(2, 9);
  });
  test('typical values give the price of the plan', () => {
    const owned = ways.find((way) => way.id === 'owned');
    if (owned?.id !== 'owned') throw new Error('nothing owned');
    expect(ownedCost(owned.fleet, values(), catalog.facility).usdPerMonth / owned.fleet.offer.usdPerMonth).toBeCloseTo(1, 6);
  });
  test('dearer power, slower machines and dearer capital are never cheaper', () => {
    const owned = ways.find((way) => way.id === 'owned');
    if (owned?.id !== 'owned') throw new Error('nothing owned');
    const at = (change: object) => ownedCost(owned.fleet, { ...values(), ...change }, catalog.facility).usdPerMonth;
    for (const [less, more] of [
      [{ electricity: 1 }, { electricity: 2 }],
      [{ speed: 1 }, { speed: 0.6 }],
      [{ costOfCapital: 0.05 }, { costOfCapital: 0.1 }],
      [{ otherHardware: -1 }, { otherHardware: 1 }],
      [{ staffTime: -1 }, { staffTime: 1 }],
    ] as const)
      expect(at(more)).toBeGreaterThan(at(less));
  });
  test('prices by the hour fall every month, a commitment when it is renewed', () => {
    expect(meanPriceFactor(0, 60, 1)).toBe(1);
    expect(meanPriceFactor(0.1, 36, 36)).toBe(1);
    expect(meanPriceFactor(0.1, 24, 12)).toBeCloseTo((1 + 0.9) / 2, 12);
    expect(meanPriceFactor(0.1, 60, 1)).toBeLessThan(meanPriceFactor(0.1, 60, 36));
  });
  test('payback by hand: 12,000 bought, 1,000 a month saved, money for nothing, 12 months; never where nothing is saved', () => {
    const cost = { usdPerMonth: 0, capexUsd: 12_000, cashUsdPerMonth: 500, nodes: 1, lines: new Map() };
    expect(paybackMonths(cost, 1500, 0, 60)).toBeCloseTo(12, 6);
    expect(paybackMonths(cost, 500, 0, 60)).toBeNull();
    expect(paybackMonths(cost, 600, 0, 60)).toBeNull();
  });
});

test('an NVL72 in a 15 kW hall is refused with the reason', () => {
  const { plan } = detailOf('chat', { place: { rackLimit: '15 kW' } });
  const refused = plan.rejected.filter((row) => row.machine.endsWith('nvl72'));
  expect(refused.map((row) => row.binding.constraint)).toEqual(['rack-power', 'rack-power']);
  for (const row of refused) expect(row.reason).toMatch(/draws up to 1\d\d\.\d kW, a rack may draw 15\.0 kW/);
});

test('CPU-only boxes carry 2026 memory prices, and say what that costs in joules', () => {
  const { plan } = detailOf('cpu-team');
  const dram = catalog.components.find((component) => component.id === 'dram-ddr5-rdimm')?.usd;
  const box = plan.options.find((option) => option.machine.accelerator === null);
  const server = catalog.servers.find((each) => each.id === box?.machine.id);
  if (dram === undefined || box === undefined || server?.price === undefined || server.memory === undefined)
    throw new Error('no box');
  const gigabytes = server.memory.bytes / 1e9;
  expect(server.price.usd).toBeGreaterThan(gigabytes * dram.low);
  expect(server.price.usd).toBeLessThan(gigabytes * dram.high + 15_000);
  expect(box.energy.basis).toBe('nameplate');
  // One sequence at a time on a host: some ten tokens a second, and a hundred joules and more for each.
  expect(1 / box.latency.tpotSeconds.typical).toBeLessThan(20);
  expect(box.energy.wallJoulesPerOutputToken).toBeGreaterThan(50);
});

test.each([80, 100])('the terminal shows it in %d columns, at first on one screen', (width) => {
  const plain = (text: string) => text;
  const ink = new Proxy({}, { get: () => plain }) as never;
  for (const detail of [chat, growing]) {
    const tco = compare(detail);
    for (const full of [false, true])
      for (const line of renderTco(tco, { ink, width, full }).split('\n')) expect(line.length, line).toBeLessThanOrEqual(width);
    expect(renderTco(tco, { ink, width, full: false }).split('\n').length - 1).toBeLessThanOrEqual(60);
  }
});
