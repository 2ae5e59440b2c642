// What a serving node may do in the account.
// In: the engine's log group and the supplies. Out: a role for one bucket prefix, one repository, one secret, its own logs
// and metrics, and Session Manager.
import { type Stack, Validations } from 'aws-cdk-lib';
import { Effect, PolicyStatement, type PolicyStatementProps, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';

import type { Deployment } from '../../../src/documents/deployment.ts';
import { metricNamespace } from '../node/watch.ts';
import { WEIGHTS_PREFIX } from '../supplies/buckets.ts';
import { type Supplies, weightsArnExport } from '../supplies/supplies-stack.ts';

/** Adds the nodes' role. */
export function addNodeRole(stack: Stack, document: Deployment, supplies: Supplies, engineLogs: ILogGroup): Role {
  const { weightsArn, registry, apiKey, key } = supplies;
  const role = new Role(stack, 'NodeRole', {
    assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
    description: 'Serving nodes: read their supplies, write logs and metrics, answer Session Manager',
  });
  const allow = (sid: string, actions: string[], resources: string[], conditions?: PolicyStatementProps['conditions']) =>
    role.addToPolicy(
      new PolicyStatement({ sid, effect: Effect.ALLOW, actions, resources, ...(conditions === undefined ? {} : { conditions }) }),
    );
  const weightObjects = `${weightsArn}/${WEIGHTS_PREFIX}/*`;
  allow('WriteEngineLogs', ['logs:CreateLogStream', 'logs:PutLogEvents'], [engineLogs.logGroupArn]);
  allow('ReadWeights', ['s3:GetObject'], [weightObjects]);
  allow('ListWeights', ['s3:ListBucket'], [weightsArn], { StringLike: { 's3:prefix': [`${WEIGHTS_PREFIX}/*`] } });
  allow('PullImages', ['ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'], [registry.repositoryArn]);
  allow('ReadApiKey', ['secretsmanager:GetSecretValue'], [apiKey.secretArn]);
  allow('ReadEncrypted', ['kms:Decrypt'], [key.keyArn]);
  allow('SignInToRegistry', ['ecr:GetAuthorizationToken'], ['*']);
  allow('PublishMetrics', ['cloudwatch:PutMetricData'], ['*'], {
    StringEquals: { 'cloudwatch:namespace': metricNamespace(document) },
  });
  // The minimum for a shell through Session Manager; the managed policy would add reading every parameter of the account.
  // https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
  allow(
    'AnswerSessionManager',
    [
      'ssm:UpdateInstanceInformation',
      'ssmmessages:CreateControlChannel',
      'ssmmessages:CreateDataChannel',
      'ssmmessages:OpenControlChannel',
      'ssmmessages:OpenDataChannel',
    ],
    ['*'],
  );
  Validations.of(role).acknowledge(
    {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'Channels of Session Manager, signing in to a registry and publishing metrics have no ARN to name; metrics are held to one namespace by a condition.',
    },
    {
      id: `AwsSolutions-IAM5[Resource::${weightsArnExport(document)}/${WEIGHTS_PREFIX}/*]`,
      reason: 'Objects under the one prefix of the one bucket; their names are the files of the checkpoint.',
    },
  );
  return role;
}
