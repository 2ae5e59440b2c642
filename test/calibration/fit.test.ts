// Fitting: constants come back from made-up measurements, rows are what the catalogue's schema takes, intervals cover what they claim.
import { join } from 'node:path';
import { probit } from 'simple-statistics';
import { describe, expect, test } from 'vitest';
import { intervalRows } from '../../scripts/calibration/conformal.ts';
import { efficiencyRows, readPriors, type StatedRow, statedRows, transferredRows } from '../../scripts/calibration/constants.ts';
import { type Prediction, startOf } from '../../scripts/calibration/fit-runs.ts';
import type { MeasuredRun } from '../../scripts/calibration/measurements.ts';
import { fitConstants } from '../../scripts/calibration/robust-fit.ts';
import { METRICS, type Metric, scored } from '../../scripts/calibration/score.ts';
import { efficiencySchema, type Interval, intervalSchema } from '../../src/documents/catalog/calibration.ts';
import { around, intervalFor } from '../../src/documents/catalog/intervals.ts';
import { realCatalog, root } from '../load-real.ts';

const catalog = realCatalog();
const priors = readPriors(join(root, 'scripts/calibration/priors.yaml'));

/** Numbers in (0, 1), the same for the same seed (Park and Miller). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

describe('a robust fit', () => {
  const TRUE = [0.004, 0.00002, 0.7] as const;
  const SIZES = Array.from({ length: 60 }, (_, index) => 2 ** (index / 5));
  /** Launch + share · size ^ power: three constants of very different size. */
  const curve = ([launch = 0, slope = 0, power = 0]: readonly number[], size: number) => launch + slope * size ** power;
  const fitted = (measured: readonly number[], changes: { most?: (number | undefined)[]; prior?: number } = {}) =>
    fitConstants({
      start: [0.001, 0.0001, 1],
      residuals: (constants) => [
        ...SIZES.map((size, index) => Math.log(curve(constants, size) / (measured[index] as number))),
        ...(changes.prior === undefined ? [] : [100 * Math.log((constants[2] as number) / changes.prior)]),
      ],
      priorsFrom: SIZES.length,
      iterations: 40,
      ...(changes.most === undefined ? {} : { most: changes.most }),
    });
  const clean = SIZES.map((size) => curve(TRUE, size));
  const expectTrue = (found: readonly number[], relative: number) => {
    expect(found).toHaveLength(TRUE.length);
    for (const [index, value] of TRUE.entries()) expect(Math.abs((found[index] as number) / value - 1)).toBeLessThan(relative);
  };

  test('finds the constants of a curve', () => expectTrue(fitted(clean), 0.01));
  test('finds the same constants to the last digit each time', () => expect(fitted(clean)).toStrictEqual(fitted(clean)));
  test('is not moved by a fifth of the points measured three to ten times too long', () => {
    const random = generator(7);
    const spoilt = clean.map((seconds, index) => (index % 5 === 2 ? seconds * (3 + 7 * random()) : seconds));
    expectTrue(fitted(spoilt), 0.05);
  });
  test('keeps to the largest value a constant may take', () => {
    expect(fitted(clean, { most: [undefined, undefined, 0.6] })[2]).toBeLessThanOrEqual(0.6 * (1 + 1e-9));
  });
  test('lets a heavy prior hold its constant', () => {
    expect(Math.abs((fitted(clean, { prior: 0.5 })[2] as number) / 0.5 - 1)).toBeLessThan(0.02);
  });
});

