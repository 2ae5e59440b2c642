// Cloud cost: instances by the hour, and the small services a single-node stack is billed for.
// In: nodes, an hourly price, unit prices. Out: a bill a month of 730 hours, always on.
import type { ServicePrice } from '../documents/catalog/prices.ts';
import { HOURS_PER_MONTH } from '../units.ts';
import { awsUses, type ServiceUse } from './aws-parts.ts';
import { azureUses } from './azure-parts.ts';
import { type BillLine, line, product } from './bill.ts';

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
  readonly watched: { readonly engine: boolean; readonly accelerators: boolean; readonly targets: number };
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
  const uses = input.provider === 'aws' ? awsUses(input) : azureUses(input);
  return [compute, ...uses.map((use) => serviceLine(input, use))];
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
