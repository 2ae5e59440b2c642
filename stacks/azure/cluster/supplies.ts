// What a cluster is given: where weights, images, keys and secrets lie, and the network it is built in.
// In: nothing. Out: the interface between this folder and whoever makes those things.
import type * as pulumi from '@pulumi/pulumi';
import type { Network } from '../network.ts';

/** Containers whose images the cluster pulls from the deployment's own registry. */
export type ImageRole = 'engine' | 'client' | 'counters' | 'gateway';

export interface Supplies {
  readonly network: Network;
  /** Keeps both secrets and the key; reached through a private endpoint only. */
  readonly vaultId: pulumi.Output<string>;
  readonly vaultName: pulumi.Output<string>;
  /** Name of the secret that callers' requests are checked against. */
  readonly apiKeySecretName: pulumi.Output<string>;
  /** Name of the secret with the endpoint's certificate chain and private key, as PEM. */
  readonly certificateSecretName: pulumi.Output<string>;
  /** Customer-managed key: its name in the vault, and its address with a version. */
  readonly keyName: pulumi.Output<string>;
  readonly keyId: pulumi.Output<string>;
  readonly storageAccountName: pulumi.Output<string>;
  /** Resource id of the container with the weights and, beside them, their `SHA256SUMS`. */
  readonly weightsContainerId: pulumi.Output<string>;
  readonly weightsContainerName: pulumi.Output<string>;
  readonly registryId: pulumi.Output<string>;
  readonly registryLoginServer: pulumi.Output<string>;
  /** The deployment's copy of an image, by digest where one is known; empty where the document has none. */
  readonly images: Readonly<Record<ImageRole, pulumi.Output<string>>>;
  /** What must be there before a node or a pod asks for any of it. */
  readonly ready: readonly pulumi.Resource[];
}
