// What is measured of a deployment, as PromQL that rules, dashboard and alerts share.
// In: a deployment document. Out: expressions over the whole fleet; null where nothing publishes what they need.
import type { Deployment } from '../../documents/deployment.ts';

const SECONDS_PER_HOUR = 3600;
const TOKENS_PER_MILLION = 1_000_000;
const WINDOW = '5m';

export interface Measures {
  /** Replicas whose leader answers. */
  readonly up: string;
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
export function measuresOf(deployment: Deployment): Measures {
  const { engine, companions, promise, cost, fleet, name, pools } = deployment;
  const all = `{namespace="${name}"}`;
  // Of two pools, the one that decodes tells what callers wait for.
  const callers = pools.length === 1 ? all : `{namespace="${name}",pool="decode"}`;
  const percentile = (metric: string, selected: string) =>
    `histogram_quantile(${promise.percentile}, sum by (le) (rate(${metric}_bucket${selected}[${WINDOW}])))`;
  const usdPerNodeSecond = cost.usdPerHour / Math.max(fleet.billedNodes, 1) / SECONDS_PER_HOUR;
  const nodes = pools
    .map(({ role, nodesPerReplica }) => `${nodesPerReplica} * (sum(up{namespace="${name}",pool="${role}"}) or vector(0))`)
    .join(' + ');
  const { metrics } = engine;
  const tokens = metrics === null ? null : `sum(rate(${metrics.outputTokens}${callers}[${WINDOW}]))`;
  const watts = companions.acceleratorMetrics === null ? null : `sum(DCGM_FI_DEV_POWER_USAGE${all})`;
  return {
    up: `sum(up{namespace="${name}",pool=~".+"})`,
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
