// Cloud cost: instances by the hour, and the small services a single-node stack is billed for.
// In: nodes, an hourly price, unit prices. Out: a bill a month of 730 hours, always on.
import type { ServicePrice } from '../documents/catalog/prices.ts';
import { HOURS_PER_MONTH } from '../units.ts';
import { awsUses } from './aws-parts.ts';
import { azureUses } from './azure-parts.ts';
import { type BillLine, type BillTotal, line, product } from './bill.ts';

/** Item of the price list, label, units a month, unit. */
export type ServiceUse = readonly [item: string, label: string, units: number, unit: string];

/** A fleet in a cloud, as far as its services go. */
export interface CloudFleet {
  readonly provider: 'aws' | 'azure';
  /** Zones of the region that offer the machine. */
  readonly zones: number;
  readonly instance: string;
  readonly nodes: number;
  /** Root disk of one node, gigabytes. */
  readonly rootGigabytes: number;
  /** Network disk for weights on one node where local NVMe is missing, gigabytes. */
  readonly weightsGigabytes: number;
  /** Weights as they are kept in the object store, gigabytes. */
  readonly checkpointGigabytes: number;
  /** Container images of one node, gigabytes. */
  readonly imageGigabytes: number;
  /** Whether somebody's address is known, or a topic is made for notices. */
  readonly noticesByEmail: boolean;
  /** What can be measured: an engine that publishes its state, accelerators with counters; and how many latency targets there are. */
  readonly watched: {
    readonly engine: boolean;
    readonly accelerators: boolean;
    readonly targets: number;
    /** Time series that one rank of the engine publishes, of those that are kept. */
    readonly seriesPerRank: number;
    /** Engines that answer: one a node, or a share of one where a replica spans several. */
    readonly enginesPerNode: number;
    /** Data-parallel ranks of those. */
    readonly ranksPerNode: number;
    readonly acceleratorsPerNode: number;
  };
  /** Kubernetes runs the fleet: replicas span nodes, or prefill and decode are pools apart. */
  readonly cluster: boolean;
  readonly traffic: Traffic;
  readonly service: (item: string) => ServicePrice | undefined;
}

/** The same fleet where and how its machines are bought. */
export interface CloudBillInput extends CloudFleet {
  readonly region: string;
  readonly usdPerHour: number;
  readonly priceSource: string;
  readonly purchase: string;
}

/** Gigabytes a month, all nodes together. */
export interface Traffic {
  /** Prompts and answers through the load balancer. */
  readonly balancedGigabytes: number;
  /** Answers that leave the cloud. */
  readonly egressGigabytes: number;
  /** Between zones, counted once. */
  readonly crossZoneGigabytes: number;
  readonly logGigabytes: number;
  /** Container images from the registry to the nodes. */
  readonly imageGigabytes: number;
}

/**
 * The monthly bill of a fleet. Unit prices of services are those of the provider's reference region:
 * they differ by region, but are a few per cent of a GPU fleet, so the line names the region instead of leaving a hole.
 */
export function billCloud(input: CloudBillInput): BillLine[] {
  const compute = product(
    'compute',
    `${input.nodes} × ${input.instance}, ${input.purchase}`,
    { units: input.nodes * HOURS_PER_MONTH, unit: 'hours', usdPerUnit: input.usdPerHour },
    `${input.nodes} × USD ${input.usdPerHour} an hour × ${HOURS_PER_MONTH} h in ${input.region}`,
    [input.priceSource],
  );
  return [compute, ...usesOf(input).map((use) => serviceLine(input, use))];
}

/**
 * What `billCloud` adds up to, without its words: thousands of bills are only compared.
 * @param services - `serviceAmounts` of the same fleet
 * @returns USD a month, added in the order of the lines
 */
export function totalCloud(nodes: number, usdPerHour: number, services: readonly number[]): BillTotal {
  let usdPerMonth = nodes * HOURS_PER_MONTH * usdPerHour;
  for (const usd of services) usdPerMonth += usd;
  return { usdPerMonth, low: usdPerMonth, high: usdPerMonth };
}

/** USD a month of each service, the same wherever and however the machines are bought; null where any has no price. */
export function serviceAmounts(input: CloudFleet): number[] | null {
  const amounts: number[] = [];
  for (const [item, , units] of usesOf(input)) {
    const price = input.service(item);
    if (price === undefined) return null;
    amounts.push(units * price.usdPerUnit);
  }
  return amounts;
}

function usesOf(input: CloudFleet): ServiceUse[] {
  return input.provider === 'aws' ? awsUses(input) : azureUses(input);
}

function serviceLine(input: CloudBillInput, [item, label, units, unit]: ServiceUse): BillLine {
  const price = input.service(item);
  if (price === undefined) return line(item, label, null, `no price for ${item} on ${input.provider}`, []);
  const where = price.region === input.region ? '' : `, price of ${price.region}`;
  return product(
    item,
    label,
    { units, unit, usdPerUnit: price.usdPerUnit },
    `${units < 10 ? Number(units.toPrecision(2)) : Math.round(units)} ${unit} × USD ${price.usdPerUnit}${where}`,
    [price.source],
  );
}
