// What stacks/azure builds around the machines, in the units that Azure bills.
// In: a fleet. Out: units a month of each service; `seekstack verify` counts the same things in the recorded graph.
import { BYTES_PER_GIB, HOURS_PER_MONTH } from '../units.ts';
import type { ServiceUse } from './aws-parts.ts';
import type { CloudBillInput } from './cloud.ts';

const BYTES_PER_GIGABYTE = 1e9;
const PREMIUM_TIER_GIBIBYTES = 128;
/** Nodes of the cluster itself, each with a disk of one step; and what Prometheus keeps its month on. */
const SYSTEM_NODES = 2;
const SYSTEM_DISKS = SYSTEM_NODES + 1;
/** Ways to the vault, the weights, the registry and the API server, each with a zone for its name. */
const CLUSTER_DOORS = 4;

/** Services of one deployment; of those that depend on use or on a cluster, a use of nothing is left out. */
export function azureUses(input: CloudBillInput): ServiceUse[] {
  const hours = HOURS_PER_MONTH;
  const { cluster, traffic, nodes } = input;
  const disks = nodes * (premiumTiers(input.rootGigabytes) + premiumTiers(input.weightsGigabytes)) + (cluster ? SYSTEM_DISKS : 0);
  const doors: ServiceUse[] = cluster
    ? [
        ['private-endpoint', 'private endpoints', CLUSTER_DOORS * hours, 'hours'],
        ['private-dns-zone', 'private zones for their names', CLUSTER_DOORS, 'zones'],
      ]
    : [
        // The way to the vault with the API key: an address of its own, and a zone for its name.
        ['private-endpoint', 'private endpoint of the vault', input.keyed ? hours : 0, 'hours'],
        ['private-dns-zone', 'private zone for its name', input.keyed ? 1 : 0, 'zones'],
      ];
  return [
    ['nat-gateway', 'NAT gateway', hours, 'hours'],
    ['public-ip-standard', 'address of the NAT gateway', hours, 'hours'],
    ['lb-standard-rule', 'internal load balancer, one rule', hours, 'hours'],
    ...used(doors),
    ['disk-premium-p10-128gib', 'disks, in steps of 128 GiB', disks, 'disks'],
    ...used([
      ['aks-standard-tier', 'Kubernetes control plane', cluster ? hours : 0, 'hours'],
      ['system-node-d4s-v5', 'nodes of the cluster itself', cluster ? SYSTEM_NODES * hours : 0, 'hours'],
      ['lb-standard-data', 'load balancer traffic', traffic.balancedGigabytes, 'GB'],
      ['internet-egress', 'answers that leave the cloud', traffic.egressGigabytes, 'GB'],
      ['nat-gateway-data', 'images through the NAT gateway', traffic.imageGigabytes, 'GB'],
      ['monitor-logs', 'logs', traffic.logGigabytes, 'GB'],
    ]),
  ];
}

/** What is not used is no line. */
function used(uses: readonly ServiceUse[]): ServiceUse[] {
  return uses.filter(([, , units]) => units > 0);
}

/** Each disk is billed in steps of its own; what Azure calls a GB of a disk is a GiB. */
function premiumTiers(gigabytes: number): number {
  return Math.ceil(Math.ceil((gigabytes * BYTES_PER_GIGABYTE) / BYTES_PER_GIB) / PREMIUM_TIER_GIBIBYTES);
}
