// Where the logs of network and control plane go.
// In: the deployment's name and the cluster's key. Out: encrypted log groups that go with the stack.
import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';

import type { Deployment } from '../../../src/documents/deployment.ts';

export interface ClusterLogs {
  readonly controlPlane: LogGroup;
  /** Connections accepted and refused in the network. */
  readonly network: LogGroup;
}

/** EKS writes to a name of its own choice; a group that stands before is taken as it is, with key and retention. */
export function clusterLogGroupNames({ name }: Deployment): Record<keyof ClusterLogs, string> {
  return { controlPlane: `/aws/eks/${name}/cluster`, network: `/seekstack/${name}/network` };
}

/** Adds the log groups, kept for a year. */
export function addClusterLogs(stack: Stack, document: Deployment, encryptionKey: IKey): ClusterLogs {
  const names = clusterLogGroupNames(document);
  const settings = { encryptionKey, retention: RetentionDays.ONE_YEAR, removalPolicy: RemovalPolicy.DESTROY };
  return {
    controlPlane: new LogGroup(stack, 'ControlPlaneLogs', { ...settings, logGroupName: names.controlPlane }),
    network: new LogGroup(stack, 'NetworkLogs', { ...settings, logGroupName: names.network }),
  };
}
