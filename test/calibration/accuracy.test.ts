// The shipped calibration against the shipped runs: every run is predicted, and errors stay where the documentation puts them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isClean, parseMeasurements } from '../../scripts/calibration/measurements.ts';
import { resolveRun } from '../../scripts/calibration/run-model.ts';
import { type Scored, scored, scoreGroup } from '../../scripts/calibration/score.ts';
import { intervalFor } from '../../src/documents/catalog/intervals.ts';
import { realCatalog, root } from '../load-real.ts';

const FILE = 'catalogs/measurements/inferencex-deepseek-r1.csv';
const catalog = realCatalog();
const runs = parseMeasurements(readFileSync(join(root, FILE), 'utf8'), FILE);
const reasons: string[] = [];
const all: Scored[] = runs.map((run) => {
  const resolved = resolveRun(catalog, run);
  if ('reason' in resolved) {
    reasons.push(`${run.id}: ${resolved.reason}`);
    return scored(run, null, null);
  }
  const state = resolved.predict(catalog, run.speculation === 'mtp' ? 'mtp' : 'none');
  return scored(run, state, intervalFor(catalog.intervals, resolved.class));
});

function scoreOf(mode: 'aggregated' | 'disaggregated') {
  const group = scoreGroup(
    mode,
    all.filter(({ run }) => run.mode === mode && isClean(run)),
  );
  if (group.metrics === null) throw new Error(`no ${mode} run was predicted`);
  return { runs: group.runs, predictedPercent: group.predictedPercent, ...group.metrics };
}

test('no run of the file is refused, and no prediction is out of this world', () => {
  expect(reasons).toStrictEqual([]);
  for (const { predicted } of all)
    for (const value of Object.values(predicted ?? { none: Number.NaN })) {
      expect(value).toBeGreaterThan(0);
      expect(Number.isFinite(value)).toBe(true);
    }
});

test('runs have names of their own', () => {
  expect(new Set(runs.map((run) => run.id)).size).toBe(runs.length);
});

test('runs are predicted with the rows of their own engine, architecture and release', () => {
  const used = new Set(
    runs.map((run) => resolveRun(catalog, run)).map((resolved) => ('reason' in resolved ? '' : resolved.efficiencyId)),
  );
  expect(used.size).toBeGreaterThan(3);
});

describe.each([
  { mode: 'aggregated', fewest: 150, tpot: 10, ttft: 25 },
  { mode: 'disaggregated', fewest: 50, tpot: 12, ttft: 45 },
] as const)('in sample: clean $mode runs, the ones that were fitted', ({ mode, fewest, tpot, ttft }) => {
  const score = scoreOf(mode);
  test('are many enough to say something', () => {
    expect(score.runs).toBeGreaterThan(fewest);
    expect(score.predictedPercent).toBe(100);
  });
  test(`have a median error of TPOT below ${tpot} %`, () => expect(score.tpot.medianErrorPercent).toBeLessThan(tpot));
  test(`have a median error of TTFT below ${ttft} %`, () => expect(score.ttft.medianErrorPercent).toBeLessThan(ttft));
  test('are predicted neither high nor low in the middle', () => {
    for (const metric of ['tpot', 'ttft', 'throughput'] as const) {
      expect(score[metric].bias).toBeGreaterThan(0.93);
      expect(score[metric].bias).toBeLessThan(1.07);
    }
  });
  test.each(['tpot', 'ttft', 'throughput'] as const)(
    'lie in the interval of %s stated for 80 in 100 at least 72 times in 100',
    (metric) => {
      expect(score[metric].insideIntervalPercent).toBeGreaterThanOrEqual(72);
    },
  );
});
