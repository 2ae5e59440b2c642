// Attribution: which input moved the money, found by planning again with the causes in place one after another.
// In: two sides. Out: causes with amounts in whole cents that add up to the change of cost.
// What cannot be planned again, since its inputs are not at hand, is told together and said to be so.
import { changedFields, changedKinds, joinCauses, type NamedCause } from '../diff/name-causes.ts';
import { apportion, centsOf, MOST_IN_ALL_ORDERS, type Player, shareAmount } from '../diff/share-amount.ts';
import type { Attribution, Cause } from '../documents/diff.ts';
import { kindOfFile } from './hybrid-catalog.ts';
import { type Choice, catalogOf, type Side } from './plan-side.ts';
import type { Remembered } from './rank-hybrids.ts';

export interface AttributeInputs {
  readonly base: Side;
  readonly head: Side;
  readonly choice: Choice;
  /** Version of this planner: another version's plans cannot be made again. */
  readonly version: string;
  readonly remembered: Remembered;
}

export async function attributeChange(inputs: AttributeInputs): Promise<Attribution> {
  const { base, head } = inputs;
  if (base.plan === null || head.plan === null)
    return { method: 'none', usdPerMonth: null, causes: [], rankings: 0, notes: ['there is nothing to compare with'] };
  const causes = await namedCauses(inputs);
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
  const shared = await share(causes, before, after, inputs);
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
async function namedCauses({ base, head }: AttributeInputs): Promise<NamedCause[]> {
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
  const kinds =
    JSON.stringify(base.plan.inputs.catalog) === JSON.stringify(head.plan.inputs.catalog) ? [] : await kindsOf(base, head);
  const [old, young] = [base.plan.generator.version, head.plan.generator.version];
  const planner = old === young ? [] : [{ kind: 'planner' as const, name: 'seekstack', before: old, after: young, where: null }];
  return [...fields, ...kinds, ...planner];
}

/** Kinds of the catalogue that differ. A file that no catalogue at hand has is of no kind. */
async function kindsOf(base: Side, head: Side): Promise<NamedCause[]> {
  const catalogs = [await base.anyCatalog(), await head.anyCatalog()];
  const files = new Map(catalogs.flatMap((catalog) => catalog?.files ?? []).map((file) => [file.path, file]));
  // A calibration given beside the catalogue lies in none that is at hand; the plan that rests on it names its source.
  const calibrated = [base, head].flatMap((side) => (side.plan?.calibrations ?? []).map(({ source }) => source));
  const isCalibration = (path: string) => calibrated.some((source) => source.startsWith(`${path}:`));
  return changedKinds(
    base.plan?.inputs.catalog ?? [],
    head.plan?.inputs.catalog ?? [],
    (path) => kindOfFile(files.get(path)) ?? (isCalibration(path) ? 'calibration' : null),
  );
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

async function share(causes: readonly NamedCause[], before: number, after: number, inputs: AttributeInputs): Promise<Shared> {
  const everything: Player = causes.map((_, index) => index);
  const together = (notes: string[], rankings = 0): Shared => ({
    method: 'single',
    players: [everything],
    amounts: [after - before],
    rankings,
    notes,
  });
  if (causes.length === 1) return together([]);
  const { base, head } = inputs;
  if (base.source === null || head.source === null)
    return together(['a plan file does not carry the workload it was made from, so its causes cannot be told apart']);
  if (base.name !== head.name && causes.length > MOST_IN_ALL_ORDERS)
    return together(['these are plans of two deployments: parts are told apart between versions of one']);
  const [old, young] = [await catalogOf(base), await catalogOf(head)];
  const again = (side: Side) => (side === base ? old : young) !== null && side.plan?.generator.version === inputs.version;
  const [first, last] = [old ?? young, young ?? old];
  if (first === null || last === null || !(again(base) || again(head)))
    return together(['neither plan can be made again: their catalogue or planner is not at hand']);
  const ranker = (await import('./rank-hybrids.ts')).rankerOf(causes, {
    base: { source: base.source, catalog: first },
    head: { source: head.source, catalog: last },
    choice: inputs.choice,
    remembered: inputs.remembered,
  });
  if (again(base) && again(head)) {
    const { players, amounts, method } = shareAmount(levelsOf(causes, everything), ranker.costWith, before, after);
    return { method, players, amounts, rankings: ranker.count(), notes: [] };
  }
  // The catalogue or the planner of one side is not at hand: its change is what planning that side's workload with the other's
  // makes, and only fields can be put in one by one.
  const outer = everything.filter((index) => causes[index]?.kind !== 'workload');
  const inner = everything.filter((index) => causes[index]?.kind === 'workload');
  const which = again(head) ? 'base' : 'head';
  const start = which === 'base' ? ranker.costWith(new Set(outer)) : before;
  const end = which === 'base' ? after : ranker.costWith(new Set(inner));
  if (start === null || end === null)
    return together(
      [`with the catalogue of the ${which === 'base' ? 'head' : 'base'} the workload of the ${which} has no such option`],
      ranker.count(),
    );
  const note = `the catalogue or planner of the ${which} is not at hand: its change is what planning the workload of the ${which} with the other one makes`;
  const outerAmount = which === 'base' ? start - before : after - end;
  const outside = outer.length === 0 ? [] : [outer];
  if (inner.length === 0) return together([note], ranker.count());
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
