// Tariffs by the hour in a plan: USD and grams in each hour of the week, and the source they are told by.
import { type Catalog, indexCatalog } from '../documents/catalog/catalog.ts';
import type { TariffWeek } from '../documents/hourly-tariff.ts';
import type { Money } from '../documents/quantity-text.ts';
import type { Warning } from '../documents/statement.ts';
import { state, warned } from '../language/say-statement.ts';

export interface HourlyPrices {
  readonly name: string;
  /** Key among the catalogue's sources. */
  readonly source: string;
  /** 168 of each, Monday 00:00 of the site's clock first. */
  readonly usdPerKilowattHour: readonly number[];
  readonly gramsCo2ePerKilowattHour: readonly number[] | null;
  readonly days: number | null;
}

/** @param usd - converts at the workload's or the catalogue's rates, and tells of unknown currencies by field */
export function resolveTariff(tariff: TariffWeek, usd: (money: Money, field: string) => number): HourlyPrices {
  const field = 'onPremises.tariff';
  const rate = usd({ currency: tariff.currency, amount: 1 }, field);
  const added = tariff.added.reduce((sum, each) => sum + usd({ currency: each.currency, amount: each.amount }, field), 0);
  return {
    name: tariff.name,
    source: tariffSource(tariff),
    usdPerKilowattHour: tariff.perKilowattHour.map((price) => price * rate + added),
    gramsCo2ePerKilowattHour: tariff.gramsCo2ePerKilowattHour,
    days: tariff.days,
  };
}

function tariffSource({ name }: TariffWeek): string {
  return `tariff:${name}`;
}

/** A catalogue that knows the tariff among its sources, as the buyer's own. */
export function withTariff(catalog: Catalog, tariff: TariffWeek): Catalog {
  const sources = new Map(catalog.sources);
  sources.set(tariffSource(tariff), { kind: 'own', title: `electricity by the hour, ${tariff.name}`, asOf: tariff.asOf });
  return indexCatalog({ ...catalog, sources });
}

/** A series shorter than this has not seen every season. */
const YEAR_DAYS = 350;

export function warnOfSeason({ name, days }: HourlyPrices): Warning[] {
  return days === null || days >= YEAR_DAYS
    ? []
    : [warned('W_TARIFF_SEASON', state('warning.tariffSeason', { name, days: { count: days } }))];
}
