// The least a cluster needs of supplies: a vault, a container for weights and a registry, each behind a private door.
// In: the document, its group and network, the two secrets. Out: supplies.
import { createHash } from 'node:crypto';
import { getClientConfigOutput } from '@pulumi/azure-native/authorization/getClientConfig.js';
import { Registry } from '@pulumi/azure-native/containerregistry/registry.js';
import { Key } from '@pulumi/azure-native/keyvault/key.js';
import { Secret } from '@pulumi/azure-native/keyvault/secret.js';
import { Vault } from '@pulumi/azure-native/keyvault/vault.js';
import type { ResourceGroup } from '@pulumi/azure-native/resources/resourceGroup.js';
import { BlobContainer } from '@pulumi/azure-native/storage/blobContainer.js';
import { StorageAccount } from '@pulumi/azure-native/storage/storageAccount.js';
import { SkuName as RegistrySku } from '@pulumi/azure-native/types/enums/containerregistry/index.js';
import { JsonWebKeyType, SkuFamily, SkuName } from '@pulumi/azure-native/types/enums/keyvault/index.js';
import { DefaultAction, Kind, MinimumTlsVersion, SkuName as StorageSku } from '@pulumi/azure-native/types/enums/storage/index.js';
import type * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../../src/documents/deployment.ts';
import type { Network } from '../network.ts';
import { declarePrivateDoor } from '../private-door.ts';
import { buildTags } from '../tags.ts';
import { listImages } from './images.ts';
import type { Supplies } from './supplies.ts';

const softDeleteDays = 7;
const keyBits = 3072;

export interface OwnSuppliesParts {
  resourceGroup: ResourceGroup;
  network: Network;
  apiKey: pulumi.Input<string>;
  /** Certificate chain and private key, PEM. */
  certificate: pulumi.Input<string>;
}

/** Such names are unique in the whole of Azure, and of few characters: the group's own id makes them so. */
function globalName(prefix: string, groupId: string): string {
  return `${prefix}${createHash('sha256').update(groupId).digest('hex').slice(0, 20)}`;
}

/** Declares the stores, their private doors and what lies in them but for weights and images, which are copied afterwards. */
export function declareOwnSupplies(document: Deployment, parts: OwnSuppliesParts): Supplies {
  const { resourceGroup, network, apiKey, certificate } = parts;
  const group = { resourceGroupName: resourceGroup.name };
  const placed = { ...group, location: document.placement.region, tags: buildTags(document) };
  const named = (prefix: string) => resourceGroup.id.apply((id) => globalName(prefix, id));
  const vault = new Vault(
    'vault',
    {
      ...placed,
      vaultName: named('kv-'),
      properties: {
        tenantId: getClientConfigOutput().tenantId,
        sku: { family: SkuFamily.A, name: SkuName.Standard },
        enableRbacAuthorization: true,
        enablePurgeProtection: true,
        softDeleteRetentionInDays: softDeleteDays,
        publicNetworkAccess: 'Disabled',
        networkAcls: { bypass: 'AzureServices', defaultAction: 'Deny' },
      },
    },
    // Disks that were encrypted with its key are lost with it.
    { protect: true },
  );
  const within = { ...group, vaultName: vault.name, tags: buildTags(document) };
  const key = new Key(
    'storage-key',
    { ...within, keyName: 'storage', properties: { kty: JsonWebKeyType.RSA, keySize: keyBits } },
    { protect: true },
  );
  const secret = (name: string, value: pulumi.Input<string>, contentType: string) =>
    new Secret(name, { ...within, secretName: name, properties: { value, contentType } });
  const apiKeySecret = secret('api-key', apiKey, 'text/plain');
  const certificateSecret = secret('certificate', certificate, 'application/x-pem-file');
  const account = new StorageAccount(
    'weights-account',
    {
      ...placed,
      accountName: named('st'),
      kind: Kind.StorageV2,
      sku: { name: StorageSku.Standard_LRS },
      allowSharedKeyAccess: false,
      allowBlobPublicAccess: false,
      publicNetworkAccess: 'Disabled',
      minimumTlsVersion: MinimumTlsVersion.TLS1_2,
      networkRuleSet: { defaultAction: DefaultAction.Deny },
    },
    { protect: true },
  );
  const container = new BlobContainer('weights', { ...group, accountName: account.name, containerName: 'weights' });
  const registry = new Registry('registry', {
    ...placed,
    registryName: named('cr'),
    sku: { name: RegistrySku.Premium },
    adminUserEnabled: false,
    publicNetworkAccess: 'Disabled',
  });
  const door = (name: string, service: string, zoneName: string, targetId: pulumi.Input<string>) =>
    declarePrivateDoor(document, { name, service, zoneName, resourceGroup, network, targetId });
  const doors = [
    ...door('vault-door', 'vault', 'privatelink.vaultcore.azure.net', vault.id),
    ...door('weights-door', 'blob', 'privatelink.blob.core.windows.net', account.id),
    ...door('registry-door', 'registry', 'privatelink.azurecr.io', registry.id),
  ];
  return {
    network,
    vaultId: vault.id,
    vaultName: vault.name,
    apiKeySecretName: apiKeySecret.name,
    certificateSecretName: certificateSecret.name,
    keyName: key.name,
    keyId: key.keyUriWithVersion,
    storageAccountName: account.name,
    weightsContainerId: container.id,
    weightsContainerName: container.name,
    registryId: registry.id,
    registryLoginServer: registry.loginServer,
    images: listImages(document, registry.loginServer),
    ready: [apiKeySecret, certificateSecret, container, ...doors],
  };
}
