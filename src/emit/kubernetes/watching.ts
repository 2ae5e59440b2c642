// How a deployment is watched: what is scraped, when somebody is told, and one page of it against its plan.
// In: a deployment document. Out: objects of the Prometheus operator, and a dashboard that Grafana's side container finds;
// on Azure the scrapes alone, since the managed service has rules and page.
import type { Deployment } from '../../documents/deployment.ts';
import { alertsOf } from '../../watching/alerts.ts';
import { dashboardOf } from '../../watching/dashboard.ts';
import { SCRAPE_SECONDS } from '../../watching/ingestion.ts';
import { leadersOf, type Manifest, metadataOf, PART_LABEL, selectorOf } from './manifest.ts';
import { POOL_RELABELLING } from './scaling.ts';

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
  if (deployment.provider === 'azure') return found;
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
    spec: { selector: { matchLabels: pods }, podMetricsEndpoints: [{ interval: `${SCRAPE_SECONDS}s`, ...endpoint }] },
  };
}

function alertRules(deployment: Deployment): Manifest {
  const rules = alertsOf(deployment, 'cluster').map(({ name, expression, summary, minutes }) => ({
    alert: name,
    expr: expression,
    for: minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`,
    labels: { severity: 'warning', deployment: deployment.name },
    annotations: { summary, plan: deployment.planDigest },
  }));
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: metadataOf(deployment, deployment.name, 'serving'),
    spec: { groups: [{ name: deployment.name, interval: '30s', rules }] },
  };
}

function dashboard(deployment: Deployment): Manifest {
  const { name } = deployment;
  const metadata = metadataOf(deployment, `${name}-dashboard`, 'serving');
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...metadata, labels: { ...metadata.labels, grafana_dashboard: '1' } },
    data: { [`${name}.json`]: `${JSON.stringify(dashboardOf(deployment, 'cluster'), null, 2)}\n` },
  };
}
