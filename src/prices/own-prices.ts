// Own prices over a catalogue: the same catalogue with the buyer's rates, discounts, quotes and tariffs in place of its own.
// In: a catalogue and own prices. Out: a catalogue whose replaced rows lead to sources of the kind `own`; nothing is fetched.
import { type Catalog, indexCatalog } from '../documents/catalog/catalog.ts';
import { fullDate } from '../documents/catalog/dates.ts';
import { discountedPrice, sayDiscount } from '../documents/catalog/discounts.ts';
import type { Server } from '../documents/catalog/hardware.ts';
import type { InstancePrice } from '../documents/catalog/prices.ts';
import type { Tariff } from '../documents/catalog/sites.ts';
import type { Source } from '../documents/fact.ts';
import type { OwnPrices } from '../documents/own-prices.ts';
import { priceId } from '../documents/price-refresh.ts';
import type { Money } from '../documents/quantity-text.ts';
import { type Problem, SeekstackError } from '../errors.ts';
import { roundMillionth } from './vendor-answer.ts';

type About = { readonly note?: string | undefined; readonly asOf?: string | undefined; readonly until?: string | undefined };

/**
 * @param label - names the overlay in source keys
 * @param list - what sellers ask: the catalogue before any own prices, where some are in it already
 * @param day - an offer that ended before it is refused
 * @throws SeekstackError with fields: E_REFERENCE for names the catalogue lacks, E_FACT_OLD for offers that have ended
 */
