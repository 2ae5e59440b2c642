// Pricing: one sized machine, in every place and under every way of buying that the workload allows.
// In: a sizing, the resolved workload, the catalogue. Out: an option's numbers for its best offer, and the other offers.
import { totalBill } from '../cost/bill.ts';
import { residualAt } from '../cost/capital-value.ts';
import { computeEnergy } from '../cost/energy.ts';
import { meanOf, weightedByEnergy } from '../cost/hourly-energy.ts';
import { billOnPremises, listCapital, type OnPremisesInput, staffFor, totalCapital } from '../cost/on-premises.ts';
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Server } from '../documents/catalog/hardware.ts';
import type { Statement } from '../documents/statement.ts';
import { state, warned } from '../language/say-statement.ts';
import type { Machine } from '../search/machines.ts';
import type { Sizing } from '../search/size-candidate.ts';
import { HOURS_PER_MONTH } from '../units.ts';
import { loadOf } from './fleet-load.ts';
import { fleetPowerOf, weekWallWatts } from './fleet-power.ts';
import { type Bid, compareBids, type Offer } from './offer.ts';
import { priceInstance } from './price-instance.ts';
import { type HourlyPrices, warnOfSeason } from './resolve-tariff.ts';
import type { ResolvedWorkload } from './resolve-workload.ts';

/** Offers of a sizing, and why places that sell the machine are no offers. */
export interface Offers {
  readonly offers: readonly Offer[];
  readonly refused: readonly Statement[];
}

/** Every offer of a sized machine, cheapest over the term first. */
export function priceSizing(sizing: Sizing, workload: ResolvedWorkload, catalog: Catalog): Offers {
  const { bids, refused } = listBids(sizing, workload, catalog);
  return { offers: bids.toSorted(compareBids).map((bid) => bid.offer()), refused };
}

/** The first of `priceSizing`, without the others being put together; undefined where there is none. */
export function cheapestOffer(sizing: Sizing, workload: ResolvedWorkload, catalog: Catalog): Offer | undefined {
  let best: Bid | undefined;
  for (const bid of listBids(sizing, workload, catalog).bids) if (best === undefined || compareBids(bid, best) < 0) best = bid;
  return best?.offer();
}

function listBids(sizing: Sizing, workload: ResolvedWorkload, catalog: Catalog): { bids: Bid[]; refused: Statement[] } {
  const { machine } = sizing.candidate.stack;
  const refused: Statement[] = [];
  const bids =
    'server' in machine.row
      ? priceServer(machine, machine.row.server, sizing, workload, catalog, refused).map(
          (offer): Bid => ({
            usdPerMonth: offer.usdPerMonth,
            region: offer.region,
            purchase: offer.purchase,
            offer: () => offer,
          }),
        )
      : priceInstance(machine, sizing, workload, catalog, refused);
  return { bids, refused };
}

