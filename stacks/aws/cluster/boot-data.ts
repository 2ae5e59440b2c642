// What a serving node is told at its first boot.
// In: the machine. Out: a node configuration, or nothing where EKS says all there is to say.
import { MultipartBody, MultipartUserData, type UserData } from 'aws-cdk-lib/aws-ec2';

import type { Deployment } from '../../../src/documents/deployment.ts';

/** Local disks as one: containers, logs and volumes of pods move there, and so do the weights that pods keep in them. */
const LOCAL_DISKS_AS_ONE = `---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  instance:
    localStorage:
      strategy: RAID0
`;

/** @source https://awslabs.github.io/amazon-eks-ami/nodeadm/doc/api/ */
export function bootData({ localDiskBytes }: Deployment['machine']): UserData | undefined {
  if (localDiskBytes === 0) return undefined;
  const data = new MultipartUserData();
  data.addPart(MultipartBody.fromRawBody({ contentType: 'application/node.eks.aws', body: LOCAL_DISKS_AS_ONE }));
  return data;
}
