// Price files of a cloud: where its rows are read and written, and the history beside them.
// In: the folder to write into and the package's catalogue. Out: paths and texts as they stand; nothing is written here.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type InstancePrice, priceHistoryFileSchema, pricesFileSchema } from '../documents/catalog/prices.ts';
import type { Source } from '../documents/fact.ts';
import { SeekstackError } from '../errors.ts';
import { parseLocated, validateLocated } from './located-document.ts';
import { isOverlay } from './open-catalog.ts';
import { listCatalogFiles } from './read-catalog.ts';
import { readText } from './read-text.ts';

const PRICES_LIMIT_BYTES = 8 * 1024 * 1024;

export interface PriceFile {
  /** Inside the catalogue folder, with forward slashes. */
  readonly path: string;
  /** Null where there is none yet. */
  readonly text: string | null;
  readonly rows: readonly InstancePrice[];
  readonly sources: Readonly<Record<string, Source>>;
}

/**
 * The file with a cloud's rows. A folder that lies over the package's catalogue starts from the package's file.
 * @param isOfCloud - whether an instance belongs to the cloud
 * @throws SeekstackError E_OUT_CONFLICT where several files hold rows of it: none of them can be chosen
 */
export function findPriceFile(
  folder: string,
  packageFolder: string,
  cloud: string,
  isOfCloud: (instance: string) => boolean,
): PriceFile {
  const own = existsSync(folder) ? listCatalogFiles(folder) : [];
  const standsAlone = own.length > 0 && !isOverlay(folder);
  const usual = `prices/${cloud}.yaml`;
  if (own.includes(usual)) return readPriceFile(folder, usual);
  if (!standsAlone) return readPriceFile(packageFolder, usual);
  const holding = own
    .filter((path) => /^schema: seekstack\/prices@1$/m.test(readText(join(folder, path), PRICES_LIMIT_BYTES)))
    .map((path) => readPriceFile(folder, path))
    .filter((file) => file.rows.some((row) => isOfCloud(row.instance)));
  const [only, ...others] = holding;
  if (only === undefined) return { path: usual, text: null, rows: [], sources: {} };
  if (others.length === 0) return only;
  throw new SeekstackError({
    code: 'E_OUT_CONFLICT',
    where: { file: folder },
    got: `prices of ${cloud} in ${holding.map((file) => file.path).join(' and ')}`,
    expected: 'all of them in one file',
    fix: `move them into ${usual}`,
  });
}

function readPriceFile(folder: string, path: string): PriceFile {
  const full = join(folder, path);
  if (!existsSync(full)) return { path, text: null, rows: [], sources: {} };
  const text = readText(full, PRICES_LIMIT_BYTES);
  const content = validateLocated(parseLocated(text, full), pricesFileSchema, 'seekstack/prices@1');
  return { path, text, rows: content.instances, sources: content.sources };
}

/** The history of a cloud's prices; it lies in the folder that is written, or in the package for what starts from there. */
export function findPriceHistory(folder: string, packageFolder: string, cloud: string): PriceFile {
  const path = `prices/history/${cloud}.yaml`;
  const standsAlone = existsSync(folder) && listCatalogFiles(folder).length > 0 && !isOverlay(folder);
  const full = [join(folder, path), ...(standsAlone ? [] : [join(packageFolder, path)])].find((each) => existsSync(each));
  if (full === undefined) return { path, text: null, rows: [], sources: {} };
  const text = readText(full, PRICES_LIMIT_BYTES);
  const content = validateLocated(parseLocated(text, full), priceHistoryFileSchema, 'seekstack/price-history@1');
  return { path, text, rows: content.instances, sources: content.sources };
}
