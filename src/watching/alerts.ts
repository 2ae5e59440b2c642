// When somebody is told, and what is kept for longer than the samples it comes from.
// In: a deployment document, and who scrapes it. Out: conditions in PromQL with how long they must hold; names of records.
import type { Deployment } from '../documents/deployment.ts';
import { measuresOf, type Scraper } from './measures.ts';

const CACHE_USE_MOST = 0.95;
const WAITING_MOST = 1;
/** Plan against actual: what is worth a look, not what is noise. */
const COST_OVER_PLAN = 1.25;
const POWER_OVER_PLAN = 1.1;
const MINUTES = 10;
const MINUTES_OF_COST = 60;

export interface Alert {
  readonly name: string;
  readonly expression: string;
  readonly summary: string;
  /** How long the expression must hold. */
  readonly minutes: number;
}

export interface Recording {
  /** Name of the new series, with its unit. */
  readonly name: string;
  readonly expression: string;
}

/** An alert for each promise that can be measured; what has no target has no alert. */
export function alertsOf(deployment: Deployment, scraper: Scraper): Alert[] {
  const { promise, fleet, pools } = deployment;
  const { up, engine, boardWatts } = measuresOf(deployment, scraper);
  const leastReplicas = pools.reduce((sum, each) => sum + Math.ceil((each.replicas * fleet.minimumNodes) / fleet.nodes), 0);
  const alerts: Alert[] = [];
  const add = (name: string, expression: string, summary: string, minutes = MINUTES) =>
    alerts.push({ name, expression, summary, minutes });
  if (up !== null) add('EngineDown', `(${up} or vector(0)) < ${leastReplicas}`, `fewer than ${leastReplicas} replicas answer`);
  if (engine !== null) {
    if (promise.ttftTargetSeconds !== null)
      add('SlowFirstToken', `${engine.ttft} > ${promise.ttftTargetSeconds}`, 'TTFT above the target of the plan');
    if (promise.tpotTargetSeconds !== null)
      add('SlowTokens', `${engine.tpot} > ${promise.tpotTargetSeconds}`, 'TPOT above the target of the plan');
    add('Queue', `${engine.waiting} > ${WAITING_MOST}`, 'requests wait on every replica: more is asked than was planned');
    add('CacheFull', `${engine.cacheUse} > ${CACHE_USE_MOST}`, 'the cache is full: requests are preempted');
    add(
      'CostOverPlan',
      `${engine.usdPerMillionTokens} > ${promise.usdPerMillionOutputTokens * COST_OVER_PLAN}`,
      'an output token costs a quarter more than planned, or is not asked for',
      MINUTES_OF_COST,
    );
  }
  if (boardWatts !== null)
    add(
      'PowerOverPlan',
      `${boardWatts} > ${fleet.maximumNodes * promise.nodeMaximumWatts * POWER_OVER_PLAN}`,
      'accelerators draw more than the plan gives their nodes',
    );
  return alerts;
}

/** Each measure as one series of its own, so that a month of it is read at the price of one. */
export function recordingsOf(deployment: Deployment, scraper: Scraper): Recording[] {
  const { up, engine, boardWatts, joulesPerToken } = measuresOf(deployment, scraper);
  const rows: [string, string | null][] = [
    ['replicas_up', up],
    ['ttft_seconds', engine?.ttft ?? null],
    ['tpot_seconds', engine?.tpot ?? null],
    ['requests_waiting', engine?.waiting ?? null],
    ['requests_running', engine?.running ?? null],
    ['cache_use_ratio', engine?.cacheUse ?? null],
    ['output_tokens_per_second', engine?.outputTokensPerSecond ?? null],
    ['usd_per_million_output_tokens', engine?.usdPerMillionTokens ?? null],
    ['board_watts', boardWatts],
    ['joules_per_output_token', joulesPerToken],
  ];
  return rows.flatMap(([name, expression]) => (expression === null ? [] : [{ name: `seekstack:${name}`, expression }]));
}
