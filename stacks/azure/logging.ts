// Where logs and counters of Azure's own resources are kept.
// In: the deployment document. Out: a Log Analytics workspace; what feeds it is declared with what is watched.
import { DiagnosticSetting } from '@pulumi/azure-native/monitor/diagnosticSetting.js';
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

/** Declares the workspace. */
export function declareLogging(document: Deployment, resourceGroupName: pulumi.Input<string>): Workspace {
  return new Workspace('logs', {
    resourceGroupName,
    workspaceName: `${document.name}-logs`,
    location: document.placement.region,
    tags: buildTags(document),
    sku: { name: WorkspaceSkuNameEnum.PerGB2018 },
    retentionInDays: retentionDays,
  });
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
