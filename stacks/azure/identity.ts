// The identity nodes run under.
// In: the deployment document. Out: a user-assigned identity, which others grant roles on single resources.
import { UserAssignedIdentity } from '@pulumi/azure-native/managedidentity/userAssignedIdentity.js';
import type * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../src/documents/deployment.ts';
import { buildTags } from './tags.ts';

/** Declares the identity; user-assigned, so that a grant made to it outlives any one node. */
export function declareIdentity(document: Deployment, resourceGroupName: pulumi.Input<string>): UserAssignedIdentity {
  return new UserAssignedIdentity('node-identity', {
    resourceGroupName,
    resourceName: `${document.name}-nodes`,
    location: document.placement.region,
    tags: buildTags(document),
  });
}
