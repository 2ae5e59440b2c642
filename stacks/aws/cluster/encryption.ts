// The cluster's own key: Kubernetes secrets, disks of nodes and pods, logs.
// In: the deployment's name. Out: a rotating key whose policy names each service that uses it.
import { ArnFormat, Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { ArnPrincipal, Effect, type IPrincipal, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';

import type { Deployment } from '../../../src/documents/deployment.ts';
import { clusterLogGroupNames } from './logs.ts';

/** The shortest wait AWS allows before a deleted key is gone, days. */
const DELETION_WAIT_DAYS = 7;
const USE_KEY = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'];

/** Adds the key. `Resource: *` in a key policy means this key alone; nothing under it outlives the cluster. */
export function addClusterKey(stack: Stack, document: Deployment): Key {
  const key = new Key(stack, 'Key', {
    description: `Secrets, disks and logs of the cluster ${document.name}`,
    enableKeyRotation: true,
    pendingWindow: Duration.days(DELETION_WAIT_DAYS),
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const admit = (sid: string, principal: IPrincipal, actions: string[], conditions: Record<string, unknown> = {}) =>
    key.addToResourcePolicy(
      new PolicyStatement({ sid, effect: Effect.ALLOW, principals: [principal], actions, resources: ['*'], conditions }),
    );
  // Node groups start their machines through Auto Scaling, whose role has no access of its own to a customer's key:
  // https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
  const autoScaling = new ArnPrincipal(
    stack.formatArn({
      service: 'iam',
      region: '',
      resource: 'role',
      resourceName: 'aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling',
    }),
  );
  admit('AutoScalingUsesKey', autoScaling, USE_KEY);
  admit('AutoScalingAttachesVolumes', autoScaling, ['kms:CreateGrant'], { Bool: { 'kms:GrantIsForAWSResource': 'true' } });
  admit('LogsUseKey', new ServicePrincipal(`logs.${stack.region}.amazonaws.com`), USE_KEY, {
    ArnEquals: {
      'kms:EncryptionContext:aws:logs:arn': Object.values(clusterLogGroupNames(document)).map((resourceName) =>
        stack.formatArn({ service: 'logs', resource: 'log-group', resourceName, arnFormat: ArnFormat.COLON_RESOURCE_NAME }),
      ),
    },
  });
  return key;
}
