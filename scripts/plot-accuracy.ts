// npm run plots:accuracy [-- --measurements FILE]: scatter plots of predicted against measured, as SVG under docs/.
// In: a CSV of runs. Out: two SVG files; every point predicted by a fit that saw nothing of its workload cell.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { loadCatalog } from '../src/files/compiled-catalog.ts';
import { findPackage } from '../src/files/package-root.ts';
import { readText } from '../src/files/read-text.ts';
import { writeText } from '../src/files/write-files.ts';
import { readPriors } from './calibration/constants.ts';
import { catalogFor, cellOf, crossPredict, type Prediction, startOf, usableRuns } from './calibration/fit-runs.ts';
import { isClean, parseMeasurements } from './calibration/measurements.ts';

const MEASUREMENTS_LIMIT_BYTES = 64 * 1024 * 1024;
const FOLDS = 5;
const SIDE = 330;
/** Ratio of predicted to measured at which the grey lines run. */
const BAND = 1.25;
const METRICS = [
  { key: 'tpot', label: 'TPOT, ms', of: (state: { tpotSeconds: number }) => state.tpotSeconds },
  { key: 'ttft', label: 'TTFT, ms', of: (state: { ttftSeconds: number }) => state.ttftSeconds },
] as const;

const files = findPackage();
const { values } = parseArgs({
  options: { measurements: { type: 'string', default: join(files.catalog, 'measurements/inferencex-deepseek-r1.csv') } },
});
const priors = readPriors(join(files.root, 'scripts/calibration/priors.yaml'));
const catalog = catalogFor(loadCatalog(files.catalog, files.compiledCatalog), priors);
const measured = parseMeasurements(readText(values.measurements, MEASUREMENTS_LIMIT_BYTES), values.measurements);
const held = crossPredict(catalog, priors, usableRuns(catalog, measured), cellOf, FOLDS, startOf(priors)).filter(({ resolved }) =>
  isClean(resolved.run),
);
for (const mode of ['aggregated', 'disaggregated'] as const) {
  const points = held.filter(({ resolved }) => resolved.run.mode === mode);
  const { spec } = compile(chart(mode, points));
  const view = new vega.View(vega.parse(spec), { renderer: 'none' });
  const path = join(files.root, `docs/accuracy-${mode}.svg`);
  writeText(path, `${await view.toSVG()}\n`);
  process.stdout.write(`${path}: ${points.length} runs\n`);
}

function chart(mode: string, predictions: readonly Prediction[]): TopLevelSpec {
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    title: `Predicted against measured, ${mode}, workload cells held out of the fit; grey lines at ×${BAND} and ÷${BAND}`,
    background: 'white',
    hconcat: METRICS.map(({ label, of }) => {
      const points = predictions.map(({ resolved, state }) => ({
        measured: of(resolved.run) * 1000,
        predicted: of(state) * 1000,
        class: `${resolved.run.system.replace('_sxm', '')} ${resolved.class.engine}`,
        speculation: resolved.run.speculation,
      }));
      const all = points.flatMap((point) => [point.measured, point.predicted]);
      const domain = [Math.min(...all) / BAND, Math.max(...all) * BAND];
      const scale = { type: 'log' as const, domain, nice: false };
      const line = (factor: number, colour: string) => ({
        data: { values: domain.map((edge) => ({ measured: edge, predicted: edge * factor })) },
        mark: { type: 'line' as const, color: colour, strokeWidth: 1, clip: true },
        encoding: {
          x: { field: 'measured', type: 'quantitative' as const, scale },
          y: { field: 'predicted', type: 'quantitative' as const, scale },
        },
      });
      return {
        width: SIDE,
        height: SIDE,
        layer: [
          line(BAND, '#bbbbbb'),
          line(1 / BAND, '#bbbbbb'),
          line(1, '#555555'),
          {
            data: { values: points },
            mark: { type: 'point' as const, filled: true, size: 34, opacity: 0.75 },
            encoding: {
              x: { field: 'measured', type: 'quantitative' as const, scale, title: `measured ${label}` },
              y: { field: 'predicted', type: 'quantitative' as const, scale, title: `predicted ${label}` },
              color: {
                field: 'class',
                type: 'nominal' as const,
                title: 'accelerator, engine',
                scale: { scheme: 'tableau10' as const },
              },
              shape: { field: 'speculation', type: 'nominal' as const, title: 'speculation' },
            },
          },
        ],
      };
    }),
  } as TopLevelSpec;
}
