// How a deployment is watched: metrics and rules, whom they tell, pages that show them, logs of what it is made of.
// In: the document and what is to be watched. Out: the address metrics are written to, and where they are seen.
import type { UserAssignedIdentity } from '@pulumi/azure-native/managedidentity/userAssignedIdentity.js';
import type { LoadBalancer } from '@pulumi/azure-native/network/loadBalancer.js';
import type { Workspace } from '@pulumi/azure-native/operationalinsights/workspace.js';
import type { ResourceGroup } from '@pulumi/azure-native/resources/resourceGroup.js';
import * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../../src/documents/deployment.ts';
import type { Scraper } from '../../../src/watching/measures.ts';
import type { Network } from '../network.ts';
import { type AgentSettings, isPublished, isWatched } from './agent.ts';
import { declareActionGroup, declareHealthAlert, declareRules } from './alerts.ts';
import { declareGrafana, declarePortalDashboard } from './dashboards.ts';
import { declareDiagnostics } from './diagnostics.ts';
import { declareMetricsStore } from './metrics-store.ts';

export interface WatchingParts {
  resourceGroup: ResourceGroup;
  /** Where those who send and those who look are; private doors are made into it. */
  network: Network;
  /** Identity of whoever sends: of the nodes, or of the Prometheus in a cluster. */
  publisher: UserAssignedIdentity;
  /** The workspace of logs. */
  logs: Workspace;
  /** The endpoint; left out where a cluster makes its own. */
  loadBalancer?: LoadBalancer;
}

export interface Watching {
  /** Where metrics are written to; null where there are none. */
  remoteWriteUrl: pulumi.Output<string> | null;
  /** What an agent on a node is told; undefined where there is nothing to send. */
  agent?: pulumi.Output<AgentSettings>;
  /** Page in the portal; null where there is nothing to show. */
  dashboardId: pulumi.Output<string> | null;
  /** Address of the deployment's own Grafana, which answers in its network. */
  grafanaEndpoint: pulumi.Output<string> | null;
  /** What must be there before the first sample is sent. */
  ready: pulumi.Resource[];
}

/** Who scrapes a deployment of this tier. */
export function scraperOf(document: Deployment): Scraper {
  return document.tier === 'single-node' ? 'nodes' : 'cluster';
}

/** Declares all of it. What is not published is not kept, alerted on, or paid for. */
export function declareWatching(document: Deployment, parts: WatchingParts): Watching {
  const { resourceGroup, loadBalancer, logs, publisher } = parts;
  const scraper = scraperOf(document);
  const notices = declareActionGroup(document, resourceGroup);
  if (loadBalancer !== undefined) {
    declareDiagnostics('endpoint', loadBalancer, logs);
    declareHealthAlert(document, { resourceGroup, loadBalancer, notices });
  }
  if (!(scraper === 'nodes' ? isWatched(document) : isPublished(document)))
    return { remoteWriteUrl: null, dashboardId: null, grafanaEndpoint: null, ready: [] };
  const { workspace, rule, remoteWriteUrl, ready } = declareMetricsStore(document, parts);
  declareDiagnostics('metrics-rule', rule, logs);
  declareRules(document, scraper, { resourceGroup, workspace, notices });
  const { grafana, endpoint } = declareGrafana(document, workspace, parts);
  declareDiagnostics('grafana', grafana, logs);
  return {
    remoteWriteUrl,
    agent: pulumi.all([remoteWriteUrl, publisher.clientId]).apply(([url, clientId]) => ({ remoteWriteUrl: url, clientId })),
    dashboardId: declarePortalDashboard(document, scraper, parts).id,
    grafanaEndpoint: endpoint,
    ready,
  };
}
