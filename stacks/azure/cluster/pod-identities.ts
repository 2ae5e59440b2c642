// Whom pods act as: the engine reads its weights and its key, the gateway its certificate, Prometheus sends, each no more.
// In: the document, its group, cluster and supplies. Out: an identity for each of three service accounts.
import type { ManagedCluster } from '@pulumi/azure-native/containerservice/managedCluster.js';
import { FederatedIdentityCredential } from '@pulumi/azure-native/managedidentity/federatedIdentityCredential.js';
import type { UserAssignedIdentity } from '@pulumi/azure-native/managedidentity/userAssignedIdentity.js';
import type { ResourceGroup } from '@pulumi/azure-native/resources/resourceGroup.js';
import * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../../src/documents/deployment.ts';
import { METRICS_ACCOUNT } from '../../../src/watching/ingestion.ts';
import { grantRole } from '../roles.ts';
import { declareClusterIdentity } from './control-identities.ts';
import type { Supplies } from './supplies.ts';

/** @source https://learn.microsoft.com/entra/workload-id/workload-identity-federation-create-trust-user-assigned-managed-identity */
const audience = 'api://AzureADTokenExchange';
const usualMetricsNamespace = 'monitoring';

export interface PodIdentities {
  engine: UserAssignedIdentity;
  gateway: UserAssignedIdentity;
  /** Of the cluster's own Prometheus; what it may send to is said where that is. */
  metrics: UserAssignedIdentity;
}

/** Where the cluster's own Prometheus is installed. */
function metricsNamespace({ operators }: Deployment): string {
  return operators.find((each) => each.id === 'prometheus')?.namespace ?? usualMetricsNamespace;
}

export function declarePodIdentities(
  document: Deployment,
  resourceGroup: ResourceGroup,
  cluster: ManagedCluster,
  supplies: Supplies,
): PodIdentities {
  const { name } = document;
  const lend = (part: string, account: string, namespace = name): UserAssignedIdentity => {
    const identity = declareClusterIdentity(document, resourceGroup, part);
    new FederatedIdentityCredential(`${part}-account`, {
      resourceGroupName: resourceGroup.name,
      resourceName: identity.name,
      federatedIdentityCredentialResourceName: account,
      issuer: cluster.oidcIssuerProfile.apply((profile) => profile?.issuerURL ?? ''),
      subject: `system:serviceaccount:${namespace}:${account}`,
      audiences: [audience],
    });
    return identity;
  };
  const secret = (secretName: pulumi.Output<string>) => pulumi.interpolate`${supplies.vaultId}/secrets/${secretName}`;
  const engine = lend('engine', name);
  grantRole('engine-reads-weights', {
    role: 'Storage Blob Data Reader',
    scope: supplies.weightsContainerId,
    principalId: engine.principalId,
    description: `Engines of ${name} read their weights`,
  });
  grantRole('engine-reads-key', {
    role: 'Key Vault Secrets User',
    scope: secret(supplies.apiKeySecretName),
    principalId: engine.principalId,
    description: `Engines of ${name} read the API key`,
  });
  const gateway = lend('gateway', `${name}-gateway`);
  grantRole('gateway-reads-certificate', {
    role: 'Key Vault Secrets User',
    scope: secret(supplies.certificateSecretName),
    principalId: gateway.principalId,
    description: `The gateway of ${name} reads its certificate`,
  });
  return { engine, gateway, metrics: lend('metrics', METRICS_ACCOUNT, metricsNamespace(document)) };
}
