// The workload's discount on the clouds' machines: prices as the buyer pays them, told as the buyer's own like any own price.
// In: a catalogue, with own prices over it where there are some. Out: the same, with the discount taken off what is still a list price.
import { type Catalog, indexCatalog } from '../documents/catalog/catalog.ts';
import { discountedPrice, isListed, sayDiscount } from '../documents/catalog/discounts.ts';
import type { InstancePrice } from '../documents/catalog/prices.ts';
import { newestFact } from './price-ages.ts';

/** Key of the discount among the catalogue's sources. */
export const CLOUD_DISCOUNT = 'workload:clouds.discount';

/** Nobody negotiates spot, and a rate or discount among own prices is the more particular one: never two off one price. */
export function isDiscountable(row: InstancePrice, catalog: Catalog): boolean {
  return row.purchase !== 'spot' && isListed(row, catalog);
}

/**
 * The catalogue at what the buyer pays; itself without a discount.
 * @param pricesAsOf - the day whose prices it holds, where it is not today's
 */
export function withDiscount(catalog: Catalog, ratio: number, pricesAsOf?: string): Catalog {
  if (ratio === 0) return catalog;
  const newest = newestFact(catalog);
  // A source of a later day than every other would make the plan look newer than its facts.
  const asOf = pricesAsOf !== undefined && pricesAsOf < newest ? pricesAsOf : newest;
  const sources = new Map(catalog.sources);
  sources.set(CLOUD_DISCOUNT, { kind: 'own', title: `${sayDiscount(ratio)} (clouds.discount)`, asOf });
  return indexCatalog({
    ...catalog,
    sources,
    instancePrices: catalog.instancePrices.map((row) =>
      isDiscountable(row, catalog) ? discountedPrice(row, { ratio, source: CLOUD_DISCOUNT }, catalog) : row,
    ),
  });
}
