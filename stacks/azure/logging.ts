// Where health events and counters of the endpoint, and the logs of a cluster's control plane, are kept.
// In: the deployment document and the load balancer. Out: a Log Analytics workspace fed by one diagnostic setting.
// The activity log belongs to the subscription, not to this resource group, and is left as its owner set it up.

import { DiagnosticSetting } from '@pulumi/azure-native/monitor/diagnosticSetting.js';
import type { LoadBalancer } from '@pulumi/azure-native/network/loadBalancer.js';
import { Workspace } from '@pulumi/azure-native/operationalinsights/workspace.js';
import { WorkspaceSkuNameEnum } from '@pulumi/azure-native/types/enums/operationalinsights/index.js';
import type * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../src/documents/deployment.ts';
import { buildTags } from './tags.ts';

/** The longest retention that costs nothing beyond ingestion is 31 days; 30 is the value every pricing tier takes. */
const retentionDays = 30;

/** What says who asked the API server for what, and why a node did not come; reads are left out, which are most of it. */
const controlPlaneLogs = [
  'kube-apiserver',
  'kube-audit-admin',
  'kube-controller-manager',
  'kube-scheduler',
  'cloud-controller-manager',
  'cluster-autoscaler',
  'guard',
];

export function declareWorkspace(document: Deployment, resourceGroupName: pulumi.Input<string>): Workspace {
  return new Workspace('logs', {
    resourceGroupName,
    workspaceName: `${document.name}-logs`,
    location: document.placement.region,
    tags: buildTags(document),
    sku: { name: WorkspaceSkuNameEnum.PerGB2018 },
    retentionInDays: retentionDays,
  });
}

/** Declares the workspace and sends the load balancer's health events and metrics there. */
export function declareLogging(
  document: Deployment,
  resourceGroupName: pulumi.Input<string>,
  loadBalancer: LoadBalancer,
): Workspace {
  const workspace = declareWorkspace(document, resourceGroupName);
  new DiagnosticSetting('endpoint-logs', {
    name: 'to-workspace',
    resourceUri: loadBalancer.id,
    workspaceId: workspace.id,
    logs: [{ categoryGroup: 'allLogs', enabled: true }],
    metrics: [{ category: 'AllMetrics', enabled: true }],
  });
  return workspace;
}

/** Sends the logs of a cluster's control plane to the workspace. */
export function watchControlPlane(clusterId: pulumi.Input<string>, workspace: Workspace): void {
  new DiagnosticSetting('control-plane-logs', {
    name: 'to-workspace',
    resourceUri: clusterId,
    workspaceId: workspace.id,
    logs: controlPlaneLogs.map((category) => ({ category, enabled: true })),
    metrics: [{ category: 'AllMetrics', enabled: true }],
  });
}
