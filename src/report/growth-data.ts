// Growth: the peak as it grows over the term, against what is there to carry it.
// In: a plan and its comparison. Out: demand, the winner's capacity, and that of the purchase schedule.
import type { Plan } from '../documents/plan.ts';
import type { Tco } from '../documents/tco.ts';
import { nameMachine } from '../render/plan-rows.ts';

interface MonthRate {
  readonly month: number;
  readonly requestsPerSecond: number;
}

export interface GrowthData {
  readonly growthPerYear: number;
  readonly termMonths: number;
  readonly demand: readonly MonthRate[];
  /** Without spares; nodes are those of the month. */
  readonly winner: {
    readonly label: string;
    readonly steps: readonly (MonthRate & { readonly nodes: number })[];
  } | null;
  readonly schedule: {
    readonly presentValueUsd: number;
    readonly atOnceUsd: number;
    readonly savesUsd: number;
    readonly quarters: readonly (MonthRate & {
      readonly changes: readonly {
        readonly what: 'buy' | 'swap' | 'sell';
        readonly machine: string;
        readonly replicas: number;
        readonly usd: number;
      }[];
      readonly replicas: number;
      readonly parkedReplicas: number;
    })[];
  } | null;
}

const MONTHS_A_POINT = 3;

/** @returns null where the workload does not grow, or its demand is a number in flight */
export function growthData(plan: Plan, tco: Tco | null): GrowthData | null {
  const { growthPerYear, horizonMonths: termMonths, peakRequestsPerSecond } = plan.workload;
  if (growthPerYear === 0 || peakRequestsPerSecond === null) return null;
  const months = Array.from({ length: Math.floor(termMonths / MONTHS_A_POINT) + 1 }, (_, index) => index * MONTHS_A_POINT);
  const winner = plan.options.find((option) => option.id === plan.verdict.winner);
  const schedule = tco?.schedule ?? null;
  return {
    growthPerYear,
    termMonths,
    demand: months.map((month) => ({
      month,
      requestsPerSecond: peakRequestsPerSecond * (1 + growthPerYear) ** ((month - termMonths) / 12),
    })),
    winner:
      winner === undefined
        ? null
        : {
            label: nameMachine(winner),
            steps: winner.operations.growth.map(({ month, nodes }) => ({
              month,
              nodes,
              requestsPerSecond: (winner.capacity.requestsPerSecond.typical * nodes) / winner.nodes,
            })),
          },
    schedule:
      schedule === null
        ? null
        : {
            presentValueUsd: schedule.presentValueUsd,
            atOnceUsd: schedule.atOnceUsd,
            savesUsd: schedule.savesUsd,
            quarters: schedule.quarters.map(({ month, capacityRequestsPerSecond, changes, running, parked }) => ({
              month,
              requestsPerSecond: capacityRequestsPerSecond,
              changes,
              replicas: running.reduce((sum, each) => sum + each.replicas, 0),
              parkedReplicas: parked.reduce((sum, each) => sum + each.replicas, 0),
            })),
          },
  };
}
