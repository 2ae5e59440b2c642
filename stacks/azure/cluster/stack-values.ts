// What the manifests learn from this stack: the values of `kubernetes/stack.env`.
// In: the finished resources. Out: one record; none of it is a secret.
import * as pulumi from '@pulumi/pulumi';
import type { PodIdentities } from './pod-identities.ts';
import type { Supplies } from './supplies.ts';

export function collectStackValues(
  supplies: Supplies,
  diskEncryptionSetId: pulumi.Output<string>,
  { engine, gateway, metrics }: PodIdentities,
  remoteWriteUrl: pulumi.Output<string> | null,
): pulumi.Output<Record<string, string>> {
  return pulumi.all({
    STORAGE_ACCOUNT: supplies.storageAccountName,
    WEIGHTS_CONTAINER: supplies.weightsContainerName,
    VAULT: supplies.vaultName,
    API_KEY_SECRET: supplies.apiKeySecretName,
    CERTIFICATE_SECRET: supplies.certificateSecretName,
    STORAGE_KEY: diskEncryptionSetId,
    ENGINE_IDENTITY: engine.clientId,
    GATEWAY_IDENTITY: gateway.clientId,
    ENGINE_IMAGE: supplies.images.engine,
    CLIENT_IMAGE: supplies.images.client,
    COUNTERS_IMAGE: supplies.images.counters,
    GATEWAY_IMAGE: supplies.images.gateway,
    REMOTE_WRITE_URL: remoteWriteUrl ?? '',
    METRICS_IDENTITY: metrics.clientId,
    TENANT: metrics.tenantId,
  });
}
