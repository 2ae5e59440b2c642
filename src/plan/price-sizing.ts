// Pricing: one sized machine, in every place and under every way of buying that the workload allows.
// In: a sizing, the resolved workload, the catalogue. Out: an option's numbers for its best offer, and the other offers.

import { type BillLine, totalBill } from '../cost/bill.ts';
import { residualAt } from '../cost/capital-value.ts';
import { billCloud, type CloudBillInput, type Traffic } from '../cost/cloud.ts';
import { computeEnergy, type Energy } from '../cost/energy.ts';
import { meanOf, weightedByEnergy } from '../cost/hourly-energy.ts';
import {
  billOnPremises,
  type CapitalItem,
  listCapital,
  type OnPremisesInput,
  staffFor,
  totalCapital,
} from '../cost/on-premises.ts';
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Server } from '../documents/catalog/hardware.ts';
import type { Purchase } from '../documents/catalog/prices.ts';
import type { Tariff } from '../documents/catalog/sites.ts';
import type { PlanOption } from '../documents/plan.ts';
import { meanTokens } from '../physics/lengths.ts';
import type { Machine } from '../search/machines.ts';
import type { Sizing } from '../search/size-candidate.ts';
import { HOURS_PER_MONTH, SECONDS_PER_HOUR } from '../units.ts';
import { type FleetLoad, loadOf } from './fleet-load.ts';
import { fleetPowerOf, weekWallWatts } from './fleet-power.ts';
import { carbonFor } from './resolve-place.ts';
import { type HourlyPrices, warnOfSeason } from './resolve-tariff.ts';
import type { ResolvedWorkload } from './resolve-workload.ts';
import { outputMeanOf } from './sizing-task.ts';

/** Room for the operating system, the container image and logs on every node. */
export const ROOT_BYTES = 200e9;
/** Weights take their size and a fifth for unpacking and a second revision. */
const WEIGHT_DISK_FACTOR = 1.2;
const BYTES_PER_GIGABYTE = 1e9;

export interface Offer {
  readonly region: string;
  readonly country: string;
  readonly zones: readonly string[];
  readonly purchase: Purchase | 'owned';
  readonly lines: readonly BillLine[];
  readonly capital: readonly CapitalItem[];
  readonly capexUsd: number;
  readonly usdPerMonth: number;
  readonly low: number;
  readonly high: number;
  readonly usdPerHour: number;
  readonly energy: Energy;
  /** What the bill was made from, for whoever asks what another price or load would do to it. */
  readonly terms: { readonly owned: OnPremisesInput } | { readonly rented: CloudBillInput };
  /** The tariff that the yearly consumption falls under; null where the workload gives a price, and in the cloud. */
  readonly tariff: Tariff | null;
  /** What prices by the hour come to for this fleet; null without them. */
  readonly hourly: PlanOption['energy']['hourly'];
  readonly grid: { readonly zone: string; readonly gramsCo2ePerKilowattHour: number; readonly method: string } | null;
  readonly priceAsOf: string;
  readonly warnings: readonly { readonly id: string; readonly message: string }[];
  readonly load: FleetLoad;
}

/** Offers of a sizing, and why places that sell the machine are no offers. */
export interface Offers {
  readonly offers: readonly Offer[];
  readonly refused: readonly string[];
}

/** Every offer of a sized machine, cheapest over the term first. */
export function priceSizing(sizing: Sizing, workload: ResolvedWorkload, catalog: Catalog): Offers {
  const { machine } = sizing.candidate.stack;
  const refused: string[] = [];
  const offers =
    'server' in machine.row
      ? priceServer(machine, machine.row.server, sizing, workload, catalog, refused)
      : priceInstance(machine, sizing, workload, catalog, refused);
  return {
    offers: offers.toSorted(
      (one, other) =>
        one.usdPerMonth - other.usdPerMonth ||
        one.region.localeCompare(other.region, 'en') ||
        one.purchase.localeCompare(other.purchase, 'en'),
    ),
    refused: [...new Set(refused)],
  };
}

/** Network disk for weights, bytes a node; 0 where local NVMe holds them. */
export function weightsDiskBytes(machine: Machine, diskBytes: number): number {
  const wanted = diskBytes * WEIGHT_DISK_FACTOR;
  return machine.localDiskBytes >= wanted ? 0 : wanted;
}

function purchaseAllowed(purchase: Purchase, workload: ResolvedWorkload): boolean {
  switch (purchase) {
    case 'on-demand':
      return true;
    case 'spot':
      return workload.spot;
    case 'commitment-1y':
      return workload.commitmentMonths >= 12;
    case 'commitment-3y':
      return workload.commitmentMonths >= 36;
  }
}

