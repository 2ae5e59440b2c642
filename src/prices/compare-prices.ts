// Comparing: what vendors list against the rows of the catalogue, row by row, with what is held back and why.
// In: rows of a price file, listings, which rows are accepted. Out: changes, sorted as the file is.
import { type InstancePrice, purchaseSchema } from '../documents/catalog/prices.ts';
import type { Source } from '../documents/fact.ts';
import { type ListedPrice, type PriceChange, type PriceListing, priceId } from '../documents/price-refresh.ts';
import { doubtsOf, type Surroundings } from './doubt-price.ts';

export interface CompareInputs {
  /** Rows of the price file, sources by the keys of that file. */
  readonly rows: readonly InstancePrice[];
  readonly sources: Readonly<Record<string, Source>>;
  readonly listings: readonly PriceListing[];
  readonly isAccepted: (id: string) => boolean;
  /** Rows left alone whatever is listed. */
  readonly isSkipped: (id: string) => boolean;
}

/** A change for every row that the listings cover and every price that no row has. */
export function comparePrices(inputs: CompareInputs): PriceChange[] {
  const { rows, listings, isSkipped } = inputs;
  const known = new Map(rows.map((row) => [priceId(row), row]));
  const listed = new Map(listings.flatMap((listing) => listing.prices.map((price) => [priceId(price), price] as const)));
  const changes = listings.flatMap((listing) => [
    ...listing.prices.map((price) => changeOf(price, listing, known.get(priceId(price)) ?? null, inputs, listed)),
    ...rows
      .filter((row) => row.region === listing.region && listing.covers.includes(row.purchase) && !listed.has(priceId(row)))
      .map((row): PriceChange => ({ ...changeBase(row, listing), kind: 'gone', before: row, after: null, movedRatio: null })),
  ]);
  return changes.filter((change) => !isSkipped(change.id)).toSorted((one, other) => compareRows(rowOf(one), rowOf(other)));
}

function changeBase(row: Pick<InstancePrice, 'instance' | 'region' | 'purchase'>, listing: PriceListing) {
  return { id: priceId(row), cloud: listing.cloud, held: [], accepted: false, sourceKey: listing.sourceKey };
}

function changeOf(
  price: ListedPrice,
  listing: PriceListing,
  before: InstancePrice | null,
  { rows, sources, isAccepted }: CompareInputs,
  listed: ReadonlyMap<string, ListedPrice>,
): PriceChange {
  const { instance, region, purchase, usdPerHour } = price;
  const list = { instance, region, purchase: 'on-demand' as const };
  const ofList = listed.get(priceId(list)) ?? rows.find((row) => priceId(row) === priceId(list));
  const around: Surroundings = {
    before,
    listUsdPerHour: ofList?.usdPerHour ?? null,
    elsewhereUsdPerHour: rows
      .filter((row) => row.instance === instance && row.purchase === 'on-demand' && row.region !== region)
      .map((row) => row.usdPerHour),
  };
  const base = changeBase(price, listing);
  const isSame = before?.usdPerHour === usdPerHour;
  const seen = before === null ? undefined : (before.since ?? lastSeen(before, sources));
  const notes = notesOf(price, isSame ? before : null, around.listUsdPerHour);
  const after: InstancePrice = {
    instance,
    region,
    purchase,
    usdPerHour,
    source: listing.sourceKey,
    since: isSame && seen !== undefined ? seen : listing.source.asOf,
    ...(notes === undefined ? {} : { notes }),
  };
  return {
    ...base,
    kind: before === null ? 'new' : isSame ? 'same' : 'moved',
    before,
    after,
    movedRatio: before === null ? null : usdPerHour / before.usdPerHour - 1,
    held: isSame ? [] : doubtsOf(price, around),
    accepted: isAccepted(base.id),
  };
}

const NO_DISCOUNT = 'no discount';

/** A spot price at the list price is marked; a note on a price that stayed stays, unless it says what is no longer so. */
function notesOf(price: ListedPrice, kept: InstancePrice | null, listUsdPerHour: number | null): string | undefined {
  if (price.purchase === 'spot' && listUsdPerHour !== null && price.usdPerHour >= listUsdPerHour) return NO_DISCOUNT;
  const before = kept?.notes === NO_DISCOUNT ? undefined : kept?.notes;
  return price.notes ?? before;
}

/** When a row was last seen: its own date, or its source's. */
export function lastSeen(row: InstancePrice, sources: Readonly<Record<string, Source>>): string {
  return row.asOf ?? sources[row.source]?.asOf ?? '1970';
}

function rowOf(change: PriceChange): InstancePrice {
  return (change.after ?? change.before) as InstancePrice;
}

const PURCHASE_ORDER = purchaseSchema.options;

type RowPlace = Pick<InstancePrice, 'instance' | 'region' | 'purchase' | 'since'>;

/** The order of a price file: instance, region, way of buying, and in a history the date. By code points, so that no locale changes it. */
export function compareRows(one: RowPlace, other: RowPlace): number {
  return (
    compareText(one.instance, other.instance) ||
    compareText(one.region, other.region) ||
    PURCHASE_ORDER.indexOf(one.purchase) - PURCHASE_ORDER.indexOf(other.purchase) ||
    compareText(one.since ?? '', other.since ?? '')
  );
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
