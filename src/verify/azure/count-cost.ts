// The bill counted anew from what a program registered on Azure.
// In: a recording and the deployment document. Out: units a month of everything that is billed by being there.
import type { Deployment } from '../../documents/deployment.ts';
import type { Recording, Registration } from '../../documents/recording.ts';
import { HOURS_PER_MONTH } from '../../units.ts';
import { samplesRead, samplesSent, type WatchedFleet, watchedFleet } from '../../watching/ingestion.ts';
import { type CountedBill, compareBill } from '../compare-bill.ts';
import { senderOf } from './metrics-senders.ts';
import { type Json, list, ofType } from './rule.ts';
import { recordedSeries } from './watching-rules.ts';

/** Premium disks are billed in tiers; the price list has that of 128 GiB, and larger ones cost no more a GiB. */
const TIER_GIBIBYTES = 128;

const HOURS_PER_DAY = 24;
const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600;
const SAMPLES_PER_UNIT = 1e7;

/** Cost lines that follow from requests, images and people, not from resources. */
const FROM_USE = new Set([
  'lb-standard-data',
  'internet-egress',
  'private-endpoint-data',
  'blob-hot-lrs',
  'monitor-logs',
  'grafana-active-user',
]);

/** What the bill counts as a node of the cluster itself. */
const SYSTEM_SIZE = 'Standard_D4s_v5';
const GROUPS = 'kubernetes:leaderworkerset.x-k8s.io/v1:LeaderWorkerSet';
const POOL_LABEL = 'seekstack.dev/pool';

/** @returns item of the price list → units a month of 730 hours */
export function countAzureUnits(recording: Recording, document: Deployment): ReadonlyMap<string, number> {
  const count = (...types: string[]) => ofType(recording, ...types).length;
  const sets = ofType(recording, 'compute:VirtualMachineScaleSet');
  const pools = ofType(recording, 'containerservice:AgentPool');
  const clusters = ofType(recording, 'containerservice:ManagedCluster');
  const system = clusters.flatMap((each) => list(each.inputs.agentPoolProfiles));
  // A fleet that grows is billed by its mean over the term; the graph holds its end.
  const share = document.fleet.billedNodes / document.fleet.nodes;
  const capacity = (each: Registration) => Number((each.inputs.sku as Json)?.capacity ?? 0) * share;
  const nodes = (each: Registration) => Number(each.inputs.count ?? 0) * share;
  const disks = (each: Registration) => {
    const storage = (each.inputs.virtualMachineProfile as Json)?.storageProfile ?? {};
    return sum([storage.osDisk, ...list(storage.dataDisks)].map((disk) => tiers(disk?.diskSizeGB)));
  };
  const rules = sum(ofType(recording, 'network:LoadBalancer').map((each) => list(each.inputs.loadBalancingRules).length));
  const fleet = countWatched(recording, document, sum([...sets.map(capacity), ...pools.map(nodes)]), share);
  const inside = countInCluster(recording, share);
  // A private API server has an endpoint of its own, and its name a zone.
  const servers = clusters.filter((each) => (each.inputs.apiServerAccessProfile as Json)?.enablePrivateCluster === true).length;
  return new Map([
    ['compute', (sum(sets.map(capacity)) + sum(pools.map(nodes))) * HOURS_PER_MONTH],
    [
      'system-node-d4s-v5',
      sum(system.filter((each) => each?.vmSize === SYSTEM_SIZE).map((each) => Number(each.count ?? 0))) * HOURS_PER_MONTH,
    ],
    ['nat-gateway', count('network:NatGateway') * HOURS_PER_MONTH],
    ['public-ip-standard', count('network:PublicIPAddress') * HOURS_PER_MONTH],
    ['lb-standard-rule', (rules + inside.balancedPorts) * HOURS_PER_MONTH],
    [
      'disk-premium-p10-128gib',
      sum(sets.map((each) => capacity(each) * disks(each))) +
        sum(pools.map((each) => nodes(each) * tiers(each.inputs.osDiskSizeGB))) +
        sum(system.map((each) => Number(each?.count ?? 0) * tiers(each?.osDiskSizeGB))) +
        inside.diskTiers,
    ],
    ['private-endpoint', (count('network:PrivateEndpoint') + servers) * HOURS_PER_MONTH],
    ['private-dns-zone', count('privatedns:PrivateZone') + servers],
    ['acr-premium', (count('containerregistry:Registry') * HOURS_PER_MONTH) / HOURS_PER_DAY],
    ['aks-standard-tier', clusters.length * HOURS_PER_MONTH],
    ['monitor-metric-alert', count('monitor:MetricAlert')],
    ['monitor-prometheus-samples', samplesSent(fleet, SECONDS_PER_MONTH) / SAMPLES_PER_UNIT],
    ['monitor-prometheus-queries', samplesRead(fleet, SECONDS_PER_MONTH) / SAMPLES_PER_UNIT],
    ['grafana-standard', count('dashboard:Grafana') * HOURS_PER_MONTH],
  ]);
}

