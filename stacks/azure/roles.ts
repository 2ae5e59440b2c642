// Roles of Azure that the program hands out, each on one resource.
// In: who, what, on which resource. Out: a role assignment.
import { RoleAssignment } from '@pulumi/azure-native/authorization/roleAssignment.js';
import { PrincipalType } from '@pulumi/azure-native/types/enums/authorization/index.js';
import * as pulumi from '@pulumi/pulumi';

/** @source https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const roleIds = {
  Reader: 'acdd72a7-3385-48ef-bd42-f606fba81ae7',
  Contributor: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
  'Network Contributor': '4d97b98b-1d4f-4787-a291-c67834d212e7',
  'Managed Identity Operator': 'f1a07417-d97a-45cb-824c-7a7467783830',
  'Key Vault Contributor': 'f25e0fa2-a7c8-4377-a976-54943a77a395',
  'Key Vault Crypto User': '12338af0-0e69-4776-bea7-57ae8d297424',
  'Azure Kubernetes Service RBAC Cluster Admin': 'b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b',
  'Azure Kubernetes Service Cluster User Role': '4abbcc35-e782-43d8-92c5-2d3f1bd2253f',
  'Monitoring Metrics Publisher': '3913510d-42f4-4e42-8a64-420c390055eb',
  'Monitoring Data Reader': 'b0d8363b-8ddd-447d-831f-62ca05bff136',
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
  /** People get in through a group; everything else is an identity of the deployment. */
  people?: boolean;
}

/** Identities of Azure are service principals; naming the kind spares a look-up that fails while an identity is new. */
export function grantRole(name: string, { role, scope, principalId, description, people = false }: Grant): RoleAssignment {
  const subscription = pulumi.output(scope).apply((id) => id.split('/').slice(0, 3).join('/'));
  return new RoleAssignment(name, {
    scope,
    principalId,
    principalType: people ? PrincipalType.Group : PrincipalType.ServicePrincipal,
    roleDefinitionId: pulumi.interpolate`${subscription}/providers/Microsoft.Authorization/roleDefinitions/${roleIds[role]}`,
    description,
  });
}
