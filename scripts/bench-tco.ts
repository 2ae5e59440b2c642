// npm run bench:tco [-- --cases FILE] [--format json]: published comparisons of owning and renting through the product's cost functions.
// In: a file of cases. Out: computed, published, relative difference, warnings; exit code 4 where a figure is missed.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { EXIT, SeekstackError } from '../src/errors.ts';
import { loadCatalog } from '../src/files/compiled-catalog.ts';
import { findPackage } from '../src/files/package-root.ts';
import { type EvaluatedCase, evaluateCases } from './tco-cases/evaluate.ts';
import { readCases } from './tco-cases/read-cases.ts';

const files = findPackage();
const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: join(files.root, 'examples/comparisons/published.yaml') },
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
  const evaluated = evaluateCases(readCases(values.cases), loadCatalog(files.catalog, files.compiledCatalog));
  process.stdout.write(values.format === 'json' ? `${JSON.stringify({ cases: evaluated }, null, 2)}\n` : text(evaluated));
  if (evaluated.some((each) => each.problem !== null || each.figures.some((figure) => !figure.within)))
    process.exitCode = EXIT.thresholdFailed;
} catch (error) {
  if (!(error instanceof SeekstackError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
}

function text(cases: readonly EvaluatedCase[]): string {
  const number = (value: number) => (Math.abs(value) >= 1000 ? value.toFixed(1) : String(Number(value.toPrecision(5))));
  const table = new Table({
    head: ['case', 'figure', 'computed', 'published', 'difference', ''],
    style: { head: [], border: [], compact: true },
  });
  for (const each of cases)
    for (const figure of each.figures)
      table.push([
        each.id,
        figure.name,
        figure.computed === null ? '—' : number(figure.computed),
        number(figure.published),
        figure.relativeDifference === null ? '—' : `${(100 * figure.relativeDifference).toFixed(2)} %`,
        figure.within ? 'ok' : 'MISSED',
      ]);
  const notes = cases.flatMap((each) => [
    ...(each.problem === null ? [] : [`${each.id}: ${each.problem}`]),
    ...each.warnings.map((warning) => `${each.id}: ${warning}`),
  ]);
  const figures = cases.flatMap((each) => each.figures);
  return `${table.toString()}\n\n${notes.map((note) => `! ${note}`).join('\n')}${notes.length > 0 ? '\n\n' : ''}${figures.filter((figure) => figure.within).length} of ${figures.length} figures within tolerance, ${cases.length} cases\n`;
}
