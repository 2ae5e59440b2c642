// The options of a plan as rows of a table, feasible ones in the order of their rank.
// In: a plan. Out: rows with units in their names; the same figures that the terminal prints.
import type { Plan, PlanOption } from '../documents/plan.ts';
import { nameFleetLayout, nameMachine, shownOptions } from '../render/plan-rows.ts';

export interface OptionRow {
  readonly id: string;
  readonly rank: number;
  readonly provider: PlanOption['provider'];
  /** Country of what is owned, region of a cloud. */
  readonly place: string;
  readonly purchase: PlanOption['purchase'];
  readonly nodes: number;
  readonly machine: string;
  readonly precision: string;
  readonly layout: string;
  readonly engine: string;
  readonly usdPerMonth: number;
  readonly usdPerMillionOutputTokens: number;
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
  /** Planned peak over capacity. */
  readonly peakUtilisation: number;
  readonly capexUsd: number;
  readonly basis: PlanOption['latency']['basis'];
  /** Whether its bill rests on prices of the reader's own. */
  readonly own: boolean;
  /** Whether it is among the first that are shown. */
  readonly shown: boolean;
}

export function optionRows(plan: Plan): OptionRow[] {
  const shown = new Set(shownOptions(plan).shown.map((option) => option.id));
  return plan.options
    .filter((option) => option.feasible)
    .map((option) => ({
      id: option.id,
      rank: option.rank ?? 0,
      provider: option.provider,
      place: option.provider === 'onprem' ? option.country : option.region,
      purchase: option.purchase,
      nodes: option.nodes,
      machine: nameMachine(option),
      precision: option.checkpoint.id,
      layout: nameFleetLayout(option),
      engine: option.engine,
      usdPerMonth: option.cost.usdPerMonth.typical,
      usdPerMillionOutputTokens: option.cost.usdPerMillionOutputTokens.typical,
      ttftSeconds: option.latency.ttftSeconds.typical,
      tpotSeconds: option.latency.tpotSeconds.typical,
      peakUtilisation: option.capacity.peakUtilisation,
      capexUsd: option.cost.capexUsd,
      basis: option.latency.basis,
      own: option.cost.own.length > 0,
      shown: shown.has(option.id),
    }));
}
