// What stacks/azure builds around the machines, in the units that Azure bills.
// In: a fleet. Out: units a month of each service; `seekstack verify` counts the same things in the recorded graph.
import { BYTES_PER_GIB, HOURS_PER_MONTH } from '../units.ts';
import { watchingDoors, watchingUses } from './azure-watching.ts';
import type { CloudFleet, ServiceUse } from './cloud.ts';

/** Ways to the vault, the store of weights and the registry: an address and a zone of names each. */
const SUPPLY_DOORS = 3;
/** And to a cluster's API server. */
const CLUSTER_DOORS = 1;
/** Nodes of the cluster itself, each with a disk of one step; and what Prometheus keeps its month on. */
const SYSTEM_NODES = 2;
const SYSTEM_DISKS = SYSTEM_NODES + 1;
const HOURS_PER_DAY = 24;
const BYTES_PER_GIGABYTE = 1e9;
const PREMIUM_TIER_GIBIBYTES = 128;

/** Services of one deployment; a use of nothing is left out. */
export function azureUses(input: CloudFleet): ServiceUse[] {
  const hours = HOURS_PER_MONTH;
  const { cluster, traffic, nodes } = input;
  const doors = SUPPLY_DOORS + (cluster ? CLUSTER_DOORS : 0) + watchingDoors(input);
  const disks = nodes * (premiumTiers(input.rootGigabytes) + premiumTiers(input.weightsGigabytes)) + (cluster ? SYSTEM_DISKS : 0);
  const uses: ServiceUse[] = [
    ['aks-standard-tier', 'Kubernetes control plane', cluster ? hours : 0, 'hours'],
    ['system-node-d4s-v5', 'nodes of the cluster itself', cluster ? SYSTEM_NODES * hours : 0, 'hours'],
    ['nat-gateway', 'NAT gateway', hours, 'hours'],
    ['public-ip-standard', 'address of the NAT gateway', hours, 'hours'],
    ['lb-standard-rule', 'internal load balancer, one rule', hours, 'hours'],
    ['private-endpoint', 'private endpoints of stores and metrics', doors * hours, 'hours'],
    ['private-dns-zone', 'private zones for their names', doors, 'zones'],
    ['acr-premium', 'registry of images', hours / HOURS_PER_DAY, 'days'],
    ['blob-hot-lrs', 'weights in the store', input.checkpointGigabytes, 'GB'],
    ['disk-premium-p10-128gib', 'disks, in steps of 128 GiB', disks, 'disks'],
    ...watchingUses(input),
    ['lb-standard-data', 'load balancer traffic', traffic.balancedGigabytes, 'GB'],
    ['internet-egress', 'answers that leave the cloud', traffic.egressGigabytes, 'GB'],
    // Every node fetches both once.
    [
      'private-endpoint-data',
      'images and weights through private endpoints',
      traffic.imageGigabytes + nodes * input.checkpointGigabytes,
      'GB',
    ],
    ['monitor-logs', 'logs', traffic.logGigabytes, 'GB'],
  ];
  return uses.filter(([, , units]) => units > 0);
}

/** Each disk is billed in steps of its own; what Azure calls a GB of a disk is a GiB. */
function premiumTiers(gigabytes: number): number {
  return Math.ceil(Math.ceil((gigabytes * BYTES_PER_GIGABYTE) / BYTES_PER_GIB) / PREMIUM_TIER_GIBIBYTES);
}
