// Where the API key of the endpoint is kept, and who may read it.
// In: the document, its group and network, the key, the identity of nodes. Out: a vault without a public door.
import { createHash } from 'node:crypto';
import { getClientConfigOutput } from '@pulumi/azure-native/authorization/getClientConfig.js';
import { RoleAssignment } from '@pulumi/azure-native/authorization/roleAssignment.js';
import { Secret } from '@pulumi/azure-native/keyvault/secret.js';
import { Vault } from '@pulumi/azure-native/keyvault/vault.js';
import type { UserAssignedIdentity } from '@pulumi/azure-native/managedidentity/userAssignedIdentity.js';
import type { ResourceGroup } from '@pulumi/azure-native/resources/resourceGroup.js';
import { PrincipalType } from '@pulumi/azure-native/types/enums/authorization/index.js';
import { SkuFamily, SkuName } from '@pulumi/azure-native/types/enums/keyvault/index.js';
import * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../src/documents/deployment.ts';
import type { Network } from './network.ts';
import { declarePrivateDoor } from './private-door.ts';
import { buildTags } from './tags.ts';

/** Key Vault Secrets User. @source https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/security */
const secretsUserRoleId = '4633458b-17de-408a-b874-0445c86b69e6';
const softDeleteDays = 7;
const secretName = 'api-key';

export interface ApiKeyParts {
  resourceGroup: ResourceGroup;
  network: Network;
  identity: UserAssignedIdentity;
  apiKey: pulumi.Input<string>;
}

export interface ApiKeyPlace {
  vault: Vault;
  /** https://…/secrets/api-key, without a version: a new key is read at the next start of an engine. */
  secretUrl: pulumi.Output<string>;
  /** What must be there before a node asks. */
  readers: pulumi.Resource[];
}

/** Names of vaults are unique in the whole of Azure, and have 24 characters: the group's own id makes it so. */
function nameVault(groupId: string): string {
  return `kv-${createHash('sha256').update(groupId).digest('hex').slice(0, 20)}`;
}

/** Declares the vault, its private door, the key in it, and the one role of the nodes there. */
export function declareApiKey(document: Deployment, parts: ApiKeyParts): ApiKeyPlace {
  const { resourceGroup, network, identity, apiKey } = parts;
  const placed = { resourceGroupName: resourceGroup.name, tags: buildTags(document) };
  const client = getClientConfigOutput();
  const vault = new Vault('vault', {
    ...placed,
    vaultName: resourceGroup.id.apply(nameVault),
    location: document.placement.region,
    properties: {
      tenantId: client.tenantId,
      sku: { family: SkuFamily.A, name: SkuName.Standard },
      enableRbacAuthorization: true,
      enablePurgeProtection: true,
      softDeleteRetentionInDays: softDeleteDays,
      publicNetworkAccess: 'Disabled',
      // The value comes through Azure's own management interface, and through nothing else from outside.
      networkAcls: { bypass: 'AzureServices', defaultAction: 'Deny' },
    },
  });
  const door = declarePrivateDoor(document, {
    name: 'vault-door',
    service: 'vault',
    zoneName: 'privatelink.vaultcore.azure.net',
    resourceGroup,
    network,
    targetId: vault.id,
  });
  const secret = new Secret('api-key', {
    ...placed,
    vaultName: vault.name,
    secretName,
    properties: { value: apiKey, contentType: 'text/plain' },
  });
  const role = new RoleAssignment('nodes-read-key', {
    scope: vault.id,
    principalId: identity.principalId,
    principalType: PrincipalType.ServicePrincipal,
    roleDefinitionId: pulumi.interpolate`/subscriptions/${client.subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${secretsUserRoleId}`,
    description: `Nodes of ${document.name} read the API key`,
  });
  return {
    vault,
    secretUrl: pulumi.interpolate`https://${vault.name}.vault.azure.net/secrets/${secretName}`,
    readers: [secret, role, ...door],
  };
}
