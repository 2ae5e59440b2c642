// Where keys and secrets of a deployment are kept.
// In: the document, its group and network, what the deployer set. Out: a vault without a public door, with two secrets in it.
import { getClientConfigOutput } from '@pulumi/azure-native/authorization/getClientConfig.js';
import { Secret } from '@pulumi/azure-native/keyvault/secret.js';
import { Vault } from '@pulumi/azure-native/keyvault/vault.js';
import type { ResourceGroup } from '@pulumi/azure-native/resources/resourceGroup.js';
import {
  NetworkRuleAction,
  NetworkRuleBypassOptions,
  SkuFamily,
  SkuName,
} from '@pulumi/azure-native/types/enums/keyvault/index.js';
import type * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../../src/documents/deployment.ts';
import type { Network } from '../network.ts';
import { apiKeySecretName, certificateSecretName } from '../node/fetch-supplies.ts';
import { declarePrivateDoor } from '../private-door.ts';
import { buildTags } from '../tags.ts';

const softDeleteDays = 7;

export interface KeptVault {
  vault: Vault;
  /** Name in the vault → secret. */
  secrets: ReadonlyMap<string, Secret>;
  door: pulumi.Resource[];
}

export interface VaultParts {
  resourceGroup: ResourceGroup;
  network: Network;
  /** Undefined for an engine that knows none. */
  apiKey: pulumi.Input<string> | undefined;
  /** Chain and key, PEM. */
  certificate: pulumi.Input<string>;
}

/** The vault's name is unique in the whole of Azure, so the engine makes it: `vault` and eight random digits. */
export function declareVault(document: Deployment, parts: VaultParts): KeptVault {
  const { resourceGroup, network, apiKey, certificate } = parts;
  const placed = { resourceGroupName: resourceGroup.name, tags: buildTags(document) };
  const vault = new Vault(
    'vault',
    {
      ...placed,
      location: document.placement.region,
      properties: {
        tenantId: getClientConfigOutput().tenantId,
        sku: { family: SkuFamily.A, name: SkuName.Standard },
        enableRbacAuthorization: true,
        // What is encrypted with its key is lost with it.
        enablePurgeProtection: true,
        softDeleteRetentionInDays: softDeleteDays,
        publicNetworkAccess: 'Disabled',
        // Values come through Azure's own management interface, and disks and stores of Azure read the key.
        networkAcls: { bypass: NetworkRuleBypassOptions.AzureServices, defaultAction: NetworkRuleAction.Deny },
      },
    },
    // What is encrypted with its key is lost with it.
    { protect: document.purpose === 'serving' },
  );
  const door = declarePrivateDoor(document, {
    name: 'vault-door',
    service: 'vault',
    zoneName: 'privatelink.vaultcore.azure.net',
    resourceGroup,
    network,
    targetId: vault.id,
  });
  const keep = (secretName: string, value: pulumi.Input<string>) =>
    new Secret(secretName, { ...placed, vaultName: vault.name, secretName, properties: { value, contentType: 'text/plain' } });
  return {
    vault,
    door,
    secrets: new Map([
      ...(apiKey === undefined ? [] : [[apiKeySecretName, keep(apiKeySecretName, apiKey)] as const]),
      [certificateSecretName, keep(certificateSecretName, certificate)],
    ]),
  };
}
