// npm run bench:accuracy [-- --measurements FILE] [--format json] [--held-out cells|accelerators]: predictions against measured runs.
// In: a CSV of runs. Out: errors a class and overall, the share inside the stated intervals, the quality of decisions.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { median, quantile } from 'simple-statistics';
import { intervalFor } from '../src/documents/catalog/intervals.ts';
import { SeekstackError } from '../src/errors.ts';
import { loadCatalog } from '../src/files/compiled-catalog.ts';
import { findPackage } from '../src/files/package-root.ts';
import { readText } from '../src/files/read-text.ts';
import { readPriors } from './calibration/constants.ts';
import { catalogFor, cellOf, crossPredict, startOf, usableRuns } from './calibration/fit-runs.ts';
import { isClean, type MeasuredRun, parseMeasurements } from './calibration/measurements.ts';
import { resolveRun } from './calibration/run-model.ts';
import { decisionRegrets, type GroupScore, METRICS, type Scored, scored, scoreGroups } from './calibration/score.ts';

const MEASUREMENTS_LIMIT_BYTES = 64 * 1024 * 1024;
const TPOT_LIMITS_SECONDS = [0.01, 0.015, 0.02, 0.03, 0.05, 0.08];
const FOLDS = 5;

const files = findPackage();
const { values } = parseArgs({
  options: {
    measurements: { type: 'string', default: join(files.catalog, 'measurements/inferencex-deepseek-r1.csv') },
    format: { type: 'string', default: 'text' },
    'held-out': { type: 'string' },
  },
});

