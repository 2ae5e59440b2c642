// The stack programs as text, for emit to copy.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PackageFiles } from './package-root.ts';

const SHARED_FOLDERS = ['src/watching', 'src/endpoint'];
const SHARED_DOCUMENTS = ['deployment', 'operator-ids', 'rehearsal'].map((name) => `src/documents/${name}.ts`);

/** Every file below stacks/, and the modules that stacks share with the planner, by path from the package root. */
export function readStackSources(files: PackageFiles): ReadonlyMap<string, string> {
  const paths = [files.stacks, ...SHARED_FOLDERS.map((folder) => join(files.root, ...folder.split('/')))]
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(files.root.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((path) => !path.includes('node_modules/'));
  return new Map([...SHARED_DOCUMENTS, ...paths].sort().map((path) => [path, readFileSync(join(files.root, path), 'utf8')]));
}