/** What is read and sent, and what rules record. A node of the single-node tier is one replica; a cluster says how many it has. */
function countWatched(recording: Recording, { engine, machine, pools }: Deployment, nodes: number, share: number): WatchedFleet {
  const jobs = senderOf(recording)?.jobs ?? new Set();
  const groups = recording.registrations.filter((each) => each.type === GROUPS);
  const counted =
    groups.length === 0
      ? [{ replicas: nodes, ranks: nodes * (pools[0]?.layout.dataParallel ?? 1) }]
      : groups.map(({ inputs }) => {
          const replicas = Number((inputs.spec as Json)?.replicas ?? 0) * share;
          return { replicas, ranks: replicas * ranksOf(inputs as Json, pools) };
        });
  return watchedFleet(
    {
      replicas: sum(counted.map((each) => each.replicas)),
      ranks: sum(counted.map((each) => each.ranks)),
      seriesPerRank: jobs.has('engine') ? (engine.metrics?.seriesPerRank ?? 0) : 0,
    },
    { nodes, perNode: jobs.has('accelerators') ? (machine.accelerator?.count ?? 0) : 0 },
    recordedSeries(recording).length,
  );
}

/** Data-parallel ranks of one replica, by the pool its pods are labelled with. */
function ranksOf({ spec }: Json, pools: Deployment['pools']): number {
  const role = spec?.leaderWorkerTemplate?.leaderTemplate?.metadata?.labels?.[POOL_LABEL];
  return pools.find((each) => each.role === role)?.layout.dataParallel ?? 1;
}

/** What objects inside a cluster have Azure make: balancers, and disks of the class that is no machine's own. */
function countInCluster(
  { registrations }: Recording,
  share: number,
): { readonly balancedPorts: number; readonly diskTiers: number } {
  const specs = (type: string): Json[] =>
    registrations.filter((each) => each.type === `kubernetes:${type}`).map((each) => each.inputs.spec ?? {});
  const balancers = specs('core/v1:Service').filter((spec) => spec.type === 'LoadBalancer');
  const groups = specs(GROUPS.slice('kubernetes:'.length)).map((spec) => {
    const { size = 0, workerTemplate } = spec.leaderWorkerTemplate ?? {};
    const claims = list(workerTemplate?.spec?.volumes).flatMap((each) => list(each.ephemeral?.volumeClaimTemplate?.spec));
    return Number(spec.replicas ?? 0) * share * Number(size) * sum(claims.map(claimedTiers));
  });
  const metrics = registrations
    .filter((each) => each.type === 'kubernetes:helm.sh/v3:Release')
    .flatMap((each) => list((each.inputs.values as Json)?.prometheus?.prometheusSpec?.storageSpec?.volumeClaimTemplate?.spec));
  return {
    balancedPorts: sum(balancers.map((spec) => list(spec.ports).length)),
    diskTiers: sum(groups) + sum(metrics.map(claimedTiers)),
  };
}

/** Tiers of a disk in GiB, which Azure calls GB. */
function tiers(gibibytes: Json): number {
  return Math.ceil(Number(gibibytes ?? 0) / TIER_GIBIBYTES);
}

function claimedTiers({ storageClassName, resources }: Json): number {
  if (String(storageClassName).endsWith('-local')) return 0;
  const [, amount = '0', unit = ''] = /^(\d+)(Gi)?$/.exec(String(resources?.requests?.storage)) ?? [];
  return tiers(unit === 'Gi' ? amount : Math.ceil(Number(amount) / 2 ** 30));
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, each) => total + each, 0);
}

/** @returns the bill by line, and what differs from the plan's */
export function countAzureBill(recording: Recording, document: Deployment): CountedBill {
  return compareBill(countAzureUnits(recording, document), document, FROM_USE);
}
