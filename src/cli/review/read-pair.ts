// Both sides of a diff: of one kind, each with its catalogue.
// In: two names and what the command line says of them. Out: what a review takes.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../../documents/catalog/catalog.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { exportGitFolder, findGitPath, type GitPath } from '../../files/read-git.ts';
import type { Choice } from '../../review/plan-side.ts';
import type { ReviewInputs } from '../../review/review-change.ts';
import type { DiffChoices } from '../commands/diff.ts';
import type { Io } from '../io.ts';
import { readNamed } from './read-inputs.ts';
import { readSide } from './read-side.ts';

export interface Pair extends Pick<ReviewInputs, 'base' | 'head' | 'choice' | 'attribute'> {
  /** Where the head is from; null for files as they lie there. */
  readonly git: GitPath | null;
  readonly baseGit: GitPath | null;
}

export async function readPair(
  base: string,
  head: string,
  choices: DiffChoices,
  work: string,
  io: Io,
  files: PackageFiles,
): Promise<Pair> {
  const catalog = catalogReader(choices.catalog, choices.calibration, work, io, files);
  const baseCatalog =
    choices.baseCatalog === undefined ? catalog : catalogReader(choices.baseCatalog, undefined, work, io, files);
  const [old, young] = [readNamed(base, work, io), readNamed(head, work, io)];
  const choice = choiceOf(choices);
  if (old.kind === 'folder' || young.kind === 'folder')
    return (await import('./read-projects.ts')).readProjects(base, old, head, young, {
      catalog: await catalog(),
      choice,
      synthesis: choices.synthesis,
      work,
      io,
    });
  const [before, after] = [
    await readSide(old, base, baseCatalog, choice, work, io, files),
    await readSide(young, head, catalog, choice, work, io, files),
  ];
  return { base: before.side, head: after.side, choice, git: after.git, baseGit: before.git };
}

function choiceOf({ option, provider }: DiffChoices): Choice {
  if (option !== undefined) return { by: 'id', id: option };
  return provider === undefined ? { by: 'winner' } : { by: 'provider', provider };
}

/**
 * A folder, or one in a revision; the package's own where none is named. Read once, and only when it is asked for.
 * @param calibration - a file or folder of calibrations of runs, laid over it
 */
function catalogReader(
  name: string | undefined,
  calibration: string | undefined,
  work: string,
  io: Io,
  files: PackageFiles,
): () => Promise<Catalog> {
  let reading: Promise<Catalog> | undefined;
  const read = async (): Promise<Catalog> => {
    const { openCatalog } = await import('../../files/open-catalog.ts');
    const git = name === undefined ? null : findGitPath(name, io.environment);
    if (git === null) return openCatalog(files, name, calibration);
    const folder = join(work, `catalog-${git.commit.slice(0, 12)}`);
    if (!existsSync(folder)) exportGitFolder(git, folder, io.environment);
    return openCatalog(files, folder, calibration);
  };
  return () => {
    reading ??= read();
    return reading;
  };
}
