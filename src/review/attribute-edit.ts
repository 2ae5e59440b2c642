// Attribution of an edit of a project: machine, number, place, purchase, layout, other resources, and the workload behind it,
// put in place one after another and priced anew. In: two projects. Out: parts in whole cents that add up.
import type { NamedCause } from '../diff/name-causes.ts';
import { apportion, centsOf, shareAmount } from '../diff/share-amount.ts';
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Attribution } from '../documents/diff.ts';
import type { PinnedFleet } from '../plan/pin-option.ts';
import { type Project, type ProjectFacts, type ProjectSide, pinFacts } from './project-side.ts';

interface Edit extends NamedCause {
  /** Puts the head's value into facts. */
  readonly place: (facts: ProjectFacts) => ProjectFacts;
}

export interface EditInputs {
  readonly base: { readonly project: Project } & ProjectSide;
  readonly head: { readonly project: Project } & ProjectSide;
  readonly catalog: Catalog;
}

export function attributeEdit({ base, head, catalog }: EditInputs): Attribution {
  const nothing = { method: 'none', causes: [], rankings: 0, notes: [] } as const;
  if (base.facts === null || head.facts === null)
    return { ...nothing, causes: [], usdPerMonth: null, notes: ['one side has no total, so no amounts are told'] };
  const { facts: before } = base;
  const edits = listEdits(before, head.facts, head.project);
  const [was, is] = [base, head].map(({ side }) =>
    side.measured?.priced === true ? side.measured.option.cost.usdPerMonth.typical : null,
  );
  const told = edits.map(({ place: _, ...cause }) => ({ ...cause, where: cause.where === null ? null : { ...cause.where } }));
  if (was === null || is === null || was === undefined || is === undefined)
    return {
      ...nothing,
      usdPerMonth: null,
      causes: told.map((cause) => ({ ...cause, usdPerMonth: null })),
      notes: ['one side has no total, so no amounts are told'],
    };
  const cents = centsOf(is) - centsOf(was);
  if (edits.length === 0) return { ...nothing, causes: [], notes: [], usdPerMonth: cents / 100 };
  const all = edits.map((_, index) => index);
  let rankings = 0;
  const shared = shareAmount(
    [all.map((index) => [index]), [all]],
    (inPlace) => {
      rankings += 1;
      const facts = edits.reduce((mixed, edit, index) => (inPlace.has(index) ? edit.place(mixed) : mixed), before);
      const pinned = pinFacts(facts, catalog, head.project.document.name, false);
      return 'reason' in pinned ? null : pinned.option.cost.usdPerMonth.typical;
    },
    was,
    is,
  );
  const parts = apportion(
    shared.amounts.map((amount) => amount * 100),
    cents,
  );
  const joined = shared.players.length === 1 && told.length > 1;
  const causes = joined
    ? [
        {
          kind: 'project' as const,
          name: told.map((cause) => cause.name).join(', '),
          before: null,
          after: null,
          where: told[0]?.where ?? null,
          usdPerMonth: cents / 100,
        },
      ]
    : told.map((cause, index) => ({ ...cause, usdPerMonth: (parts[index] ?? 0) / 100 }));
  return {
    method: joined ? 'grouped' : shared.method,
    usdPerMonth: cents / 100,
    causes: causes.toSorted((one, other) => Math.abs(other.usdPerMonth) - Math.abs(one.usdPerMonth)),
    rankings,
    notes: joined ? ['no fleet exists with only some of these edits'] : [],
  };
}

function listEdits(before: ProjectFacts, after: ProjectFacts, head: Project): Edit[] {
  const { document, declared } = head;
  const edits: Edit[] = [];
  const fleet = (
    name: string,
    path: readonly PropertyKey[],
    inDocument: boolean,
    say: (fleet: PinnedFleet) => string,
    take: (keyof PinnedFleet)[],
  ) => {
    if (say(before.fleet) === say(after.fleet)) return;
    edits.push({
      kind: 'project',
      name,
      before: say(before.fleet),
      after: say(after.fleet),
      where: inDocument ? { file: 'deployment.json', line: head.lineOf(path) } : { file: programOf(head), line: null },
      place: (facts) => ({
        ...facts,
        fleet: { ...facts.fleet, ...Object.fromEntries(take.map((key) => [key, after.fleet[key]])) },
      }),
    });
  };
  fleet('machine', ['machine', 'type'], document.machine.type === declared.machine, (each) => each.machine, ['machine']);
  fleet('region', ['placement', 'region'], document.placement.region === declared.region, (each) => each.region, ['region']);
  fleet('purchase', ['fleet', 'purchase'], document.fleet.purchase === declared.purchase, (each) => each.purchase, ['purchase']);
  fleet(
    'nodes',
    ['fleet', 'nodes'],
    document.fleet.nodes === declared.nodes,
    (each) => String(each.replicas * each.nodesPerReplica),
    ['replicas', 'spareReplicas'],
  );
  fleet(
    'engine, weights and layout',
    ['pools'],
    true,
    (each) =>
      `${each.engine} ${each.weightFormat} ${each.hfId} ${Object.values(each.layout).join('·')} ${each.nodesPerReplica} ${each.maximumSequences}`,
    ['engine', 'weightFormat', 'hfId', 'layout', 'nodesPerReplica', 'maximumSequences'],
  );
  if (JSON.stringify([...before.extras].sort()) !== JSON.stringify([...after.extras].sort()))
    edits.push({
      kind: 'project',
      name: `other resources: ${changedItems(before, after).join(', ')}`,
      before: null,
      after: null,
      where: { file: programOf(head), line: null },
      place: (facts) => ({ ...facts, extras: after.extras }),
    });
  if (JSON.stringify(before.source) !== JSON.stringify(after.source))
    edits.push({
      kind: 'workload',
      name: 'the workload it was sized for',
      before: null,
      after: null,
      where: { file: after.source.file, line: null },
      place: (facts) => ({ ...facts, source: after.source }),
    });
  return edits;
}

function changedItems(before: ProjectFacts, after: ProjectFacts): string[] {
  const items = [...new Set([...before.extras.keys(), ...after.extras.keys()])].sort();
  return items.filter((item) => before.extras.get(item) !== after.extras.get(item));
}

/** Where such an edit is made. */
function programOf({ document }: Project): string {
  return document.provider === 'onprem' ? 'kubernetes' : `stacks/${document.provider}`;
}
