// Calibrations of runs that lie outside the catalogue: a file, or a folder of them, laid over it as if they lay in it.
// In: a catalogue and a path. Out: the catalogue with their constants, their files and their sources.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { applyOverlays } from '../documents/catalog/apply-overlay.ts';
import { type Catalog, indexCatalog } from '../documents/catalog/catalog.ts';
import { SeekstackError } from '../errors.ts';
import { listCatalogFiles, type OverlayChoice, type ReadOverlay, readOverlay } from './read-catalog.ts';

/**
 * Lays calibrations over a catalogue, in the order of their names, which begin with their days. One that the catalogue has is
 * not taken twice.
 * @param wanted - which of them; all where absent
 * @throws SeekstackError E_FILE_MISSING, E_REFERENCE where two of one name say different things
 */
export function layCalibration(catalog: Catalog, path: string, wanted: OverlayChoice = () => true): Catalog {
  if (!existsSync(path))
    throw new SeekstackError({
      code: 'E_FILE_MISSING',
      where: { file: path },
      got: 'no such file or folder',
      expected: 'a calibration that "seekstack calibrate" wrote, or a folder of them',
      fix: 'check the path given with --calibration',
    });
  const files = statSync(path).isDirectory() ? listCatalogFiles(path).map((name) => join(path, name)) : [path];
  const read = files.map(readOverlay).filter(({ overlay }) => wanted(overlay.content.run));
  const added = read.filter((each) => !isThere(catalog, each));
  if (added.length === 0) return catalog;
  const rows = applyOverlays(
    catalog,
    added.map(({ overlay }) => overlay),
  );
  return indexCatalog({
    ...rows,
    files: [...catalog.files, ...added.map(({ file }) => file)].toSorted((one, other) => (one.path < other.path ? -1 : 1)),
    sources: new Map([...catalog.sources, ...added.flatMap(({ sources }) => sources)]),
  });
}

function isThere(catalog: Catalog, { file, place }: ReadOverlay): boolean {
  const found = catalog.files.find((each) => each.path === file.path);
  if (found === undefined) return false;
  if (found.sha256 === file.sha256) return true;
  throw new SeekstackError({
    code: 'E_REFERENCE',
    where: { file: place },
    got: `another ${file.path} than the catalogue has`,
    expected: 'one calibration of a name',
    fix: 'rename one of them',
  });
}
