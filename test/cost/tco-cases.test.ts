// Files of published cases: names, digits as printed, conventions, and every way in which a case can be wrong.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EvaluatedCase, evaluateCases } from '../../scripts/tco-cases/evaluate.ts';
import { findFormula } from '../../scripts/tco-cases/formulas.ts';
import { readQuantities } from '../../scripts/tco-cases/names.ts';
import { halfDigitOf, readCases } from '../../scripts/tco-cases/read-cases.ts';
import { realCatalog } from '../load-real.ts';

const evaluate = (text: string): EvaluatedCase[] => {
  const file = join(mkdtempSync(join(tmpdir(), 'cases-')), 'cases.yaml');
  writeFileSync(file, text);
  return evaluateCases(readCases(file), realCatalog());
};
/** One case in flow style. */
const one = (formula: string, inputs: string, published: string, rest = ''): EvaluatedCase =>
  evaluate(
    `cases:\n  - {id: a, formula: ${formula}, inputs: {${inputs}}, published: {${published}}${rest}}\n`,
  )[0] as EvaluatedCase;
const misses = ({ figures }: EvaluatedCase) => figures.filter((each) => !each.within).map((each) => each.name);
const computed = ({ figures }: EvaluatedCase) => Object.fromEntries(figures.map((each) => [each.name, each.computed]));

describe('digits as printed', () => {
  test.each([
    ['34', 0.5],
    ['34.0', 0.05],
    ['0.11', 0.005],
    ['1.50e3', 5],
    ['8,556', 0.5],
    ['87.7%', 0.0005],
  ])('%s is known to within %d', (digits, half) => {
    expect(halfDigitOf(digits)).toBeCloseTo(half, 12);
  });
  test('2.0 is not met by 2.44, as a 2 would be', () => {
    expect(misses(one('usd_per_mtok', 'hourly_usd: 36, tok_s: 4100', 'usd_per_mtok: 2.0', ', tolerance_rel: 0.001'))).toEqual([
      'usd_per_mtok',
    ]);
    expect(misses(one('usd_per_mtok', 'hourly_usd: 36, tok_s: 4100', 'usd_per_mtok: 2', ', tolerance_rel: 0.001'))).toEqual([]);
  });
});

