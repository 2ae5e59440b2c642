// Where logs and counters of Azure's own resources are kept.
// In: the deployment document. Out: a Log Analytics workspace; what feeds it is declared with what is watched.
import { Workspace } from '@pulumi/azure-native/operationalinsights/workspace.js';
import { WorkspaceSkuNameEnum } from '@pulumi/azure-native/types/enums/operationalinsights/index.js';
import type * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../src/documents/deployment.ts';
import { buildTags } from './tags.ts';

/** The longest retention that costs nothing beyond ingestion is 31 days; 30 is the value every pricing tier takes. */
const retentionDays = 30;

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
