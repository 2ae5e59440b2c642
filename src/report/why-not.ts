// Why not the others: what binds, how many machines fall on it, and which of them came nearest.
// In: a plan. Out: a row a constraint, the nearest first; the same groups that the terminal prints.
import type { Binding, Plan } from '../documents/plan.ts';
import { groupRejections } from '../render/plan-rows.ts';

export interface WhyNotRow {
  readonly constraint: string;
  readonly machines: readonly string[];
  /** The nearest, in the planner's own words, in English. */
  readonly example: string;
  /** What the nearest needed and what there was; null where no number tells. */
  readonly nearest: { readonly machine: string; readonly binding: Binding } | null;
}

export function whyNotRows(plan: Plan): WhyNotRow[] {
  const fallen = [
    ...plan.options.flatMap(({ machine, checkpoint, reason, binding }) =>
      binding === null ? [] : [{ machine: machine.id, example: `${machine.id}, ${checkpoint.id}: ${reason}`, binding }],
    ),
    ...plan.rejected.map(({ machine, reason, binding }) => ({ machine, example: `${machine}: ${reason}`, binding })),
  ];
  return groupRejections(plan).groups.map(({ constraint, machines, example }) => {
    const nearest = fallen.find((row) => row.example === example && row.binding.constraint === constraint);
    return {
      constraint,
      machines,
      example,
      nearest: nearest === undefined ? null : { machine: nearest.machine, binding: nearest.binding },
    };
  });
}
