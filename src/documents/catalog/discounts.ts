// Discounts: what a buyer pays below the list prices of machines, wherever it was agreed.
// In: a row of a price list, a discount. Out: the row at what is paid, which leads to the discount; rows that no discount is taken off.
import type { CatalogRows } from './catalog.ts';
import type { InstancePrice } from './prices.ts';

export interface Discount {
  readonly ratio: number;
  /** Key of what says so. */
  readonly source: string;
}

type Sources = Pick<CatalogRows, 'sources'>;

const MILLIONTHS = 1e6;

/** To a millionth of a dollar, as rows are kept. */
export function discountedPrice(row: InstancePrice, { ratio, source }: Discount, { sources }: Sources): InstancePrice {
  // The list price behind it is as old as it was.
  const asOf = row.asOf ?? sources.get(row.source)?.asOf ?? '1970';
  return { ...row, usdPerHour: Math.round(row.usdPerHour * (1 - ratio) * MILLIONTHS) / MILLIONTHS, source, asOf };
}

/** Whether the seller's list says it: a price of the buyer's own has had its discount. */
export function isListed(row: InstancePrice, { sources }: Sources): boolean {
  return sources.get(row.source)?.kind !== 'own';
}

/** `12.0% off the list price`; as many decimals as were stated. */
export function sayDiscount(ratio: number): string {
  return `${(ratio * 100).toFixed(6).replace(/0{1,5}$/, '')}% off the list price`;
}
