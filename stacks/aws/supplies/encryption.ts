// The one customer-managed key of a deployment: disks, weights, images, secrets, logs and notices.
// In: the deployment's name. Out: a rotating key whose policy names each service that uses it.
import { ArnFormat, Aws, Duration, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { ArnPrincipal, Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';

import type { Deployment } from '../../../src/documents/deployment.ts';

/** The shortest wait AWS allows before a deleted key is gone, days. */
const DELETION_WAIT_DAYS = 7;
const USE_KEY = ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'];

/** Common start of every log group's name; fixed, so that boot data and the key's policy can state it. */
export function logGroupPrefix(document: Deployment): string {
  return `/seekstack/${document.name}`;
}

/**
 * Adds the deployment's key. `Resource: *` in a key policy means this key alone.
 * @returns a symmetric key, rotated yearly, deleted with the stack
 */
export function addDeploymentKey(stack: Stack, document: Deployment): Key {
  const key = new Key(stack, 'Key', {
    description: `Everything of ${document.name} that is kept`,
    enableKeyRotation: true,
    pendingWindow: Duration.days(DELETION_WAIT_DAYS),
    // The bucket of weights outlives the stack, and is worth nothing without its key.
    removalPolicy: document.purpose === 'benchmark' ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
  });
  admitAutoScaling(key, stack);
  admitLogs(key, stack, document);
  admitAlarms(key);
  return key;
}

// Auto Scaling's service-linked role creates the volumes and publishes scaling notices, and unlike for AWS-managed keys
// has no access of its own. The two statements are the ones AWS asks for:
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
function admitAutoScaling(key: Key, stack: Stack): void {
  const role = new ArnPrincipal(
    stack.formatArn({
      service: 'iam',
      region: '',
      resource: 'role',
      resourceName: 'aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling',
    }),
  );
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AutoScalingUsesKey',
      effect: Effect.ALLOW,
      principals: [role],
      actions: USE_KEY,
      resources: ['*'],
    }),
  );
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AutoScalingAttachesVolumes',
      effect: Effect.ALLOW,
      principals: [role],
      actions: ['kms:CreateGrant'],
      resources: ['*'],
      conditions: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    }),
  );
}

function admitLogs(key: Key, stack: Stack, document: Deployment): void {
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'LogsUseKey',
      effect: Effect.ALLOW,
      principals: [new ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
      actions: USE_KEY,
      resources: ['*'],
      conditions: {
        ArnLike: {
          'kms:EncryptionContext:aws:logs:arn': stack.formatArn({
            service: 'logs',
            resource: 'log-group',
            resourceName: `${logGroupPrefix(document)}/*`,
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        },
      },
    }),
  );
}

/** Alarms publish to the encrypted topic of notices, and only for this account. */
function admitAlarms(key: Key): void {
  key.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AlarmsUseKey',
      effect: Effect.ALLOW,
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  );
}
