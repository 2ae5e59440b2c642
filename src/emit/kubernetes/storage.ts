// Classes of disks in a cluster of ours: encrypted ones over the network, and the machines' own.
// In: a deployment document. Out: objects by file name.
import type { Deployment } from '../../documents/deployment.ts';
import { type Manifest, metadataOf } from './manifest.ts';

/** Parameter of the class that holds the key of its disks, which `stack.env` knows. */
export const STORAGE_KEY_PARAMETER = { aws: 'kmsKeyId', azure: 'diskEncryptionSetID' } as const;
const FROM_STACK = 'from stack.env';

/** Name of the class of encrypted disks, where the cluster is ours. */
export function storageClassName({ name }: Deployment): string {
  return `${name}-encrypted`;
}

export function localClassName({ name }: Deployment): string {
  return `${name}-local`;
}

/** On Azure a driver hands the machines' own disks out; on AWS nodes keep all volumes of pods there. */
export function keepsOnLocalDisks({ provider, machine, disk }: Deployment): boolean {
  return provider === 'azure' && machine.localDiskBytes > 0 && disk.weightsBytes === 0;
}

/** Disks of pods are encrypted with the cluster's own key. */
export function storageClasses(deployment: Deployment): Map<string, Manifest> {
  const { provider } = deployment;
  if (provider === 'onprem') return new Map();
  const encrypted =
    provider === 'aws'
      ? {
          provisioner: 'ebs.csi.aws.com',
          parameters: { type: 'gp3', encrypted: 'true', [STORAGE_KEY_PARAMETER.aws]: FROM_STACK },
        }
      : { provisioner: 'disk.csi.azure.com', parameters: { skuName: 'Premium_LRS', [STORAGE_KEY_PARAMETER.azure]: FROM_STACK } };
  const classes = new Map([['storage-class', storageClass(deployment, storageClassName(deployment), encrypted)]]);
  if (keepsOnLocalDisks(deployment))
    classes.set(
      'storage-class-local',
      // Lost with the machine, as its disks are.
      storageClass(deployment, localClassName(deployment), { provisioner: 'localdisk.csi.acstor.io' }),
    );
  return classes;
}

function storageClass(deployment: Deployment, name: string, fields: Record<string, unknown>): Manifest {
  const { namespace: _, ...metadata } = metadataOf(deployment, name, 'base');
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata,
    ...fields,
    reclaimPolicy: 'Delete',
    volumeBindingMode: 'WaitForFirstConsumer',
    allowVolumeExpansion: true,
  };
}
