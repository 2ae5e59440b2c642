// Whether machines of a pool come onto one InfiniBand fabric is a matter of the subscription.
// In: the deployment document. Out: a registration that pools wait for.
import { SubscriptionFeatureRegistration } from '@pulumi/azure-native/features/subscriptionFeatureRegistration.js';
import type * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../../src/documents/deployment.ts';

export function usesInfiniband({ machine }: Deployment): boolean {
  return machine.fabric?.kind === 'infiniband';
}

/**
 * Without it nodes of one pool may come onto different fabrics, and find out only when they talk.
 * @source https://azure.github.io/aks-rdma-infiniband/ (getting started)
 */
export function registerInfiniband(document: Deployment): pulumi.Resource[] {
  if (!usesInfiniband(document)) return [];
  return [
    new SubscriptionFeatureRegistration(
      'infiniband',
      { providerNamespace: 'Microsoft.ContainerService', featureName: 'AKSInfinibandSupport', properties: {} },
      // Other clusters of the subscription may rely on it.
      { retainOnDelete: true },
    ),
  ];
}
