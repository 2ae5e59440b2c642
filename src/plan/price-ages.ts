// Ages of prices: how old what an option is priced with is on the day that counts, and which of it is the buyer's own.
// In: an offer's bill and capital, the catalogue, a day. Out: dated prices, oldest first; whether they pass the limit.
import type { Catalog } from '../documents/catalog/catalog.ts';
import { daysBetween } from '../documents/catalog/dates.ts';
import type { Plan, PlanOption } from '../documents/plan.ts';
import { SeekstackError } from '../errors.ts';
import { state, warned } from '../language/say-statement.ts';
import type { Offer } from './offer.ts';
import type { ResolvedWorkload } from './resolve-workload.ts';

/** What the workload itself states is the buyer's, like a source of the kind `own`. */
const WORKLOAD = 'workload';

export type DatedPrice = Plan['prices']['winner'][number];

/** Newest date among the facts of a catalogue. */
export function newestFact(catalog: Catalog): string {
  return [...catalog.sources.values()].reduce((newest, source) => (source.asOf > newest ? source.asOf : newest), '');
}

/** The sources of an option's prices with their ages, oldest first. Assumptions about halls and finance are no prices. */
export function datedPrices(
  option: Pick<PlanOption, 'cost' | 'provider' | 'energy'>,
  catalog: Catalog,
  day: string,
): DatedPrice[] {
  const { lines, capital, priceAsOf } = option.cost;
  const priced = new Set(option.provider === 'onprem' ? ['energy'] : lines.map((line) => line.id));
  const keys = [
    ...lines.filter((line) => priced.has(line.id)).flatMap((line) => line.sources),
    ...capital.filter((item) => item.id === 'server').map((item) => item.source),
  ];
  const mainKey = option.provider === 'onprem' ? capital.find((item) => item.id === 'server')?.source : lines[0]?.sources[0];
  return [...new Set(keys)]
    .flatMap((source): DatedPrice[] => {
      const asOf = source === mainKey ? priceAsOf : catalog.sources.get(source)?.asOf;
      return asOf === undefined ? [] : [{ source, asOf, ageDays: daysBetween(asOf, day) }];
    })
    .toSorted((one, other) => other.ageDays - one.ageDays || one.source.localeCompare(other.source, 'en'));
}

/** Ids of lines and capital items that rest on prices of the buyer's own: rates, discounts, quotes, a tariff. */
export function ownLines(offer: Pick<Offer, 'lines' | 'capital'>, catalog: Catalog): string[] {
  const isOwn = (key: string) => key === WORKLOAD || catalog.sources.get(key)?.kind === 'own';
  const ofCapital = offer.capital.filter((item) => isOwn(item.source)).map((item) => item.id);
  // Depreciation names the source of the residual value too, which is no price.
  const ofLines = offer.lines
    .filter((line) => (line.id === 'depreciation' ? ofCapital.length > 0 : line.sources.some(isOwn)))
    .filter((line) => !['capital', 'support', 'space', 'staff'].includes(line.id))
    .map((line) => line.id);
  return [...ofLines, ...ofCapital];
}

export interface PriceAgeInputs {
  readonly options: readonly PlanOption[];
  readonly best: readonly PlanOption[];
  readonly winner: PlanOption | null;
  readonly workload: ResolvedWorkload;
  readonly catalog: Catalog;
  readonly asOf: string | null;
  readonly day: string;
}

/**
 * The plan's account of its prices.
 * @throws SeekstackError E_FACT_OLD where old prices are refused
 */
export function pricesOf({ options, best, winner, workload, catalog, asOf, day }: PriceAgeInputs): Plan['prices'] {
  const { limitDays, refused } = workload.priceAge;
  const old = new Map(
    best
      .flatMap((option) => datedPrices(option, catalog, day))
      .filter((price) => price.ageDays > limitDays)
      .map((price) => [`${price.source} ${price.asOf}`, price] as const),
  );
  if (refused && old.size > 0)
    throw new SeekstackError(
      [...old.values()].map((price) => ({
        code: 'E_FACT_OLD' as const,
        got: `a price from ${price.source}, as of ${price.asOf}, ${price.ageDays} days before ${day}`,
        expected: `at most ${limitDays} days`,
        fix: 'run "seekstack catalog refresh", or allow older prices',
      })),
    );
  const used = new Set(
    options.flatMap((option) => [
      ...option.cost.lines.flatMap((line) => line.sources),
      ...option.cost.capital.map((item) => item.source),
    ]),
  );
  return {
    day,
    asOf,
    limitDays,
    winner: winner === null ? [] : datedPrices(winner, catalog, day),
    old: [...old.values()].toSorted((one, other) => other.ageDays - one.ageDays || one.source.localeCompare(other.source, 'en')),
    own: [...used].sort().flatMap((key) => {
      const source = catalog.sources.get(key);
      return source?.kind === 'own' ? [{ source: key, title: source.title, asOf: source.asOf }] : [];
    }),
  };
}

/** One warning for all of them. */
export function warnOfAge({ old, limitDays, day }: Plan['prices']): Plan['warnings'] {
  const [oldest] = old;
  if (oldest === undefined) return [];
  const { source, asOf, ageDays } = oldest;
  const days = { limit: { count: limitDays }, age: { count: ageDays } };
  return [warned('W_PRICE_OLD', state('warning.priceOld', { source, more: { count: old.length - 1 }, asOf, day, ...days }))];
}
