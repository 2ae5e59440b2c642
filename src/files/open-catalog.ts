// The catalogue a command works with: the package's own, another folder, or price files laid over the package's own.
// In: the package's files and what --catalog names. Out: the catalogue, and where its price files are read and written.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../documents/catalog/catalog.ts';
import { SeekstackError } from '../errors.ts';
import { loadCatalog } from './compiled-catalog.ts';
import { layCalibration } from './lay-calibration.ts';
import type { PackageFiles } from './package-root.ts';
import { listCatalogFiles, type OverlayChoice, readCatalog } from './read-catalog.ts';

/** What of the package a catalogue is opened from. */
export type CatalogFiles = Pick<PackageFiles, 'catalog' | 'compiledCatalog'>;

/**
 * The catalogue of a folder, or the package's own where none is named.
 * @param calibration - a file or folder of calibrations of runs, laid over it
 */
export function openCatalog(files: CatalogFiles, folder?: string, calibration?: string): Catalog {
  const opened =
    folder === undefined
      ? loadCatalog(files.catalog, files.compiledCatalog)
      : isOverlay(folder)
        ? readCatalog(files.catalog, folder)
        : loadCatalog(folder);
  return calibration === undefined ? opened : layCalibration(opened, calibration);
}

/**
 * The catalogue of a folder with every file read anew, for whoever checks the files themselves.
 * @param wanted - which calibrations of runs are laid over it
 */
export function readOpenedCatalog(files: CatalogFiles, folder?: string, wanted?: OverlayChoice): Catalog {
  if (folder === undefined) return readCatalog(files.catalog, undefined, wanted);
  return isOverlay(folder) ? readCatalog(files.catalog, folder, wanted) : readCatalog(folder, undefined, wanted);
}

/** The catalogue that the prices of a folder are for: the folder's own, or the package's where it holds prices only, or nothing yet. */
export function openSurroundings(files: CatalogFiles, folder: string): Catalog {
  const standsAlone = existsSync(folder) && listCatalogFiles(folder).length > 0 && !isOverlay(folder);
  return standsAlone && folder !== files.catalog ? loadCatalog(folder) : loadCatalog(files.catalog, files.compiledCatalog);
}

/** A folder with files of prices and calibrations and nothing else lies over the package's catalogue; any other stands for itself. */
export function isOverlay(folder: string): boolean {
  const paths = listCatalogFiles(folder);
  return paths.length > 0 && paths.every((path) => path.startsWith('prices/') || path.startsWith('calibration/'));
}

/** Whether the package is a checkout, whose catalogue is there to be changed; an installed one is replaced as a whole. */
export function isCheckout({ root }: PackageFiles): boolean {
  return existsSync(join(root, 'src', 'cli')) && !root.split(/[\\/]/).includes('node_modules');
}

/**
 * The folder that a refresh writes into.
 * @throws SeekstackError E_USAGE where that would be an installed package, which the next installation replaces
 */
export function writableCatalog(files: PackageFiles, folder?: string): string {
  if (folder !== undefined) return folder;
  if (isCheckout(files)) return files.catalog;
  throw new SeekstackError({
    code: 'E_USAGE',
    where: { field: '--catalog' },
    got: 'no folder for the new prices',
    expected: 'a folder of your own: an installed package is replaced as a whole by its next version',
    fix: 'give --catalog DIR, and the same to plan',
  });
}
