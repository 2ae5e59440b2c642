// Pricing: one sized machine, in every place and under every way of buying that the workload allows.
// In: a sizing, the resolved workload, the catalogue. Out: an option's numbers for its best offer, and the other offers.

import { type BillLine, totalBill } from '../cost/bill.ts';
import { billCloud } from '../cost/cloud.ts';
import { computeEnergy, type Energy, estimateNodeWatts } from '../cost/energy.ts';
import { billOnPremises, type CapitalItem, listCapital, staffFor, totalCapital } from '../cost/on-premises.ts';
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Server } from '../documents/catalog/hardware.ts';
import type { Purchase } from '../documents/catalog/prices.ts';
import type { Machine } from '../search/machines.ts';
import type { Sizing } from '../search/size-candidate.ts';
import { HOURS_PER_MONTH } from '../units.ts';
import { type FleetLoad, loadOf } from './fleet-load.ts';
import { carbonFor } from './resolve-place.ts';
import type { ResolvedWorkload } from './resolve-workload.ts';

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
  readonly nodeMaximumWatts: number;
  readonly pueRatio: number;
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
  const nodeMaximumWatts = nodeWatts(machine, catalog);
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
    const lines = billCloud({
      provider,
      region: region.id,
      instance: machine.id,
      nodes: load.billedNodes,
      usdPerHour: price.usdPerHour,
      priceSource: price.source,
      purchase: price.purchase,
      rootGigabytes: ROOT_BYTES / BYTES_PER_GIGABYTE,
      weightsGigabytes: weightsDiskBytes(machine, diskBytes) / BYTES_PER_GIGABYTE,
      service: (item) => catalog.service(provider, item),
    });
    const total = totalBill(lines);
    if (total === null) continue;
    const grid = carbonFor(catalog.gridCarbon, region.country);
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
      energy: computeEnergy({
        nodes: load.nodes,
        nodeMaximumWatts,
        meanUtilisation: load.meanRequestsPerSecond / load.capacityRequestsPerSecond,
        pue: pueRatio,
        facility,
        gramsCo2ePerKilowattHour: grid?.gramsCo2ePerKilowattHour ?? null,
        outputTokensPerMonth: load.outputTokensPerMonth,
      }),
      nodeMaximumWatts,
      pueRatio,
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
  const nodeMaximumWatts = nodeWatts(machine, catalog);
  const grid = site.carbon;
  const energy = computeEnergy({
    nodes: load.nodes,
    nodeMaximumWatts,
    meanUtilisation: load.meanRequestsPerSecond / load.capacityRequestsPerSecond,
    pue: site.pueRatio,
    facility,
    gramsCo2ePerKilowattHour: grid?.gramsCo2ePerKilowattHour ?? null,
    outputTokensPerMonth: load.outputTokensPerMonth,
  });
  const megawattHoursPerYear = (energy.kilowattHoursPerMonth * 12) / 1000;
  const tariff = site.usdPerKilowattHour === null ? site.tariffFor(megawattHoursPerYear) : null;
  const usdPerKilowattHour = site.usdPerKilowattHour ?? tariff?.usdPerKilowattHour;
  if (usdPerKilowattHour === undefined) return [];
  const input = {
    server,
    nodes: load.nodes,
    nodesPerReplica: sizing.candidate.nodesPerReplica,
    nodeMaximumWatts,
    rackLimitWatts: site.rackLimitWatts,
    facility,
    priceBasis: site.priceBasis,
    depreciationYears: site.depreciationYears,
    supportRatioPerYear: site.supportRatioPerYear,
    usdPerKilowattMonth: site.usdPerKilowattMonth,
    staffFte: site.staffFte ?? staffFor(load.nodes, facility),
    kilowattHoursPerMonth: energy.kilowattHoursPerMonth,
    usdPerKilowattHour,
    electricitySource: tariff?.source ?? 'workload',
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
      nodeMaximumWatts,
      pueRatio: site.pueRatio,
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
          : [],
      load,
    },
  ];
}

/** Most one node draws: its nameplate, or an estimate from its boards. */
export function nodeWatts(machine: Machine, catalog: Catalog): number {
  if ('server' in machine.row && machine.row.server.maximumPower !== undefined) return machine.row.server.maximumPower.watts;
  return estimateNodeWatts(machine.accelerator?.boardPower.watts ?? 0, machine.acceleratorCount, catalog.facility);
}
