// What is measured of a deployment, as PromQL that rules, dashboard and alerts share.
// In: a deployment document, and who scrapes it. Out: expressions over the whole fleet; null where nothing publishes
// what they need.
import type { Deployment } from '../documents/deployment.ts';

/**
 * Who reads the metrics: Prometheus in a cluster, which knows a pod by its namespace and pool; or an agent on each node
 * of a single-node tier, which knows only which deployment it belongs to.
 */
export type Scraper = 'cluster' | 'nodes';

const SECONDS_PER_HOUR = 3600;
const TOKENS_PER_MILLION = 1_000_000;
const WINDOW = '5m';
/** Watts of one accelerator, as NVIDIA's exporter publishes them. */
export const BOARD_WATTS = 'DCGM_FI_DEV_POWER_USAGE';
/** Names of an agent's targets on a node. */
export const ENGINE_JOB = 'engine';
export const ACCELERATORS_JOB = 'accelerators';

export interface Measures {
  /** Replicas whose leader answers; null where nobody asks them. */
  readonly up: string | null;
  readonly engine: {
    /** Seconds, at the plan's percentile. */
    readonly ttft: string;
    readonly tpot: string;
    /** Requests a replica. */
    readonly waiting: string;
    readonly running: string;
    /** Share of the cache, 0-1. */
    readonly cacheUse: string;
    readonly outputTokensPerSecond: string;
    readonly usdPerMillionTokens: string;
  } | null;
  readonly boardWatts: string | null;
  readonly joulesPerToken: string | null;
}

/** The plan's price of a node hour, times the nodes that answer: cost falls and rises with the fleet. */
export function measuresOf(deployment: Deployment, scraper: Scraper): Measures {
  const { engine, companions, promise, cost, fleet } = deployment;
  const { all, callers, up, nodes } = selectorsOf(deployment, scraper);
  const percentile = (metric: string, selected: string) =>
    `histogram_quantile(${promise.percentile}, sum by (le) (rate(${metric}_bucket${selected}[${WINDOW}])))`;
  const usdPerNodeSecond = cost.usdPerHour / Math.max(fleet.billedNodes, 1) / SECONDS_PER_HOUR;
  const { metrics } = engine;
  const tokens = metrics === null ? null : `sum(rate(${metrics.outputTokens}${callers}[${WINDOW}]))`;
  const watts = companions.acceleratorMetrics === null ? null : `sum(${BOARD_WATTS}${all})`;
  return {
    up: metrics === null ? null : up,
    engine:
      metrics === null || tokens === null
        ? null
        : {
            ttft: percentile(metrics.ttftSeconds, callers),
            tpot: percentile(metrics.tpotSeconds, callers),
            waiting: `avg(${metrics.waitingRequests}${all})`,
            running: `avg(${metrics.runningRequests}${callers})`,
            cacheUse: `avg(${metrics.cacheUse}${callers})`,
            outputTokensPerSecond: tokens,
            usdPerMillionTokens: `${usdPerNodeSecond * TOKENS_PER_MILLION} * (${nodes}) / ${tokens}`,
          },
    boardWatts: watts,
    joulesPerToken: watts === null || tokens === null ? null : `${watts} / ${tokens}`,
  };
}

interface Selectors {
  readonly all: string;
  /** Of two pools, the one that decodes tells what callers wait for. */
  readonly callers: string;
  readonly up: string;
  /** Nodes of the replicas that answer. */
  readonly nodes: string;
}

function selectorsOf({ name, pools }: Deployment, scraper: Scraper): Selectors {
  if (scraper === 'nodes') {
    const all = `{deployment="${name}"}`;
    const up = `sum(up{deployment="${name}",job="${ENGINE_JOB}"})`;
    return { all, callers: all, up, nodes: `${up} or vector(0)` };
  }
  const all = `{namespace="${name}"}`;
  return {
    all,
    callers: pools.length === 1 ? all : `{namespace="${name}",pool="decode"}`,
    up: `sum(up{namespace="${name}",pool=~".+"})`,
    nodes: pools
      .map(({ role, nodesPerReplica }) => `${nodesPerReplica} * (sum(up{namespace="${name}",pool="${role}"}) or vector(0))`)
      .join(' + '),
  };
}

/** Names that the expressions above read, job by job; all else that is published need not be kept. */
export function scrapedNames({ engine: { metrics }, companions }: Deployment): Readonly<Record<string, readonly string[]>> {
  return {
    ...(metrics === null
      ? {}
      : {
          [ENGINE_JOB]: [
            metrics.waitingRequests,
            metrics.runningRequests,
            metrics.cacheUse,
            `${metrics.ttftSeconds}_bucket`,
            `${metrics.tpotSeconds}_bucket`,
            metrics.outputTokens,
          ],
        }),
    ...(companions.acceleratorMetrics === null ? {} : { [ACCELERATORS_JOB]: [BOARD_WATTS] }),
  };
}
