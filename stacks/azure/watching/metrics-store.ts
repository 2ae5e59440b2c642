// Where the metrics of a deployment are kept, and the one way in.
// In: the document, its group and network, the identity of whoever sends. Out: a workspace of Managed Prometheus, the
// address to write to, and what must be there before anybody writes.
import { AzureMonitorWorkspace } from '@pulumi/azure-native/monitor/azureMonitorWorkspace.js';
import { DataCollectionEndpoint } from '@pulumi/azure-native/monitor/dataCollectionEndpoint.js';
import { DataCollectionRule } from '@pulumi/azure-native/monitor/dataCollectionRule.js';
import { PrivateLinkScope } from '@pulumi/azure-native/monitor/privateLinkScope.js';
import { PrivateLinkScopedResource } from '@pulumi/azure-native/monitor/privateLinkScopedResource.js';
import {
  AccessMode,
  KnownDataCollectionEndpointResourceKind,
  KnownDataCollectionRuleResourceKind,
  KnownPrometheusForwarderDataSourceStreams,
  KnownPublicNetworkAccessOptions,
} from '@pulumi/azure-native/types/enums/monitor/index.js';
import * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../../src/documents/deployment.ts';
import { declarePrivateDoor } from '../private-door.ts';
import { grantRole } from '../roles.ts';
import { buildTags } from '../tags.ts';
import type { WatchingParts } from './declare-watching.ts';

const stream = KnownPrometheusForwarderDataSourceStreams.Microsoft_PrometheusMetrics;
const destination = 'workspace';
/** @source https://learn.microsoft.com/azure/azure-monitor/metrics/prometheus-remote-write-virtual-machines */
const remoteWriteVersion = '2023-04-24';
/** Scopes belong to no region. */
const everywhere = 'Global';

export interface MetricsStore {
  workspace: AzureMonitorWorkspace;
  /** What sends is admitted by, and nothing else is. */
  rule: DataCollectionRule;
  remoteWriteUrl: pulumi.Output<string>;
  /** What must be there before anybody writes. */
  ready: pulumi.Resource[];
}

/** Name of the workspace, and so part of the name of its data source in Grafana. */
export function metricsWorkspaceName(document: Deployment): string {
  return `${document.name}-metrics`;
}

/** Declares the workspace, an endpoint that answers inside the network only, and a rule that leads from one to the other. */
export function declareMetricsStore(document: Deployment, parts: WatchingParts): MetricsStore {
  const { resourceGroup, network, publisher } = parts;
  const placed = { resourceGroupName: resourceGroup.name, location: document.placement.region, tags: buildTags(document) };
  const workspace = new AzureMonitorWorkspace('metrics', {
    ...placed,
    azureMonitorWorkspaceName: metricsWorkspaceName(document),
  });
  const endpoint = new DataCollectionEndpoint('metrics-endpoint', {
    ...placed,
    dataCollectionEndpointName: `${document.name}-metrics`,
    kind: KnownDataCollectionEndpointResourceKind.Linux,
    networkAcls: { publicNetworkAccess: KnownPublicNetworkAccessOptions.Disabled },
  });
  const rule = new DataCollectionRule('metrics-rule', {
    ...placed,
    dataCollectionRuleName: `${document.name}-metrics`,
    kind: KnownDataCollectionRuleResourceKind.Linux,
    dataCollectionEndpointId: endpoint.id,
    dataSources: { prometheusForwarder: [{ name: 'prometheus', streams: [stream] }] },
    destinations: { monitoringAccounts: [{ name: destination, accountResourceId: workspace.id }] },
    dataFlows: [{ streams: [stream], destinations: [destination] }],
  });
  const role = grantRole('publish-metrics', {
    role: 'Monitoring Metrics Publisher',
    scope: rule.id,
    principalId: publisher.principalId,
    description: `${document.name} sends its metrics`,
  });
  // Azure Monitor is reached through a scope: what is in it answers in the network, all else stays as it was.
  const scope = new PrivateLinkScope('metrics-scope', {
    resourceGroupName: resourceGroup.name,
    scopeName: `${document.name}-metrics`,
    location: everywhere,
    tags: buildTags(document),
    accessModeSettings: { ingestionAccessMode: AccessMode.Open, queryAccessMode: AccessMode.Open },
  });
  const member = new PrivateLinkScopedResource('metrics-scope-member', {
    resourceGroupName: resourceGroup.name,
    scopeName: scope.name,
    name: 'metrics-endpoint',
    linkedResourceId: endpoint.id,
  });
  const door = declarePrivateDoor(document, {
    name: 'metrics-door',
    service: 'azuremonitor',
    zoneName: 'privatelink.monitor.azure.com',
    resourceGroup,
    network,
    targetId: scope.id,
  });
  return {
    workspace,
    rule,
    remoteWriteUrl: pulumi.interpolate`${endpoint.metricsIngestion.apply((metrics) => metrics?.endpoint ?? '')}/dataCollectionRules/${rule.immutableId}/streams/${stream}/api/v1/write?api-version=${remoteWriteVersion}`,
    ready: [role, member, ...door],
  };
}
