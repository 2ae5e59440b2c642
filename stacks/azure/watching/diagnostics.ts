// What a resource of Azure tells about itself, sent to the workspace of logs.
// In: a resource that has logs or counters of its own. Out: one diagnostic setting on it.
// The activity log belongs to the subscription, not to this resource group, and is left as its owner set it up.
import { DiagnosticSetting } from '@pulumi/azure-native/monitor/diagnosticSetting.js';
import type { Workspace } from '@pulumi/azure-native/operationalinsights/workspace.js';
import type * as pulumi from '@pulumi/pulumi';

export interface DiagnosticsWanted {
  /** Where it has none of one kind, Azure refuses a setting that asks for it. */
  readonly kinds?: 'logs-and-metrics' | 'logs' | 'metrics';
  /** Part of the resource that has its own, such as `blobServices/default` of a storage account. */
  readonly part?: string;
}

/**
 * Sends everything a resource logs and counts to the workspace.
 * @param name - logical name of the resource; the setting is called after it
 */
export function declareDiagnostics(
  name: string,
  resource: pulumi.CustomResource,
  workspace: Workspace,
  { kinds = 'logs-and-metrics', part }: DiagnosticsWanted = {},
): DiagnosticSetting {
  return new DiagnosticSetting(`${name}-logs`, {
    name: 'to-workspace',
    resourceUri: part === undefined ? resource.id : resource.id.apply((id) => `${id}/${part}`),
    workspaceId: workspace.id,
    ...(kinds === 'metrics' ? {} : { logs: [{ categoryGroup: 'allLogs', enabled: true }] }),
    ...(kinds === 'logs' ? {} : { metrics: [{ category: 'AllMetrics', enabled: true }] }),
  });
}
