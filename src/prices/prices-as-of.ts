// Prices as of a day: of every row, today's and those of the history, the newest that was known by then.
// In: a catalogue and a day. Out: the same catalogue with the prices of that day; what was not known then has no row.
import { type Catalog, indexCatalog } from '../documents/catalog/catalog.ts';
import { fullDate } from '../documents/catalog/dates.ts';
import type { InstancePrice } from '../documents/catalog/prices.ts';
import { priceId } from '../documents/price-refresh.ts';

export function pricesAsOf(catalog: Catalog, day: string): Catalog {
  const newest = new Map<string, InstancePrice>();
  for (const row of [...catalog.priceHistory, ...catalog.instancePrices]) {
    const since = firstSeen(row, catalog);
    const before = newest.get(priceId(row));
    if (since <= day && (before === undefined || firstSeen(before, catalog) <= since)) newest.set(priceId(row), row);
  }
  return indexCatalog({ ...catalog, instancePrices: [...newest.values()], capacityQuotes: quotesAsOf(catalog, day) });
}

/** A reduced date counts from its first day, as everywhere. */
function firstSeen(row: InstancePrice, catalog: Catalog): string {
  return fullDate(row.since ?? row.asOf ?? catalog.sources.get(row.source)?.asOf ?? '1970');
}

function quotesAsOf({ capacityQuotes, sources }: Catalog, day: string): Catalog['capacityQuotes'] {
  return capacityQuotes.filter((quote) => fullDate(quote.asOf ?? sources.get(quote.source)?.asOf ?? '1970') <= day);
}
