// seekstack catalog check: every file parses, every reference leads somewhere, and prices are not too old.
import type { Catalog } from '../../documents/catalog/catalog.ts';
import { checkReferences, oldPrices, weakPrices } from '../../documents/catalog/check.ts';
import { EXIT, SeekstackError } from '../../errors.ts';
import { readOpenedCatalog } from '../../files/open-catalog.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { clip } from '../../render/format.ts';
import type { Io } from '../io.ts';
import { readDay } from '../read-day.ts';

export interface CatalogCheckChoices {
  readonly catalog?: string;
  readonly asOf?: string;
  readonly maxAgeDays: string;
}

const OLD_SHOWN = 10;
const TITLE_WIDTH = 90;

/** @returns 0; throws E_REFERENCE (2) for loose ends and E_FACT_OLD (5) for prices past the limit */
export function runCatalogCheck(choices: CatalogCheckChoices, io: Io, files: PackageFiles): number {
  const age = ageLimit(choices);
  const folder = choices.catalog ?? files.catalog;
  const catalog = readOpenedCatalog(files, choices.catalog);
  const problems = checkReferences(catalog);
  if (problems.length > 0) throw new SeekstackError(problems);
  const kinds = new Map<string, number>();
  for (const source of catalog.sources.values()) kinds.set(source.kind, (kinds.get(source.kind) ?? 0) + 1);
  io.out(
    `${folder}: ${catalog.files.length} files, ${catalog.models.length} models, ${catalog.instances.length + catalog.servers.length} machines, ${catalog.instancePrices.length} prices, ${catalog.tariffs.length} tariffs\n` +
      `${catalog.sources.size} sources: ${[...kinds]
        .sort()
        .map(([kind, count]) => `${count} ${kind}`)
        .join(', ')}\n`,
  );
  io.out(sayCalibrations(catalog));
  if (age === null) {
    io.out(sayWeak(catalog));
    io.err("ages not checked; give --as-of with today's date\n");
    return EXIT.ok;
  }
  io.out(sayWeak(catalog));
  const old = oldPrices(catalog, age.day, age.limitDays);
  if (old.length === 0) {
    io.out(`all prices are at most ${age.limitDays} days old on ${choices.asOf}\n`);
    return EXIT.ok;
  }
  throw new SeekstackError(
    old.slice(0, OLD_SHOWN).map((each) => ({
      code: 'E_FACT_OLD' as const,
      got: `${each.rows} prices from ${each.source}, as of ${each.asOf}${old.length > OLD_SHOWN ? ` (and ${old.length - OLD_SHOWN} more sources)` : ''}`,
      expected: `at most ${age.limitDays} days before ${choices.asOf}`,
      fix: 'bring the prices up to date, or raise --max-age-days',
    })),
  );
}

/** Reads the two options about age; null where no day was given. */
function ageLimit(choices: CatalogCheckChoices): { day: string; limitDays: number } | null {
  const { asOf } = choices;
  if (asOf === undefined) return null;
  const day = readDay(asOf, '--as-of');
  const limitDays = Number(choices.maxAgeDays);
  if (!(limitDays > 0))
    throw new SeekstackError({
      code: 'E_USAGE',
      where: { field: '--max-age-days' },
      got: choices.maxAgeDays,
      expected: 'a number of days above 0',
      fix: 'write a number such as 365',
    });
  return { day, limitDays };
}

/** Calibrations of runs that lie over the rows, and where one was fitted beside constants that have changed since. */
function sayCalibrations({ overlays }: Catalog): string {
  return overlays
    .map(
      ({ name, run, stale }) =>
        `calibrated: ${name}, ${run.points} ${run.points === 1 ? 'point' : 'points'}${stale.length === 0 ? '' : `; out of date: ${stale.join('; ')}; calibrate its run again`}\n`,
    )
    .join('');
}

/** What is no vendor's own word: a line a source. */
function sayWeak(catalog: Catalog): string {
  return weakPrices(catalog)
    .map(
      ({ standing, source, rows, title }) =>
        `${standing}: ${rows} ${rows === 1 ? 'row' : 'rows'} from ${source}, ${clip(title, TITLE_WIDTH)}\n`,
    )
    .join('');
}
