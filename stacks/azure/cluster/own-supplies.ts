// The deployment's own supplies, as a cluster asks for them.
// In: the document, what was declared, the network. Out: supplies.
import * as pulumi from '@pulumi/pulumi';
import { type Deployment, type SuppliedImage, suppliedSuffix } from '../../../src/documents/deployment.ts';
import type { Network } from '../network.ts';
import { apiKeySecretName, certificateSecretName, imageRepository } from '../node/fetch-supplies.ts';
import type { Supplies as DeclaredSupplies } from '../supplies/supplies.ts';
import type { Supplies } from './supplies.ts';

/** Names of the secrets in the vault are the same in both tiers; images lie in the one repository, by digest where known. */
export function lendSupplies(document: Deployment, declared: DeclaredSupplies, network: Network): Supplies {
  const { kept, store, images, encryption, ready } = declared;
  const copy = (role: SuppliedImage['role']) => {
    const suffix = suppliedSuffix(document, role);
    return images.registry.loginServer.apply((server) => (suffix === '' ? '' : `${server}/${imageRepository}${suffix}`));
  };
  return {
    network,
    vaultId: kept.vault.id,
    vaultName: kept.vault.name,
    apiKeySecretName: pulumi.output(apiKeySecretName),
    certificateSecretName: pulumi.output(certificateSecretName),
    keyName: encryption.keyName,
    keyId: encryption.keyId,
    storageAccountName: store.account.name,
    weightsContainerId: store.container.id,
    weightsContainerName: store.container.name,
    registryId: images.registry.id,
    registryLoginServer: images.registry.loginServer,
    images: {
      engine: copy('engine'),
      client: copy('object-store-client'),
      counters: copy('accelerator-metrics'),
      gateway: copy('tls-proxy'),
    },
    ready,
  };
}
