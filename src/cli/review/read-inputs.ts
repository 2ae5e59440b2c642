// What was named on the command line, as text: a file, a path in a git revision, or a folder.
// In: a name. Out: its text or its folder, and the commit it is of. Folders of a commit are written out for as long as they are read.
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import type { TraceSummary } from '../../documents/trace-summary.ts';
import type { Workload } from '../../documents/workload.ts';
import { SeekstackError } from '../../errors.ts';
import { readDemandTrace } from '../../files/read-demand-trace.ts';
import { exportGitFolder, findGitPath, type GitPath, readGitFile } from '../../files/read-git.ts';
import { decodeText, PLAN_LIMIT_BYTES, readText } from '../../files/read-text.ts';
import type { Io } from '../io.ts';

/** Stands for a side there is not: a workload that is new. */
export const NOTHING = 'none';

export type Named =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'file'; readonly text: string; readonly git: GitPath | null }
  | { readonly kind: 'folder'; readonly folder: string; readonly git: GitPath | null };

/** @param work - a folder that is gone when all is done */
export function readNamed(name: string, work: string, { environment }: Io): Named {
  if (name === NOTHING && !existsSync(name)) return { kind: 'nothing' };
  const git = findGitPath(name, environment);
  if (git === null) {
    if (existsSync(name) && statSync(name).isDirectory()) return { kind: 'folder', folder: name, git };
    return { kind: 'file', text: readText(name, PLAN_LIMIT_BYTES), git };
  }
  if (git.kind === 'folder') {
    const folder = mkdtempSync(join(work, 'folder-'));
    exportGitFolder(git, folder, environment);
    return { kind: 'folder', folder, git };
  }
  const bytes = readGitFile(git.commit, git.path, environment) ?? new Uint8Array();
  return { kind: 'file', text: decodeText(bytes, name), git };
}

/** What the trace of a workload holds, from where the workload is from. */
export async function readTraceOf(
  workload: Workload,
  name: string,
  git: GitPath | null,
  work: string,
  { environment }: Io,
): Promise<TraceSummary | undefined> {
  const { trace } = workload.demand;
  if (trace === undefined || git === null) return readDemandTrace(workload, name);
  const path = posix.join(posix.dirname(git.path), trace);
  const bytes = readGitFile(git.commit, path, environment);
  if (bytes === undefined)
    throw new SeekstackError({
      code: 'E_FILE_MISSING',
      where: { file: name, field: 'demand.trace' },
      got: `no ${path} in that revision`,
      expected: 'a trace beside the workload',
      fix: 'commit the trace, or compare files',
    });
  const copy = join(mkdtempSync(join(work, 'trace-')), posix.basename(path));
  writeFileSync(copy, bytes);
  return readDemandTrace({ ...workload, demand: { ...workload.demand, trace: copy } }, copy);
}

/** A folder that is gone after `use`. */
export async function inWork<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'seekstack-diff-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
