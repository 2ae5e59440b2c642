// Applying a refresh: which rows of the price file are written, and what goes into the history.
// In: changes, the file's rows and sources, the listings. Out: an edit of the price file and one of its history.
import type { InstancePrice } from '../documents/catalog/prices.ts';
import type { Source } from '../documents/fact.ts';
import { isTaken, type PriceChange, type PriceListing, priceId } from '../documents/price-refresh.ts';
import { lastSeen } from './compare-prices.ts';
import type { PriceFileEdit } from './edit-price-file.ts';

export interface RefreshEdits {
  readonly current: PriceFileEdit;
  readonly history: PriceFileEdit;
}

export function applyRefresh(
  changes: readonly PriceChange[],
  rows: readonly InstancePrice[],
  sources: Readonly<Record<string, Source>>,
  listings: readonly PriceListing[],
): RefreshEdits {
  const taken = changes.filter(isTaken);
  const written = new Map(taken.map((change) => [change.id, change.after as InstancePrice]));
  const dated = new Map(listings.map((listing) => [listing.sourceKey, listing.source]));
  // A row that was not confirmed keeps its date, though its source moves on.
  const pinned = rows
    .filter((row) => !written.has(priceId(row)) && row.asOf === undefined && dated.has(row.source))
    .filter((row) => dated.get(row.source)?.asOf !== sources[row.source]?.asOf)
    .map((row): InstancePrice => ({ ...row, asOf: lastSeen(row, sources) }));
  const before = new Map(rows.map((row) => [priceId(row), JSON.stringify(inOrder(row))]));
  const edited = [...written.values(), ...pinned].filter((row) => before.get(priceId(row)) !== JSON.stringify(inOrder(row)));
  const used = new Set([...written.values(), ...rows].map((row) => row.source));
  const replaced = taken.filter((change) => change.kind === 'moved').map((change) => change.before as InstancePrice);
  return {
    current: {
      rows: edited,
      sources: Object.fromEntries([...dated].filter(([key]) => used.has(key))),
      identify: priceId,
    },
    history: historyOf(replaced, sources),
  };
}

/** Replaced rows with both their dates, under sources of their own: those of the price file move on. */
function historyOf(replaced: readonly InstancePrice[], sources: Readonly<Record<string, Source>>): PriceFileEdit {
  const kept: Record<string, Source> = {};
  const rows = replaced.map((row): InstancePrice => {
    const source = sources[row.source];
    const asOf = lastSeen(row, sources);
    const key = `${row.source}-${source?.asOf ?? asOf}`;
    if (source !== undefined) kept[key] = source;
    return { ...row, source: key, asOf, since: row.since ?? asOf };
  });
  return { rows, sources: kept, identify: (row) => `${priceId(row)}@${row.since ?? ''}` };
}

function inOrder({ instance, region, purchase, usdPerHour, source, asOf, since, notes }: InstancePrice): InstancePrice {
  return { instance, region, purchase, usdPerHour, source, asOf, since, notes };
}