describe('rows of the real priors', () => {
  const rows = statedRows(priors, startOf(priors), 'runs', 3);
  const transferred = transferredRows(priors, rows, 'transferred', 3);

  test('and their transfers are rows of the catalogue, one for one', () => {
    const ids = [...priors.rows, ...priors.transfers].map((row) => row.id);
    expect(efficiencyRows([...rows, ...transferred]).map((row) => row.id)).toStrictEqual(ids);
    const shipped = new Set(catalog.efficiencies.map((row) => row.id));
    expect(ids.filter((id) => !shipped.has(id))).toStrictEqual([]);
  });
  test('take each field from one constant', () => {
    for (const row of priors.rows) {
      const fields = priors.constants
        .filter(({ rows: names }) => names.some((name) => name === row.id || row.engines.includes(name)))
        .map(({ field }) => field);
      expect(fields.filter((field, index) => fields.indexOf(field) !== index)).toStrictEqual([]);
    }
    const known = new Set(priors.rows.flatMap((row) => [row.id, ...row.engines]));
    expect(priors.constants.flatMap((constant) => constant.rows).filter((name) => !known.has(name))).toStrictEqual([]);
  });
  test('state values to the digits asked for', () => {
    const values = priors.constants.map((constant) => constant.value * Math.PI);
    const [row] = statedRows(priors, values, 'runs', 3) as [StatedRow & { perLayer: { value: number } }];
    expect(row.perLayer.value).toBe(Number(row.perLayer.value.toPrecision(3)));
    expect(row.perLayer.value).not.toBe(Number(row.perLayer.value.toPrecision(1)));
  });
  test('made worse are worse by just that, speak of no tuned path, and name their own source throughout', () => {
    for (const transfer of priors.transfers) {
      const row = transferred.find(({ id }) => id === transfer.id) as StatedRow;
      const like = rows.find(({ id }) => id === transfer.like) as StatedRow;
      const value = (of: StatedRow, field: string) => (of[field] as { value: number }).value;
      for (const [field, by] of Object.entries(transfer.worse)) expect(value(row, field) / value(like, field)).toBeCloseTo(by, 1);
      expect(value(row, 'queueScale')).toBe(value(like, 'queueScale'));
      expect(row).not.toHaveProperty('prefillPenalty');
      expect(JSON.stringify(row)).not.toContain('"source":"runs"');
    }
  });
  test('lack a field: the schema refuses, naming it', () => {
    const { perStep: _, ...rest } = rows[0] as StatedRow;
    expect(() => efficiencyRows([rest])).toThrow(/perStep/);
  });
  test('of the shipped calibration have every field, and one current row for each engine and architecture', () => {
    const fields = Object.keys(efficiencySchema.shape).filter(
      (field) => !['models', 'prefillPenalty', 'expertScale', 'perSequence'].includes(field),
    );
    const current = new Map<string, number>();
    for (const row of catalog.efficiencies) {
      expect(Object.keys(row)).toEqual(expect.arrayContaining(fields));
      if (row.current)
        for (const engine of row.engines)
          for (const hardware of row.hardware)
            current.set(`${engine} ${hardware}`, (current.get(`${engine} ${hardware}`) ?? 0) + 1);
    }
    expect([...current].filter(([, count]) => count !== 1)).toStrictEqual([]);
  });
});

describe('the interval of a prediction', () => {
  const range = { low: 0.5, high: 2, unit: 'ratio' } as const;
  const row = (id: string, changes: Partial<Interval>): Interval => ({
    ...{ id, tpot: range, ttft: range, throughput: range, runs: 0, source: 'test' },
    ...changes,
  });
  const rows = [
    row('narrow', { models: ['m'], hardware: ['hopper'], engines: ['sglang'], mode: 'aggregated', precision: 'fp8' }),
    row('engine', { engines: ['sglang'] }),
    row('mode', { mode: 'disaggregated' }),
    row('any', {}),
  ];
  const wanted = { model: 'm', hardware: 'hopper', engine: 'sglang', mode: 'aggregated', precision: 'fp8' } as const;
  test.each([
    ['narrow', {}],
    ['engine', { model: 'other' }],
    ['engine', { hardware: 'ada' }],
    ['engine', { precision: 'fp4' }],
    ['engine', { mode: 'disaggregated' as const }],
    ['mode', { engine: 'vllm', mode: 'disaggregated' as const }],
    ['any', { engine: 'vllm' }],
  ])('is that of the first row that matches: %s for %o', (id, changes) => {
    expect(intervalFor(rows, { ...wanted, ...changes }).id).toBe(id);
  });
  test('must exist', () => expect(() => intervalFor(rows.slice(0, 1), { ...wanted, engine: 'vllm' })).toThrow(/vllm on hopper/));
  test('lies around the prediction', () => expect(around(3, range)).toStrictEqual({ typical: 3, low: 1.5, high: 6 }));

  test('is in the real catalogue for whatever an engine serves, and every row of it is of use', () => {
    const used = new Set<string>();
    for (const engine of catalog.engines)
      for (const support of engine.supports)
        for (const model of support.models)
          for (const hardware of support.hardware)
            for (const format of support.weightFormats)
              for (const mode of ['aggregated', 'disaggregated'] as const) {
                const precision = catalog.weightFormat(format)?.precision ?? '';
                const found = intervalFor(catalog.intervals, { model, hardware, engine: engine.id, mode, precision });
                used.add(found.id);
                for (const metric of METRICS) {
                  expect(found[metric].low).toBeLessThanOrEqual(1);
                  expect(found[metric].high).toBeGreaterThanOrEqual(1);
                }
              }
    expect(catalog.intervals.map(({ id }) => id).filter((id) => !used.has(id))).toStrictEqual([]);
  });
});

