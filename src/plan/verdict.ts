// Verdict: the answer in sentences. Why the first won, why the others lost, and what to relax when nobody did.
import type { Plan, PlanOption, PlanRejected } from '../documents/plan.ts';
import { sayFleet, sayRelax, sayWinner } from '../language/say-verdict.ts';
import { speak } from '../language/speak.ts';
import { type Confirmation, DISAGREEMENT } from './confirm.ts';
import type { ResolvedWorkload } from './resolve-workload.ts';

/** A plan holds its sentences in English; views in other languages say them anew from its figures. */
const english = speak('en');

function usd(amount: number): string {
  return `USD ${Math.round(amount).toLocaleString('en-US')}`;
}

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
    if (option === winner) return { ...option, reason: 'the cheapest over the term of all that meet the targets' };
    const more = option.cost.usdPerMonth.typical - winner.cost.usdPerMonth.typical;
    return {
      ...option,
      reason:
        more < 0.5
          ? 'as dear as the winner, and slower or with fewer bits a weight'
          : `${usd(more)} a month more than the winner`,
    };
  });
}

/** What the simulator disagrees with, or finds broken; nothing where it agrees. */
export function sayConfirmation(confirmation: Confirmation, workload: ResolvedWorkload): Plan['warnings'] {
  const { role, ttftDifference, tpotDifference, holds } = confirmation;
  const name = `p${Math.round(confirmation.percentile * 100)}`;
  const percent = (difference: number) => `${difference > 0 ? '+' : ''}${Math.round(difference * 100)}%`;
  const parts = [
    workload.ttftTarget === null
      ? ''
      : `${name} TTFT is ${seconds(confirmation.ttftSeconds)} (${percent(ttftDifference)} against the prediction)`,
    workload.tpotTarget === null ? '' : `${name} TPOT is ${seconds(confirmation.tpotSeconds)} (${percent(tpotDifference)})`,
    confirmation.throughputDifference === null ? '' : `requests a second differ by ${percent(confirmation.throughputDifference)}`,
  ].filter((part) => part !== '');
  const seen = confirmation.saturated ? 'the queue grows without end' : parts.join(', ');
  if (!holds) {
    const more =
      confirmation.replicasThatHold === null
        ? 'half as many replicas again do not hold it either'
        : `${confirmation.replicasThatHold} replicas instead of ${confirmation.replicas} hold it`;
    return [
      {
        id: 'W_SIMULATION_MISS',
        message: `in the simulator the ${role} does not keep the targets: ${seen}; ${more}`,
      },
    ];
  }
  const apart = [
    workload.ttftTarget === null ? 0 : ttftDifference,
    workload.tpotTarget === null ? 0 : tpotDifference,
    confirmation.throughputDifference ?? 0,
  ];
  if (apart.every((difference) => Math.abs(difference) <= DISAGREEMENT)) return [];
  return [{ id: 'W_SIMULATION', message: `simulator and prediction of the ${role} differ by more than 10%: ${seen}` }];
}

function seconds(value: number): string {
  return value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(2)} s`;
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
