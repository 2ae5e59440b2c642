// What all nodes have in common when they start.
// In: a machine type and a disk. Out: a launch template with session tokens, an encrypted disk and no public address.
import type { Stack } from 'aws-cdk-lib';
import {
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  InstanceType,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
  type UserData,
} from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';

export interface NodeDisk {
  readonly gibibytes: number;
  /** The free 3,000 operations and 125 MiB a second where left out. */
  readonly provisioned?: { readonly operationsPerSecond: number; readonly mebibytesPerSecond: number } | undefined;
}

export interface NodeTemplateProps {
  readonly machineType: string;
  readonly disk: NodeDisk;
  readonly key: IKey;
  readonly userData?: UserData | undefined;
}

/** Adds a launch template without image and role: EKS puts in its own, and refuses those of others. */
export function addNodeTemplate(stack: Stack, id: string, props: NodeTemplateProps): LaunchTemplate {
  const { machineType, disk, key, userData } = props;
  return new LaunchTemplate(stack, id, {
    instanceType: new InstanceType(machineType),
    blockDevices: [
      {
        deviceName: '/dev/xvda',
        volume: BlockDeviceVolume.ebs(disk.gibibytes, {
          encrypted: true,
          kmsKey: key,
          volumeType: EbsDeviceVolumeType.GP3,
          deleteOnTermination: true,
          ...(disk.provisioned === undefined
            ? {}
            : { iops: disk.provisioned.operationsPerSecond, throughput: disk.provisioned.mebibytesPerSecond }),
        }),
      },
    ],
    httpEndpoint: true,
    httpTokens: LaunchTemplateHttpTokens.REQUIRED,
    // One hop keeps the node's credentials out of reach of pods.
    httpPutResponseHopLimit: 1,
    ...(userData === undefined ? {} : { userData }),
  });
}
