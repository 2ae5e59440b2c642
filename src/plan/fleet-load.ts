// Fleet load: how many replicas a sizing keeps where it runs, what they carry, and what that leaves free.
// In: a sizing, the workload, the zones and the way of buying. Out: nodes, spares, utilisation; or why the promise cannot be kept there.

import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Purchase } from '../documents/catalog/prices.ts';
import type { Statement } from '../documents/statement.ts';
import { enoughUp, keptToSurviveZone, MOST_SPARES, type Stoppage, sparesFor, upShare } from '../fleet/availability.ts';
import { type ColdStart, coldStartOf } from '../fleet/cold-start.ts';
import { state } from '../language/say-statement.ts';
import type { Machine } from '../search/machines.ts';
import type { Sizing } from '../search/size-candidate.ts';
import { HOURS_PER_MONTH, SECONDS_PER_HOUR } from '../units.ts';
import type { ResolvedWorkload } from './resolve-workload.ts';
import { outputMeanOf } from './sizing-task.ts';

/** Spot capacity is taken away in the middle of the day, so it is never planned without a reserve. */
export const SPOT_TARGET = 0.99;
const QUARTER_MONTHS = 3;

/** Where and how a fleet runs. */
export interface Site {
  readonly machine: Machine;
  readonly zones: readonly string[];
  readonly purchase: Purchase | 'owned';
}

/** Load of a fleet: what it carries on average, and how full that leaves it. */
export interface FleetLoad {
  /** All nodes at the end of the term, spares included. */
  readonly nodes: number;
  /** Mean over the term of what is paid for: grown into where nodes can be added any day, all of it where one commits. */
  readonly billedNodes: number;
  /** Spare replicas; of a disaggregated fleet, spare decode workers. */
  readonly spareReplicas: number;
  readonly sparePrefillWorkers: number;
  /** Share of the time enough nodes are up for the peak. */
  readonly upRatio: number;
  readonly coldStart: ColdStart;
  readonly capacityRequestsPerSecond: number;
  readonly peakRequestsPerSecond: number;
  readonly meanRequestsPerSecond: number;
  readonly outputTokensPerMonth: number;
  /** Nodes from each month on. */
  readonly growth: readonly { readonly month: number; readonly nodes: number }[];
}

/** @returns the load, or the reason why availability cannot be had at that site */
export function loadOf(sizing: Sizing, workload: ResolvedWorkload, catalog: Catalog, site: Site): FleetLoad | Statement {
  const { candidate, prefill } = sizing;
  const coldStart = startOf(sizing, catalog, site);
  const up = (nodesPerReplica: number) => upShare(stoppagesOf(site, nodesPerReplica, catalog, coldStart));
  const decodeUp = up(candidate.nodesPerReplica);
  const prefillUp = prefill === null ? 1 : up(prefill.candidate.nodesPerReplica);
  const spareReplicas = sparesNeeded(sizing.replicas, decodeUp, workload, site);
  const sparePrefillWorkers = prefill === null ? 0 : sparesNeeded(prefill.workers, prefillUp, workload, site);
  if (typeof spareReplicas === 'object') return spareReplicas;
  if (typeof sparePrefillWorkers === 'object') return sparePrefillWorkers;

  const nodesFor = (replicas: number, prefillWorkers: number) =>
    (replicas + spareReplicas) * candidate.nodesPerReplica +
    (prefill === null ? 0 : (prefillWorkers + sparePrefillWorkers) * prefill.candidate.nodesPerReplica);
  const nodes = nodesFor(sizing.replicas, prefill?.workers ?? 0);
  const growth = growthOf(workload, (share) =>
    nodesFor(Math.max(1, Math.ceil(sizing.peakReplicas * share - 1e-9)), Math.max(1, Math.ceil((prefill?.workers ?? 0) * share))),
  );
  const elastic = site.purchase === 'on-demand' || site.purchase === 'spot';
  const peakRequestsPerSecond =
    'requestsPerSecond' in workload.demand
      ? workload.demand.requestsPerSecond
      : (workload.demand.concurrency / sizing.operating.meanSequences) * sizing.operating.requestsPerSecond;
  const meanRequestsPerSecond = peakRequestsPerSecond * workload.meanToPeakRatio;
  return {
    nodes,
    billedNodes: elastic ? growth.reduce((sum, step) => sum + step.nodes, 0) / growth.length : nodes,
    spareReplicas,
    sparePrefillWorkers,
    upRatio:
      enoughUp(sizing.replicas, sizing.replicas + spareReplicas, decodeUp) *
      (prefill === null ? 1 : enoughUp(prefill.workers, prefill.workers + sparePrefillWorkers, prefillUp)),
    coldStart,
    capacityRequestsPerSecond: (sizing.replicas + spareReplicas) * sizing.capacity.requestsPerSecond,
    peakRequestsPerSecond,
    meanRequestsPerSecond,
    outputTokensPerMonth: meanRequestsPerSecond * outputMeanOf(workload) * HOURS_PER_MONTH * SECONDS_PER_HOUR,
    growth,
  };
}

