// How many samples a watched fleet sends, which is what a managed Prometheus bills.
// In: what is read, and the series it publishes. Out: samples a month. Plan, programs and verification count with the same words.

/** Every agent reads its targets this often, and every rule is worked out this often. */
export const SCRAPE_SECONDS = 15;
export const RULE_SECONDS = 60;
/** Service account of a cluster's own Prometheus, which an identity is lent to so that it may send. */
export const METRICS_ACCOUNT = 'prometheus';
/** Seconds of samples that a rate reads. */
const WINDOW_SECONDS = 300;

export interface WatchedFleet {
  /** What is read: engines that answer, and exporters of accelerators. */
  readonly targets: number;
  /** Series that they all publish, of those that are kept. */
  readonly series: number;
  /** Series that rules record. */
  readonly recordings: number;
}

export interface WatchedEngines {
  /** Replicas; of one that spans nodes only the leader answers. */
  readonly replicas: number;
  /** Data-parallel ranks of all of them: each counts for itself. */
  readonly ranks: number;
  /** Series of one rank; 0 where the engine publishes nothing. */
  readonly seriesPerRank: number;
}

export interface WatchedAccelerators {
  readonly nodes: number;
  /** Of one node, whose power is read; 0 where nothing reads it. */
  readonly perNode: number;
}

/** What is read of engines and accelerators that publish something; the rest is nothing. */
export function watchedFleet(engines: WatchedEngines, accelerators: WatchedAccelerators, recordings: number): WatchedFleet {
  return {
    targets: (engines.seriesPerRank > 0 ? engines.replicas : 0) + (accelerators.perNode > 0 ? accelerators.nodes : 0),
    series: engines.ranks * engines.seriesPerRank + accelerators.nodes * accelerators.perNode,
    recordings,
  };
}

/** Beside what a target publishes, its own being there is a series. */
function seriesRead({ targets, series }: WatchedFleet): number {
  return targets + series;
}

/** @returns samples ingested in so many seconds */
export function samplesSent(fleet: WatchedFleet, seconds: number): number {
  return (seriesRead(fleet) * seconds) / SCRAPE_SECONDS + (fleet.recordings * seconds) / RULE_SECONDS;
}

/** @returns samples that rules read in so many seconds: each series once to record and once to alert, a window long */
export function samplesRead(fleet: WatchedFleet, seconds: number): number {
  return (2 * seriesRead(fleet) * (WINDOW_SECONDS / SCRAPE_SECONDS) * seconds) / RULE_SECONDS;
}
