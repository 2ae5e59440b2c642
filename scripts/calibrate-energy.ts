// npm run calibrate:energy [-- --measurements FILE] [--out FILE]: catalogs/calibration/power.yaml from measured energy rows.
// In: the shipped excerpt of ML.ENERGY rows, idle shares of priors. Out: power curves, and the benchmark's engine release; same bytes.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { quantile } from 'simple-statistics';
import { parse } from 'yaml';
import { catalogText } from '../src/files/catalog-text.ts';
import { loadCatalog } from '../src/files/compiled-catalog.ts';
import { findPackage } from '../src/files/package-root.ts';
import { readText } from '../src/files/read-text.ts';
import { writeText } from '../src/files/write-files.ts';
import { heldOutScores, MEASURED_HARDWARE, readPowerPriors, templateFor } from './energy/cross.ts';
import { curveWith, efficiencyWith, fitRows, POWER_NAMES, SPEED_NAMES } from './energy/fit.ts';
import { resolveRow } from './energy/model.ts';
import { parseEnergyRows } from './energy/rows.ts';
import { scoreRow } from './energy/score.ts';

const LIMIT_BYTES = 1024 * 1024;
const DIGITS = 3;
const RELEASE = '2025';
const HEADER = `# Power of accelerator boards while they serve, and what the engine release of the energy benchmark adds to the kernels.
# Written by npm run calibrate:energy; do not edit by hand. docs/accuracy.md says how good it is and where it is weak.
`;

const files = findPackage();
const { values } = parseArgs({
  options: {
    measurements: { type: 'string', default: join(files.catalog, 'measurements/mlenergy-excerpt.csv') },
    out: { type: 'string' },
  },
});
const catalog = loadCatalog(files.catalog, files.compiledCatalog);
const priors = readPowerPriors(join(files.root, 'scripts/energy/priors.yaml'));
const rows = parseEnergyRows(readText(values.measurements, LIMIT_BYTES), values.measurements).flatMap((row) => {
  const resolved = resolveRow(catalog, row);
  return 'reason' in resolved ? [] : [resolved];
});
const raw = parse(readText(join(files.catalog, 'calibration/fitted.yaml'), LIMIT_BYTES)) as { efficiencies: { id: string }[] };

const rounded = (value: number) => Number(value.toPrecision(DIGITS));
const efficiencies: object[] = [];
const fitted = new Map<string, { values: readonly number[]; error: { low: number; high: number; unit: string } }>();
for (const hardware of MEASURED_HARDWARE) {
  const own = rows.filter((each) => each.accelerator.architecture === hardware);
  const template = templateFor(catalog, priors, hardware);
  const fit = fitRows(own, template.efficiency, template.curve);
  const held = heldOutScores(catalog, priors, own, hardware);
  const overPredicted = held.map((each) => 1 / (1 + each.joules));
  fitted.set(hardware, {
    values: fit.power.map(rounded),
    error: { low: rounded(quantile(overPredicted, 0.1)), high: rounded(quantile(overPredicted, 0.9)), unit: 'ratio' },
  });
  const row = JSON.parse(
    JSON.stringify(
      raw.efficiencies.find((each) => each.id === template.efficiency.id),
      (key, value) => (key === 'source' ? 'transferred' : value),
    ),
  ) as Record<string, unknown>;
  const stated: Record<string, unknown> = {
    ...row,
    id: `vllm-${hardware}-${RELEASE}`,
    hardware: [hardware],
    release: RELEASE,
    current: false,
    basis: 'measured',
  };
  SPEED_NAMES.forEach(({ name, unit }, index) => {
    const value = fit.speed[index] as number;
    const told = { value: rounded(unit === 'us' ? value * 1e6 : value), unit, source: 'mlenergy' };
    const [outer, inner] = name.split('.') as [string, string?];
    stated[outer] = inner === undefined ? told : { ...(stated[outer] as object | undefined), [inner]: told };
  });
  efficiencies.push(stated);
  const scores = own.map((each) =>
    scoreRow(each, efficiencyWith(template.efficiency, fit.speed), curveWith(template.curve, fit.power)),
  );
  process.stderr.write(
    `${hardware}: ${own.length} rows, ${SPEED_NAMES.map(({ name }, index) => `${name} ${(fit.speed[index] as number).toPrecision(DIGITS)}`).join(', ')}; ${POWER_NAMES.map((name, index) => `${name} ${(fit.power[index] as number).toPrecision(DIGITS)}`).join(', ')}; median error of the fit ${(
      100 *
        quantile(
          scores.map((each) => Math.abs(each.joules)),
          0.5,
        )
    ).toFixed(1)} %\n`,
  );
}

const powers = priors.rows.map(({ id, hardware, like, idle, loadedIdle, error, basis }) => {
  const of = fitted.get(like);
  if (of === undefined) throw new RangeError(`${id} is like ${like}, which has no rows`);
  const source = basis === 'measured' ? 'mlenergy' : 'transferred-power';
  const constants = Object.fromEntries(
    POWER_NAMES.map((name, index) => [name, { value: of.values[index], unit: 'ratio', source }]),
  );
  return { id, hardware, ...constants, idle, loadedIdle, error: basis === 'measured' ? of.error : error, basis };
});
const document = {
  schema: 'seekstack/calibration@1',
  sources: {
    mlenergy: {
      kind: 'measured',
      title: `Fit to ${rows.length} rows of the ML.ENERGY leaderboard (boards only, vLLM), shipped in catalogs/measurements/mlenergy-excerpt.csv`,
      url: 'github.com/ml-energy/leaderboard public/data/models',
      asOf: '2026-02-16',
    },
    transferred: {
      kind: 'assumed',
      title:
        'Not told by the energy benchmark: constants of the current row of the same engine in catalogs/calibration/fitted.yaml',
      asOf: '2026-11-24',
    },
    ...priors.sources,
  },
  efficiencies,
  powers,
};
writeText(values.out ?? join(files.catalog, 'calibration/power.yaml'), catalogText(HEADER, document));
