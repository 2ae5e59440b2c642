// Published comparisons: hand-worked arithmetic, properties, and files that spell things another way.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EvaluatedCase, evaluateCases } from '../../scripts/tco-cases/evaluate.ts';
import { plainName, readQuantities } from '../../scripts/tco-cases/names.ts';
import { readCases } from '../../scripts/tco-cases/read-cases.ts';
import {
  amortisedAcceleratorHour,
  apiBreakEven,
  breakEvenCalendarHours,
  breakEvenHours,
  fleetTotal,
  lifecycleComparison,
  ownedOpexPerHour,
  usdPerMillionTokens,
} from '../../src/cost/comparisons.ts';
import { realCatalog, root } from '../load-real.ts';

const usd = fc.double({ min: 1, max: 1e6, noNaN: true });

describe('by hand', () => {
  test('100,000 bought, 15 an hour rented, 5 an hour to run: 10,000 hours; never where running costs more', () => {
    expect(breakEvenHours(100_000, 15, 5)).toBe(10_000);
    expect(breakEvenHours(100_000, 5, 5)).toBeNull();
    expect(breakEvenCalendarHours(100_000, 15, 5, 0.5)).toBe(40_000);
    expect(breakEvenCalendarHours(100_000, 15, 5, 0.3)).toBeNull();
  });
  test('12% of 87,600 a year is 1.20 an hour; 730 a month is 1 an hour', () => {
    expect(
      ownedOpexPerHour({
        capexUsd: 87_600,
        maintenancePerYear: 0.12,
        powerUsdPerHour: 2,
        colocationUsdPerMonth: 730,
        hoursPerMonth: 730,
      }).usdPerHour,
    ).toBeCloseTo(4.2, 12);
  });
  test('43,800 hours: 100,000 + 43,800 against 438,000; 143,800 ÷ 18,250 hours a day', () => {
    const life = lifecycleComparison(100_000, 1, 10, 5);
    expect([life.ownedUsd, life.rentedUsd, life.savingUsd]).toEqual([143_800, 438_000, 294_200]);
    expect(life.thresholdHoursPerDay).toBeCloseTo(143_800 / 18_250, 12);
  });
  test('36 an hour and 10,000 tokens a second: a dollar a million; two at half the use', () => {
    expect(usdPerMillionTokens(36, 10_000)).toBeCloseTo(1, 12);
    expect(usdPerMillionTokens(36, 10_000, 0.5)).toBeCloseTo(2, 12);
  });
  test('an accelerator for 26,280 over three years at full use is one dollar an hour, 73 a kW-month ten cents', () => {
    const hour = amortisedAcceleratorHour(26_280, 1, 73, 3, 1);
    expect(hour.capexUsdPerHour).toBeCloseTo(1, 12);
    expect(hour.powerUsdPerHour).toBeCloseTo(0.1, 12);
  });
  test('a hosted API: 3.6 million tokens an hour, 100 hours, two thirds at 3 a million', () => {
    const at = apiBreakEven({
      accelerators: 1,
      usdPerAccelerator: 7200,
      kilowattsPerAccelerator: 1,
      tokensPerSecond: 1000,
      hoursPerMonth: 100,
      usdPerKilowattHour: 0,
      inputUsdPerMillionTokens: 0,
      outputUsdPerMillionTokens: 3,
      outputShare: 2 / 3,
    });
    expect(at.apiUsdPerMonth).toBeCloseTo(720, 9);
    expect(at.months).toBeCloseTo(10, 9);
  });
  test('a fleet: 1.38 million bought, 321,560 a year', () => {
    const fleet = fleetTotal({
      accelerators: 32,
      hardwareUsd: 1_200_000,
      addedShare: 0.15,
      addedUsd: 0,
      years: 4,
      residualRatio: 0.1,
      supportPerYear: 0.05,
      kilowatts: 40,
      pueRatio: 1.5,
      usdPerKilowattHour: 0.1,
      usdPerKilowattMonth: 0,
      staffFte: 1,
      usdPerFteYear: 200_000,
      otherUsdPerYear: 0,
      utilisation: 0.5,
    });
    expect(fleet.capexUsd).toBeCloseTo(1_380_000, 6);
    expect(fleet.opexUsdPerYear).toBeCloseTo(60 * 0.1 * 8760 + 69_000 + 200_000, 6);
    expect(fleet.totalUsd).toBeCloseTo(1_380_000 + 4 * 321_560 - 120_000, 6);
    expect(fleet.usdPerUsedAcceleratorHour).toBeCloseTo((2 * fleet.totalUsd) / (32 * 8760 * 4), 9);
  });
});

