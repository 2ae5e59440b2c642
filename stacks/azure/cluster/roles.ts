// Roles of Azure's own that parts of a cluster hold, each on one resource.
// In: who, what, where. Out: a role assignment.
import { getClientConfigOutput } from '@pulumi/azure-native/authorization/getClientConfig.js';
import { RoleAssignment } from '@pulumi/azure-native/authorization/roleAssignment.js';
import { PrincipalType } from '@pulumi/azure-native/types/enums/authorization/index.js';
import * as pulumi from '@pulumi/pulumi';

/** @source https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
export const roleIds = {
  networkContributor: '4d97b98b-1d4f-4787-a291-c67834d212e7',
  managedIdentityOperator: 'f1a07417-d97a-45cb-824c-7a7467783830',
  acrPull: '7f951dda-4ed3-4680-a7ca-43fe172d538d',
  blobDataReader: '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1',
  secretsUser: '4633458b-17de-408a-b874-0445c86b69e6',
  cryptoUser: '12338af0-0e69-4776-bea7-57ae8d297424',
  cryptoServiceEncryptionUser: 'e147488a-f6f5-4113-8e2d-b22465e65bf6',
  keyVaultContributor: 'f25e0fa2-a7c8-4377-a976-54943a77a395',
  reader: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
  contributor: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
  clusterAdministrator: 'b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b',
  clusterUser: '4abbcc35-e782-43d8-92c5-2d3f1bd2253f',
} as const;

export interface Grant {
  role: keyof typeof roleIds;
  /** One resource, never a group of them. */
  scope: pulumi.Input<string>;
  principalId: pulumi.Input<string>;
  description: string;
  /** People get in through a group; everything else is an identity of the deployment. */
  people?: boolean;
}

export function grantRole(name: string, { role, scope, principalId, description, people = false }: Grant): RoleAssignment {
  const { subscriptionId } = getClientConfigOutput();
  return new RoleAssignment(name, {
    scope,
    principalId,
    principalType: people ? PrincipalType.Group : PrincipalType.ServicePrincipal,
    roleDefinitionId: pulumi.interpolate`/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${roleIds[role]}`,
    description,
  });
}
