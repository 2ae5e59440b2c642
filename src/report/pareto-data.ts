// Speed against money: what a million output tokens costs at the tokens a second that each user sees.
// In: a plan. Out: a point an option, and the frontier that no other option beats at both.
import type { Plan, PlanOption } from '../documents/plan.ts';
import { nameMachine } from '../render/plan-rows.ts';

export interface ParetoPoint {
  readonly optionId: string;
  readonly provider: PlanOption['provider'];
  readonly label: string;
  readonly nodes: number;
  /** 1 ÷ TPOT at the planned percentile. */
  readonly tokensPerSecondPerUser: number;
  readonly usdPerMillionOutputTokens: number;
  /** Whether this is the fleet the option is sized as, rather than a larger or another one on the same machine. */
  readonly asSized: boolean;
}

export interface ParetoData {
  readonly points: readonly ParetoPoint[];
  /** Cheapest first. May hold larger fleets than the points, which are sized for the targets alone. */
  readonly frontier: readonly ParetoPoint[];
  readonly winner: string | null;
}

/** @returns null where nothing is feasible */
export function paretoData(plan: Plan): ParetoData | null {
  const feasible = plan.options.filter((option) => option.feasible);
  if (feasible.length === 0) return null;
  const pointOf = (option: PlanOption, nodes: number, usdPerMonth: number, tpotSeconds: number): ParetoPoint => ({
    asSized: nodes === option.nodes && tpotSeconds === option.latency.tpotSeconds.typical,
    optionId: option.id,
    provider: option.provider,
    label: nameMachine(option),
    nodes,
    tokensPerSecondPerUser: 1 / tpotSeconds,
    // The tokens of a month are the workload's, whatever serves them.
    usdPerMillionOutputTokens: (option.cost.usdPerMillionOutputTokens.typical * usdPerMonth) / option.cost.usdPerMonth.typical,
  });
  const byId = new Map(feasible.map((option) => [option.id, option]));
  return {
    points: feasible.map((option) =>
      pointOf(option, option.nodes, option.cost.usdPerMonth.typical, option.latency.tpotSeconds.typical),
    ),
    frontier: plan.pareto.flatMap(({ optionId, nodes, usdPerMonth, tpotSeconds }) => {
      const option = byId.get(optionId);
      return option === undefined ? [] : [pointOf(option, nodes, usdPerMonth, tpotSeconds)];
    }),
    winner: plan.verdict.winner,
  };
}
