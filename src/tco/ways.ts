// Ways to have the capacity: the best owned fleet, and the cheapest rented one under every way of buying.
// In: priced options of a plan. Out: fleets to cost, each with the name the comparison gives it.
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Purchase } from '../documents/catalog/prices.ts';
import type { TcoWay } from '../documents/tco.ts';
import { describeOperations } from '../plan/describe-operations.ts';
import type { Offer } from '../plan/offer.ts';
import type { Priced } from '../plan/price-machines.ts';
import { priceSizing } from '../plan/price-sizing.ts';
import type { ResolvedWorkload } from '../plan/resolve-workload.ts';
import type { Sizing } from '../search/size-candidate.ts';
import { type OwnedFleet, ownedFleet, type RentedFleet, rentedFleet } from './fleets.ts';

const PURCHASES: readonly Purchase[] = ['on-demand', 'spot', 'commitment-1y', 'commitment-3y'];

export type Way =
  | { readonly id: 'owned'; readonly label: string; readonly fleet: OwnedFleet; readonly allowed: boolean }
  | {
      readonly id: Exclude<TcoWay['id'], 'owned'>;
      readonly label: string;
      readonly fleet: RentedFleet;
      readonly allowed: boolean;
      /** Nodes follow the demand through the week. */
      readonly follows: boolean;
    };

/** Owned first, then rented by way of buying; ways that nothing is priced for are left out. */
export function listWays(priced: readonly Priced[], workload: ResolvedWorkload, catalog: Catalog): Way[] {
  const feasible = priced.filter((entry) => entry.option.binding === null || entry.option.binding.constraint !== 'simulation');
  return [...ownedWay(feasible, workload), ...rentedWays(feasible, workload, catalog)];
}

function ownedWay(priced: readonly Priced[], workload: ResolvedWorkload): Way[] {
  const best = priced
    .filter((entry) => entry.option.provider === 'onprem')
    .toSorted((one, other) => one.offer.usdPerMonth - other.offer.usdPerMonth)[0];
  const fleet = best === undefined ? null : ownedFleet(best, workload);
  return fleet === null || best === undefined
    ? []
    : [{ id: 'owned', label: `own ${countOf(best.offer, best.sizing)}`, fleet, allowed: best.option.binding === null }];
}

function rentedWays(priced: readonly Priced[], workload: ResolvedWorkload, catalog: Catalog): Way[] {
  // A comparison shows what spot and longer commitments would cost even where limits and term forbid them, and says so.
  const widest: ResolvedWorkload = { ...workload, spot: true, commitmentMonths: Math.max(36, workload.commitmentMonths) };
  const offers = priced
    .filter((entry) => entry.option.provider !== 'onprem')
    .flatMap(({ sizing }) => priceSizing(sizing, widest, catalog).offers.map((offer) => ({ sizing, offer })));
  return PURCHASES.flatMap((purchase): Way[] => {
    const own = offers
      .filter(({ offer }) => offer.purchase === purchase)
      .toSorted((one, other) => one.offer.usdPerMonth - other.offer.usdPerMonth);
    const first = own[0];
    if (first === undefined) return [];
    const { sizing, offer } = first;
    const fleet = toFleet(sizing, offer, workload, catalog);
    if (fleet === null) return [];
    const allowed =
      purchase === 'on-demand' ||
      (purchase === 'spot' ? workload.spot : workload.commitmentMonths >= (purchase === 'commitment-3y' ? 36 : 12));
    const label = `${countOf(offer, sizing)}, ${offer.region}, ${sayPurchase(purchase)}`;
    const way: Way = { id: purchase, label, fleet, allowed, follows: false };
    // Only where a node may go at night is following the demand another way.
    return purchase === 'on-demand' && fleet.followingRatio < 1
      ? [way, { ...way, id: 'on-demand-following', label: `${label}, following the demand`, follows: true }]
      : [way];
  });
}

function toFleet(sizing: Sizing, offer: Offer, workload: ResolvedWorkload, catalog: Catalog): RentedFleet | null {
  const { scaling } = describeOperations(sizing, offer, workload, catalog.operations);
  const costs = scaling.usdPerMonth;
  const followingRatio = costs === null || costs.atMaximum === 0 ? 1 : costs.followingDemand / costs.atMaximum;
  return rentedFleet(sizing, offer, followingRatio, workload);
}

function countOf(offer: Offer, sizing: Sizing): string {
  return `${offer.load.nodes} × ${sizing.candidate.stack.machine.id}`;
}

function sayPurchase(purchase: Purchase): string {
  switch (purchase) {
    case 'on-demand':
      return 'on demand';
    case 'spot':
      return 'spot';
    case 'commitment-1y':
      return 'committed for 1 year';
    case 'commitment-3y':
      return 'committed for 3 years';
  }
}