describe('conformal intervals', () => {
  const labels = { hardware: 'blackwell', engine: 'sglang', mode: 'aggregated', precision: 'fp8' } as const;
  /** A run whose TPOT and TTFT were measured off the prediction by lognormal errors, TPOT 5 % too long in the middle. */
  const draw = (random: () => number, changes: Partial<typeof labels> | { precision: string } = {}): Prediction => {
    const ratio = (middle: number, spread: number) => middle * Math.exp(spread * probit(random()));
    const run = {
      ...{ oslTokens: 1000, concurrency: 16, accelerators: 8, mode: 'aggregated' },
      ...{ ttftSeconds: 0.5 * ratio(1, 0.5), tpotSeconds: 0.02 * ratio(1.05, 0.15) },
    };
    const resolved = { run: run as unknown as MeasuredRun, class: { model: 'deepseek-v3', ...labels, ...changes } };
    return { resolved, state: { ttftSeconds: 0.5, tpotSeconds: 0.02, requestsPerSecond: 1 } } as unknown as Prediction;
  };
  const draws = (count: number, seed: number, changes = {}) => {
    const random = generator(seed);
    return Array.from({ length: count }, () => draw(random, changes));
  };
  type Row = ReturnType<typeof intervalRows>[number] & Record<Metric, { low: number; high: number }>;
  const rowOf = (held: Prediction[], id: string) => intervalRows(held, 'held').find((each) => each.id === id) as Row | undefined;
  const coverage = (row: Row, metric: Metric, fresh: readonly Prediction[]) =>
    fresh.filter(({ resolved, state }) => {
      const { measured, predicted } = scored(resolved.run, state, null);
      const actual = measured[metric] / (predicted?.[metric] ?? Number.NaN);
      return actual >= row[metric].low && actual <= row[metric].high;
    }).length / fresh.length;

  test.each([...METRICS])('of many held-out runs cover four of five fresh ones (%s)', (metric) => {
    const row = rowOf(draws(500, 11), 'held-blackwell-sglang-aggregated-fp8');
    expect(Math.abs(coverage(row as Row, metric, draws(4000, 12)) - 0.8)).toBeLessThan(0.04);
  });
  test.each([...METRICS])('of twelve held-out runs cover four of five fresh ones in the mean of many tries (%s)', (metric) => {
    const fresh = draws(500, 13);
    const shares = Array.from({ length: 60 }, (_, index) =>
      coverage(rowOf(draws(12, 100 + 97 * index), 'held-blackwell-sglang-aggregated-fp8') as Row, metric, fresh),
    );
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    expect(mean).toBeGreaterThan(0.76);
    expect(mean).toBeLessThan(0.9);
  });
  test('stand narrow before wide, a class from twelve runs on, and are rows of the catalogue', () => {
    const held = [...draws(12, 21), ...draws(11, 22, { precision: 'fp4' })];
    const rows = intervalRows(held, 'held');
    expect(rows.map(({ id }) => id)).toStrictEqual(['held-blackwell-sglang-aggregated-fp8', 'held-aggregated']);
    expect(rows.map(({ runs }) => runs)).toStrictEqual([12, 23]);
    for (const row of rows) expect(() => intervalSchema.parse(row)).not.toThrow();
  });
});
