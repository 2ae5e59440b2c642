// The stack programs as text, for emit to copy.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PackageFiles } from './package-root.ts';

/** Every file below stacks/, and the modules that stacks share with the planner, by path from the package root. */
export function readStackSources(files: PackageFiles): ReadonlyMap<string, string> {
  const paths = [files.stacks, join(files.root, 'src', 'watching')]
    .flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(files.root.length + 1)
        .replaceAll('\\', '/'),
    )
    .filter((path) => !path.includes('node_modules/'));
  return new Map(
    ['src/documents/deployment.ts', ...paths].sort().map((path) => [path, readFileSync(join(files.root, path), 'utf8')]),
  );
}
