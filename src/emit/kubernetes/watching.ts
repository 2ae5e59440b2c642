// How a deployment is watched: what is scraped, when somebody is told, and one page of it against its plan.
// In: a deployment document. Out: objects of the Prometheus operator, and a dashboard that Grafana's side container finds.
import type { Deployment } from '../../documents/deployment.ts';
import { leadersOf, type Manifest, metadataOf, PART_LABEL, selectorOf } from './manifest.ts';
import { measuresOf } from './measures.ts';
import { POOL_RELABELLING } from './scaling.ts';

const CACHE_USE_MOST = 0.95;
const WAITING_MOST = 1;
/** Plan against actual: what is worth a look, not what is noise. */
const COST_OVER_PLAN = 1.25;
const POWER_OVER_PLAN = 1.1;
const PANEL = { width: 8, height: 7, perRow: 3 } as const;

/** By file name. */
export function watchingManifests(deployment: Deployment): Map<string, Manifest> {
  const { engine, companions } = deployment;
  const found = new Map<string, Manifest>();
  if (engine.metrics !== null)
    for (const pool of deployment.pools)
      found.set(
        `scrape-${pool.role}`,
        podMonitor(deployment, `${deployment.name}-${pool.role}`, leadersOf(deployment, pool.role), {
          port: 'http',
          path: engine.metrics.path,
          relabelings: POOL_RELABELLING,
        }),
      );
  if (companions.acceleratorMetrics !== null)
    found.set(
      'scrape-counters',
      podMonitor(deployment, `${deployment.name}-counters`, selectorOf(deployment, { [PART_LABEL]: 'counters' }), {
        port: 'counters',
        path: '/metrics',
      }),
    );
  found.set('alerts', alertRules(deployment));
  found.set('dashboard', dashboard(deployment));
  return found;
}

function podMonitor(
  deployment: Deployment,
  name: string,
  pods: Record<string, string>,
  endpoint: Record<string, unknown>,
): Manifest {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PodMonitor',
    metadata: metadataOf(deployment, name, 'serving'),
    spec: { selector: { matchLabels: pods }, podMetricsEndpoints: [{ interval: '15s', ...endpoint }] },
  };
}

function alertRules(deployment: Deployment): Manifest {
  const { promise, fleet, pools } = deployment;
  const { up, engine, boardWatts } = measuresOf(deployment);
  const leastReplicas = pools.reduce((sum, each) => sum + Math.ceil((each.replicas * fleet.minimumNodes) / fleet.nodes), 0);
  const rule = (alert: string, expr: string, summary: string, forTime = '10m') => ({
    alert,
    expr,
    for: forTime,
    labels: { severity: 'warning', deployment: deployment.name },
    annotations: { summary, plan: deployment.planDigest },
  });
  const rules = [rule('EngineDown', `(${up} or vector(0)) < ${leastReplicas}`, `fewer than ${leastReplicas} replicas answer`)];
  if (engine !== null) {
    if (promise.ttftTargetSeconds !== null)
      rules.push(rule('SlowFirstToken', `${engine.ttft} > ${promise.ttftTargetSeconds}`, 'TTFT above the target of the plan'));
    if (promise.tpotTargetSeconds !== null)
      rules.push(rule('SlowTokens', `${engine.tpot} > ${promise.tpotTargetSeconds}`, 'TPOT above the target of the plan'));
    rules.push(
      rule('Queue', `${engine.waiting} > ${WAITING_MOST}`, 'requests wait on every replica: more is asked than was planned'),
      rule('CacheFull', `${engine.cacheUse} > ${CACHE_USE_MOST}`, 'the cache is full: requests are preempted'),
      rule(
        'CostOverPlan',
        `${engine.usdPerMillionTokens} > ${promise.usdPerMillionOutputTokens * COST_OVER_PLAN}`,
        'an output token costs a quarter more than planned, or is not asked for',
        '1h',
      ),
    );
  }
  if (boardWatts !== null)
    rules.push(
      rule(
        'PowerOverPlan',
        `${boardWatts} > ${fleet.maximumNodes * promise.nodeMaximumWatts * POWER_OVER_PLAN}`,
        'accelerators draw more than the plan gives their nodes',
      ),
    );
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: metadataOf(deployment, deployment.name, 'serving'),
    spec: { groups: [{ name: deployment.name, interval: '30s', rules }] },
  };
}

function dashboard(deployment: Deployment): Manifest {
  const { promise, fleet, pools, name, planDigest } = deployment;
  const { up, engine, boardWatts, joulesPerToken } = measuresOf(deployment);
  const replicas = pools.reduce((sum, each) => sum + each.replicas, 0);
  type Line = readonly [legend: string, value: number | null];
  const panels: [title: string, expressions: string[], lines: Line[]][] = [];
  if (engine !== null)
    panels.push(
      [
        'Time to first token, s',
        [engine.ttft],
        [
          ['target', promise.ttftTargetSeconds],
          ['planned', promise.ttftSeconds],
        ],
      ],
      [
        'Time per output token, s',
        [engine.tpot],
        [
          ['target', promise.tpotTargetSeconds],
          ['planned', promise.tpotSeconds],
        ],
      ],
      ['Requests a replica', [engine.running, engine.waiting], [['most it runs', pools.at(-1)?.layout.maxSequences ?? null]]],
      ['Cache in use, 0-1', [engine.cacheUse], [['full', 1]]],
      ['Output tokens a second', [engine.outputTokensPerSecond], [['planned capacity', promise.outputTokensPerSecond]]],
      ['USD a million output tokens', [engine.usdPerMillionTokens], [['planned mean', promise.usdPerMillionOutputTokens]]],
    );
  panels.push(['Replicas that answer', [up], [['planned', replicas]]]);
  if (boardWatts !== null)
    panels.push(['Power of the accelerators, W', [boardWatts], [['planned mean', promise.fleetBoardWatts]]]);
  if (joulesPerToken !== null) panels.push(['Accelerator joules an output token', [joulesPerToken], []]);
  const page = {
    uid: planDigest.slice(0, 16),
    title: `${name}: plan against actual`,
    description: `${fleet.nodes} nodes, plan ${planDigest}`,
    tags: ['seekstack'],
    timezone: 'utc',
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    schemaVersion: 39,
    panels: panels.map(([title, expressions, lines], index) => ({
      id: index + 1,
      type: 'timeseries',
      title,
      gridPos: {
        x: (index % PANEL.perRow) * PANEL.width,
        y: Math.floor(index / PANEL.perRow) * PANEL.height,
        w: PANEL.width,
        h: PANEL.height,
      },
      fieldConfig: { defaults: { min: 0 }, overrides: [] },
      targets: [
        ...expressions.map((expr) => ({ expr, legendFormat: 'actual' })),
        ...lines
          .filter(([, value]) => value !== null)
          .map(([legendFormat, value]) => ({ expr: `vector(${value})`, legendFormat })),
      ].map((target, order) => ({ refId: String.fromCharCode('A'.charCodeAt(0) + order), ...target })),
    })),
  };
  const metadata = metadataOf(deployment, `${name}-dashboard`, 'serving');
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...metadata, labels: { ...metadata.labels, grafana_dashboard: '1' } },
    data: { [`${name}.json`]: `${JSON.stringify(page, null, 2)}\n` },
  };
}
