// Renting: one sized machine in every region and under every way of buying that the workload allows.
// In: a machine with its sizing, the resolved workload, the catalogue. Out: bids, of which the chosen ones become offers.

import type { BillLine, BillTotal } from '../cost/bill.ts';
import { billCloud, type CloudBillInput, type CloudFleet, serviceAmounts, type Traffic, totalCloud } from '../cost/cloud.ts';
import { computeEnergy, type Energy } from '../cost/energy.ts';
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { InstancePrice, Purchase } from '../documents/catalog/prices.ts';
import type { Region } from '../documents/catalog/sites.ts';
import type { Statement } from '../documents/statement.ts';
import { meanTokens } from '../physics/lengths.ts';
import type { Machine } from '../search/machines.ts';
import type { Sizing } from '../search/size-candidate.ts';
import { HOURS_PER_MONTH, SECONDS_PER_HOUR } from '../units.ts';
import { type FleetLoad, loadOf } from './fleet-load.ts';
import { fleetPowerOf } from './fleet-power.ts';
import type { Bid, Offer } from './offer.ts';
import { carbonFor } from './resolve-place.ts';
import type { ResolvedWorkload } from './resolve-workload.ts';
import { outputMeanOf } from './sizing-task.ts';

/** Room for the operating system, the container image and logs on every node. */
export const ROOT_BYTES = 200e9;
/** Weights take their size and a fifth for unpacking and a second revision. */
const WEIGHT_DISK_FACTOR = 1.2;
const BYTES_PER_GIGABYTE = 1e9;

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

/** Every region and way of buying that the workload allows; why places that sell the machine are none is added to `refused`. */
export function priceInstance(
  machine: Machine,
  sizing: Sizing,
  workload: ResolvedWorkload,
  catalog: Catalog,
  refused: Statement[],
): Bid[] {
  const { provider } = machine;
  if (provider === 'onprem') return [];
  // Regions with as many zones differ in nothing but the machine's price.
  const fleets = new Map<string, RentedFleet | Statement>();
  const bids: Bid[] = [];
  for (const price of catalog.pricesOf(machine.id)) {
    const region = workload.regions.find((each) => each.provider === provider && each.id === price.region);
    if (region === undefined || !purchaseAllowed(price.purchase, workload)) continue;
    const key = `${price.purchase} ${region.zones.length}`;
    const fleet = fleets.get(key) ?? rentFleet(provider, machine, sizing, workload, catalog, region.zones, price.purchase);
    fleets.set(key, fleet);
    if ('key' in fleet) {
      refused.push(fleet);
      continue;
    }
    const { billed, services } = fleet;
    if (services === null) continue;
    const total = totalCloud(billed.nodes, price.usdPerHour, services);
    bids.push({
      usdPerMonth: total.usdPerMonth,
      region: region.id,
      purchase: price.purchase,
      offer: () => rentedOffer(price, region, fleet, total, { sizing, workload, catalog }),
    });
  }
  return bids;
}

interface Priced {
  readonly sizing: Sizing;
  readonly workload: ResolvedWorkload;
  readonly catalog: Catalog;
}

function rentedOffer(
  price: InstancePrice,
  region: Region,
  { load, billed }: RentedFleet,
  total: BillTotal,
  { sizing, workload, catalog }: Priced,
): Offer {
  const terms: CloudBillInput = {
    ...billed,
    region: region.id,
    usdPerHour: price.usdPerHour,
    priceSource: price.source,
    purchase: price.purchase,
  };
  const grid = carbonFor(catalog.gridCarbon, region.country);
  let lines: readonly BillLine[] | undefined;
  let energy: Energy | undefined;
  return {
    region: region.id,
    country: region.country,
    zones: region.zones,
    purchase: price.purchase,
    // Most offers are only compared by price: the bill in words and the power are worked out when somebody asks.
    get lines() {
      lines ??= billCloud(terms);
      return lines;
    },
    capital: [],
    capexUsd: 0,
    ...total,
    usdPerHour: total.usdPerMonth / HOURS_PER_MONTH,
    get energy() {
      energy ??= computeEnergy(
        fleetPowerOf(sizing, load, workload, catalog),
        (catalog.facility.cloudPue ?? catalog.facility.pue).ratio,
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
  };
}

/** A fleet in a cloud before its machines have a price. */
interface RentedFleet {
  readonly load: FleetLoad;
  readonly billed: CloudFleet;
  /** Null where a service has no price. */
  readonly services: readonly number[] | null;
}

/** @returns the fleet, or the reason why its availability cannot be had there */
function rentFleet(
  provider: 'aws' | 'azure',
  machine: Machine,
  sizing: Sizing,
  workload: ResolvedWorkload,
  catalog: Catalog,
  inZones: readonly string[],
  purchase: Purchase,
): RentedFleet | Statement {
  const load = loadOf(sizing, workload, catalog, { machine, zones: inZones, purchase });
  if ('key' in load) return load;
  const diskBytes = sizing.candidate.stack.checkpoint.disk.bytes;
  const cluster = sizing.prefill !== null || sizing.candidate.nodesPerReplica > 1;
  // A reservation holds all machines in one zone; a control plane lies in two whatever they do.
  const zones = cluster || workload.deployment.reservation?.provider !== provider ? inZones.length : 1;
  const billed: CloudFleet = {
    provider,
    zones,
    instance: machine.id,
    nodes: load.billedNodes,
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
      ...answeringPerNode(sizing, load),
      acceleratorsPerNode: machine.acceleratorCount,
    },
    cluster,
    traffic: trafficOf(load, workload, catalog, zones),
    service: (item) => catalog.service(provider, item),
  };
  return { load, billed, services: serviceAmounts(billed) };
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

/** Engines that answer and their data-parallel ranks, a node: of a replica that spans nodes the leader speaks for all. */
function answeringPerNode({ candidate, prefill, replicas }: Sizing, load: FleetLoad) {
  const decoding = replicas + load.spareReplicas;
  const prefilling = prefill === null ? 0 : prefill.workers + load.sparePrefillWorkers;
  const ranks =
    decoding * candidate.layout.dataParallel + (prefill === null ? 0 : prefilling * prefill.candidate.layout.dataParallel);
  return { enginesPerNode: (decoding + prefilling) / load.nodes, ranksPerNode: ranks / load.nodes };
}
