// Roles of Azure that the program hands out, each on one resource.
// In: who, what, on which resource. Out: a role assignment.
import { RoleAssignment } from '@pulumi/azure-native/authorization/roleAssignment.js';
import { PrincipalType } from '@pulumi/azure-native/types/enums/authorization/index.js';
import * as pulumi from '@pulumi/pulumi';

/** @source https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const roleIds = {
  Contributor: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
  AcrPull: '7f951dda-4ed3-4680-a7ca-43fe172d538d',
  'Container Registry Data Importer and Data Reader': '577a9874-89fd-4f24-9dbd-b5034d0ad23a',
  'Key Vault Secrets User': '4633458b-17de-408a-b874-0445c86b69e6',
  'Key Vault Crypto Service Encryption User': 'e147488a-f6f5-4113-8e2d-b22465e65bf6',
  'Storage Blob Data Reader': '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1',
  'Storage Blob Data Contributor': 'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
} as const;

export interface Grant {
  role: keyof typeof roleIds;
  /** The one resource the role is good for. */
  scope: pulumi.Input<string>;
  principalId: pulumi.Input<string>;
  description: string;
}

/** Identities of Azure are service principals; naming the kind spares a look-up that fails while an identity is new. */
export function grantRole(name: string, { role, scope, principalId, description }: Grant): RoleAssignment {
  const subscription = pulumi.output(scope).apply((id) => id.split('/').slice(0, 3).join('/'));
  return new RoleAssignment(name, {
    scope,
    principalId,
    principalType: PrincipalType.ServicePrincipal,
    roleDefinitionId: pulumi.interpolate`${subscription}/providers/Microsoft.Authorization/roleDefinitions/${roleIds[role]}`,
    description,
  });
}