function priceServer(
  machine: Machine,
  server: Server,
  sizing: Sizing,
  workload: ResolvedWorkload,
  catalog: Catalog,
  refused: Statement[],
): Offer[] {
  const { facility } = catalog;
  const { site } = workload;
  const load = loadOf(sizing, workload, catalog, { machine, zones: [], purchase: 'owned' });
  if ('key' in load) {
    refused.push(load);
    return [];
  }
  const hourly = site.hourly === null ? null : hourlyOf(site.hourly, weekWallWatts(sizing, load, workload, catalog));
  const grid = hourly?.grid ?? site.carbon;
  const power = fleetPowerOf(sizing, load, workload, catalog);
  const energy = computeEnergy(power, site.pueRatio, load.outputTokensPerMonth, grid?.gramsCo2ePerKilowattHour ?? null);
  const { nodeMaximumWatts, megawattHoursPerYear } = energy;
  const tariff = site.usdPerKilowattHour === null && hourly === null ? site.tariffFor(megawattHoursPerYear) : null;
  const usdPerKilowattHour = hourly?.paidUsdPerKilowattHour ?? site.usdPerKilowattHour ?? tariff?.usdPerKilowattHour;
  if (usdPerKilowattHour === undefined) return [];
  const input: OnPremisesInput = {
    server: quotedServer(server, site.quotes.get(server.id)),
    nodes: load.nodes,
    nodesPerReplica: sizing.candidate.nodesPerReplica,
    nodeMaximumWatts,
    rackLimitWatts: site.rackLimitWatts,
    facility,
    priceBasis: site.priceBasis,
    prices: site.prices,
    listOverStreet: catalog.finance.listOverStreet,
    depreciationYears: site.depreciationYears,
    residual: site.residual ?? residualAt(catalog.finance.residual, site.depreciationYears),
    residualSource: site.residual === null ? (catalog.finance.residual[0]?.share.source ?? '') : 'workload',
    costOfCapitalPerYear: site.costOfCapitalPerYear,
    costOfCapitalSource: catalog.finance.costOfCapital.source,
    supportRatioPerYear: site.supportRatioPerYear,
    usdPerKilowattMonth: site.usdPerKilowattMonth,
    staffFte: site.staffFte ?? staffFor(load.nodes, facility),
    kilowattHoursPerMonth: energy.kilowattHoursPerMonth,
    usdPerKilowattHour,
    electricitySource: site.hourly?.source ?? tariff?.source ?? 'workload',
  };
  const capital = listCapital(input);
  if (capital === null) return [];
  const lines = billOnPremises(input, capital);
  const total = totalBill(lines);
  if (total === null) return [];
  const band = tariff?.minimumMegawattHoursPerYear ?? 0;
  const price = server.price;
  return [
    {
      region: site.country,
      country: site.country,
      zones: [],
      purchase: 'owned',
      lines,
      capital,
      capexUsd: totalCapital(capital, site.priceBasis),
      ...total,
      usdPerHour: total.usdPerMonth / HOURS_PER_MONTH,
      energy,
      terms: { owned: input },
      tariff,
      hourly: hourly?.told ?? null,
      grid,
      priceAsOf: price?.asOf ?? catalog.sources.get(price?.source ?? '')?.asOf ?? '1970',
      warnings:
        tariff !== null && band > megawattHoursPerYear
          ? [
              warned(
                'W_TARIFF_BAND',
                state('warning.tariffBand', {
                  country: site.country,
                  tariff: tariff.id,
                  band: { count: band },
                  used: { count: Math.round(megawattHoursPerYear) },
                }),
              ),
            ]
          : site.hourly === null
            ? []
            : warnOfSeason(site.hourly),
      load,
    },
  ];
}

/** A week of prices and intensities as the energy drawn in each hour makes them. */
function hourlyOf(prices: HourlyPrices, watts: readonly number[]) {
  const { name, usdPerKilowattHour, gramsCo2ePerKilowattHour } = prices;
  const paidUsdPerKilowattHour = weightedByEnergy(usdPerKilowattHour, watts);
  const grams = gramsCo2ePerKilowattHour === null ? null : weightedByEnergy(gramsCo2ePerKilowattHour, watts);
  return {
    paidUsdPerKilowattHour,
    grid: grams === null ? null : { zone: name, gramsCo2ePerKilowattHour: grams, method: 'hourly, by energy drawn' },
    told: {
      name,
      paidUsdPerKilowattHour,
      meanUsdPerKilowattHour: meanOf(usdPerKilowattHour),
      gramsCo2ePerKilowattHour: grams,
      meanGramsCo2ePerKilowattHour: gramsCo2ePerKilowattHour === null ? null : meanOf(gramsCo2ePerKilowattHour),
    },
  };
}

/** A server at the price its buyer was quoted. */
function quotedServer(server: Server, usd: number | undefined): Server {
  if (usd === undefined) return server;
  const price = {
    ...(server.price ?? { source: 'workload' }),
    usd,
    low: usd,
    high: usd,
    stated: `${usd} USD`,
    source: 'workload',
  };
  return { ...server, price, priceBasis: 'street', source: 'workload' };
}
