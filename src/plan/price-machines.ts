// Options of each machine: of every checkpoint and mode the sizing and offer that cost least, and what cannot be priced.

import type { Catalog } from '../documents/catalog/catalog.ts';
import type { PlanOption, PlanRejected } from '../documents/plan.ts';
import { state } from '../language/say-statement.ts';
import { compareSizings, type MachineResult, needsOptionsFile, nodesOf, type StackResult } from '../search/search.ts';
import type { Sizing } from '../search/size-candidate.ts';
import { buildOption } from './build-option.ts';
import type { Offer } from './offer.ts';
import { cheapestOffer, priceSizing } from './price-sizing.ts';
import { rejectMachine } from './reject.ts';
import type { ResolvedWorkload } from './resolve-workload.ts';

export interface Priced {
  readonly option: PlanOption;
  readonly sizing: Sizing;
  /** All stacks of the same machine and checkpoint. */
  readonly siblings: readonly StackResult[];
  readonly offer: Offer;
  /** Offers priced for this option. */
  readonly offers: number;
  /** Every sizing of the same machine, priced at the same offer, for the Pareto set. */
  readonly frontier: readonly { readonly nodes: number; readonly tpotSeconds: number }[];
}

/** One option a checkpoint and mode: the sizing and offer that cost least. */
export function priceMachine(result: MachineResult, workload: ResolvedWorkload, catalog: Catalog): Priced[] {
  const checkpoints = [...new Set(result.stacks.map((stack) => stack.stack.checkpoint.id))];
  return checkpoints.flatMap((id): Priced[] => {
    const siblings = result.stacks.filter((stack) => stack.stack.checkpoint.id === id);
    const sizings = siblings.flatMap((stack) => stack.sizings).toSorted(compareSizings);
    const whole = cheapest(
      sizings.filter((sizing) => sizing.prefill === null),
      workload,
      catalog,
    );
    const apart = cheapest(
      sizings.filter((sizing) => sizing.prefill !== null),
      workload,
      catalog,
    );
    return [whole, apart].flatMap((best): Priced[] => {
      if (best?.offer === undefined) return [];
      // Two pools are worth their hand-over only where they take less.
      if (best === apart && whole !== null && best.offer.usdPerMonth >= (whole.offer?.usdPerMonth ?? 0)) return [];
      return priceOption(best.sizing, siblings, workload, catalog);
    });
  });
}

/** One sizing at its cheapest offer, in the plan's words; none where it has no offer. */
export function priceOption(
  sizing: Sizing,
  siblings: readonly StackResult[],
  workload: ResolvedWorkload,
  catalog: Catalog,
): Priced[] {
  const { offers } = priceSizing(sizing, workload, catalog);
  const offer = offers[0];
  if (offer === undefined) return [];
  return [
    {
      option: buildOption(sizing, siblings, offers, offer, workload, catalog),
      sizing,
      siblings,
      offer,
      offers: offers.length,
      frontier: siblings
        .flatMap((stack) => stack.sizings)
        .filter((each) => (each.prefill === null) === (sizing.prefill === null))
        .map((each) => ({
          nodes: nodesOf(each) + offer.load.nodes - nodesOf(sizing),
          tpotSeconds: each.operating.tpotSeconds,
        })),
    },
  ];
}

/**
 * The sizing with the cheapest offer; in the order of `compareSizings` among equals. What flags cannot start is left out where
 * something else serves.
 */
function cheapest(
  sizings: readonly Sizing[],
  workload: ResolvedWorkload,
  catalog: Catalog,
): { sizing: Sizing; offer: Offer | undefined } | null {
  const startable = sizings.filter((sizing) => !needsOptionsFile(sizing));
  let best: { sizing: Sizing; offer: Offer | undefined } | null = null;
  for (const sizing of startable.length > 0 ? startable : sizings) {
    const offer = cheapestOffer(sizing, workload, catalog);
    const usdPerMonth = offer?.usdPerMonth ?? Number.POSITIVE_INFINITY;
    if (best === null || usdPerMonth < (best.offer?.usdPerMonth ?? Number.POSITIVE_INFINITY) - SAME_USD) best = { sizing, offer };
  }
  return best;
}

/** Below a cent a month prices are the same. */
const SAME_USD = 0.01;

/** Machines that fit but cannot be priced: never shown as free, always told. */
export function missingPrices(
  result: MachineResult,
  priced: readonly Priced[],
  workload: ResolvedWorkload,
  catalog: Catalog,
): PlanRejected[] {
  const fits = result.stacks.some((stack) => stack.sizings.length > 0);
  if (!fits || priced.some((entry) => entry.option.machine.id === result.machine.id)) return [];
  const { machine } = result;
  const refused = result.stacks.flatMap((stack) =>
    stack.sizings.slice(0, 1).flatMap((sizing) => priceSizing(sizing, workload, catalog).refused),
  )[0];
  if (refused !== undefined) return [rejectMachine(machine, 'availability', refused)];
  if ('server' in machine.row) {
    if (machine.row.server.price === undefined)
      return [rejectMachine(machine, 'price', state('reason.noPrice', { machine: machine.name }))];
    return [rejectMachine(machine, 'price', state('reason.noTariff', { country: workload.site.country }))];
  }
  const prices = catalog.pricesOf(machine.id);
  if (prices.length === 0) return [rejectMachine(machine, 'price', state('reason.noPriceAnywhere', { machine: machine.id }))];
  const inPlace = prices.filter((price) =>
    workload.regions.some((region) => region.provider === machine.provider && region.id === price.region),
  );
  if (inPlace.length === 0) return [rejectMachine(machine, 'placement', state('reason.notOffered', { machine: machine.id }))];
  const purchases = [...new Set(inPlace.map((price) => price.purchase))].join(', ');
  return [rejectMachine(machine, 'price', state('reason.purchaseRefused', { machine: machine.id, purchases }))];
}
