// Both sides of a diff of projects. Loaded only for folders: what reads templates and runs programs takes a while to load.
import type { Catalog } from '../../documents/catalog/catalog.ts';
import { SeekstackError } from '../../errors.ts';
import { attributeEdit } from '../../review/attribute-edit.ts';
import { type Choice, noSide } from '../../review/plan-side.ts';
import { sideOfProject } from '../../review/project-side.ts';
import type { Io } from '../io.ts';
import type { Named } from './read-inputs.ts';
import type { Pair } from './read-pair.ts';
import { type ProjectReading, projectOfPlan, readProject } from './read-project.ts';
import { isPlan } from './read-side.ts';

interface ProjectsReading extends Omit<ProjectReading, 'git'> {
  readonly catalog: Catalog;
  readonly choice: Choice;
  readonly io: Io;
}

/** Two projects, or a project and a plan: then what that plan would emit. Both are priced with one catalogue. */
export function readProjects(base: string, old: Named, head: string, young: Named, reading: ProjectsReading): Pair {
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
    baseGit: old.kind === 'nothing' ? null : old.git,
    attribute: () =>
      one.project === null
        ? { method: 'none', usdPerMonth: null, causes: [], rankings: 0, notes: ['there is nothing to compare with'] }
        : attributeEdit({ base: { ...one, project: one.project }, head: other, catalog }),
  };
}

function mixed(base: string, old: Named, head: string, young: Named): SeekstackError {
  return new SeekstackError({
    code: 'E_USAGE',
    got: `${base} (${old.kind}) and ${head} (${young.kind})`,
    expected: 'two plans or workloads, two folders of emitted projects, or a plan and such a folder',
    fix: 'plan the workload to a file first, or name both sides in the same way',
  });
}