describe('always', () => {
  test('twice the hours cost twice the rent, and twice the running costs', () => {
    fc.assert(
      fc.property(usd, usd, usd, (capex, opex, rent) => {
        const [once, twice] = [1, 2].map((years) => lifecycleComparison(capex, opex, rent, years));
        expect((twice?.rentedUsd ?? 0) / (once?.rentedUsd ?? 1)).toBeCloseTo(2, 9);
        expect((twice?.ownedUsd ?? 0) - (once?.ownedUsd ?? 0)).toBeCloseTo(opex * 8760, 2);
      }),
    );
  });
  test('dearer power is never earned back sooner', () => {
    fc.assert(
      fc.property(
        usd,
        fc.double({ min: 0.01, max: 50, noNaN: true }),
        fc.double({ min: 0, max: 20, noNaN: true }),
        fc.double({ min: 0, max: 20, noNaN: true }),
        (capex, rent, opex, more) => {
          const cheap = breakEvenHours(capex, rent, opex) ?? Number.POSITIVE_INFINITY;
          expect(breakEvenHours(capex, rent, opex + more) ?? Number.POSITIVE_INFINITY).toBeGreaterThanOrEqual(cheap);
        },
      ),
    );
  });
});

const evaluate = (text: string): EvaluatedCase[] => {
  const file = join(mkdtempSync(join(tmpdir(), 'cases-')), 'cases.yaml');
  writeFileSync(file, text);
  return evaluateCases(readCases(file), realCatalog());
};
const misses = (cases: readonly EvaluatedCase[]) =>
  cases.flatMap((each) =>
    each.figures
      .filter((figure) => !figure.within)
      .map((figure) => `${each.id} ${figure.name}: ${figure.computed} for ${figure.published}`),
  );

