// Both sides of a diff: of one kind, each with its catalogue.
// In: two names and what the command line says of them. Out: what a review takes.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalog } from '../../documents/catalog/catalog.ts';
import { SeekstackError } from '../../errors.ts';
import { loadCatalog } from '../../files/compiled-catalog.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { exportGitFolder, findGitPath, type GitPath } from '../../files/read-git.ts';
import { attributeEdit } from '../../review/attribute-edit.ts';
import { type Choice, noSide } from '../../review/plan-side.ts';
import { sideOfProject } from '../../review/project-side.ts';
import type { ReviewInputs } from '../../review/review-change.ts';
import type { DiffChoices } from '../commands/diff.ts';
import type { Io } from '../io.ts';
import { type Named, readNamed } from './read-inputs.ts';
import { type ProjectReading, projectOfPlan, readProject } from './read-project.ts';
import { isPlan, readSide } from './read-side.ts';

export interface Pair extends Pick<ReviewInputs, 'base' | 'head' | 'choice' | 'attribute'> {
  /** Where the head is from; null for files as they lie there. */
  readonly git: GitPath | null;
}

export async function readPair(
  base: string,
  head: string,
  choices: DiffChoices,
  work: string,
  io: Io,
  files: PackageFiles,
): Promise<Pair> {
  const catalog = readCatalogOf(choices.catalog, work, io, files);
  const baseCatalog = choices.baseCatalog === undefined ? catalog : readCatalogOf(choices.baseCatalog, work, io, files);
  const [old, young] = [readNamed(base, work, io), readNamed(head, work, io)];
  const choice = choiceOf(choices);
  if (old.kind === 'folder' || young.kind === 'folder')
    return readProjects(base, old, head, young, { catalog, choice, synthesis: choices.synthesis, work, io });
  const [before, after] = [
    await readSide(old, base, baseCatalog, choice, work, io, files),
    await readSide(young, head, catalog, choice, work, io, files),
  ];
  return { base: before.side, head: after.side, choice, git: after.git };
}

interface ProjectsReading extends Omit<ProjectReading, 'git'> {
  readonly catalog: Catalog;
  readonly choice: Choice;
  readonly io: Io;
}

/** Two projects, or a project and a plan: then what that plan would emit. Both are priced with one catalogue. */
function readProjects(base: string, old: Named, head: string, young: Named, reading: ProjectsReading): Pair {
  const { catalog, choice, io } = reading;
  const folders = [
    { name: base, named: old },
    { name: head, named: young },
  ].map(({ name, named }) =>
    named.kind === 'folder' ? readProject(named.folder, name, { ...reading, git: named.git }, io) : null,
  );
  const optionId = folders.find((each) => each !== null)?.document.optionId ?? '';
  const [before, after] = [
    { name: base, named: old, project: folders[0] ?? null },
    { name: head, named: young, project: folders[1] ?? null },
  ].map(({ name, named, project }) => {
    if (named.kind === 'nothing') return { project: null, side: noSide(), facts: null };
    const read =
      project ??
      (named.kind === 'file' && isPlan(named.text) ? projectOfPlan(named.text, name, choice, optionId, named.git) : null);
    if (read === null) throw mixed(base, old, head, young);
    return { project: read, ...sideOfProject(read, catalog) };
  });
  if (before === undefined || after === undefined || after.project === null) throw mixed(base, old, head, young);
  const [one, other] = [before, { ...after, project: after.project }];
  return {
    base: one.side,
    head: other.side,
    choice,
    git: young.kind === 'nothing' ? null : young.git,
    attribute: () =>
      one.project === null
        ? { method: 'none', usdPerMonth: null, causes: [], rankings: 0, notes: ['there is nothing to compare with'] }
        : attributeEdit({ base: { ...one, project: one.project }, head: other, catalog }),
  };
}

function choiceOf({ option, provider }: DiffChoices): Choice {
  if (option !== undefined) return { by: 'id', id: option };
  return provider === undefined ? { by: 'winner' } : { by: 'provider', provider };
}

/** A folder, or one in a revision; the package's own where none is named. */
function readCatalogOf(name: string | undefined, work: string, { environment }: Io, files: PackageFiles): Catalog {
  if (name === undefined) return loadCatalog(files.catalog, files.compiledCatalog);
  const git = findGitPath(name, environment);
  if (git === null) return loadCatalog(name);
  const folder = join(work, `catalog-${git.commit.slice(0, 12)}`);
  if (!existsSync(folder)) exportGitFolder(git, folder, environment);
  return loadCatalog(folder);
}

function mixed(base: string, old: Named, head: string, young: Named): SeekstackError {
  return new SeekstackError({
    code: 'E_USAGE',
    got: `${base} (${old.kind}) and ${head} (${young.kind})`,
    expected: 'two plans or workloads, two folders of emitted projects, or a plan and such a folder',
    fix: 'plan the workload to a file first, or name both sides in the same way',
  });
}
