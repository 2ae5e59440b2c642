// Where the package's own files lie: catalogue, stacks, examples, schemas.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface PackageFiles {
  readonly root: string;
  readonly version: string;
  readonly catalog: string;
  /** Written by the build; may be absent in a source checkout. */
  readonly compiledCatalog: string;
  readonly stacks: string;
  /** Script of the report's page, written by the build. */
  readonly pageScript: string;
  /** The planner as a worker of that page. */
  readonly plannerScript: string;
}

/** Finds the package from this module upwards, whether it runs from source or from dist. */
export function findPackage(): PackageFiles {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'catalogs')) && dirname(folder) !== folder) folder = dirname(folder);
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return {
    root: folder,
    version: manifest.version,
    catalog: join(folder, 'catalogs'),
    compiledCatalog: join(folder, 'dist', 'catalog.json'),
    stacks: join(folder, 'stacks'),
    pageScript: join(folder, 'dist', 'report-page.js'),
    plannerScript: join(folder, 'dist', 'report-planner.js'),
  };
}
