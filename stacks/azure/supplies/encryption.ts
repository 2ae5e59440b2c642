// The one customer-managed key of a deployment, and who uses it: disks of nodes, and the store of weights.
// In: the document, its group and vault. Out: a key that renews itself, a disk encryption set, an identity for the store.
// The registry keeps Azure's own key: it reads a vault without a public door under an identity it only has once it is made,
// and it takes a key of ours only while it is being made. What lies in it are public images.
import { DiskEncryptionSet } from '@pulumi/azure-native/compute/diskEncryptionSet.js';
import { Key } from '@pulumi/azure-native/keyvault/key.js';
import type { Vault } from '@pulumi/azure-native/keyvault/vault.js';
import { UserAssignedIdentity } from '@pulumi/azure-native/managedidentity/userAssignedIdentity.js';
import type { ResourceGroup } from '@pulumi/azure-native/resources/resourceGroup.js';
import { DiskEncryptionSetIdentityType, DiskEncryptionSetType } from '@pulumi/azure-native/types/enums/compute/index.js';
import { JsonWebKeyType, KeyRotationPolicyActionType } from '@pulumi/azure-native/types/enums/keyvault/index.js';
import type * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../../src/documents/deployment.ts';
import { grantRole } from '../roles.ts';
import { buildTags } from '../tags.ts';

const keySizeBits = 3072;
/** In the form ISO 8601 has for spans of time. */
const renewAfter = 'P1Y';
const expireAfter = 'P2Y';

export interface Encryption {
  /** Name of the key; without a version, so that services follow it when it is renewed. */
  keyName: pulumi.Output<string>;
  /** Its address, with a version. */
  keyId: pulumi.Output<string>;
  /** Of the disks of nodes. */
  diskEncryptionSetId: pulumi.Output<string>;
  /** Under which the store reads the key. */
  storeIdentity: UserAssignedIdentity;
  /** Roles that must be there before anything is encrypted. */
  roles: pulumi.Resource[];
}

export function declareEncryption(document: Deployment, resourceGroup: ResourceGroup, vault: Vault): Encryption {
  const placed = { resourceGroupName: resourceGroup.name, tags: buildTags(document) };
  const location = document.placement.region;
  const key = new Key(
    'key',
    {
      ...placed,
      vaultName: vault.name,
      keyName: 'deployment',
      properties: {
        kty: JsonWebKeyType.RSA,
        keySize: keySizeBits,
        rotationPolicy: {
          attributes: { expiryTime: expireAfter },
          lifetimeActions: [{ action: { type: KeyRotationPolicyActionType.Rotate }, trigger: { timeAfterCreate: renewAfter } }],
        },
      },
    },
    { protect: document.purpose === 'serving' },
  );
  const disks = new DiskEncryptionSet('disk-encryption', {
    ...placed,
    location,
    diskEncryptionSetName: `${document.name}-disks`,
    encryptionType: DiskEncryptionSetType.EncryptionAtRestWithCustomerKey,
    identity: { type: DiskEncryptionSetIdentityType.SystemAssigned },
    activeKey: { keyUrl: key.keyUriWithVersion, sourceVault: { id: vault.id } },
    rotationToLatestKeyVersionEnabled: true,
  });
  const storeIdentity = new UserAssignedIdentity('store-identity', {
    ...placed,
    location,
    resourceName: `${document.name}-store`,
  });
  const use = (name: string, principalId: pulumi.Input<string>, who: string) =>
    grantRole(name, {
      role: 'Key Vault Crypto Service Encryption User',
      scope: key.id,
      principalId,
      description: `${who} of ${document.name} wrap with the key of the deployment`,
    });
  return {
    keyName: key.name,
    keyId: key.keyUriWithVersion,
    diskEncryptionSetId: disks.id,
    storeIdentity,
    roles: [
      use(
        'disks-use-key',
        disks.identity.apply((identity) => identity?.principalId ?? ''),
        'Disks',
      ),
      use('store-uses-key', storeIdentity.principalId, 'Weights'),
    ],
  };
}