function priceInstance(
  machine: Machine,
  sizing: Sizing,
  workload: ResolvedWorkload,
  catalog: Catalog,
  refused: string[],
): Offer[] {
  const { facility } = catalog;
  const diskBytes = sizing.candidate.stack.checkpoint.disk.bytes;
  const pueRatio = (facility.cloudPue ?? facility.pue).ratio;
  const offers: Offer[] = [];
  for (const price of catalog.pricesOf(machine.id)) {
    const region = workload.regions.find((each) => each.provider === machine.provider && each.id === price.region);
    if (region === undefined || !purchaseAllowed(price.purchase, workload) || machine.provider === 'onprem') continue;
    const { provider } = machine;
    const load = loadOf(sizing, workload, catalog, { machine, zones: region.zones, purchase: price.purchase });
    if (typeof load === 'string') {
      refused.push(load);
      continue;
    }
    const cluster = sizing.prefill !== null || sizing.candidate.nodesPerReplica > 1;
    // A reservation holds all machines in one zone; a control plane lies in two whatever they do.
    const zones = cluster || workload.deployment.reservation?.provider !== provider ? region.zones.length : 1;
    const terms: CloudBillInput = {
      provider,
      region: region.id,
      zones,
      instance: machine.id,
      nodes: load.billedNodes,
      usdPerHour: price.usdPerHour,
      priceSource: price.source,
      purchase: price.purchase,
      rootGigabytes: ROOT_BYTES / BYTES_PER_GIGABYTE,
      weightsGigabytes: weightsDiskBytes(machine, diskBytes) / BYTES_PER_GIGABYTE,
      checkpointGigabytes: diskBytes / BYTES_PER_GIGABYTE,
      imageGigabytes: catalog.operations.image.bytes / BYTES_PER_GIGABYTE,
      noticesByEmail: workload.contact !== null,
      watched: {
        engine: sizing.candidate.stack.engine.metrics !== undefined,
        accelerators:
          machine.accelerator?.vendor === 'nvidia' &&
          catalog.companions.some(
            (each) => each.id === 'accelerator-metrics' && each.cpuArchitectures.includes(machine.cpuArchitecture),
          ),
        targets: [workload.ttftTarget, workload.tpotTarget].filter((target) => target !== null).length,
        seriesPerRank: sizing.candidate.stack.engine.metrics?.seriesPerRank ?? 0,
        ranks: sizing.candidate.layout.dataParallel,
        acceleratorsPerNode: machine.acceleratorCount,
      },
      cluster,
      traffic: trafficOf(load, workload, catalog, zones),
      service: (item) => catalog.service(provider, item),
    };
    const lines = billCloud(terms);
    const total = totalBill(lines);
    if (total === null) continue;
    const grid = carbonFor(catalog.gridCarbon, region.country);
    let energy: Energy | undefined;
    offers.push({
      region: region.id,
      country: region.country,
      zones: region.zones,
      purchase: price.purchase,
      lines,
      capital: [],
      capexUsd: 0,
      ...total,
      usdPerHour: total.usdPerMonth / HOURS_PER_MONTH,
      // Most offers are only compared by price: power is worked out when somebody asks.
      get energy() {
        energy ??= computeEnergy(
          fleetPowerOf(sizing, load, workload, catalog),
          pueRatio,
          load.outputTokensPerMonth,
          grid?.gramsCo2ePerKilowattHour ?? null,
        );
        return energy;
      },
      terms: { rented: terms },
      tariff: null,
      hourly: null,
      grid,
      priceAsOf: price.asOf ?? catalog.sources.get(price.source)?.asOf ?? '1970',
      warnings: [],
      load,
    });
  }
  return offers;
}

function priceServer(
  machine: Machine,
  server: Server,
  sizing: Sizing,
  workload: ResolvedWorkload,
  catalog: Catalog,
  refused: string[],
): Offer[] {
  const { facility } = catalog;
  const { site } = workload;
  const load = loadOf(sizing, workload, catalog, { machine, zones: [], purchase: 'owned' });
  if (typeof load === 'string') {
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
              {
                id: 'W_TARIFF_BAND',
                message: `the electricity price of ${site.country} (${tariff.id}) is for sites above ${band} MWh a year, this one uses about ${Math.round(megawattHoursPerYear)}; give onPremises.electricity, since small sites pay more`,
              },
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

/** Bytes that a month of the mean load moves. Clients and nodes are spread evenly over zones. */
function trafficOf(load: FleetLoad, workload: ResolvedWorkload, catalog: Catalog, zones: number): Traffic {
  const { operations } = catalog;
  const requests = load.meanRequestsPerSecond * HOURS_PER_MONTH * SECONDS_PER_HOUR;
  const answers = (requests * outputMeanOf(workload) * operations.streamedToken.bytes) / BYTES_PER_GIGABYTE;
  const prompts = (requests * meanTokens(workload.prompt) * operations.promptToken.bytes) / BYTES_PER_GIGABYTE;
  return {
    balancedGigabytes: answers + prompts,
    egressGigabytes: answers,
    crossZoneGigabytes: zones > 1 ? (answers + prompts) * (1 - 1 / zones) : 0,
    logGigabytes: (requests * operations.requestLog.bytes) / BYTES_PER_GIGABYTE,
    imageGigabytes: (load.nodes * operations.image.bytes) / BYTES_PER_GIGABYTE,
  };
}
