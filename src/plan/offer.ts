// Offers: what a sized machine comes to at one place, under one way of buying.
import type { BillLine } from '../cost/bill.ts';
import type { CloudBillInput } from '../cost/cloud.ts';
import type { Energy } from '../cost/energy.ts';
import type { CapitalItem, OnPremisesInput } from '../cost/on-premises.ts';
import type { Purchase } from '../documents/catalog/prices.ts';
import type { Tariff } from '../documents/catalog/sites.ts';
import type { PlanOption } from '../documents/plan.ts';
import type { Warning } from '../documents/statement.ts';
import type { FleetLoad } from './fleet-load.ts';

export interface Offer {
  readonly region: string;
  readonly country: string;
  readonly zones: readonly string[];
  readonly purchase: Purchase | 'owned';
  readonly lines: readonly BillLine[];
  readonly capital: readonly CapitalItem[];
  readonly capexUsd: number;
  readonly usdPerMonth: number;
  readonly low: number;
  readonly high: number;
  readonly usdPerHour: number;
  readonly energy: Energy;
  /** What the bill was made from, for whoever asks what another price or load would do to it. */
  readonly terms: { readonly owned: OnPremisesInput } | { readonly rented: CloudBillInput };
  /** The tariff that the yearly consumption falls under; null where the workload gives a price, and in the cloud. */
  readonly tariff: Tariff | null;
  /** What prices by the hour come to for this fleet; null without them. */
  readonly hourly: PlanOption['energy']['hourly'];
  readonly grid: { readonly zone: string; readonly gramsCo2ePerKilowattHour: number; readonly method: string } | null;
  readonly priceAsOf: string;
  readonly warnings: readonly Warning[];
  readonly load: FleetLoad;
}

/** What an offer comes to, before it is put together. */
export interface Bid {
  readonly usdPerMonth: number;
  readonly region: string;
  readonly purchase: Purchase | 'owned';
  readonly offer: () => Offer;
}

/** Cheaper first; by place and way of buying on a tie. */
export function compareBids(one: Bid, other: Bid): number {
  return (
    one.usdPerMonth - other.usdPerMonth ||
    one.region.localeCompare(other.region, 'en') ||
    one.purchase.localeCompare(other.purchase, 'en')
  );
}
