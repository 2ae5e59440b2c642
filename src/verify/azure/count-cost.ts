// The bill counted anew from what a program registered on Azure.
// In: a recording and the deployment document. Out: units a month of everything that is billed by being there.
import type { Deployment } from '../../documents/deployment.ts';
import type { Recording } from '../../documents/recording.ts';
import { HOURS_PER_MONTH } from '../../units.ts';
import { samplesRead, samplesSent, type WatchedFleet } from '../../watching/ingestion.ts';
import { type CountedBill, compareBill } from '../compare-bill.ts';
import { type Json, list, ofType } from './rule.ts';
import { jobsOf, recordedSeries } from './watching-rules.ts';

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

/** @returns item of the price list → units a month of 730 hours */
export function countAzureUnits(recording: Recording, document: Deployment): ReadonlyMap<string, number> {
  const count = (...types: string[]) => ofType(recording, ...types).length;
  const sets = ofType(recording, 'compute:VirtualMachineScaleSet');
  // A fleet that grows is billed by its mean over the term; the graph holds its end.
  const share = document.fleet.billedNodes / document.fleet.nodes;
  const capacity = (each: (typeof sets)[number]) => Number((each.inputs.sku as Json)?.capacity ?? 0) * share;
  const disks = (each: (typeof sets)[number]) => {
    const storage = (each.inputs.virtualMachineProfile as Json)?.storageProfile ?? {};
    return [storage.osDisk, ...list(storage.dataDisks)].reduce(
      (sum, disk) => sum + Math.ceil(Number(disk?.diskSizeGB ?? 0) / TIER_GIBIBYTES),
      0,
    );
  };
  const rules = ofType(recording, 'network:LoadBalancer').reduce(
    (sum, each) => sum + list(each.inputs.loadBalancingRules).length,
    0,
  );
  const fleet = watchedFleet(
    recording,
    document,
    sets.reduce((sum, each) => sum + capacity(each), 0),
  );
  return new Map([
    ['compute', sets.reduce((sum, each) => sum + capacity(each), 0) * HOURS_PER_MONTH],
    ['nat-gateway', count('network:NatGateway') * HOURS_PER_MONTH],
    ['public-ip-standard', count('network:PublicIPAddress') * HOURS_PER_MONTH],
    ['lb-standard-rule', rules * HOURS_PER_MONTH],
    ['disk-premium-p10-128gib', sets.reduce((sum, each) => sum + capacity(each) * disks(each), 0)],
    ['private-endpoint', count('network:PrivateEndpoint') * HOURS_PER_MONTH],
    ['acr-premium', (count('containerregistry:Registry') * HOURS_PER_MONTH) / HOURS_PER_DAY],
    ['private-dns-zone', count('privatedns:PrivateZone')],
    ['aks-standard-tier', count('containerservice:ManagedCluster') * HOURS_PER_MONTH],
    ['monitor-metric-alert', count('monitor:MetricAlert')],
    ['monitor-prometheus-samples', samplesSent(fleet, SECONDS_PER_MONTH) / SAMPLES_PER_UNIT],
    ['monitor-prometheus-queries', samplesRead(fleet, SECONDS_PER_MONTH) / SAMPLES_PER_UNIT],
    ['grafana-standard', count('dashboard:Grafana') * HOURS_PER_MONTH],
  ]);
}

/** What nodes are told to send, and what rules record. */
function watchedFleet(recording: Recording, document: Deployment, nodes: number): WatchedFleet {
  const { engine, machine, pools } = document;
  const jobs = jobsOf(recording);
  return {
    nodes,
    seriesPerRank: jobs.has('engine') ? (engine.metrics?.seriesPerRank ?? 0) : 0,
    ranks: pools[0]?.layout.dataParallel ?? 1,
    accelerators: jobs.has('accelerators') ? (machine.accelerator?.count ?? 0) : 0,
    recordings: recordedSeries(recording).length,
  };
}

/** @returns the bill by line, and what differs from the plan's */
export function countAzureBill(recording: Recording, document: Deployment): CountedBill {
  return compareBill(countAzureUnits(recording, document), document, FROM_USE);
}
