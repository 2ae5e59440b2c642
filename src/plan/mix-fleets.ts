// Mixed fleets: two machine types side by side, where large ones carry most and a smaller one the rest for less.
// In: priced options. Out: the mixes that cost less than the best fleet of one type, place by place.
import type { Plan, PlanOption } from '../documents/plan.ts';
import { marginAt } from '../physics/margin.ts';
import type { Priced } from './price-machines.ts';
import type { ResolvedWorkload } from './resolve-workload.ts';

/** Below this a mix is not worth two kinds of machines. */
const LEAST_SAVING = 0.02;
const MIXES_TOLD = 3;

/** What one more replica of an option carries and costs. */
interface Part {
  readonly option: PlanOption;
  readonly requestsPerSecond: number;
  readonly usdPerMonth: number;
  /** Bought once for a place whatever runs there. */
  readonly sharedUsdPerMonth: number;
}

/** Every pair of types of one place, way of buying and checkpoint, in every number; only what saves is told. */
export function mixFleets(
  priced: readonly Priced[],
  options: readonly PlanOption[],
  workload: ResolvedWorkload,
): Plan['mixedFleets'] {
  // A spare would have to replace the larger of the two types; a number in flight has no rate to share out.
  if (!('requestsPerSecond' in workload.demand) || workload.availability.survive !== 'none') return [];
  const needed = workload.demand.requestsPerSecond;
  const parts = options
    .filter((option) => option.feasible && option.prefill === null && option.spareReplicas === 0 && option.nodesPerReplica === 1)
    .flatMap((option) => partOf(priced, option, workload));
  const mixes: Plan['mixedFleets'] = [];
  for (const [index, large] of parts.entries())
    for (const small of parts.slice(index + 1)) {
      if (placeOf(large.option) !== placeOf(small.option)) continue;
      // Options are in the order of cost: the first of the place is the best fleet of one type there.
      const alone =
        options.find((option) => option.feasible && siteOf(option) === siteOf(large.option))?.cost.usdPerMonth.typical ?? 0;
      const shared = Math.max(large.sharedUsdPerMonth, small.sharedUsdPerMonth);
      for (let count = 1; count * large.requestsPerSecond < needed; count += 1) {
        const rest = Math.ceil((needed - count * large.requestsPerSecond) / small.requestsPerSecond - 1e-9);
        const usdPerMonth = count * large.usdPerMonth + rest * small.usdPerMonth + shared;
        const savesUsdPerMonth = alone - usdPerMonth;
        if (savesUsdPerMonth < alone * LEAST_SAVING) continue;
        mixes.push({
          provider: large.option.provider,
          region: large.option.region,
          purchase: large.option.purchase,
          parts: [
            { optionId: large.option.id, machine: large.option.machine.id, nodes: count },
            { optionId: small.option.id, machine: small.option.machine.id, nodes: rest },
          ],
          usdPerMonth,
          savesUsdPerMonth,
        });
      }
    }
  return mixes.toSorted((one, other) => one.usdPerMonth - other.usdPerMonth).slice(0, MIXES_TOLD);
}

function siteOf(option: PlanOption): string {
  return [option.provider, option.region, option.purchase].join(' ');
}

function placeOf(option: PlanOption): string {
  return [siteOf(option), option.checkpoint.id, option.engine].join(' ');
}

function partOf(priced: readonly Priced[], option: PlanOption, workload: ResolvedWorkload): Part[] {
  const entry = priced.find((each) => each.option.id === option.id);
  if (entry === undefined) return [];
  const { sizing, offer } = entry;
  const margin = marginAt(sizing.candidate.stack.interval, workload.confidence);
  const compute = offer.lines.find((line) => line.id === 'compute')?.usdPerMonth ?? offer.usdPerMonth;
  return [
    {
      option,
      requestsPerSecond: sizing.capacity.requestsPerSecond * margin.throughput,
      usdPerMonth: compute / offer.load.billedNodes,
      sharedUsdPerMonth: offer.usdPerMonth - compute,
    },
  ];
}
