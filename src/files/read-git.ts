// Files of a git revision: `REV:path`, read by git itself, started without a shell. Nothing is checked out.
// In: a revision and a path. Out: bytes; the commit it is, and when it was committed.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { SeekstackError } from '../errors.ts';

export interface GitPath {
  /** Full id of the commit. */
  readonly commit: string;
  /** Instant of the commit, UTC to seconds. */
  readonly committedAt: string;
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly kind: 'file' | 'folder';
}

type Environment = Readonly<Record<string, string | undefined>>;

const OUTPUT_MOST_BYTES = 64 * 2 ** 20;
/** A tree that an emit wrote has some hundred files; another one is not meant. */
const MOST_FILES = 5000;

/**
 * Reads a name as a path in a revision.
 * @returns null where it is no such name: a file or folder is called so, or nothing stands before a colon
 * @throws SeekstackError E_FILE_MISSING where the revision, or the path in it, is not there
 */
export function findGitPath(name: string, environment: Environment): GitPath | null {
  const match = /^([^:]+):(.*)$/s.exec(name);
  // A drive letter is no revision.
  if (match === null || existsSync(name) || /^[A-Za-z]:[\\/]/.test(name)) return null;
  const [, revision = '', path = ''] = match;
  if (revision.startsWith('-'))
    throw missing(name, `${revision}, which is no revision`, 'a commit, branch or tag before the colon');
  const resolved = git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`], environment);
  if (resolved.exitCode !== 0)
    throw missing(
      name,
      resolved.stderr.trim() === '' ? `no revision ${revision}` : firstLine(resolved.stderr),
      'a commit, branch or tag of this repository',
    );
  const commit = resolved.stdout.toString('utf8').trim();
  const prefix =
    path.startsWith('./') || path.startsWith('../')
      ? `${git(['rev-parse', '--show-prefix'], environment).stdout.toString('utf8').trim()}${path}`
      : path;
  const clean = posix.normalize(prefix === '' ? '.' : prefix).replace(/\/$/, '');
  const type = git(['cat-file', '-t', clean === '.' ? commit : `${commit}:${clean}`], environment);
  if (type.exitCode !== 0 || clean.startsWith('..'))
    throw missing(name, `nothing at ${path} in ${revision}`, 'a path from the root of the repository');
  const seconds = Number(git(['show', '--no-patch', '--format=%ct', commit], environment).stdout.toString('utf8').trim());
  return {
    commit,
    committedAt: new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z'),
    path: clean,
    kind: type.stdout.toString('utf8').trim() === 'blob' ? 'file' : 'folder',
  };
}

/** Bytes of a file at a commit; undefined where it is not there. */
export function readGitFile(commit: string, path: string, environment: Environment): Buffer | undefined {
  const clean = posix.normalize(path);
  if (clean.startsWith('..')) return undefined;
  const read = git(['cat-file', 'blob', `${commit}:${clean}`], environment);
  return read.exitCode === 0 ? read.stdout : undefined;
}

/** Writes a folder of a commit into another folder, regular files only. */
export function exportGitFolder({ commit, path }: GitPath, folder: string, environment: Environment): void {
  const tree = path === '.' ? commit : `${commit}:${path}`;
  const listing = git(['ls-tree', '-r', '-z', '--full-tree', tree], environment).stdout.toString('utf8');
  const entries = listing.split('\0').flatMap((entry) => {
    const [, mode = '', id = '', name = ''] = /^(\d+) blob ([0-9a-f]+)\t(.+)$/s.exec(entry) ?? [];
    return mode.startsWith('100') ? [{ id, name }] : [];
  });
  if (entries.length > MOST_FILES)
    throw missing(`${commit}:${path}`, `${entries.length} files`, `at most ${MOST_FILES}: the folder of one project`);
  for (const { id, name } of entries) {
    const place = join(folder, name);
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, git(['cat-file', 'blob', id], environment).stdout);
  }
}

function git(words: readonly string[], environment: Environment) {
  const run = spawnSync('git', words, {
    env: { ...environment, GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' } as NodeJS.ProcessEnv,
    maxBuffer: OUTPUT_MOST_BYTES,
  });
  if ((run.error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT')
    throw missing('git', 'no git on this machine', 'git, to read a revision');
  return { exitCode: run.status ?? 1, stdout: run.stdout ?? Buffer.alloc(0), stderr: (run.stderr ?? '').toString() };
}

function missing(file: string, got: string, expected: string): SeekstackError {
  return new SeekstackError({
    code: 'E_FILE_MISSING',
    where: { file },
    got,
    expected,
    fix: 'write REVISION:path, such as main:workload.yaml, in a clone that has the revision (a shallow one may not), or name a file',
  });
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}
