// What stacks/aws builds around the machines, in the units that AWS bills.
// In: a fleet. Out: units a month of each service; `seekstack verify` counts the same things in the synthesized templates.
import { BYTES_PER_GIB, HOURS_PER_MONTH } from '../units.ts';
import type { CloudFleet, ServiceUse } from './cloud.ts';

/** Zones a stack spreads over at most. */
export const AWS_ZONES_MOST = 2;
/** Private doors to services: image registry (two), logs, metrics, secrets, sessions (two). */
const ENDPOINTS = 7;
const BYTES_PER_GIGABYTE = 1e9;
/** And those a cluster's nodes need: EC2, EKS, its identities, STS, load balancing. */
const CLUSTER_ENDPOINTS = ENDPOINTS + 5;
/** One for everything in the region, one of a cluster's own; one more in the budget's region where notices go to a topic. */
const KEYS = { always: 1, cluster: 1, notices: 1 } as const;
/** Latency (two), queue (two), cache use, output tokens; whether the engine answers; power. */
const METRICS = { engine: 6, always: 1, accelerators: 1 } as const;
/** Queue, cache and cost; nodes that do not answer, and those the endpoint finds ill; power. */
const ALARMS = { engine: 3, always: 2, accelerators: 1 } as const;
/** Nodes for the cluster's own controllers, and the disk of each. */
export const SYSTEM_NODES = 2;
const SYSTEM_DISK_GIBIBYTES = 50;
/** What Prometheus keeps its month on. */
const METRICS_DISK_GIBIBYTES = 50;
/** What stacks/aws provisions for a weights disk beyond the free 3,000 IOPS and 125 MB/s. */
const WEIGHTS_DISK_EXTRAS: readonly ServiceUse[] = [
  ['ebs-gp3-iops-above-3000', 'disk operations for weights', 1000, 'IOPS'],
  ['ebs-gp3-throughput-above-125', 'disk throughput for weights', 875, 'MB/s'],
];

/** Services of one deployment; a use of nothing is left out. */
export function awsUses(input: CloudFleet): ServiceUse[] {
  const hours = HOURS_PER_MONTH;
  const zones = Math.min(AWS_ZONES_MOST, input.zones);
  const { cluster, traffic, nodes } = input;
  const systemGibibytes = cluster ? SYSTEM_NODES * SYSTEM_DISK_GIBIBYTES + METRICS_DISK_GIBIBYTES : 0;
  const uses: ServiceUse[] = [
    ['eks-control-plane', 'Kubernetes control plane', cluster ? hours : 0, 'hours'],
    ['system-node-m7i-large', 'nodes of the cluster itself', cluster ? SYSTEM_NODES * hours : 0, 'hours'],
    ['nat-gateway', 'NAT gateway', cluster ? hours : 0, 'hours'],
    ['public-ipv4', 'address of the NAT gateway', cluster ? hours : 0, 'hours'],
    ['nlb', 'internal load balancer', hours, 'hours'],
    ['interface-endpoint', 'private endpoints', (cluster ? CLUSTER_ENDPOINTS : ENDPOINTS) * zones * hours, 'hours'],
    [
      'ebs-gp3-storage',
      'encrypted disks',
      nodes * (toGibibytes(input.rootGigabytes) + toGibibytes(input.weightsGigabytes)) + systemGibibytes,
      'GiB',
    ],
    ...(input.weightsGigabytes > 0
      ? WEIGHTS_DISK_EXTRAS.map(([item, label, units, unit]): ServiceUse => [item, label, nodes * units, unit])
      : []),
    ['s3-standard', 'weights in the bucket', input.checkpointGigabytes, 'GB'],
    ['ecr-storage', 'images in the registry', input.imageGigabytes, 'GB'],
    ['kms-key', 'encryption key', KEYS.always + (cluster ? KEYS.cluster : 0) + (input.noticesByEmail ? 0 : KEYS.notices), 'keys'],
    ['secret', 'API key in the secrets manager', 1, 'secrets'],
    ['cloudwatch-dashboard', 'dashboard', cluster ? 0 : 1, 'dashboards'],
    [
      'cloudwatch-alarm',
      'alarms',
      cluster ? 0 : countWatched(ALARMS, input) + (input.watched.engine ? input.watched.targets : 0),
      'alarms',
    ],
    ['cloudwatch-metric', 'metrics of engine and accelerators', cluster ? 0 : countWatched(METRICS, input), 'metrics'],
    ['nlb-capacity', 'load balancer capacity, 1 GB an hour each', traffic.balancedGigabytes, 'LCU hours'],
    ['internet-egress-first-10tb', 'answers that leave the cloud', traffic.egressGigabytes, 'GB'],
    ['cross-az-each-direction', 'traffic between zones, both directions', 2 * traffic.crossZoneGigabytes, 'GB'],
    ['interface-endpoint-data', 'images through private endpoints', traffic.imageGigabytes, 'GB'],
    ['cloudwatch-logs', 'logs', traffic.logGigabytes, 'GB'],
  ];
  return uses.filter(([, , units]) => units > 0);
}

function countWatched(
  counts: { readonly engine: number; readonly always: number; readonly accelerators: number },
  { watched }: CloudFleet,
): number {
  return counts.always + (watched.engine ? counts.engine : 0) + (watched.accelerators ? counts.accelerators : 0);
}

/** Volumes come in whole GiB, and what AWS's price list calls a GB of a disk is one. */
function toGibibytes(gigabytes: number): number {
  return Math.ceil((gigabytes * BYTES_PER_GIGABYTE) / BYTES_PER_GIB);
}
