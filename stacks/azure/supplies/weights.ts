// Where the weights are kept: one container of blobs.
// In: the document, its group, network and encryption. Out: a store without keys and without a public door.

import type { ResourceGroup } from '@pulumi/azure-native/resources/resourceGroup.js';
import { BlobContainer } from '@pulumi/azure-native/storage/blobContainer.js';
import { StorageAccount } from '@pulumi/azure-native/storage/storageAccount.js';
import {
  AccessTier,
  Bypass,
  DefaultAction,
  IdentityType,
  KeySource,
  KeyType,
  Kind,
  MinimumTlsVersion,
  PublicAccess,
  PublicNetworkAccess,
  SkuName,
} from '@pulumi/azure-native/types/enums/storage/index.js';
import * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../../src/documents/deployment.ts';
import type { Network } from '../network.ts';
import { declarePrivateDoor } from '../private-door.ts';
import { buildTags } from '../tags.ts';
import type { Encryption } from './encryption.ts';

export const weightsContainerName = 'weights';

export interface WeightStore {
  account: StorageAccount;
  container: BlobContainer;
  /** https://….blob.core.windows.net/weights */
  containerUrl: pulumi.Output<string>;
  door: pulumi.Resource[];
}

export interface WeightStoreParts {
  resourceGroup: ResourceGroup;
  network: Network;
  vaultUrl: pulumi.Input<string>;
  encryption: Encryption;
}

/**
 * One copy in one place is enough: weights can be downloaded again. Those of a service are protected all the same, since
 * that takes hours; those of a benchmark go with its group.
 */
export function declareWeightStore(document: Deployment, parts: WeightStoreParts): WeightStore {
  const { resourceGroup, network, vaultUrl, encryption } = parts;
  const placed = { resourceGroupName: resourceGroup.name };
  const protect = document.purpose === 'serving';
  const wrapped = { enabled: true, keyType: KeyType.Account };
  const account = new StorageAccount(
    'weights',
    {
      ...placed,
      tags: buildTags(document),
      location: document.placement.region,
      kind: Kind.StorageV2,
      sku: { name: SkuName.Standard_LRS },
      accessTier: AccessTier.Hot,
      allowSharedKeyAccess: false,
      defaultToOAuthAuthentication: true,
      allowBlobPublicAccess: false,
      allowCrossTenantReplication: false,
      isLocalUserEnabled: false,
      publicNetworkAccess: PublicNetworkAccess.Disabled,
      networkRuleSet: { bypass: Bypass.None, defaultAction: DefaultAction.Deny },
      enableHttpsTrafficOnly: true,
      minimumTlsVersion: MinimumTlsVersion.TLS1_2,
      identity: { type: IdentityType.UserAssigned, userAssignedIdentities: [encryption.storeIdentity.id] },
      encryption: {
        keySource: KeySource.Microsoft_Keyvault,
        keyVaultProperties: { keyName: encryption.keyName, keyVaultUri: vaultUrl },
        encryptionIdentity: { encryptionUserAssignedIdentity: encryption.storeIdentity.id },
        services: { blob: wrapped, file: wrapped },
        requireInfrastructureEncryption: true,
      },
    },
    { protect, dependsOn: encryption.roles },
  );
  const container = new BlobContainer(
    'weights-container',
    { ...placed, accountName: account.name, containerName: weightsContainerName, publicAccess: PublicAccess.None },
    { protect },
  );
  const door = declarePrivateDoor(document, {
    name: 'weights-door',
    service: 'blob',
    zoneName: 'privatelink.blob.core.windows.net',
    resourceGroup,
    network,
    targetId: account.id,
  });
  return {
    account,
    container,
    containerUrl: pulumi.interpolate`https://${account.name}.blob.core.windows.net/${weightsContainerName}`,
    door,
  };
}
