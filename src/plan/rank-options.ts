// Ranking: which options may win, and in which order they stand.
import type { PlanOption } from '../documents/plan.ts';
import { reasoned, state } from '../language/say-statement.ts';

/**
 * A replica over many nodes is not chosen where the same provider has a machine that serves on one:
 * it needs a fabric, fails more often, and restarts as a whole.
 */
export function preferOneNode(options: readonly PlanOption[]): PlanOption[] {
  return options.map((option) => {
    if (!option.feasible || option.nodesPerReplica === 1) return option;
    const single = options.find((other) => other.provider === option.provider && other.feasible && other.nodesPerReplica === 1);
    if (single === undefined) return option;
    return {
      ...option,
      feasible: false,
      binding: { constraint: 'spans-nodes', needed: option.nodesPerReplica, got: 1, unit: 'none' },
      ...reasoned(state('reason.oneNodeServes', { nodes: String(option.nodesPerReplica), machine: single.machine.id })),
    };
  });
}

/** Feasible before not; cheaper over the term first; more bits a weight, then less time per token, on a tie. */
export function rankOptions(options: readonly PlanOption[]): PlanOption[] {
  const bits: Record<string, number> = { bf16: 16, fp8: 8, int8: 8, fp4: 4, int4: 4, gguf: 4 };
  const sorted = options.toSorted(
    (one, other) =>
      Number(other.feasible) - Number(one.feasible) ||
      one.cost.usdOverTerm - other.cost.usdOverTerm ||
      (bits[other.checkpoint.precision] ?? 0) - (bits[one.checkpoint.precision] ?? 0) ||
      one.latency.tpotSeconds.typical - other.latency.tpotSeconds.typical ||
      one.id.localeCompare(other.id, 'en'),
  );
  return sorted.map((option, index) => ({ ...option, rank: option.feasible ? index + 1 : null }));
}
