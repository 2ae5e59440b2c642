// Cloud cost: instances by the hour, and the small services a single-node stack is billed for.
// In: nodes, an hourly price, unit prices. Out: a bill a month of 730 hours, always on.
import type { ServicePrice } from '../documents/catalog/prices.ts';
import { HOURS_PER_MONTH } from '../units.ts';
import { type BillLine, line } from './bill.ts';

export interface CloudBillInput {
  readonly provider: 'aws' | 'azure';
  readonly region: string;
  readonly instance: string;
  readonly nodes: number;
  readonly usdPerHour: number;
  readonly priceSource: string;
  readonly purchase: string;
  /** Root disk of one node, gigabytes. */
  readonly rootGigabytes: number;
  /** Network disk for weights on one node where local NVMe is missing, gigabytes. */
  readonly weightsGigabytes: number;
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
  /** Container images through the NAT gateway. */
  readonly imageGigabytes: number;
}

/** Item, label, how many units a month, per what. */
type ServiceUse = readonly [item: string, label: string, units: number, unit: string];

/** What stacks/aws provisions for a weights disk beyond the free 3,000 IOPS and 125 MB/s. */
const WEIGHTS_DISK_EXTRAS: readonly ServiceUse[] = [
  ['ebs-gp3-iops-above-3000', 'disk operations for weights', 1000, 'IOPS'],
  ['ebs-gp3-throughput-above-125', 'disk throughput for weights', 875, 'MB/s'],
];

/**
 * The monthly bill of a fleet. Unit prices of services are those of the provider's reference region:
 * they differ by region, but are a few per cent of a GPU fleet, so the line names the region instead of leaving a hole.
 */
export function billCloud(input: CloudBillInput): BillLine[] {
  const compute = line(
    'compute',
    `${input.nodes} × ${input.instance}, ${input.purchase}`,
    input.nodes * input.usdPerHour * HOURS_PER_MONTH,
    `${input.nodes} × USD ${input.usdPerHour} an hour × ${HOURS_PER_MONTH} h in ${input.region}`,
    [input.priceSource],
  );
  return [compute, ...usesOf(input).map((use) => serviceLine(input, use))];
}

function usesOf(input: CloudBillInput): ServiceUse[] {
  const hours = HOURS_PER_MONTH;
  if (input.provider === 'aws')
    return [
      ['nat-gateway', 'NAT gateway', hours, 'hours'],
      ['public-ipv4', 'address of the NAT gateway', hours, 'hours'],
      ['nlb', 'internal load balancer', hours, 'hours'],
      ['ebs-gp3-storage', 'encrypted disks', input.nodes * (input.rootGigabytes + input.weightsGigabytes), 'GB'],
      ...(input.weightsGigabytes > 0
        ? WEIGHTS_DISK_EXTRAS.map(([item, label, units, unit]): ServiceUse => [item, label, input.nodes * units, unit])
        : []),
      ...traffic([
        ['eks-control-plane', 'Kubernetes control plane', input.cluster ? hours : 0, 'hours'],
        ['nlb-capacity', 'load balancer capacity, 1 GB an hour each', input.traffic.balancedGigabytes, 'LCU hours'],
        ['internet-egress-first-10tb', 'answers that leave the cloud', input.traffic.egressGigabytes, 'GB'],
        ['cross-az-each-direction', 'traffic between zones, both directions', 2 * input.traffic.crossZoneGigabytes, 'GB'],
        ['nat-gateway-data', 'images through the NAT gateway', input.traffic.imageGigabytes, 'GB'],
        ['cloudwatch-logs', 'logs', input.traffic.logGigabytes, 'GB'],
      ]),
    ];
  const premiumDisks = input.nodes * Math.ceil((input.rootGigabytes + input.weightsGigabytes) / 128);
  return [
    ['nat-gateway', 'NAT gateway', hours, 'hours'],
    ['public-ip-standard', 'address of the NAT gateway', hours, 'hours'],
    ['lb-standard-rule', 'internal load balancer, one rule', hours, 'hours'],
    ['disk-premium-p10-128gib', 'disks, in steps of 128 GiB', premiumDisks, 'disks'],
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
  return line(
    item,
    label,
    units * price.usdPerUnit,
    `${units < 10 ? Number(units.toPrecision(2)) : Math.round(units)} ${unit} × USD ${price.usdPerUnit}${where}`,
    [price.source],
  );
}
