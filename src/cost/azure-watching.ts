// What stacks/azure is billed for being watched, in the units that Azure bills.
// In: a fleet. Out: units a month of each service; `seekstack verify` counts the same things in the recorded graph.
import { HOURS_PER_MONTH } from '../units.ts';
import { samplesRead, samplesSent, type WatchedFleet, watchedFleet } from '../watching/ingestion.ts';
import type { CloudFleet, ServiceUse } from './cloud.ts';

const SECONDS_PER_MONTH = HOURS_PER_MONTH * 3600;
const SAMPLES_PER_UNIT = 1e7;
/** Whether replicas answer (one), an engine's measures (seven), power, and joules where both are known. */
const RECORDINGS = { engine: 8, accelerators: 1, both: 1 } as const;
/** The endpoint's own health. */
const METRIC_ALERTS = 1;
/** Whoever looks after it; others are more. */
const GRAFANA_USERS = 1;
/** Into the workspace of metrics, and into Grafana. */
const DOORS = 2;

/** Machines that publish nothing have no metrics to keep. */
function isKept({ watched }: CloudFleet): boolean {
  return watched.engine || watched.accelerators;
}

/** Private doors that watching needs. */
export function watchingDoors(input: CloudFleet): number {
  return isKept(input) ? DOORS : 0;
}

/** Services that watch a deployment; a use of nothing is to be left out. */
export function watchingUses(input: CloudFleet): ServiceUse[] {
  // Inside a cluster the balancer is made by the cluster: rules over its engines say when nobody answers.
  const alerts = input.cluster ? 0 : METRIC_ALERTS;
  const alert: ServiceUse = ['monitor-metric-alert', 'alert on the health of the endpoint', alerts, 'series'];
  if (!isKept(input)) return [alert];
  const fleet = fleetOf(input);
  return [
    alert,
    [
      'monitor-prometheus-samples',
      'metrics sent, 10 million samples each',
      samplesSent(fleet, SECONDS_PER_MONTH) / SAMPLES_PER_UNIT,
      'units',
    ],
    [
      'monitor-prometheus-queries',
      'samples that rules read, 10 million each',
      samplesRead(fleet, SECONDS_PER_MONTH) / SAMPLES_PER_UNIT,
      'units',
    ],
    ['grafana-standard', 'Grafana', HOURS_PER_MONTH, 'hours'],
    ['grafana-active-user', 'people who sign in to Grafana', GRAFANA_USERS, 'users'],
  ];
}

function fleetOf({ nodes, watched }: CloudFleet): WatchedFleet {
  const { engine, accelerators } = watched;
  return watchedFleet(
    {
      replicas: nodes * watched.enginesPerNode,
      ranks: nodes * watched.ranksPerNode,
      seriesPerRank: engine ? watched.seriesPerRank : 0,
    },
    { nodes, perNode: accelerators ? watched.acceleratorsPerNode : 0 },
    (engine ? RECORDINGS.engine : 0) +
      (accelerators ? RECORDINGS.accelerators : 0) +
      (engine && accelerators ? RECORDINGS.both : 0),
  );
}
