// Cloud cost: instances by the hour, and the small services a single-node stack is billed for.
// In: nodes, an hourly price, unit prices. Out: a bill a month of 730 hours, always on.
import type { ServicePrice } from '../documents/catalog/prices.ts';
import { BYTES_PER_GIB, HOURS_PER_MONTH } from '../units.ts';
import { awsUses, type ServiceUse } from './aws-parts.ts';
import { watchingDoors, watchingUses } from './azure-watching.ts';
import { type BillLine, line, product } from './bill.ts';

const BYTES_PER_GIGABYTE = 1e9;
const PREMIUM_TIER_GIBIBYTES = 128;

export interface CloudBillInput {
  readonly provider: 'aws' | 'azure';
  readonly region: string;
  /** Zones of the region that offer the machine. */
  readonly zones: number;
  readonly instance: string;
  readonly nodes: number;
  readonly usdPerHour: number;
  readonly priceSource: string;
  readonly purchase: string;
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
    /** Data-parallel ranks of a node. */
    readonly ranks: number;
    readonly acceleratorsPerNode: number;
  };
  /** Whether the engine asks callers for a key, which is kept in a vault. */
  readonly keyed: boolean;
  /** Kubernetes runs the fleet: replicas span nodes, or prefill and decode are pools apart. */
  readonly cluster: boolean;
  readonly traffic: Traffic;
  readonly service: (item: string) => ServicePrice | undefined;
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

/** Each disk is billed in steps of its own; what Azure calls a GB of a disk is a GiB. */
function premiumTiers(gigabytes: number): number {
  return Math.ceil(Math.ceil((gigabytes * BYTES_PER_GIGABYTE) / BYTES_PER_GIB) / PREMIUM_TIER_GIBIBYTES);
}

function usesOf(input: CloudBillInput): ServiceUse[] {
  const hours = HOURS_PER_MONTH;
  if (input.provider === 'aws') return awsUses(input);
  // Into the vault with the key, and wherever metrics go: an address of its own each, and a zone for its name.
  const doors = (input.keyed ? 1 : 0) + watchingDoors(input);
  const premiumDisks = input.nodes * (premiumTiers(input.rootGigabytes) + premiumTiers(input.weightsGigabytes));
  return [
    ['nat-gateway', 'NAT gateway', hours, 'hours'],
    ['public-ip-standard', 'address of the NAT gateway', hours, 'hours'],
    ['lb-standard-rule', 'internal load balancer, one rule', hours, 'hours'],
    ...(doors > 0
      ? ([
          ['private-endpoint', 'private endpoints', doors * hours, 'hours'],
          ['private-dns-zone', 'private zones for their names', doors, 'zones'],
        ] satisfies ServiceUse[])
      : []),
    ['disk-premium-p10-128gib', 'disks, in steps of 128 GiB', premiumDisks, 'disks'],
    ...watchingUses(input),
    ...traffic([
      ['aks-standard-tier', 'Kubernetes control plane', input.cluster ? hours : 0, 'hours'],
      ['lb-standard-data', 'load balancer traffic', input.traffic.balancedGigabytes, 'GB'],
      ['internet-egress', 'answers that leave the cloud', input.traffic.egressGigabytes, 'GB'],
      ['nat-gateway-data', 'images through the NAT gateway', input.traffic.imageGigabytes, 'GB'],
      ['monitor-logs', 'logs', input.traffic.logGigabytes, 'GB'],
    ]),
  ];
}

/** What is not used is no line. */
function traffic(uses: readonly ServiceUse[]): ServiceUse[] {
  return uses.filter(([, , units]) => units > 0);
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