describe('names', () => {
  test.each([
    ['capex', 'capex_usd capex purchase_usd'],
    ['rentedUsdPerHour', 'cloud_usd_h cloud_usd_hour cloud_usd_per_hour rent_usd_h on_demand_usd_h'],
    ['opexUsdPerHour', 'onprem_opex_usd_h opex_usd_h'],
    ['years', 'years lifetime_years life_years'],
    ['hours', 'hours lifecycle_hours'],
    ['hoursPerMonth', 'month_hours hours_per_month hours_month hours_month_stated hours_month_effective'],
    ['colocationUsdPerMonth', 'colo_usd_month colo_usd_rack_month rack_usd_month'],
    ['maintenancePerYear', 'maintenance_frac_year support_frac_year annual_maintenance_frac'],
    ['kilowatts', 'kw power_kw'],
    ['kilowattsPerNode', 'kw_per_node node_kw kw_node'],
    ['usdPerKilowattHour', 'usd_kwh electricity_usd_kwh'],
    ['coolingUsdPerKilowattHour', 'cooling_usd_kwh air_cooling_usd_kwh'],
    ['accelerators', 'n_gpu gpus gpu_count'],
    ['nodes', 'n_nodes nodes servers'],
    ['staffFte', 'fte staff_fte'],
    ['usdPerFteYear', 'fte_usd staff_usd_year loaded_cost_usd'],
    ['costOfCapital', 'cost_of_capital wacc discount_rate'],
    ['utilisation', 'utilisation utilization u gpu_utilization'],
  ])('%s: %s', (quantity, names) => {
    for (const name of names.split(' ')) expect(Object.keys(readQuantities({ [name]: 1 }).quantities), name).toEqual([quantity]);
  });
  test('formulas are known by more than their id', () => {
    expect(['Breakeven-Hours', 'lifecycle_tco', 'cost_per_mtok', 'amortized_gpu_hour', 'fleet'].map(findFormula)).toEqual([
      'breakeven_hours',
      'lifecycle',
      'usd_per_mtok',
      'amortised_gpu_hour',
      'fleet_tco',
    ]);
    expect(['constructor', 'tea_leaves', ''].map(findFormula)).toEqual([undefined, undefined, undefined]);
  });
  test('figures of one case are not taken for each other', () => {
    const life = one(
      'lifecycle',
      'capex_usd: 90000, opex_usd_h: 1, cloud_usd_h: 10, years: 5',
      'breakeven_hours: 10000, threshold_hours_day: 7.33, total_onprem_usd: 133800, total_cloud_usd: 438000, saving_usd: 304200, saving_pct: 69.5',
    );
    expect(misses(life)).toEqual([]);
    // 4 × 300,000 · 1.15; 60 kW · 0.1 · 8,760 + 5 % + a person; half the hours are used.
    const fleet = one(
      'fleet_tco',
      'nodes: 4, gpus_per_node: 8, capex_per_node: 300000, fabric_frac: 0.12, spares_frac: 0.03, residual_frac: 0.1, years: 4, kw_per_node: 10, pue: 1.5, usd_kwh: 0.1, support_frac_year: 0.05, fte: 1, fte_usd: 200000, u: 0.5',
      'capex_usd_total: 1380000, total_opex_usd_year: 321560, total_opex_usd: 1286240, tco_usd: 2546240, usd_month: 53046.67, usd_gpu_h_full: 2.2708, usd_gpu_h_used: 4.5417, support_usd_year: 69000',
      ', tolerance_rel: 0.0001',
    );
    expect(misses(fleet)).toEqual([]);
  });
  test('opex cases that also rent have a lifecycle', () => {
    const both = one(
      'lenovo_opex',
      'capex_usd: 87600, maintenance_frac_year: 0.1, power_cooling_usd_h: 1, colo_usd_month: 730, cloud_usd_h: 13, years: 1',
      'total_usd_h: 3, lifecycle_usd: 113880, breakeven_hours: 8760',
    );
    expect(misses(both)).toEqual([]);
  });
});

describe('parts make the whole', () => {
  test('power, staff and totals for several accelerators are shared out, never dropped', () => {
    expect(
      computed(
        one('amortised_gpu_hour', 'capex_usd: 210240, n_gpu: 8, kw: 8, colo_usd_kw_month: 73, years: 3, u: 1', 'total: 1.1'),
      ).total,
    ).toBeCloseTo(1.1, 9);
    expect(
      computed(one('fleet_tco', 'n_nodes: 1, capex_per_node: 1000, years: 1, staff_usd_year: 500', 'total_usd: 1500')).total_usd,
    ).toBe(1500);
    expect(one('fleet_tco', 'n_nodes: 1, capex_per_node: 1000, years: 1, kw_per_node: 10', 'total_usd: 1').problem).toMatch(
      /needs usd_kwh or colo_usd_kw_month/,
    );
    expect(one('fleet_tco', 'n_nodes: 1, capex_per_node: 1000, years: 1, fte: 1', 'total_usd: 1').problem).toMatch(
      /needs fte_usd_year/,
    );
    expect(one('lenovo_opex', 'capex_usd: 1000, kw: 10', 'total_usd_h: 1').problem).toMatch(
      /needs usd_kwh or power_cooling_usd_h/,
    );
  });
  test('twice the nodes cost twice as much, and dearer power never less', () => {
    const total = (nodes: number, usd: number) =>
      computed(
        one('fleet_tco', `nodes: ${nodes}, capex_per_node: 1000, years: 3, kw_per_node: 2, usd_kwh: ${usd}`, 'total_usd: 1'),
      ).total_usd ?? Number.NaN;
    const price = fc.integer({ min: 0, max: 100 }).map((cents) => cents / 100);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), price, price, (nodes, low, more) => {
        expect(total(2 * nodes, low) / total(nodes, low)).toBeCloseTo(2, 9);
        expect(total(nodes, low + more)).toBeGreaterThanOrEqual(total(nodes, low));
      }),
      { numRuns: 20 },
    );
  });
});

