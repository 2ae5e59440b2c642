// Rows: what every format tells of an option, in one order, so that table, Markdown and CSV never disagree.
import type { Plan, PlanOption, PlanRejected } from '../documents/plan.ts';
import { sayTold } from '../language/say-statement.ts';
import type { Speech } from '../language/speak.ts';

/** What binds, in the reader's words: `rack power`. */
export function nameConstraint(speech: Speech, constraint: string): string {
  return speech.say('plan.constraint', { constraint: constraint.replaceAll('-', '_') });
}

/** How many options a person is shown; the rest are counted. */
export const OPTIONS_SHOWN = 12;
const REJECTIONS_SHOWN = 10;

/** The options worth a person's first look: the best of each provider, then the cheapest others, about `most` of them. */
export function shownOptions(plan: Plan, most = OPTIONS_SHOWN): { shown: PlanOption[]; more: number } {
  const best = new Set(Object.values(plan.verdict.best));
  const feasible = plan.options.filter((option) => option.feasible);
  const seen = new Set<string>();
  const shown = feasible.filter((option) => {
    // Of one machine the cheapest checkpoint speaks for the others, unless it is somebody's best.
    const key = `${option.provider}/${option.machine.id}`;
    if (seen.has(key) && !best.has(option.id)) return false;
    seen.add(key);
    return true;
  });
  const kept = shown.filter((option, index) => index < most || best.has(option.id));
  return { shown: kept, more: feasible.length - kept.length };
}

export interface RejectionGroup {
  readonly constraint: string;
  readonly machines: readonly string[];
  /** The one that misses least, and why it falls. */
  readonly example: string;
}

/** Rejections grouped by what binds; the group whose nearest member misses least comes first. */
export function groupRejections(plan: Plan, speech: Speech): { groups: RejectionGroup[]; more: number } {
  const fallen: readonly { constraint: string; machine: string; reason: string; miss: number }[] = [
    ...plan.options
      .filter((option) => option.binding !== null)
      .map((option) => ({
        constraint: option.binding?.constraint ?? '',
        machine: option.machine.id,
        reason: `${option.machine.id}, ${option.checkpoint.id}: ${sayTold(speech, option.reason, option.statement)}`,
        miss: (option.binding?.needed ?? 0) / (option.binding?.got ?? 1),
      })),
    ...plan.rejected.map((row: PlanRejected) => ({
      constraint: row.binding.constraint,
      machine: row.machine,
      reason: `${row.machine}: ${sayTold(speech, row.reason, row.statement)}`,
      miss: row.missRatio ?? Number.POSITIVE_INFINITY,
    })),
  ];
  const groups = new Map<string, { machines: Set<string>; example: string; miss: number }>();
  for (const row of fallen) {
    const group = groups.get(row.constraint);
    if (group === undefined)
      groups.set(row.constraint, { machines: new Set([row.machine]), example: row.reason, miss: row.miss });
    else {
      group.machines.add(row.machine);
      if (row.miss < group.miss) Object.assign(group, { example: row.reason, miss: row.miss });
    }
  }
  const sorted = [...groups].sort(([, one], [, other]) => one.miss - other.miss || other.machines.size - one.machines.size);
  return {
    groups: sorted
      .slice(0, REJECTIONS_SHOWN)
      .map(([constraint, group]) => ({ constraint, machines: [...group.machines].sort(), example: group.example })),
    more: Math.max(0, sorted.length - REJECTIONS_SHOWN),
  };
}

/** `p5en.48xlarge`, without the prefix that every Azure size carries. */
export function nameMachine(option: PlanOption): string {
  return option.machine.id.replace(/^Standard_/, '');
}

/** `TP8`, or both halves of a disaggregated fleet. */
export function nameFleetLayout({ layout, prefill }: PlanOption): string {
  return prefill === null ? layout.name : `${prefill.layout.name}→${layout.name}`;
}

/** `8×h200-sxm`, or the processor of a CPU-only machine. */
export function nameHardware(option: PlanOption): string {
  const { machine } = option;
  return machine.accelerator === null
    ? `CPU ${machine.processor ?? ''}`
    : `${machine.acceleratorsPerNode}×${machine.accelerator}`;
}
