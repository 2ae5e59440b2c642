// Where a deployment's logs go.
// In: the deployment's name and its key. Out: encrypted log groups that go with the stack.
import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';

import type { Deployment } from '../../../src/documents/deployment.ts';
import { logGroupPrefix } from '../supplies/encryption.ts';

export interface DeploymentLogs {
  /** What the serving engine prints. */
  readonly engine: LogGroup;
  /** Connections accepted and refused in the network. */
  readonly network: LogGroup;
}

/** Name of the group the engine's container writes to. */
export function engineLogGroupName(document: Deployment): string {
  return `${logGroupPrefix(document)}/engine`;
}

/**
 * Adds the log groups, kept for a year.
 * @param key - must admit CloudWatch Logs for names under `logGroupPrefix`
 */
export function addLogGroups(stack: Stack, document: Deployment, key: IKey): DeploymentLogs {
  const settings = { encryptionKey: key, retention: RetentionDays.ONE_YEAR, removalPolicy: RemovalPolicy.DESTROY };
  return {
    engine: new LogGroup(stack, 'EngineLogs', { ...settings, logGroupName: engineLogGroupName(document) }),
    network: new LogGroup(stack, 'NetworkLogs', { ...settings, logGroupName: `${logGroupPrefix(document)}/network` }),
  };
}