describe('files of cases', () => {
  const shipped = readFileSync(join(root, 'examples/comparisons/published.yaml'), 'utf8');
  const evaluated = evaluate(shipped);
  test('every published figure of the shipped file is met', () => {
    expect(misses(evaluated)).toEqual([]);
    expect(evaluated.map((each) => each.problem).filter((problem) => problem !== null)).toEqual([]);
  });
  test.each([
    ['lenovo-2025-on-demand', /720 hours a month/],
    ['lenovo-2025-on-demand', /always-on opex/],
    ['lenovo-2025-on-demand', /list against street/],
    ['lenovo-2026-opex', /impossible power and cooling/],
    ['lenovo-2026-opex-from-rates', /impossible cooling rate.*PUE of 2\.50/],
    ['pan-2025-qwen3-235b', /stated ones.*gpt5 37\.7/],
    ['pan-2025-qwen3-235b', /bare accelerators/],
    ['lenovo-2026-tokens', /full throughput/],
    ['callgideon-h100', /90 %/],
  ])('%s is warned of: %s', (id, warning) => {
    expect(evaluated.find((each) => each.id === id)?.warnings.join('\n')).toMatch(warning);
  });
  test('a figure beyond its tolerance is missed, and one computed as printed is not', () => {
    const wrong = evaluate(shipped.replace('hours: 8556', 'hours: 8700'));
    expect(misses(wrong)).toEqual(['lenovo-2025-on-demand hours: 8556.244227809133 for 8700']);
  });
  test('other spellings mean the same', () => {
    const same = evaluate(`
cases:
  - {id: a, formula: breakeven_hours, inputs: {purchase_usd: 100000, opex_usd_per_hour: 5, cloud_usd_per_hour: 15, hours_per_month: 720}, published: {breakeven_hours: 10000, months: 13.9}}
  - {id: b, formula: lifecycle, inputs: {capex: 100000, opex_usd_h: 1, cloud_usd_hour: 10, life_years: 5}, published: {onprem_5y_usd: 143800, cloud_5y_usd: 438000, savings_usd: 294200, savings_pct: 67.2, hours_per_day: 7.88}, tolerance_rel: 0.001}
  - {id: c, formula: lifecycle, inputs: {capex_usd: 100000, onprem_opex_usd_h: 1, cloud_usd_h: 10, hours: 43800}, published: {lifecycle_usd: 143800, breakeven_hours_per_day: 7.88}}
  - {id: d, formula: usd_per_mtok, inputs: {usd_per_hour: 36, tok_s: 10000}, published: {usd_per_1m_tokens: 1}}
  - {id: e, formula: amortised_gpu_hour, inputs: {gpu_usd: 26280, gpu_kw: 1, usd_kw_month: 73, years: 3, utilization: 1}, published: {capex_usd_h: 1, power_usd_h: 0.1, total_usd_h: 1.1}}
  - {id: f, formula: fleet_tco, inputs: {n_nodes: 4, capex_node_usd: 300000, fabric_fraction: 0.12, spares_fraction: 0.03, residual_value_frac: 0.1, lifetime_years: 4, node_kw: 10, pue: 1.5, electricity_usd_kwh: 0.1, maintenance_frac: 0.05, fte: 1, loaded_cost_usd: 200000}, published: {capex_usd: 1380000, annual_opex_usd: 321560, tco_usd: 2546240, usd_per_gpu_h: 2.27}, tolerance_rel: 0.001}
  - {id: g, formula: pan_breakeven_months, inputs: {gpus: 1, price_per_gpu: 7200, kw_per_gpu: 0.4, tokens_per_second: 1000, hours_per_month: 100, electricity_usd_kwh: 0}, published: {some_api: 10}}
prices_of_apis: {some_api: {input: 0, output: 3}}
`);
    expect(misses(same)).toEqual([]);
    expect(same.flatMap((each) => each.warnings).filter((warning) => /not used/.test(warning))).toEqual([]);
  });
  test('what cannot be computed says why, and what is not used is named', () => {
    const [unknown, missing, spare] = evaluate(`
cases:
  - {id: a, formula: tea_leaves, inputs: {}, published: {hours: 1}}
  - {id: b, formula: breakeven_hours, inputs: {capex_usd: 1}, published: {hours: 1}}
  - {id: c, formula: usd_per_mtok, inputs: {hourly_usd: 36, tok_s: 10000, colour: 3}, published: {usd_per_mtok: 1}}
`);
    expect(unknown?.problem).toMatch(/no formula tea_leaves; allowed are breakeven_hours/);
    expect(missing?.problem).toMatch(/breakeven_hours needs cloud_usd_h or hourly_usd; there is capex_usd/);
    expect(spare?.warnings[0]).toBe('input colour is not used');
  });
  test('a malformed file is one clear error', () => {
    expect(() => evaluate('cases:\n  - {id: a, inputs: {}, published: {}}\n')).toThrow(/cases\.yaml:2.*formula/);
    expect(() => evaluate('cases: 3\n')).toThrow(/E_VALUE/);
  });
  test('names are read by their words', () => {
    expect(plainName('Cloud_USD-h')).toBe('cloudusdh');
    expect(readQuantities({ support_pct: 12 }).quantities.maintenancePerYear).toBeCloseTo(0.12, 12);
  });
});
