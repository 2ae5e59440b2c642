// npm run calibrate:fit [-- --measurements FILE] [--out FILE]: the constants of catalogs/calibration/fitted.yaml from measured runs.
// In: a CSV of runs, priors.yaml, the catalogue's kernels. Out: fitted.yaml, the same bytes for the same inputs.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { catalogText } from '../src/files/catalog-text.ts';
import { loadCatalog } from '../src/files/compiled-catalog.ts';
import { findPackage } from '../src/files/package-root.ts';
import { readText } from '../src/files/read-text.ts';
import { writeText } from '../src/files/write-files.ts';
import { intervalRows } from './calibration/conformal.ts';
import { readPriors, statedRows, transferredRows } from './calibration/constants.ts';
import { catalogFor, cellOf, crossPredict, fitRuns, startOf, usableRuns } from './calibration/fit-runs.ts';
import { parseMeasurements } from './calibration/measurements.ts';
import { scored, scoreGroups } from './calibration/score.ts';

const MEASUREMENTS_LIMIT_BYTES = 64 * 1024 * 1024;
const FOLDS = 5;
const DIGITS = 3;
const HEADER = `# What engines add to the kernels, fitted to measured runs, and how far predictions of runs outside the fit erred.
# Written by npm run calibrate:fit; do not edit by hand. docs/accuracy.md says how good it is and where it is weak.
`;

const files = findPackage();
const { values } = parseArgs({
  options: {
    measurements: { type: 'string', default: join(files.catalog, 'measurements/inferencex-deepseek-r1.csv') },
    out: { type: 'string' },
  },
});
const priors = readPriors(join(files.root, 'scripts/calibration/priors.yaml'));
const catalog = catalogFor(loadCatalog(files.catalog, files.compiledCatalog), priors);
const measured = parseMeasurements(readText(values.measurements, MEASUREMENTS_LIMIT_BYTES), values.measurements);
const runs = usableRuns(catalog, measured);
const fitted = fitRuns(catalog, priors, runs, startOf(priors));
priors.constants.forEach((constant, index) => {
  process.stderr.write(
    `${constant.field} [${constant.rows.join(', ')}] ${(fitted[index] as number).toPrecision(DIGITS)} ${constant.unit}\n`,
  );
});
const held = crossPredict(catalog, priors, runs, cellOf, FOLDS, fitted);
const known = held.filter(({ resolved }) => resolved.run.speculation !== 'unknown');
for (const nameOf of [
  (run: { mode: string }) => run.mode,
  (run: { mode: string; system: string; backend: string; precision: string; speculation: string }) =>
    `${run.mode} ${run.system} ${run.backend} ${run.precision} ${run.speculation}`,
])
  for (const group of scoreGroups(
    known.map(({ resolved, state }) => scored(resolved.run, state, null)),
    nameOf as never,
  )) {
    const { tpot, ttft, throughput } = group.metrics as NonNullable<typeof group.metrics>;
    process.stderr.write(
      `outside the fit: ${group.group.padEnd(44)} ${String(group.runs).padStart(4)} runs, median error TPOT ${tpot.medianErrorPercent.toFixed(1)} % (P90 ${tpot.p90ErrorPercent.toFixed(0)}, bias ${tpot.bias.toFixed(2)}), TTFT ${ttft.medianErrorPercent.toFixed(1)} % (bias ${ttft.bias.toFixed(2)}), throughput ${throughput.medianErrorPercent.toFixed(1)} %\n`,
    );
  }
const rows = statedRows(priors, fitted, 'runs', DIGITS);
const dates = measured.map((run) => run.measured).filter((date) => date !== '');
const document = {
  schema: 'seekstack/calibration@1',
  sources: {
    runs: {
      kind: 'measured',
      title: `Fit of the performance model to ${runs.length} closed-loop runs of DeepSeek-R1 and V3 from the InferenceX benchmark; starting values in scripts/calibration/priors.yaml`,
      url: 'github.com/ai-dynamo/aiconfigurator aic-core/src/aiconfigurator_core/systems/silicon_sample.csv (Apache-2.0)',
      asOf: dates.toSorted().at(-1) ?? '2026',
    },
    held: {
      kind: 'measured',
      title: `Measured over predicted, 10th to 90th percentile, of runs held out of the fit by whole workload cells (${FOLDS} folds)`,
      url: 'github.com/ai-dynamo/aiconfigurator aic-core/src/aiconfigurator_core/systems/silicon_sample.csv (Apache-2.0)',
      asOf: dates.toSorted().at(-1) ?? '2026',
    },
    transferred: {
      kind: 'assumed',
      title:
        'No public run of these models on this engine or architecture was fitted: constants of the nearest measured row, launches and floors made worse by the factors in scripts/calibration/priors.yaml',
      asOf: '2026-11-24',
    },
  },
  efficiencies: [...rows, ...transferredRows(priors, rows, 'transferred', DIGITS)],
  intervals: intervalRows(known, 'held'),
};
writeText(values.out ?? join(files.catalog, 'calibration/fitted.yaml'), catalogText(HEADER, document));
