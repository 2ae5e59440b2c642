// Attribution: which input moved the money, found by planning again with the causes in place one after another.
// In: two sides. Out: causes with amounts in whole cents that add up to the change of cost.
// What cannot be planned again, since its inputs are not at hand, is told together and said to be so.
import { changedFields, changedKinds, joinCauses, type NamedCause, plainFields, sourceFields } from '../diff/name-causes.ts';
import { apportion, centsOf, MOST_IN_ALL_ORDERS, type Player, shareAmount } from '../diff/share-amount.ts';
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Attribution, Cause } from '../documents/diff.ts';
import { workloadSchema } from '../documents/workload.ts';
import { documentOf, type WorkloadSource } from '../documents/workload-source.ts';
import { SeekstackError } from '../errors.ts';
import { type RankInputs, rankWorkload } from '../plan/rank-workload.ts';
import { kindOfFile, mixCatalogs } from './hybrid-catalog.ts';
import { type Choice, pickOption, type Side } from './plan-side.ts';

export interface AttributeInputs {
  readonly base: Side;
  readonly head: Side;
  readonly choice: Choice;
  /** Version of this planner: another version's plans cannot be made again. */
  readonly version: string;
  readonly remembered: NonNullable<RankInputs['remembered']>;
}

export function attributeChange(inputs: AttributeInputs): Attribution {
  const { base, head } = inputs;
  if (base.plan === null || head.plan === null)
    return { method: 'none', usdPerMonth: null, causes: [], rankings: 0, notes: ['there is nothing to compare with'] };
  const causes = namedCauses(inputs);
  const [before, after] = [totalOf(base), totalOf(head)];
  if (before === null || after === null)
    return {
      method: 'none',
      usdPerMonth: null,
      causes: causes.map((cause) => ({ ...cause, usdPerMonth: null })),
      rankings: 0,
      notes: causes.length === 0 ? [] : ['one side has no total, so no amounts are told'],
    };
  const cents = centsOf(after) - centsOf(before);
  if (causes.length === 0 && cents === 0) return { method: 'none', usdPerMonth: 0, causes: [], rankings: 0, notes: [] };
  if (causes.length === 0) causes.push(unexplained(base, head));
  const shared = share(causes, before, after, inputs);
  const parts = apportion(
    shared.amounts.map((amount) => amount * 100),
    cents,
  );
  const told = shared.players.map((player, index): Cause => {
    const joined = joinCauses(player.map((cause) => causes[cause] as NamedCause));
    return { ...joined, where: joined.where === null ? null : { ...joined.where }, usdPerMonth: (parts[index] ?? 0) / 100 };
  });
  return {
    method: shared.players.some((player) => player.length > 1) && shared.players.length > 1 ? 'grouped' : shared.method,
    usdPerMonth: cents / 100,
    causes: told.toSorted((one, other) => Math.abs(other.usdPerMonth ?? 0) - Math.abs(one.usdPerMonth ?? 0)),
    rankings: shared.rankings,
    notes: shared.notes,
  };
}

function totalOf(side: Side): number | null {
  return side.measured?.priced === true && side.told.missing.length === 0 ? side.measured.option.cost.usdPerMonth.typical : null;
}

/** Everything that differs, whether or not it moved anything. */
function namedCauses({ base, head }: AttributeInputs): NamedCause[] {
  if (base.plan === null || head.plan === null) return [];
  const { workload: was } = base.plan.inputs;
  const { workload: is } = head.plan.inputs;
  const fields =
    base.source !== null && head.source !== null
      ? changedFields(base.source, head.source)
      : was.sha256 === is.sha256
        ? []
        : [
            {
              kind: 'workload' as const,
              name: `the workload file (${was.sha256.slice(0, 8)} → ${is.sha256.slice(0, 8)})`,
              before: null,
              after: null,
              where: head.source === null ? null : { file: head.source.file, line: null },
            },
          ];
  const files = new Map([...(base.catalog?.files ?? []), ...(head.catalog?.files ?? [])].map((file) => [file.path, file]));
  const kinds = changedKinds(base.plan.inputs.catalog, head.plan.inputs.catalog, (path) => kindOfFile(files.get(path)));
  const [old, young] = [base.plan.generator.version, head.plan.generator.version];
  const planner = old === young ? [] : [{ kind: 'planner' as const, name: 'seekstack', before: old, after: young, where: null }];
  return [...fields, ...kinds, ...planner];
}

/** The same inputs and another answer: a plan file was edited, or made by a planner in between two versions. */
function unexplained(base: Side, head: Side): NamedCause {
  const [was, is] = [base.told.option, head.told.option];
  return {
    kind: 'option',
    name: 'the plan file: its inputs are the same',
    before: was?.id ?? null,
    after: is?.id ?? null,
    where: null,
  };
}

interface Shared {
  readonly method: Attribution['method'];
  readonly players: readonly Player[];
  readonly amounts: readonly number[];
  readonly rankings: number;
  readonly notes: string[];
}

