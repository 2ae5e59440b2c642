// A compiled catalogue: the validated rows as JSON, since parsing the YAML takes longer than planning.
// The build writes it; it is used only while every YAML file still has the bytes it was compiled from.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../documents/catalog/catalog.ts';
import { type CompiledCatalog, indexCompiled } from '../documents/catalog/compiled.ts';
import { listCatalogFiles, readCatalog } from './read-catalog.ts';

/**
 * The catalogue of a folder, from its compiled form where that is still true to the files.
 * @param compiledPath - where the build put the compiled form; absent for a user's own folder
 */
export function loadCatalog(folder: string, compiledPath?: string): Catalog {
  if (compiledPath !== undefined && existsSync(compiledPath)) {
    const compiled = JSON.parse(readFileSync(compiledPath, 'utf8')) as CompiledCatalog;
    if (isTrueTo(compiled, folder)) return indexCompiled(compiled);
  }
  return readCatalog(folder);
}

function isTrueTo(compiled: CompiledCatalog, folder: string): boolean {
  const { files } = compiled.rows;
  const present = listCatalogFiles(folder);
  return (
    present.length === files.length &&
    files.every(
      (file, index) =>
        present[index] === file.path &&
        createHash('sha256')
          .update(readFileSync(join(folder, file.path)))
          .digest('hex') === file.sha256,
    )
  );
}
