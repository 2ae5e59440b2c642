// Writing an emitted project: whole or not at all, and never over a file the user edited.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { SeekstackError } from '../errors.ts';

/** Remembers what was emitted, so that a later emit can tell an edit from an old version. */
export const MANIFEST_PATH = '.seekstack/manifest.json';

interface Manifest {
  readonly schema: 'seekstack/manifest@1';
  readonly planDigest: string;
  readonly optionId: string;
  /** Path → SHA-256 of the text as emitted. */
  readonly files: Readonly<Record<string, string>>;
}

export interface WrittenProject {
  readonly added: readonly string[];
  readonly updated: readonly string[];
  readonly removed: readonly string[];
  readonly unchanged: number;
}

/**
 * Writes a project into a folder.
 * Files that are as they were emitted are updated; files that are no longer part of the project and untouched are removed.
 * @throws SeekstackError E_OUT_CONFLICT naming each edited or foreign file in the way, unless `force`; nothing is written then
 */
export function writeProject(
  folder: string,
  project: ReadonlyMap<string, string>,
  about: Pick<Manifest, 'planDigest' | 'optionId'>,
  force: boolean,
): WrittenProject {
  if (existsSync(folder) && !statSync(folder).isDirectory())
    throw new SeekstackError({
      code: 'E_OUT_CONFLICT',
      where: { file: folder },
      got: 'a file',
      expected: 'a folder, or a name that is free',
      fix: 'choose another --out',
    });
  const before = readManifest(folder);
  const conflicts: string[] = [];
  const added: string[] = [];
  const updated: string[] = [];
  let unchanged = 0;
  for (const [path, text] of project) {
    const place = join(folder, path);
    if (!existsSync(place)) {
      added.push(path);
      continue;
    }
    const there = digest(readFileSync(place));
    if (there === digest(text)) unchanged += 1;
    else if (before?.files[path] === there || force) updated.push(path);
    else conflicts.push(path);
  }
  const removed = Object.entries(before?.files ?? {})
    .filter(
      ([path, sha256]) =>
        !project.has(path) && existsSync(join(folder, path)) && digest(readFileSync(join(folder, path))) === sha256,
    )
    .map(([path]) => path);
  if (conflicts.length > 0)
    throw new SeekstackError(
      conflicts.map((path) => ({
        code: 'E_OUT_CONFLICT' as const,
        where: { file: join(folder, path) },
        got: before === null ? 'a file that seekstack did not put there' : 'a file that was edited since it was emitted',
        expected: 'files as they were emitted',
        fix: 'emit into an empty folder and merge, or give --force to overwrite it',
      })),
    );
  const manifest: Manifest = {
    schema: 'seekstack/manifest@1',
    ...about,
    files: Object.fromEntries([...project].map(([path, text]) => [path, digest(text)])),
  };
  commit(folder, new Map([...project, [MANIFEST_PATH, `${JSON.stringify(manifest, null, 2)}\n`]]), removed);
  return { added, updated, removed, unchanged };
}

/** A new folder appears complete under its name; an existing one gets each file whole. */
function commit(folder: string, files: ReadonlyMap<string, string>, removed: readonly string[]): void {
  const fresh = !existsSync(folder) || readdirSync(folder).length === 0;
  const staging = fresh ? `${folder}.${process.pid}.tmp` : folder;
  try {
    for (const [path, text] of files) {
      const place = join(staging, path);
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(`${place}.tmp`, text);
      renameSync(`${place}.tmp`, place);
    }
    for (const path of removed) rmSync(join(folder, path));
    if (fresh) {
      rmSync(folder, { recursive: true, force: true });
      renameSync(staging, folder);
    }
  } catch (cause) {
    if (fresh) rmSync(staging, { recursive: true, force: true });
    throw new SeekstackError(
      {
        code: 'E_FILE_UNREADABLE',
        where: { file: folder },
        got: `the system answered ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`,
        expected: 'a folder you may write to',
        fix: 'check its permissions and the free space',
      },
      { cause },
    );
  }
}

function readManifest(folder: string): Manifest | null {
  const path = join(folder, MANIFEST_PATH);
  if (!existsSync(path)) return null;
  try {
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
    return manifest.schema === 'seekstack/manifest@1' ? manifest : null;
  } catch {
    // A damaged manifest protects nothing less: every differing file then counts as the user's own.
    return null;
  }
}

function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
