// How many samples a watched fleet sends, which is what a managed Prometheus bills.
// In: nodes and the series each publishes. Out: samples a month. Plan, programs and verification count with the same words.

/** Every agent reads its targets this often, and every rule is worked out this often. */
export const SCRAPE_SECONDS = 15;
export const RULE_SECONDS = 60;
/** Seconds of samples that a rate reads. */
const WINDOW_SECONDS = 300;

export interface WatchedFleet {
  readonly nodes: number;
  /** Of one rank of the engine; 0 where it publishes nothing. */
  readonly seriesPerRank: number;
  /** Data-parallel ranks of one node: each counts for itself. */
  readonly ranks: number;
  /** Accelerators of one node whose power is read; 0 where nothing reads it. */
  readonly accelerators: number;
  /** Series that rules record. */
  readonly recordings: number;
}

/** Beside what a target publishes, its own being there is a series. */
function seriesPerNode({ seriesPerRank, ranks, accelerators }: WatchedFleet): number {
  const engine = seriesPerRank > 0 ? seriesPerRank * ranks + 1 : 0;
  return engine + (accelerators > 0 ? accelerators + 1 : 0);
}

/** @returns samples ingested in so many seconds */
export function samplesSent(fleet: WatchedFleet, seconds: number): number {
  return (fleet.nodes * seriesPerNode(fleet) * seconds) / SCRAPE_SECONDS + (fleet.recordings * seconds) / RULE_SECONDS;
}

/** @returns samples that rules read in so many seconds: each series once to record and once to alert, a window long */
export function samplesRead(fleet: WatchedFleet, seconds: number): number {
  return (2 * fleet.nodes * seriesPerNode(fleet) * (WINDOW_SECONDS / SCRAPE_SECONDS) * seconds) / RULE_SECONDS;
}
