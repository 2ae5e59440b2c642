// The catalogue a command works with: the package's own, another folder, or price files laid over the package's own.
// In: the package's files and what --catalog names. Out: the catalogue, and where its price files are read and written.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../documents/catalog/catalog.ts';
import { SeekstackError } from '../errors.ts';
import { loadCatalog } from './compiled-catalog.ts';
import type { PackageFiles } from './package-root.ts';
import { listCatalogFiles, readCatalog } from './read-catalog.ts';

/** What of the package a catalogue is opened from. */
export type CatalogFiles = Pick<PackageFiles, 'catalog' | 'compiledCatalog'>;

/** The catalogue of a folder, or the package's own where none is named. */
export function openCatalog(files: CatalogFiles, folder?: string): Catalog {
  if (folder === undefined) return loadCatalog(files.catalog, files.compiledCatalog);
  return isOverlay(folder) ? readCatalog(files.catalog, folder) : loadCatalog(folder);
}

/** The catalogue of a folder with every file read anew, for whoever checks the files themselves. */
export function readOpenedCatalog(files: CatalogFiles, folder?: string): Catalog {
  if (folder === undefined) return readCatalog(files.catalog);
  return isOverlay(folder) ? readCatalog(files.catalog, folder) : readCatalog(folder);
}

/** The catalogue that the prices of a folder are for: the folder's own, or the package's where it holds prices only, or nothing yet. */
export function openSurroundings(files: CatalogFiles, folder: string): Catalog {
  const standsAlone = existsSync(folder) && listCatalogFiles(folder).length > 0 && !isOverlay(folder);
  return standsAlone && folder !== files.catalog ? loadCatalog(folder) : loadCatalog(files.catalog, files.compiledCatalog);
}

/** A folder with price files and nothing else lies over the package's catalogue; any other stands for itself. */
export function isOverlay(folder: string): boolean {
  const paths = listCatalogFiles(folder);
  return paths.length > 0 && paths.every((path) => path.startsWith('prices/'));
}

/**
 * The folder that a refresh writes into.
 * @throws SeekstackError E_USAGE where that would be an installed package, which the next installation replaces
 */
export function writableCatalog(files: PackageFiles, folder?: string): string {
  if (folder !== undefined) return folder;
  if (existsSync(join(files.root, 'src', 'cli')) && !files.root.split(/[\\/]/).includes('node_modules')) return files.catalog;
  throw new SeekstackError({
    code: 'E_USAGE',
    where: { field: '--catalog' },
    got: 'no folder for the new prices',
    expected: 'a folder of your own: an installed package is replaced as a whole by its next version',
    fix: 'give --catalog DIR, and the same to plan',
  });
}
