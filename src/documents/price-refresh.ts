// A refresh of prices: what vendors list, what that changes in the catalogue, and what was held back.
// In: rows read from a vendor's answer. Out: the report a reviewer reads; the same in table, Markdown and JSON.
import type { InstancePrice, Purchase } from './catalog/prices.ts';
import type { Source } from './fact.ts';

export const CLOUDS = ['aws', 'azure'] as const;
export type Cloud = (typeof CLOUDS)[number];

export const COMMITMENTS = ['reservation', 'savings-plan'] as const;
export type Commitment = (typeof COMMITMENTS)[number];

export const PAYMENTS = ['all-upfront', 'partial-upfront', 'no-upfront'] as const;
export type Payment = (typeof PAYMENTS)[number];

/** One price as a vendor lists it, in the catalogue's terms. */
export interface ListedPrice {
  readonly instance: string;
  readonly region: string;
  readonly purchase: Purchase;
  /** Set for what one commits to. */
  readonly commitment?: Commitment;
  /** Set where the vendor tells ways to pay apart. */
  readonly payment?: Payment;
  /** Term totals already divided by the hours of the term. */
  readonly usdPerHour: number;
  /** What the vendor calls it, for whoever has to tell two of them apart. */
  readonly label: string;
  readonly notes?: string;
  /** What is odd about it, so that nobody takes it unseen. */
  readonly doubts: readonly string[];
}

/** All that one question to a vendor brought. */
export interface PriceListing {
  readonly cloud: Cloud;
  readonly region: string;
  /** Ways of buying that the question covers; what it does not cover is left alone. */
  readonly covers: readonly Purchase[];
  /** Key of the source in the price file. */
  readonly sourceKey: string;
  readonly source: Source;
  readonly prices: readonly ListedPrice[];
  /** Age of the answer where it came from the cache, seconds. */
  readonly ageSeconds: number;
}

/** What became of one row. */
export interface PriceChange {
  readonly id: string;
  readonly cloud: Cloud;
  readonly kind: 'same' | 'moved' | 'new' | 'gone';
  readonly before: InstancePrice | null;
  /** As it stands once the change is taken; null where the vendor lists it no more. */
  readonly after: InstancePrice | null;
  /** New over old, less 1; null without both. */
  readonly movedRatio: number | null;
  /** Why it is not taken unless somebody accepts it; empty where nothing speaks against it. */
  readonly held: readonly string[];
  readonly accepted: boolean;
  readonly sourceKey: string;
}

/** The whole report. */
export interface RefreshReport {
  readonly schema: 'seekstack/price-refresh@1';
  readonly asOf: string;
  readonly folder: string;
  readonly dryRun: boolean;
  /** What was asked, with the age of the answer. */
  readonly asked: readonly {
    readonly sourceKey: string;
    readonly url: string;
    readonly asOf: string;
    readonly ageSeconds: number;
    readonly prices: number;
  }[];
  /** What was not asked, and why. */
  readonly skipped: readonly string[];
  readonly changes: readonly PriceChange[];
  readonly counts: {
    readonly same: number;
    readonly moved: number;
    readonly new: number;
    readonly gone: number;
    readonly held: number;
  };
  /** Files written, or that would be. */
  readonly files: readonly string[];
}

/** `p5.48xlarge/us-east-1/on-demand`: how a person names a row. */
export function priceId(row: Pick<InstancePrice, 'instance' | 'region' | 'purchase'>): string {
  return `${row.instance}/${row.region}/${row.purchase}`;
}

/** Whether a change is written. */
export function isTaken(change: PriceChange): boolean {
  return change.after !== null && (change.held.length === 0 || change.accepted);
}
