// npm run bench:tco [-- --cases FILE] [--format json]: published comparisons of owning and renting through the product's cost functions.
// In: a file of cases. Out: computed, published, relative difference, warnings; exit code 4 where a figure is missed.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { EXIT, SeekstackError } from '../src/errors.ts';
import { loadCatalog } from '../src/files/compiled-catalog.ts';
import { findPackage } from '../src/files/package-root.ts';
import { type ComparedFigure, type EvaluatedCase, evaluateCases } from './tco-cases/evaluate.ts';
import { readCases } from './tco-cases/read-cases.ts';

const files = findPackage();

try {
  const { cases, format } = readArguments();
  const evaluated = evaluateCases(readCases(cases), loadCatalog(files.catalog, files.compiledCatalog));
  const figures = evaluated.flatMap((each) => each.figures);
  const summary = { cases: evaluated.length, figures: figures.length, within: figures.filter((each) => each.within).length };
  process.stdout.write(
    format === 'json' ? `${JSON.stringify({ summary, cases: evaluated }, null, 2)}\n` : text(evaluated, summary),
  );
  if (summary.within < summary.figures) process.exitCode = EXIT.thresholdFailed;
} catch (error) {
  if (!(error instanceof SeekstackError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.exitCode;
}

function readArguments(): { cases: string; format: string } {
  const expected = '--cases FILE, --format text|json';
  try {
    const { values } = parseArgs({
      options: {
        cases: { type: 'string', default: join(files.root, 'examples/comparisons/published.yaml') },
        format: { type: 'string', default: 'text' },
      },
    });
    if (['text', 'json'].includes(values.format)) return values;
    throw new SeekstackError({
      code: 'E_USAGE',
      where: { field: '--format' },
      got: values.format,
      expected,
      fix: 'use text or json',
    });
  } catch (cause) {
    // parseArgs tells of unknown options by a TypeError with a sentence of its own.
    if (!(cause instanceof TypeError)) throw cause;
    throw new SeekstackError({ code: 'E_USAGE', got: cause.message, expected, fix: 'use these options' }, { cause });
  }
}

function text(cases: readonly EvaluatedCase[], summary: { cases: number; figures: number; within: number }): string {
  const number = (value: number | null) =>
    value === null ? '—' : Math.abs(value) >= 1000 ? value.toFixed(1) : String(Number(value.toPrecision(5)));
  const published = ({ published: value }: ComparedFigure) => (value === null ? 'never' : number(value));
  const table = new Table({
    head: ['case', 'figure', 'computed', 'published', 'difference', ''],
    style: { head: [], border: [], compact: true },
  });
  for (const each of cases)
    for (const figure of each.figures)
      table.push([
        each.id,
        figure.name,
        number(figure.computed),
        published(figure),
        figure.relativeDifference === null ? '—' : `${(100 * figure.relativeDifference).toFixed(2)} %`,
        figure.within ? 'ok' : 'MISSED',
      ]);
  const notes = cases.flatMap((each) => [
    ...(each.problem === null
      ? each.figures.filter((figure) => figure.reason !== null).map((figure) => `${each.id}: ${figure.name} ${figure.reason}`)
      : [`${each.id}: ${each.problem}`]),
    ...each.warnings.map((warning) => `${each.id}: ${warning}`),
  ]);
  const told = notes.length === 0 ? '' : `${notes.map((note) => `! ${note}`).join('\n')}\n\n`;
  return `${table.toString()}\n\n${told}${summary.within} of ${summary.figures} figures within tolerance, ${summary.cases} cases\n`;
}