/** Whole replicas beyond the peak's: the most that any promise of the workload asks for. */
function sparesNeeded(
  needed: number,
  up: number,
  workload: ResolvedWorkload,
  { machine, zones, purchase }: Site,
): number | Statement {
  const { availability } = workload;
  let spares = availability.spareReplicas;
  if (availability.survive === 'node') spares = Math.max(spares, 1);
  if (availability.survive === 'zone') {
    const kept = keptToSurviveZone(needed, zones.length);
    if (kept === Number.POSITIVE_INFINITY)
      return machine.provider === 'onprem' ? state('reason.oneSite') : state('reason.oneZone');
    spares = Math.max(spares, kept - needed);
  }
  const target = availability.target ?? (purchase === 'spot' ? SPOT_TARGET : null);
  if (target !== null) {
    const wanted = sparesFor(needed, up, target);
    if (wanted >= MOST_SPARES) return state('reason.outOfReach', { target: `${(target * 100).toFixed(3)}%` });
    spares = Math.max(spares, wanted);
  }
  return spares;
}

/** What stops one replica: any of its nodes failing, and spot capacity being taken back. */
function stoppagesOf({ machine, purchase }: Site, nodesPerReplica: number, catalog: Catalog, coldStart: ColdStart): Stoppage[] {
  const { operations } = catalog;
  const perNode =
    1 / operations.hostTimeBetweenFailures.seconds + machine.acceleratorCount / operations.acceleratorTimeBetweenFailures.seconds;
  const repairSeconds = purchase === 'owned' ? operations.repairOnPremises.seconds : operations.replaceCloud.seconds;
  const stoppages = [{ betweenSeconds: 1 / (perNode * nodesPerReplica), forSeconds: repairSeconds + coldStart.totalSeconds }];
  if (purchase === 'spot')
    stoppages.push({
      betweenSeconds: operations.spotTimeBetweenInterruptions.seconds / nodesPerReplica,
      forSeconds: operations.spotTimeToRegain.seconds + coldStart.totalSeconds,
    });
  return stoppages;
}

function startOf({ candidate }: Sizing, catalog: Catalog, { machine, purchase }: Site): ColdStart {
  const { checkpoint } = candidate.stack;
  const onNode = checkpoint.disk.bytes;
  const from =
    purchase === 'owned' ? 'local-disk' : machine.localDiskBytes >= checkpoint.disk.bytes ? 'object-store' : 'network-disk';
  return coldStartOf(onNode, from, catalog.operations);
}

/** One step a quarter, each sized for its own end; a single one without growth. */
function growthOf(workload: ResolvedWorkload, nodesAt: (shareOfFinalPeak: number) => number): { month: number; nodes: number }[] {
  const { growthPerYear, horizonMonths } = workload;
  if (growthPerYear === 0) return [{ month: 0, nodes: nodesAt(1) }];
  return Array.from({ length: Math.ceil(horizonMonths / QUARTER_MONTHS) }, (_, quarter) => {
    const end = Math.min(horizonMonths, (quarter + 1) * QUARTER_MONTHS);
    return { month: quarter * QUARTER_MONTHS, nodes: nodesAt((1 + growthPerYear) ** ((end - horizonMonths) / 12)) };
  });
}