function share(causes: readonly NamedCause[], before: number, after: number, inputs: AttributeInputs): Shared {
  const everything: Player = causes.map((_, index) => index);
  if (causes.length === 1) return { method: 'single', players: [everything], amounts: [after - before], rankings: 0, notes: [] };
  const { base, head } = inputs;
  const again = (side: Side) => side.source !== null && side.catalog !== null && side.plan?.generator.version === inputs.version;
  const ranker = rankerOf(causes, inputs);
  const together = (why: string): Shared => ({
    method: 'single',
    players: [everything],
    amounts: [after - before],
    rankings: ranker.count(),
    notes: [why],
  });
  if (base.source === null || head.source === null)
    return together('a plan file does not carry the workload it was made from, so its causes cannot be told apart');
  if (base.name !== head.name && causes.length > MOST_IN_ALL_ORDERS)
    return together('these are plans of two deployments: parts are told apart between versions of one');
  if (again(base) && again(head)) {
    const { players, amounts, method } = shareAmount(levelsOf(causes, everything), ranker.costWith, before, after);
    return { method, players, amounts, rankings: ranker.count(), notes: [] };
  }
  // The catalogue or the planner of one side is not at hand: its change is what planning that side's workload with the other's
  // makes, and only fields can be put in one by one.
  const outer = everything.filter((index) => causes[index]?.kind !== 'workload');
  const inner = everything.filter((index) => causes[index]?.kind === 'workload');
  const which = again(head) ? 'base' : again(base) ? 'head' : null;
  if (which === null) return together('neither plan can be made again: their catalogue or planner is not at hand');
  const start = which === 'base' ? ranker.costWith(new Set(outer)) : before;
  const end = which === 'base' ? after : ranker.costWith(new Set(inner));
  if (start === null || end === null)
    return together(
      `with the catalogue of the ${which === 'base' ? 'head' : 'base'} the workload of the ${which} has no such option`,
    );
  const note = `the catalogue or planner of the ${which} is not at hand: its change is what planning the workload of the ${which} with the other one makes`;
  const outerAmount = which === 'base' ? start - before : after - end;
  const outside = outer.length === 0 ? [] : [outer];
  if (inner.length === 0)
    return { method: 'single', players: [everything], amounts: [after - before], rankings: ranker.count(), notes: [note] };
  const nested = levelsOf(causes, inner).map((players) => players.map((player) => player.map((cause) => inner.indexOf(cause))));
  const shared = shareAmount(
    nested,
    (inPlace) => ranker.costWith(new Set([...[...inPlace].map((at) => inner[at] as number), ...(which === 'base' ? outer : [])])),
    start,
    end,
  );
  return {
    method: shared.method,
    players: [...outside, ...shared.players.map((player) => player.map((at) => inner[at] as number))],
    amounts: [...(outer.length === 0 ? [] : [outerAmount]), ...shared.amounts],
    rankings: ranker.count(),
    notes: outer.length === 0 ? [] : [note],
  };
}

/** Each cause alone, then fields by the section they stand in, then all fields together, then everything. */
function levelsOf(causes: readonly NamedCause[], of: Player): Player[][] {
  const by = (key: (cause: NamedCause) => string) => {
    const groups = new Map<string, number[]>();
    for (const index of of) {
      const name = key(causes[index] as NamedCause);
      groups.set(name, [...(groups.get(name) ?? []), index]);
    }
    return [...groups.values()];
  };
  const section = ({ kind, name }: NamedCause) => (kind === 'workload' ? `workload ${name.split('.')[0]}` : `${kind} ${name}`);
  return [of.map((index) => [index]), by(section), by(({ kind }) => kind), [of]];
}

/** Costs of plans that are partly of one side and partly of the other. */
function rankerOf(causes: readonly NamedCause[], { base, head, choice, remembered }: AttributeInputs) {
  let rankings = 0;
  const known = new Map<string, number | null>();
  const catalogs = { base: base.catalog ?? head.catalog, head: head.catalog ?? base.catalog };
  const costWith = (inPlace: ReadonlySet<number>): number | null => {
    if (base.source === null || head.source === null || catalogs.base === null || catalogs.head === null) return null;
    const placed = causes.filter((_, index) => inPlace.has(index));
    const { document, trace } = mixWorkloads(base.source, head.source, new Set(placed.map((cause) => cause.name)));
    const catalog = mixCatalogs(catalogs.base, catalogs.head, new Set(placed.map((cause) => cause.kind)));
    const key = JSON.stringify([document, trace, catalog.files]);
    const found = known.get(key);
    if (found !== undefined) return found;
    rankings += 1;
    const made = rankedCost(document, trace, catalog, choice, remembered);
    known.set(key, made);
    return made;
  };
  return { costWith, count: () => rankings };
}

/** The base's fields with those named taken from the head. */
function mixWorkloads(base: WorkloadSource, head: WorkloadSource, fromHead: ReadonlySet<string>) {
  const [before, after] = [sourceFields(base), sourceFields(head)];
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const { fields, trace } = plainFields(
    new Map(
      names.flatMap((name) => {
        const side = fromHead.has(name) ? after : before;
        return side.has(name) ? [[name, side.get(name)] as const] : [];
      }),
    ),
  );
  return { document: documentOf(fields), trace };
}

/** @returns null where there is no such plan: its fields do not go together, or nothing is feasible */
function rankedCost(
  document: unknown,
  trace: WorkloadSource['trace'],
  catalog: Catalog,
  choice: Choice,
  remembered: AttributeInputs['remembered'],
): number | null {
  const parsed = workloadSchema.safeParse(document);
  if (!parsed.success) return null;
  try {
    const { options } = rankWorkload({
      workload: parsed.data,
      fallbackName: 'attribution',
      catalog,
      remembered,
      ...(choice.by === 'winner' ? { confirmedRanks: 1 } : {}),
      ...(trace === null ? {} : { trace }),
    });
    return pickOption(options, choice)?.cost.usdPerMonth.typical ?? null;
  } catch (error) {
    if (error instanceof SeekstackError) return null;
    throw error;
  }
}
