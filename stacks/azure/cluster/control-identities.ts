// Whom the cluster itself acts as: its control plane, and the nodes' agent that pulls images.
// In: the document, its group, supplies, the key of its disks. Out: both identities, and the roles that must be there first.
import { UserAssignedIdentity } from '@pulumi/azure-native/managedidentity/userAssignedIdentity.js';
import type { ResourceGroup } from '@pulumi/azure-native/resources/resourceGroup.js';
import * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../../src/documents/deployment.ts';
import { grantRole } from '../roles.ts';
import { buildTags } from '../tags.ts';
import type { Supplies } from './supplies.ts';

export interface ControlIdentities {
  controlPlane: UserAssignedIdentity;
  kubelet: UserAssignedIdentity;
  roles: pulumi.Resource[];
}

/** An identity of the deployment, by what it is for. */
export function declareClusterIdentity(document: Deployment, resourceGroup: ResourceGroup, part: string): UserAssignedIdentity {
  return new UserAssignedIdentity(`${part}-identity`, {
    resourceGroupName: resourceGroup.name,
    resourceName: `${document.name}-${part}`,
    location: document.placement.region,
    tags: buildTags(document),
  });
}

/** Address of the key within the vault, as roles are given on it. */
export function keyScope({ vaultId, keyName }: Supplies): pulumi.Output<string> {
  return pulumi.interpolate`${vaultId}/keys/${keyName}`;
}

export function declareControlIdentities(
  document: Deployment,
  resourceGroup: ResourceGroup,
  supplies: Supplies,
  diskEncryptionSetId: pulumi.Input<string>,
): ControlIdentities {
  const controlPlane = declareClusterIdentity(document, resourceGroup, 'control-plane');
  const kubelet = declareClusterIdentity(document, resourceGroup, 'kubelet');
  const own = { principalId: controlPlane.principalId };
  const roles = [
    grantRole('control-plane-joins-subnet', {
      ...own,
      role: 'Network Contributor',
      scope: supplies.network.subnet.id,
      description: `Load balancers and nodes of ${document.name} join its subnet`,
    }),
    grantRole('control-plane-lends-kubelet', {
      ...own,
      role: 'Managed Identity Operator',
      scope: kubelet.id,
      description: `Nodes of ${document.name} run under this identity`,
    }),
    grantRole('control-plane-uses-key', {
      ...own,
      role: 'Key Vault Crypto User',
      scope: keyScope(supplies),
      description: `Secrets of the cluster ${document.name} are encrypted with it`,
    }),
    // It makes its own private way to the vault, and reads nothing in there by this.
    grantRole('control-plane-reaches-vault', {
      ...own,
      role: 'Key Vault Contributor',
      scope: supplies.vaultId,
      description: `The control plane of ${document.name} makes a private endpoint to the vault`,
    }),
    grantRole('control-plane-reads-encryption', {
      ...own,
      role: 'Reader',
      scope: diskEncryptionSetId,
      description: `Disks of ${document.name} are encrypted with this set`,
    }),
    grantRole('kubelet-pulls-images', {
      role: 'AcrPull',
      scope: supplies.registryId,
      principalId: kubelet.principalId,
      description: `Nodes of ${document.name} pull images`,
    }),
  ];
  const { reservation } = document.fleet;
  if (reservation !== null)
    roles.push(
      grantRole('control-plane-uses-reservation', {
        ...own,
        role: 'Contributor',
        scope: reservation.id,
        description: `Node pools of ${document.name} take machines of this reservation`,
      }),
    );
  return { controlPlane, kubelet, roles };
}
