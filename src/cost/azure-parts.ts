// What stacks/azure builds around the machines, in the units that Azure bills.
// In: a fleet. Out: units a month of each service; `seekstack verify` counts the same things in the recorded graph.
import { BYTES_PER_GIB, HOURS_PER_MONTH } from '../units.ts';
import { watchingDoors, watchingUses } from './azure-watching.ts';
import type { CloudBillInput, ServiceUse } from './cloud.ts';

/** Ways to the vault, the store of weights and the registry: an address and a zone of names each. */
const SUPPLY_DOORS = 3;
const HOURS_PER_DAY = 24;
const BYTES_PER_GIGABYTE = 1e9;
const PREMIUM_TIER_GIBIBYTES = 128;

/** Services of one deployment; a use of nothing is left out. */
export function azureUses(input: CloudBillInput): ServiceUse[] {
  const hours = HOURS_PER_MONTH;
  const { cluster, traffic, nodes } = input;
  const doors = SUPPLY_DOORS + watchingDoors(input);
  const premiumDisks = nodes * (premiumTiers(input.rootGigabytes) + premiumTiers(input.weightsGigabytes));
  const uses: ServiceUse[] = [
    ['aks-standard-tier', 'Kubernetes control plane', cluster ? hours : 0, 'hours'],
    ['nat-gateway', 'NAT gateway', hours, 'hours'],
    ['public-ip-standard', 'address of the NAT gateway', hours, 'hours'],
    ['lb-standard-rule', 'internal load balancer, one rule', hours, 'hours'],
    ['private-endpoint', 'private endpoints of stores and metrics', doors * hours, 'hours'],
    ['private-dns-zone', 'private zones for their names', doors, 'zones'],
    ['acr-premium', 'registry of images', hours / HOURS_PER_DAY, 'days'],
    ['blob-hot-lrs', 'weights in the store', input.checkpointGigabytes, 'GB'],
    ['disk-premium-p10-128gib', 'disks, in steps of 128 GiB', premiumDisks, 'disks'],
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