try {
  report(values.measurements, values.format, values['held-out']);
} catch (error) {
  if (!(error instanceof SeekstackError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
}

function report(path: string, format: string, heldOut: string | undefined): void {
  if (!['text', 'json'].includes(format) || !['cells', 'accelerators', undefined].includes(heldOut))
    throw new SeekstackError({
      code: 'E_USAGE',
      where: { field: heldOut === undefined ? '--format' : '--held-out' },
      got: heldOut ?? format,
      expected: '--format text|json, --held-out cells|accelerators',
      fix: 'use one of these',
    });
  const runs = parseMeasurements(readText(path, MEASUREMENTS_LIMIT_BYTES), path);
  const { all, reasons } = heldOut === undefined ? predictAll(runs) : predictHeldOut(runs, heldOut);
  const clean = all.filter((each) => isClean(each.run));
  const classes = scoreGroups(clean, (run) => [run.system, run.backend, run.mode, run.precision, run.speculation].join(' '));
  const overall = scoreGroups(clean, (run) => run.mode);
  const regrets = Object.fromEntries(
    (['aggregated', 'disaggregated'] as const).map((mode) => {
      const found = decisionRegrets(
        clean.filter((each) => each.run.mode === mode),
        TPOT_LIMITS_SECONDS,
      );
      return [mode, found.length === 0 ? null : describeRegrets(found)];
    }),
  );
  const result = {
    measurements: path,
    heldOut: heldOut ?? null,
    runs: runs.length,
    clean: clean.length,
    notClean: countBy(
      runs.filter((run) => !isClean(run)).map((run) => (run.speculation === 'unknown' ? 'speculation unknown' : run.quality)),
    ),
    notPredicted: countBy(reasons),
    overall,
    classes,
    regretPercent: regrets,
  };
  process.stdout.write(format === 'json' ? `${JSON.stringify(result, null, 2)}\n` : text(result));
}

/** Every run by the catalogue's own calibration. */
function predictAll(runs: readonly MeasuredRun[]): { all: Scored[]; reasons: string[] } {
  const catalog = loadCatalog(files.catalog, files.compiledCatalog);
  const reasons: string[] = [];
  const all = runs.map((run) => {
    const resolved = run.prefillWorkers > 0 && run.decodeWorkers > 0 ? resolveRun(catalog, run) : { reason: 'no worker counts' };
    if ('reason' in resolved) {
      if (isClean(run)) reasons.push(resolved.reason);
      return scored(run, null, null);
    }
    const state = resolved.predict(catalog, run.speculation === 'mtp' ? 'mtp' : 'none');
    return scored(run, state, intervalFor(catalog.intervals, resolved.class));
  });
  return { all, reasons };
}

/** Clean runs by fits that saw nothing of their workload cell, or nothing of their accelerator. */
function predictHeldOut(runs: readonly MeasuredRun[], by: string): { all: Scored[]; reasons: string[] } {
  const priors = readPriors(join(files.root, 'scripts/calibration/priors.yaml'));
  const own = loadCatalog(files.catalog, files.compiledCatalog);
  const catalog = catalogFor(own, priors);
  const usable = usableRuns(catalog, runs);
  const groupOf = by === 'cells' ? cellOf : (run: MeasuredRun) => run.system;
  const folds = by === 'cells' ? FOLDS : Number.POSITIVE_INFINITY;
  const held = crossPredict(catalog, priors, usable, groupOf, folds, startOf(priors));
  return {
    all: held.map(({ resolved, state }) => scored(resolved.run, state, intervalFor(own.intervals, resolved.class))),
    reasons: [],
  };
}

function describeRegrets(regrets: readonly number[]) {
  const percent = (value: number) => 100 * value;
  return {
    decisions: regrets.length,
    median: percent(median([...regrets])),
    p90: percent(quantile([...regrets], 0.9)),
    withinTenPercent: percent(regrets.filter((each) => each <= 0.1).length / regrets.length),
  };
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function text(result: {
  measurements: string;
  heldOut: string | null;
  runs: number;
  clean: number;
  notClean: Record<string, number>;
  notPredicted: Record<string, number>;
  overall: GroupScore[];
  classes: GroupScore[];
  regretPercent: Record<string, ReturnType<typeof describeRegrets> | null>;
}): string {
  const counts = (named: Record<string, number>) =>
    Object.entries(named)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ') || 'none';
  const table = new Table({
    head: ['runs of', 'n', 'pred.', ...METRICS.map((metric) => `${metric}: median, mean, P90 error %; bias; in 80 %`)],
    style: { head: [], border: [], compact: true },
    colWidths: [44, 5, 7, 34, 34, 34],
    wordWrap: true,
  });
  const line = (group: GroupScore) => [
    group.group,
    group.runs,
    `${group.predictedPercent.toFixed(0)} %`,
    ...METRICS.map((metric) => {
      const figures = group.metrics?.[metric];
      if (figures === undefined) return '—';
      return `${[figures.medianErrorPercent, figures.meanErrorPercent, figures.p90ErrorPercent].map((each) => each.toFixed(1).padStart(6)).join('')}  ${figures.bias.toFixed(2)}  ${figures.insideIntervalPercent.toFixed(0).padStart(3)} %`;
    }),
  ];
  for (const group of result.overall) table.push(line(group));
  for (const group of result.classes) table.push(line(group));
  const regrets = Object.entries(result.regretPercent)
    .filter(([, found]) => found !== null)
    .map(
      ([mode, found]) =>
        `${mode}: ${found?.decisions} choices, throughput lost median ${found?.median.toFixed(1)} %, P90 ${found?.p90.toFixed(1)} %, within 10 % in ${found?.withinTenPercent.toFixed(0)} %`,
    );
  return `${[
    `${result.runs} runs in ${result.measurements}, ${result.clean} clean (left out: ${counts(result.notClean)}; refused: ${counts(result.notPredicted)})`,
    result.heldOut === null
      ? 'Predicted by the calibration in the catalogue; runs it was fitted to look better than others (--held-out cells refits without them).'
      : `Each run predicted by a fit that saw nothing of its ${result.heldOut === 'cells' ? 'workload cell' : 'accelerator'}.`,
    table.toString(),
    'Choosing a configuration at a limit on TPOT, against the best measured one:',
    ...regrets.map((each) => `  ${each}`),
  ].join('\n')}\n`;
}