export function applyOwnPrices(catalog: Catalog, own: OwnPrices, label: string, day: string, list = catalog): Catalog {
  const problems: Problem[] = [];
  const sources = new Map(catalog.sources);
  const refer = (field: string, got: string, expected: string) =>
    problems.push({
      code: 'E_REFERENCE',
      where: { field },
      got,
      expected,
      fix: 'mend the name; "seekstack catalog list" has them',
    });
  const usd = (money: Money, field: string): number => {
    if (money.currency === 'USD') return money.amount;
    const rate = catalog.currencies.find((row) => row.id === money.currency)?.usdPerUnit;
    if (rate === undefined) refer(field, money.currency, `USD or one of ${catalog.currencies.map((row) => row.id).join(', ')}`);
    return roundMillionth(money.amount * (rate ?? 0));
  };
  const sourceFor = (field: string, about: About, title: string): string => {
    const asOf = about.asOf ?? own.asOf;
    if (about.until !== undefined && about.until < day)
      problems.push({
        code: 'E_FACT_OLD',
        where: { field: `${field}.until` },
        got: `an offer that ended on ${about.until}`,
        expected: `one that holds on ${day}`,
        fix: 'renew it, or take it out',
      });
    const key = `${label}:${field}`;
    const source: Source = { kind: 'own', title: about.note === undefined ? title : `${title} (${about.note})`, asOf };
    sources.set(key, source);
    return key;
  };
  const known = (provider: string, instance: string, region: string | null, field: string) => {
    const machine = catalog.instances.find((row) => row.id === instance && (provider === '' || row.provider === provider));
    if (machine === undefined) refer(region === null ? field : `${field}.instance`, instance, 'an instance in the catalogue');
    else if (region !== null && catalog.region(machine.provider, region) === undefined)
      refer(`${field}.region`, region, `a region of ${machine.provider} in the catalogue`);
  };

  const rates = own.rates.map((rate, index): InstancePrice => {
    const field = `rates[${index}]`;
    known('', rate.instance, rate.region, field);
    const { instance, region, purchase } = rate;
    const source = sourceFor(field, rate, `own rate of ${priceId(rate)}`);
    return { instance, region, purchase, usdPerHour: usd(rate.price, `${field}.price`), source };
  });
  const discounts = own.discounts.map((discount, index) => {
    const field = `discounts[${index}]`;
    for (const [place, instance] of (discount.instances ?? []).entries())
      known(discount.provider, instance, null, `${field}.instances[${place}]`);
    for (const [place, region] of (discount.regions ?? []).entries())
      if (catalog.region(discount.provider, region) === undefined)
        refer(`${field}.regions[${place}]`, region, `a region of ${discount.provider} in the catalogue`);
    return { ...discount, ratio: discount.percent, source: sourceFor(field, discount, sayDiscount(discount.percent)) };
  });
  const providers = new Map(catalog.instances.map((row) => [row.id, row.provider]));
  const rated = new Set(rates.map(priceId));
  const instancePrices = [
    ...catalog.instancePrices
      .filter((row) => !rated.has(priceId(row)))
      .map((row): InstancePrice => {
        const discount = discounts.find(
          (each) =>
            each.provider === providers.get(row.instance) &&
            (each.instances?.includes(row.instance) ?? true) &&
            (each.regions?.includes(row.region) ?? true) &&
            (each.purchases?.includes(row.purchase) ?? true),
        );
        if (discount === undefined || isRate(row)) return row;
        // A discount of before is replaced: two are never taken off one price.
        const listed = list.pricesOf(row.instance).find((each) => priceId(each) === priceId(row)) ?? row;
        return discountedPrice(listed, discount, list);
      }),
    ...rates,
  ];

  const services = new Map(catalog.servicePrices.map((row) => [`${row.provider}/${row.item}`, row]));
  for (const [index, service] of own.services.entries()) {
    const field = `services[${index}]`;
    const key = `${service.provider}/${service.item}`;
    const row = services.get(key);
    if (row === undefined) refer(`${field}.item`, key, 'a service in the catalogue');
    else {
      const source = sourceFor(field, service, `own price of ${key} a ${row.per}`);
      services.set(key, { ...row, usdPerUnit: usd(service.price, `${field}.price`), source });
    }
  }

  const servers = new Map(catalog.servers.map((row) => [row.id, row]));
  for (const [index, quote] of own.servers.entries()) {
    const field = `servers[${index}]`;
    const row = servers.get(quote.server);
    if (row === undefined) refer(`${field}.server`, quote.server, `one of ${[...servers.keys()].join(', ')}`);
    else servers.set(row.id, quoted(row, usd(quote.price, `${field}.price`), sourceFor(field, quote, `quote for ${row.name}`)));
  }

  const tariffs = own.electricity.map((entry, index): Tariff => {
    const field = `electricity[${index}]`;
    if (
      !catalog.tariffs.some((row) => row.country === entry.country) &&
      !catalog.regions.some((row) => row.country === entry.country)
    )
      refer(`${field}.country`, entry.country, 'a country in the catalogue');
    return {
      id: `own-${entry.country.toLowerCase()}`,
      area: entry.country,
      country: entry.country,
      usdPerKilowattHour: usd(entry.price, `${field}.price`),
      period: entry.asOf ?? own.asOf,
      customer: 'own',
      kind: 'all-in',
      taxes: 'as agreed',
      source: sourceFor(field, entry, `own electricity price in ${entry.country}`),
    };
  });
  const replaced = new Set(tariffs.map((row) => row.country));

  if (problems.length > 0) throw new SeekstackError(problems);
  return indexCatalog({
    ...catalog,
    sources,
    instancePrices,
    servicePrices: [...services.values()],
    servers: [...servers.values()],
    tariffs: [...tariffs, ...catalog.tariffs.filter((row) => !replaced.has(row.country))],
  });
}

/** Whether it is a rate of an overlay before, by the key that its source has there. */
function isRate({ source }: InstancePrice): boolean {
  return /:rates\[\d+\]$/.test(source);
}

/** A server at the price its buyer was quoted, which is no list price any more. */
function quoted(server: Server, usd: number, source: string): Server {
  return {
    ...server,
    price: { usd, low: usd, high: usd, stated: `${usd} USD`, source },
    priceBasis: 'street',
    source,
  };
}

/** The newest date among a catalogue's sources, in full. */
export function newestDay(catalog: Catalog): string {
  return fullDate(
    [...catalog.sources.values()].reduce((newest, source) => (source.asOf > newest ? source.asOf : newest), '1970'),
  );
}