describe('conventions', () => {
  test('a month is as long as the case says; else the length that fits is told', () => {
    const inputs = 'capex_usd: 100000, opex_usd_h: 5, cloud_usd_h: 15';
    expect(one('breakeven_hours', inputs, 'months: 13.89').warnings).toContain(
      'months 13.89 takes 720 hours a month; with 730 hours a month it is 13.7',
    );
    expect(misses(one('breakeven_hours', `${inputs}, month_hours: 730`, 'months: 13.89', ', tolerance_rel: 0.001'))).toEqual([
      'months',
    ]);
  });
  test('a cost of capital is never left out unsaid', () => {
    const inputs = 'n_nodes: 1, capex_per_node: 100000, years: 2, cost_of_capital: 0.1';
    // 100,000 · i ÷ (1 − 1.1^−2) · 24 with i = 1.1^(1/12) − 1
    expect(computed(one('fleet_tco', inputs, 'total_usd: 110271')).total_usd).toBeCloseTo(
      (100_000 * (1.1 ** (1 / 12) - 1) * 24) / (1 - 1.1 ** -2),
      6,
    );
    expect(one('fleet_tco', inputs, 'total_usd: 100000').warnings.join()).toMatch(
      /takes no cost of capital; with .* it is 110271/,
    );
    expect(one('fleet_tco', inputs, 'total_usd: 1').warnings.join()).toMatch(/follows from none of/);
  });
  test('stated and effective inputs of any formula', () => {
    const each = one('usd_per_mtok', 'hourly_usd: 36, tok_s_stated: 20000, tok_s_effective: 10000', 'usd_per_mtok: 1.00');
    expect(misses(each)).toEqual([]);
    expect(each.warnings[0]).toMatch(/tok_s_stated 20000 but tok_s_effective 10000.*stated ones: usd_per_mtok 0\.5/);
  });
  test('a break-even that never comes is published as never, and nothing else', () => {
    const inputs = 'capex_usd: 1000, opex_usd_h: 5, cloud_usd_h: 4';
    expect(misses(one('breakeven_hours', inputs, 'hours: never, months: null'))).toEqual([]);
    expect(one('breakeven_hours', inputs, 'hours: 5').figures[0]?.reason).toBe('never comes about');
    expect(one('breakeven_hours', inputs.replace('4', '14'), 'hours: never').figures[0]?.within).toBe(false);
  });
});

describe('warnings', () => {
  test.each([
    ['breakeven_hours', 'server_usd: 250000, opex_usd_h: 6, cloud_usd_h: 98', 'hours: 2717', /always-on opex/],
    [
      'breakeven_hours',
      'capex_usd: 833806, opex_usd_h: 0.87, cloud_usd_h: 98.32',
      'hours: 8556',
      /0\.9 % of the purchase a year/,
    ],
    [
      'breakeven_hours',
      'capex_usd: 700000, n_gpu: 8, gpu: H100, opex_usd_h: 9, cloud_usd_h: 98',
      'hours: 7865',
      /USD 87500 an accelerator.*of the same kind/,
    ],
    [
      'lenovo_opex',
      'capex_usd: 250000, kw: 10, electricity_usd_kwh: 0.12, cooling_usd_kwh: 0.18',
      'total_usd_h: 3',
      /effective PUE of 2\.50/,
    ],
    ['lenovo_opex', 'capex_usd: 250000, power_cooling_usd_h: 0.5', 'total_usd_h: 0.5', /impossible power and cooling/],
    [
      'amortised_gpu_hour',
      'capex_per_gpu: 26280, kw_per_gpu: 1, colo_usd_kw_month: 73, years: 3',
      'total: 1.1',
      /100 % is assumed/,
    ],
    [
      'pan_breakeven_months',
      'n_gpu: 1, gpu_usd: 15000, gpu_kw: 0.3, tok_s: 190, hours_month: 176, usd_kwh: 0.15, input_usd_mtok: 1.25, output_usd_mtok: 10',
      'months: 17.8',
      /lumped together/,
    ],
  ])('%s of %s', (formula, inputs, published, warning) => {
    expect(one(formula, inputs, published).warnings.join('\n')).toMatch(warning);
  });
  test('a street price is no list price, and a fair power bill passes', () => {
    const quiet = one('breakeven_hours', 'capex_usd: 285000, n_gpu: 8, gpu: H100, opex_usd_h: 9, cloud_usd_h: 98', 'hours: 3202');
    expect(quiet.warnings.join()).not.toMatch(/list against street/);
    expect(one('lenovo_opex', 'capex_usd: 285000, power_cooling_usd_h: 2.5', 'total_usd_h: 2.5').warnings).toEqual([]);
  });
});

