// Verdict: the answer in sentences. Why the first won, why the others lost, and what to relax when nobody did.
import type { Plan, PlanOption, PlanRejected } from '../documents/plan.ts';
import { type Confirmation, DISAGREEMENT } from './confirm.ts';
import type { ResolvedWorkload } from './resolve-workload.ts';

const PROVIDER_NAMES = { aws: 'AWS', azure: 'Azure', onprem: 'on-premises' } as const;

function usd(amount: number): string {
  return `USD ${Math.round(amount).toLocaleString('en-US')}`;
}

function nameFleet(option: PlanOption): string {
  const place =
    option.provider === 'onprem'
      ? 'on premises'
      : `on ${PROVIDER_NAMES[option.provider]} in ${option.region}, ${option.purchase}`;
  return `${option.nodes} × ${option.machine.id} ${place}`;
}

/** One sentence a person can repeat. */
export function sayVerdict(
  winner: PlanOption | null,
  options: readonly PlanOption[],
  nearestMiss: Plan['verdict']['nearestMiss'],
): string {
  if (winner === null)
    return nearestMiss === null
      ? 'No machine in the catalogue can serve this workload.'
      : `No option meets the workload. Nearest: ${nearestMiss.reason}. ${nearestMiss.relax}`;
  const second = options.find((option) => option.feasible && option.provider !== winner.provider);
  const against =
    second === undefined
      ? ''
      : `; the best ${PROVIDER_NAMES[second.provider]} option costs ${usd(second.cost.usdPerMonth.typical)}`;
  return `${nameFleet(winner)} (${winner.checkpoint.precision}, ${winner.layout.name}, ${winner.engine}) serves it for ${usd(winner.cost.usdPerMonth.typical)} a month${against}.`;
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

/** Break-even in one sentence, "does not pay off" included. */
export function sayBreakEven(owned: PlanOption, rented: { name: string; usdPerMonth: number }, share: number | null): string {
  if (share === null)
    return `Owning does not pay off: ${usd(owned.cost.usdPerMonth.typical)} a month against ${usd(rented.usdPerMonth)} for ${rented.name} running every hour.`;
  return `Owning is cheaper once ${rented.name} would run more than ${(share * 100).toFixed(0)}% of the hours.`;
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
      reason: `${nameFleet(option)}: ${option.reason}`,
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
  const upTo = (value: number | null, unit: 's' | 'ms') =>
    value === null ? '' : ` to at least ${unit === 's' ? `${value.toFixed(1)}s` : `${Math.ceil(value * 1000)}ms`}`;
  switch (constraint) {
    case 'budget':
      return `Raise budget.monthly to ${usd(Math.ceil((wanted ?? 0) / 100) * 100)}, or lower the demand.`;
    case 'capex':
      return `Raise budget.capex to ${usd(Math.ceil((wanted ?? 0) / 1000) * 1000)}, or rent.`;
    case 'tpot':
      return `Relax latency.tpot${upTo(wanted, 'ms')}, or allow another model or precision.`;
    case 'ttft':
      return `Relax latency.ttft${upTo(wanted, 's')}, or shorten the prompt.`;
    case 'memory':
      return 'Allow a smaller precision or a larger machine.';
    case 'context':
      return `Lower limits.maxContext (now ${workload.maximumTokens} tokens).`;
    case 'rack-power':
      return `Raise place.rackLimit to ${((wanted ?? 0) / 1000).toFixed(1)}kW.`;
    case 'cooling':
      return 'Plan for liquid cooling (onPremises.cooling).';
    case 'placement':
      return 'Allow more regions, another country, or on-premises (place).';
    case 'precision':
      return 'Allow more precisions, fewer bits or other engines (limits).';
    case 'prefill':
      return 'Shorten prompts or raise the share found in the cache.';
    case 'spans-nodes':
      return 'Exclude the machines that serve on one node (limits.machines).';
    case 'price':
      return 'Give a price, or allow another way of buying.';
    case 'availability':
      return 'Ask for less availability, or allow regions with more zones.';
    case 'simulation':
      return 'Relax the targets, or ask for fewer requests.';
    case 'engine':
      return 'Choose another model or machine.';
  }
}
