// One side of a comparison: a plan, the option that is looked at, and what of its inputs is at hand to plan it again.
// In: a plan and what is known of it. Out: the side, its figures, and what keeps it from having a total.
import type { Measured } from '../diff/compare-options.ts';
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { DiffSide } from '../documents/diff.ts';
import type { Plan, PlanOption } from '../documents/plan.ts';
import type { WorkloadSource } from '../documents/workload-source.ts';
import { SeekstackError } from '../errors.ts';

/** Which option of each plan is compared: who wins, the best of a provider, or the one of an id. */
export type Choice =
  | { readonly by: 'winner' }
  | { readonly by: 'provider'; readonly provider: PlanOption['provider'] }
  | { readonly by: 'id'; readonly id: string };

export interface Side {
  /** Name of the deployment; null for the side of nothing. */
  readonly name: string | null;
  readonly told: DiffSide;
  readonly plan: Plan | null;
  /** Null where nothing is feasible, and for the side of nothing. */
  readonly measured: Measured | null;
  /** The workload as it was written; null where the plan does not carry it. */
  readonly source: WorkloadSource | null;
  /** A catalogue at hand, perhaps not the one it was planned with; null for the side of nothing. Read when it is asked for. */
  readonly anyCatalog: () => Promise<Catalog | null>;
}

export interface SideInputs {
  readonly kind: 'plan' | 'workload';
  readonly label: string;
  readonly revision: string | null;
  readonly sha256: string;
  readonly plan: Plan;
  /** A catalogue at hand, read when it is asked for. */
  readonly catalog: () => Promise<Catalog>;
}

export function sideOfPlan(inputs: SideInputs, choice: Choice): Side {
  const { plan, catalog } = inputs;
  const option = chooseOption(plan, choice);
  return {
    name: plan.name,
    plan,
    measured: option === null ? null : measuredOf(plan, option),
    source: plan.inputs.workload.source,
    anyCatalog: catalog,
    told: {
      kind: inputs.kind,
      label: inputs.label,
      revision: inputs.revision,
      sha256: inputs.sha256,
      plannerVersion: plan.generator.version,
      asOf: plan.asOf,
      option: option === null ? null : summarise(option),
      missing: option === null ? [] : unpricedLines(option),
      reason: option === null ? sayNothing(plan, choice) : option.feasible ? null : option.reason,
    },
  };
}

/** Nothing to compare with: a new workload, or a base that has none yet. */
export function noSide(): Side {
  return {
    name: null,
    plan: null,
    measured: null,
    source: null,
    anyCatalog: async () => null,
    told: {
      kind: 'none',
      label: 'none',
      revision: null,
      sha256: null,
      plannerVersion: null,
      asOf: null,
      option: null,
      missing: [],
      reason: null,
    },
  };
}

/** @throws SeekstackError E_OPTION_UNKNOWN where an id was asked for that the plan does not have */
function chooseOption(plan: Plan, choice: Choice): PlanOption | null {
  const found = pickOption(plan.options, choice);
  if (found !== null || choice.by !== 'id') return found;
  throw new SeekstackError({
    code: 'E_OPTION_UNKNOWN',
    where: { field: '--option' },
    got: `${choice.id}, which the plan of ${plan.name} does not have`,
    expected: `an id of both plans, such as ${plan.options
      .slice(0, 3)
      .map((option) => option.id)
      .join(', ')}`,
    fix: 'list them with "seekstack plan FILE --format csv"',
  });
}

export function pickOption(options: readonly PlanOption[], choice: Choice): PlanOption | null {
  if (choice.by === 'id') return options.find((option) => option.id === choice.id) ?? null;
  const feasible = options.filter((option) => option.feasible && (choice.by === 'winner' || option.provider === choice.provider));
  return feasible.toSorted((one, other) => (one.rank ?? 0) - (other.rank ?? 0))[0] ?? null;
}

export function measuredOf(plan: Plan, option: PlanOption): Measured {
  return {
    option,
    ttftTargetSeconds: plan.workload.ttftTargetSeconds,
    tpotTargetSeconds: plan.workload.tpotTargetSeconds,
    priced: unpricedLines(option).length === 0,
  };
}

export function summarise(option: PlanOption): NonNullable<DiffSide['option']> {
  return {
    id: option.id,
    feasible: option.feasible,
    provider: option.provider,
    machine: option.machine.id,
    accelerator: option.machine.accelerator,
    accelerators: option.accelerators,
    nodes: option.nodes,
    region: option.region,
    purchase: option.purchase,
    engine: option.engine,
    checkpoint: option.checkpoint.id,
    layout: option.prefill === null ? option.layout.name : `${option.prefill.layout.name}→${option.layout.name}`,
    latencyBasis: option.latency.basis,
    powerBasis: option.energy.basis,
    priceAsOf: option.cost.priceAsOf,
  };
}

function unpricedLines(option: PlanOption): DiffSide['missing'] {
  return option.cost.lines
    .filter((line) => line.usdPerMonth === null)
    .map((line) => ({
      what: line.label,
      reason: 'no price was found for this line',
      fix: `add the price of ${line.id} to the catalogue`,
    }));
}

/**
 * Machines that had a price in the base and have none in the head, though the workload did not ask for that: an answer found
 * without them may be the wrong one.
 */
export function lostPrices(base: Side, head: Side): DiffSide['missing'] {
  if (base.plan === null || head.plan === null) return [];
  const digests = (plan: Plan) => JSON.stringify(plan.inputs.catalog);
  if (digests(base.plan) === digests(head.plan)) return [];
  const unpriced = (plan: Plan) =>
    new Map(plan.rejected.filter((row) => row.binding.constraint === 'price').map((row) => [row.machine, row.reason]));
  const before = unpriced(base.plan);
  const priced = new Set(base.plan.options.map((option) => option.machine.id));
  return [...unpriced(head.plan)]
    .filter(([machine]) => !before.has(machine) && priced.has(machine))
    .map(([machine, reason]) => ({ what: machine, reason, fix: `restore the price of ${machine} in the catalogue` }));
}

/** The catalogue a side was planned with; null where it is not at hand: every file must have the plan's digest. */
export async function catalogOf({ plan, anyCatalog }: Side): Promise<Catalog | null> {
  const catalog = await anyCatalog();
  return plan === null || catalog === null || !isCatalogOf(plan, catalog) ? null : catalog;
}

function isCatalogOf(plan: Plan, catalog: Catalog): boolean {
  const now = new Map(catalog.files.map((file) => [file.path, file.sha256]));
  const { catalog: files } = plan.inputs;
  return files.length === now.size && files.every((file) => now.get(file.path) === file.sha256);
}

function sayNothing(plan: Plan, choice: Choice): string {
  return choice.by === 'provider' ? `no feasible option on ${choice.provider}` : plan.verdict.sentence;
}
