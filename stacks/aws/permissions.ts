// What a serving node may do in the account.
// In: the engine's log group. Out: a role for that group's streams and for Session Manager, nothing else.
import { type Stack, Validations } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';

/**
 * Adds the nodes' role. Weights and image are public, so it reads no bucket and no registry.
 */
export function addNodeRole(stack: Stack, engineLogs: ILogGroup): Role {
  const role = new Role(stack, 'NodeRole', {
    assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
    description: 'Serving nodes: write engine logs, answer Session Manager',
  });
  role.addToPolicy(
    new PolicyStatement({
      sid: 'WriteEngineLogs',
      effect: Effect.ALLOW,
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [engineLogs.logGroupArn],
    }),
  );
  // The minimum for a shell through Session Manager; the managed policy would add reading every parameter of the account.
  // https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
  role.addToPolicy(
    new PolicyStatement({
      sid: 'AnswerSessionManager',
      effect: Effect.ALLOW,
      actions: [
        'ssm:UpdateInstanceInformation',
        'ssmmessages:CreateControlChannel',
        'ssmmessages:CreateDataChannel',
        'ssmmessages:OpenControlChannel',
        'ssmmessages:OpenDataChannel',
      ],
      resources: ['*'],
    }),
  );
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason: 'The channels of Session Manager have no ARN to name, and the instance is not known before it starts.',
  });
  return role;
}
