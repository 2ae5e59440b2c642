// Where health events and counters of the endpoint are kept.
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

/** Declares the workspace and sends the load balancer's health events and metrics there. */
export function declareLogging(
  document: Deployment,
  resourceGroupName: pulumi.Input<string>,
  loadBalancer: LoadBalancer,
): Workspace {
  const workspace = new Workspace('logs', {
    resourceGroupName,
    workspaceName: `${document.name}-logs`,
    location: document.placement.region,
    tags: buildTags(document),
    sku: { name: WorkspaceSkuNameEnum.PerGB2018 },
    retentionInDays: retentionDays,
  });
  new DiagnosticSetting('endpoint-logs', {
    name: 'to-workspace',
    resourceUri: loadBalancer.id,
    workspaceId: workspace.id,
    logs: [{ categoryGroup: 'allLogs', enabled: true }],
    metrics: [{ category: 'AllMetrics', enabled: true }],
  });
  return workspace;
}
