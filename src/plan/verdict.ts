// Verdict: the answer in sentences. Why the first won, why the others lost, and what to relax when nobody did.
import type { Plan, PlanOption, PlanRejected } from '../documents/plan.ts';
import { phrase, reasoned, state, warned } from '../language/say-statement.ts';
import { sayFleet, sayRelax, sayWinner } from '../language/say-verdict.ts';
import { speak } from '../language/speak.ts';
import { type Confirmation, DISAGREEMENT } from './confirm.ts';
import type { ResolvedWorkload } from './resolve-workload.ts';

/** A plan holds its sentences in English; views in other languages say them anew from its figures. */
const english = speak('en');

/** One sentence a person can repeat. */
export function sayVerdict(
  winner: PlanOption | null,
  options: readonly PlanOption[],
  nearestMiss: Plan['verdict']['nearestMiss'],
): string {
  if (winner !== null) return sayWinner(english, winner, options);
  if (nearestMiss === null) return english.say('verdict.none');
  return english.say('verdict.nearest', { reason: nearestMiss.reason, relax: nearestMiss.relax });
}

/** Fills in why each option stands where it stands. */
export function sayLosers(options: readonly PlanOption[]): PlanOption[] {
  const winner = options.find((option) => option.rank === 1);
  return options.map((option) => {
    if (!option.feasible || winner === undefined) return option;
    if (option === winner) return { ...option, ...reasoned(state('reason.cheapest')) };
    const more = option.cost.usdPerMonth.typical - winner.cost.usdPerMonth.typical;
    return { ...option, ...reasoned(more < 0.5 ? state('reason.asDear') : state('reason.dearer', { more: { usd: more } })) };
  });
}

/** What the simulator disagrees with, or finds broken; nothing where it agrees. */
export function sayConfirmation(confirmation: Confirmation, workload: ResolvedWorkload): Plan['warnings'] {
  const { role, ttftDifference, tpotDifference, throughputDifference, ttftSeconds, tpotSeconds, holds } = confirmation;
  const percentile = `p${Math.round(confirmation.percentile * 100)}`;
  const parts = [
    workload.ttftTarget === null
      ? null
      : phrase('warning.seenTtft', {
          percentile,
          seconds: { seconds: ttftSeconds },
          difference: { difference: ttftDifference },
        }),
    workload.tpotTarget === null
      ? null
      : phrase('warning.seenTpot', {
          percentile,
          seconds: { seconds: tpotSeconds },
          difference: { difference: tpotDifference },
        }),
    throughputDifference === null ? null : phrase('warning.seenThroughput', { difference: { difference: throughputDifference } }),
  ].filter((part) => part !== null);
  const seen = confirmation.saturated ? [phrase('warning.seenQueue')] : parts;
  if (!holds) {
    const { replicas, replicasThatHold } = confirmation;
    return [
      warned(
        'W_SIMULATION_MISS',
        replicasThatHold === null
          ? state('warning.simulationMissUnmended', { role, seen })
          : state('warning.simulationMiss', {
              role,
              seen,
              replicas: String(replicasThatHold),
              planned: String(replicas),
            }),
      ),
    ];
  }
  const apart = [
    workload.ttftTarget === null ? 0 : ttftDifference,
    workload.tpotTarget === null ? 0 : tpotDifference,
    throughputDifference ?? 0,
  ];
  if (apart.every((difference) => Math.abs(difference) <= DISAGREEMENT)) return [];
  return [warned('W_SIMULATION', state('warning.simulation', { role, seen }))];
}

/** The candidate that misses by the smallest factor, and the change that would let it through. */
export function findNearestMiss(
  options: readonly PlanOption[],
  rejected: readonly PlanRejected[],
  workload: ResolvedWorkload,
): Plan['verdict']['nearestMiss'] {
  const overBudget = options
    .filter((option) => option.binding !== null)
    .map((option) => ({
      machine: option.machine.id,
      reason: `${sayFleet(english, option)}: ${option.reason}`,
      relax: relaxFor(option.binding?.constraint ?? 'budget', option.binding?.needed ?? null, workload),
      ratio: (option.binding?.needed ?? 0) / Math.max(1e-9, option.binding?.got ?? 0),
    }));
  const nearestOf = (constraints: readonly string[]) =>
    rejected
      .filter((row) => row.missRatio !== null && Number.isFinite(row.missRatio) && constraints.includes(row.binding.constraint))
      .map((row) => ({
        machine: row.machine,
        reason: `${row.machine}: ${row.reason}`,
        relax: relaxFor(row.binding.constraint, row.binding.unit === 'seconds' ? row.binding.got : row.binding.needed, workload),
        ratio: row.missRatio ?? Number.POSITIVE_INFINITY,
      }));
  // What can be had for money comes first: it serves, and only the bound on cost stands against it.
  // Then what fits and is too slow, then what its hall forbids, then what does not fit.
  const nearest = [
    overBudget,
    nearestOf(['tpot', 'ttft', 'prefill']),
    nearestOf(['rack-power', 'context']),
    nearestOf(['memory']),
  ]
    .map((list) => list.toSorted((one, other) => one.ratio - other.ratio || one.machine.localeCompare(other.machine, 'en'))[0])
    .find((entry) => entry !== undefined);
  if (nearest !== undefined) return { machine: nearest.machine, reason: nearest.reason, relax: nearest.relax };
  const first = rejected[0];
  return first === undefined
    ? null
    : {
        machine: first.machine,
        reason: `${first.machine}: ${first.reason}`,
        relax: relaxFor(first.binding.constraint, null, workload),
      };
}

function relaxFor(constraint: PlanRejected['binding']['constraint'], wanted: number | null, workload: ResolvedWorkload): string {
  return sayRelax(english, constraint, wanted, workload.maximumTokens);
}
