// Everything nodes read and never write: keys, weights, images; and the job that fills them.
// In: the document, its group and network, who reads, what the deployer set. Out: where things are.
import type { ResourceGroup } from '@pulumi/azure-native/resources/resourceGroup.js';
import * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../../src/documents/deployment.ts';
import type { Network } from '../network.ts';
import type { SuppliesPlaces } from '../node/fetch-supplies.ts';
import { grantRole } from '../roles.ts';
import { declareEncryption, type Encryption } from './encryption.ts';
import { declareRegistry, type ImageRegistry } from './registry.ts';
import { declareSeed } from './seed.ts';
import { declareVault, type KeptVault } from './vault.ts';
import { declareWeightStore, type WeightStore } from './weights.ts';

export interface SuppliesParts {
  resourceGroup: ResourceGroup;
  network: Network;
  apiKey: pulumi.Input<string> | undefined;
  certificate: pulumi.Input<string>;
}

export interface Supplies {
  kept: KeptVault;
  store: WeightStore;
  images: ImageRegistry;
  encryption: Encryption;
  vaultUrl: pulumi.Output<string>;
  /** What must be there before anybody reads. */
  ready: pulumi.Resource[];
}

export function declareSupplies(document: Deployment, parts: SuppliesParts): Supplies {
  const { resourceGroup, network } = parts;
  const kept = declareVault(document, parts);
  const vaultUrl = pulumi.interpolate`https://${kept.vault.name}.vault.azure.net`;
  const encryption = declareEncryption(document, resourceGroup, kept.vault);
  const store = declareWeightStore(document, { resourceGroup, network, vaultUrl, encryption });
  const images = declareRegistry(document, resourceGroup, network);
  const seed = declareSeed(document, { resourceGroup, network, store, images });
  return {
    kept,
    store,
    images,
    encryption,
    vaultUrl,
    ready: [...kept.secrets.values(), ...kept.door, ...store.door, ...images.door, ...encryption.roles, seed],
  };
}

/** Lets one identity read the weights, the images and the secrets, each by itself. */
export function admitReader(
  document: Deployment,
  { kept, store, images }: Supplies,
  reader: { name: string; principalId: pulumi.Input<string> },
): pulumi.Resource[] {
  const { name, principalId } = reader;
  const who = `${name} of ${document.name}`;
  return [
    ...[...kept.secrets].map(([secret, { id }]) =>
      grantRole(`${name}-read-${secret}`, {
        role: 'Key Vault Secrets User',
        scope: id,
        principalId,
        description: `${who} read ${secret}`,
      }),
    ),
    grantRole(`${name}-read-weights`, {
      role: 'Storage Blob Data Reader',
      scope: store.container.id,
      principalId,
      description: `${who} read the weights`,
    }),
    grantRole(`${name}-pull-images`, {
      role: 'AcrPull',
      scope: images.registry.id,
      principalId,
      description: `${who} pull images`,
    }),
  ];
}

/** Where a node under one identity finds things. */
export function placesOf({ vaultUrl, store, images }: Supplies, clientId: pulumi.Output<string>): pulumi.Output<SuppliesPlaces> {
  return pulumi.output({
    vaultUrl,
    containerUrl: store.containerUrl,
    registryServer: images.registry.loginServer,
    clientId,
  });
}