describe('what is wrong is told', () => {
  test('a value that no such quantity has, words for a number, a figure of no formula', () => {
    expect(one('usd_per_mtok', 'hourly_usd: 1, tok_s: 0', 'usd_per_mtok: 1').problem).toBe(
      'inputs: tok_s is 0, it must be above 0',
    );
    expect(one('breakeven_hours', 'capex_usd: -1, cloud_usd_h: 1', 'hours: 1').problem).toMatch(
      /capex_usd is -1, it must be 0 or more/,
    );
    expect(one('breakeven_hours', 'capex_usd: a lot, cloud_usd_h: 1', 'hours: 1').problem).toMatch(
      /needs .*capex_usd.*capex_usd "a lot"/,
    );
    expect(one('usd_per_mtok', 'hourly_usd: 1, tok_s: 1', 'usd_per_mtok: soon').figures[0]?.reason).toBe('"soon" is no number');
    expect(one('usd_per_mtok', 'hourly_usd: 1, tok_s: 1', 'colour: 3').figures[0]?.reason).toBe(
      'cannot be computed from this formula',
    );
  });
  test('numbers in quotes are numbers', () => {
    expect(
      misses(one('breakeven_hours', 'capex_usd: "$833,806", opex_usd_h: "0.87", cloud_usd_h: 98.32', 'hours: "8,556"')),
    ).toEqual([]);
  });
  test.each([
    ['cases: []', /got: an empty list\n {2}expected: hold one case or more/],
    ['foo: 1', /got: nothing\n {2}expected: a list of cases/],
    ['[1]', /got: a list/],
    [
      'cases:\n  - {id: a, formula: [x], inputs: {}, published: {h: 1}}',
      /cases\.yaml:2:\d+ {2}cases\[0\]\.formula\n {2}got: a list\n {2}expected: a text/,
    ],
    [
      'cases:\n  - {id: a, formula: x, inputs: {}, published: {}}',
      /published\n {2}got: an empty mapping\n {2}expected: hold one figure or more/,
    ],
    [
      'cases:\n  - {id: a, formula: x, inputs: {k: [1]}, published: {h: 1}}',
      /inputs\.k\n {2}got: a list\n {2}expected: a number, or a word/,
    ],
    [
      'cases:\n  - {id: a, formula: x, inputs: {}, published: {h: 1}, tolerance_rel: -1}',
      /got: -1\n {2}expected: a number from 0 to 10/,
    ],
    [
      'cases:\n  - {id: a, formula: x, inputs: {}, published: {h: 1}}\n  - {id: a, formula: x, inputs: {}, published: {h: 1}}',
      /cases\[1\]\.id\n {2}got: a second case a/,
    ],
    ['cases: [', /E_YAML_SYNTAX/],
  ])('%s', (text, message) => {
    expect(() => evaluate(`${text}\n`)).toThrow(message);
  });
});
