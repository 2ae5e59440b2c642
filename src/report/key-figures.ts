// The figures a reader looks for first: money, what a token costs, how fast it answers, how full it is.
// In: a plan. Out: the winner's figures with their intervals, each under the path that "seekstack explain" knows it by.
import type { Plan } from '../documents/plan.ts';

export interface KeyFigure {
  readonly id: 'usdPerMonth' | 'usdPerMillionOutputTokens' | 'ttft' | 'tpot' | 'load' | 'kilowattHours';
  readonly unit: 'usd' | 'seconds' | 'ratio' | 'kilowattHours';
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  /** The bound of the workload that it is held against. */
  readonly target: number | null;
}

/** @returns nothing where nothing is feasible */
export function keyFigures(plan: Plan): KeyFigure[] {
  const winner = plan.options.find((option) => option.id === plan.verdict.winner);
  if (winner === undefined) return [];
  const { cost, latency, capacity, energy } = winner;
  const { workload } = plan;
  const spread = ({ typical, low, high }: { typical: number; low: number; high: number }) => ({ value: typical, low, high });
  return [
    { id: 'usdPerMonth', unit: 'usd', ...spread(cost.usdPerMonth), target: workload.budgetUsdPerMonth },
    { id: 'usdPerMillionOutputTokens', unit: 'usd', ...spread(cost.usdPerMillionOutputTokens), target: null },
    { id: 'ttft', unit: 'seconds', ...spread(latency.ttftSeconds), target: workload.ttftTargetSeconds },
    { id: 'tpot', unit: 'seconds', ...spread(latency.tpotSeconds), target: workload.tpotTargetSeconds },
    { id: 'load', unit: 'ratio', value: capacity.peakUtilisation, low: null, high: null, target: null },
    { id: 'kilowattHours', unit: 'kilowattHours', value: energy.kilowattHoursPerMonth, low: null, high: null, target: null },
  ];
}
