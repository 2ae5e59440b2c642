// The customer's own key on every disk of the cluster: those of nodes, and those that pods ask for.
// In: the document, its group, supplies. Out: a disk encryption set, and its role on the one key.
import { DiskEncryptionSet } from '@pulumi/azure-native/compute/diskEncryptionSet.js';
import type { ResourceGroup } from '@pulumi/azure-native/resources/resourceGroup.js';
import { DiskEncryptionSetIdentityType, DiskEncryptionSetType } from '@pulumi/azure-native/types/enums/compute/index.js';
import type * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../../src/documents/deployment.ts';
import { buildTags } from '../tags.ts';
import { declareClusterIdentity, keyScope } from './control-identities.ts';
import { grantRole } from './roles.ts';
import type { Supplies } from './supplies.ts';

export interface DiskEncryption {
  set: DiskEncryptionSet;
  /** Without it no disk can be made. */
  role: pulumi.Resource;
}

export function declareDiskEncryption(document: Deployment, resourceGroup: ResourceGroup, supplies: Supplies): DiskEncryption {
  const identity = declareClusterIdentity(document, resourceGroup, 'disk-encryption');
  const role = grantRole('disks-use-key', {
    role: 'cryptoServiceEncryptionUser',
    scope: keyScope(supplies),
    principalId: identity.principalId,
    description: `Disks of ${document.name} are encrypted with it`,
  });
  const set = new DiskEncryptionSet(
    'disk-encryption',
    {
      resourceGroupName: resourceGroup.name,
      diskEncryptionSetName: `${document.name}-disks`,
      location: document.placement.region,
      tags: buildTags(document),
      encryptionType: DiskEncryptionSetType.EncryptionAtRestWithCustomerKey,
      activeKey: { keyUrl: supplies.keyId, sourceVault: { id: supplies.vaultId } },
      rotationToLatestKeyVersionEnabled: true,
      identity: { type: DiskEncryptionSetIdentityType.UserAssigned, userAssignedIdentities: [identity.id] },
    },
    { dependsOn: [role] },
  );
  return { set, role };
}
