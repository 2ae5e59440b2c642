// Writing an emitted project: whole or not at all, and never over a file the user edited.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
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

/** What writing a project would do to a folder. */
export interface ComparedProject extends WrittenProject {
  /** Edited since they were emitted, or somebody else's: an emit refuses to touch them. */
  readonly conflicts: readonly string[];
}

/**
 * Compares a project with a folder, and writes nothing.
 * @throws SeekstackError E_OUT_CONFLICT where a folder is in a file's place or a file in a folder's
 */
export function compareProject(folder: string, project: ReadonlyMap<string, string>, force: boolean): ComparedProject {
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
  const obstacles: Obstacle[] = [];
  const added: string[] = [];
  const updated: string[] = [];
  let unchanged = 0;
  for (const [path, text] of project) {
    const place = join(folder, path);
    const obstacle = obstacleTo(folder, path);
    if (obstacle !== null) {
      obstacles.push(obstacle);
      continue;
    }
    if (!existsSync(place)) {
      added.push(path);
      continue;
    }
    const there = digest(readFileSync(place));
    if (there === digest(text)) unchanged += 1;
    else if (before?.files[path] === there || force) updated.push(path);
    // Edited, but the project still wants what it wanted: the edit is nobody's conflict.
    else if (before?.files[path] === digest(text)) unchanged += 1;
    else conflicts.push(path);
  }
  const removed = Object.entries(before?.files ?? {})
    .filter(
      ([path, sha256]) =>
        !project.has(path) &&
        isInside(path) &&
        existsSync(join(folder, path)) &&
        statSync(join(folder, path)).isFile() &&
        digest(readFileSync(join(folder, path))) === sha256,
    )
    .map(([path]) => path);
  if (obstacles.length > 0)
    throw new SeekstackError(
      [...new Map(obstacles.map((each) => [each.path, each])).values()].map(({ path, is }) => ({
        code: 'E_OUT_CONFLICT' as const,
        where: { file: join(folder, path) },
        got: is === 'folder' ? 'a folder where a file is to be' : 'a file where a folder is to be',
        expected: 'files as they were emitted',
        fix: 'move it away, or emit into an empty folder',
      })),
    );
  return { added, updated, removed, unchanged, conflicts };
}

/**
 * Writes a project into a folder.
 * Files that are as they were emitted are updated; files that are no longer part of the project and untouched are removed;
 * an edited file stays where the project has not changed beneath it.
 * @throws SeekstackError E_OUT_CONFLICT naming each edited or foreign file in the way, unless `force`; nothing is written then
 */
export function writeProject(
  folder: string,
  project: ReadonlyMap<string, string>,
  about: Pick<Manifest, 'planDigest' | 'optionId'>,
  force: boolean,
): WrittenProject {
  const { conflicts, ...written } = compareProject(folder, project, force);
  if (conflicts.length > 0)
    throw new SeekstackError(
      conflicts.map((path) => ({
        code: 'E_OUT_CONFLICT' as const,
        where: { file: join(folder, path) },
        got:
          readManifest(folder) === null
            ? 'a file that seekstack did not put there'
            : 'a file that was edited since it was emitted',
        expected: 'files as they were emitted',
        fix: 'emit into an empty folder and merge, or give --force to overwrite it',
      })),
    );
  const manifest: Manifest = {
    schema: 'seekstack/manifest@1',
    ...about,
    files: Object.fromEntries([...project].map(([path, text]) => [path, digest(text)])),
  };
  const changed = new Set([...written.added, ...written.updated]);
  const texts = [...project].filter(([path]) => changed.has(path));
  commit(folder, new Map([...texts, [MANIFEST_PATH, `${JSON.stringify(manifest, null, 2)}\n`]]), written.removed);
  return written;
}

/** Something that even an overwrite cannot replace. */
interface Obstacle {
  readonly path: string;
  readonly is: 'folder' | 'file';
}

function obstacleTo(folder: string, path: string): Obstacle | null {
  const parts = path.split('/');
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const part = parts.slice(0, depth).join('/');
    if (!existsSync(join(folder, part))) return null;
    const isFolder = statSync(join(folder, part)).isDirectory();
    if (isFolder !== depth < parts.length) return { path: part, is: isFolder ? 'folder' : 'file' };
  }
  return null;
}

/** A manifest is only a file in a folder that anyone may have made: it names nothing outside. */
function isInside(path: string): boolean {
  return !isAbsolute(path) && !path.split(/[\\/]/).includes('..');
}

/** A new folder appears complete under its name; an existing one gets each file whole. */
function commit(folder: string, files: ReadonlyMap<string, string>, removed: readonly string[]): void {
  // Resolved, so that neither "." nor a slash at the end spoils the name beside it.
  const target = resolve(folder);
  const fresh = !existsSync(target);
  const staging = fresh ? `${target}.${process.pid}.tmp` : target;
  let unfinished = '';
  try {
    for (const [path, text] of files) {
      const place = join(staging, path);
      unfinished = `${place}.tmp`;
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(unfinished, text);
      renameSync(unfinished, place);
    }
    for (const path of removed) rmSync(join(target, path));
    if (fresh) renameSync(staging, target);
  } catch (cause) {
    const left = fresh ? staging : unfinished;
    if (existsSync(left)) rmSync(left, { recursive: true });
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
