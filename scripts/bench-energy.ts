// npm run bench:energy [-- --measurements FILE] [--format json]: predicted joules an output token against measured rows.
// In: a CSV of rows. Out: errors by model and accelerator; no row is scored by a fit that has seen it.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { SeekstackError } from '../src/errors.ts';
import { loadCatalog } from '../src/files/compiled-catalog.ts';
import { findPackage } from '../src/files/package-root.ts';
import { readText } from '../src/files/read-text.ts';
import { heldOutScores, MEASURED_HARDWARE, readPowerPriors } from './energy/cross.ts';
import { type ResolvedRow, resolveRow } from './energy/model.ts';
import { type EnergyRow, keyOf, parseEnergyRows } from './energy/rows.ts';
import { type EnergyGroup, type EnergyScore, scoreEnergy, scoreRow } from './energy/score.ts';

const LIMIT_BYTES = 16 * 1024 * 1024;
const RELEASE = '2025';

const files = findPackage();
const shipped = join(files.catalog, 'measurements/mlenergy-excerpt.csv');
const { values } = parseArgs({
  options: {
    measurements: { type: 'string', default: shipped },
    format: { type: 'string', default: 'text' },
  },
});
try {
  if (!['text', 'json'].includes(values.format))
    throw new SeekstackError({
      code: 'E_USAGE',
      where: { field: '--format' },
      got: values.format,
      expected: 'text or json',
      fix: 'use one of these',
    });
  report(values.measurements, values.format);
} catch (error) {
  if (!(error instanceof SeekstackError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
}

function report(path: string, format: string): void {
  const catalog = loadCatalog(files.catalog, files.compiledCatalog);
  const priors = readPowerPriors(join(files.root, 'scripts/energy/priors.yaml'));
  const rows = parseEnergyRows(readText(path, LIMIT_BYTES), path);
  const fitted = new Set(parseEnergyRows(readText(shipped, LIMIT_BYTES), shipped).map(keyOf));
  const resolved: ResolvedRow[] = [];
  const reasons: string[] = [];
  for (const row of rows) {
    const found = resolveRow(catalog, row);
    if ('reason' in found) reasons.push(found.reason);
    else resolved.push(found);
  }
  const unseen = resolved
    .filter(({ row }) => !fitted.has(keyOf(row)))
    .flatMap((each): EnergyScore[] => {
      const hardware = each.accelerator.architecture;
      const efficiency = catalog.efficiencies.find(
        (row) => row.release === RELEASE && row.engines.includes('vllm') && row.hardware.includes(hardware),
      );
      const curve = catalog.power(hardware);
      return efficiency === undefined || curve === undefined ? [] : [scoreRow(each, efficiency, curve)];
    });
  const seen = resolved.filter(({ row }) => fitted.has(keyOf(row)));
  const crossed = MEASURED_HARDWARE.flatMap((hardware) =>
    heldOutScores(
      catalog,
      priors,
      seen.filter((each) => each.accelerator.architecture === hardware),
      hardware,
    ),
  );
  const groupOf = (row: EnergyRow) =>
    `${row.model.split('/').at(-1)} ${row.precision}, ${row.accelerators} × ${row.accelerator}, ${row.task}`;
  const sections = [
    { name: 'Rows that the shipped constants were not fitted to', scores: unseen },
    { name: 'Rows of the fit, each predicted by a fit that saw nothing of its model, machine and task', scores: crossed },
  ]
    .filter(({ scores }) => scores.length > 0)
    .map(({ name, scores }) => ({
      name,
      overall: scoreEnergy(scores, () => 'all')[0] as EnergyGroup,
      accelerators: scoreEnergy(scores, (row) => row.accelerator),
      groups: scoreEnergy(scores, groupOf),
    }));
  const result = { measurements: path, rows: rows.length, notPredicted: [...new Set(reasons)], sections };
  process.stdout.write(format === 'json' ? `${JSON.stringify(result, null, 2)}\n` : text(result));
}

function text(result: {
  measurements: string;
  rows: number;
  notPredicted: string[];
  sections: { name: string; overall: EnergyGroup; accelerators: EnergyGroup[]; groups: EnergyGroup[] }[];
}): string {
  const line = ({ group, rows, medianErrorPercent: error, p90ErrorPercent, bias }: EnergyGroup) => [
    group,
    rows,
    error.joules.toFixed(1),
    p90ErrorPercent.toFixed(1),
    bias.toFixed(2),
    error.joulesAtMeasuredSpeed.toFixed(1),
    error.watts.toFixed(1),
    error.tokensPerSecond.toFixed(1),
  ];
  const tables = result.sections.map(({ name, overall, accelerators, groups }) => {
    const table = new Table({
      head: ['rows of', 'n', 'J/token: median error %', 'P90', 'bias', 'at measured speed', 'watts', 'tokens/s'],
      style: { head: [], border: [], compact: true },
    });
    for (const group of [overall, ...accelerators, ...groups]) table.push(line(group));
    return `${name}\n${table.toString()}`;
  });
  const refused = result.notPredicted.length === 0 ? '' : `Not predicted: ${result.notPredicted.join('; ')}\n`;
  return `${result.rows} rows in ${result.measurements}; joules an output token, accelerator boards only.\n${refused}\n${tables.join('\n\n')}\n`;
}
