// What a node itself may do in the account; pods have roles of their own.
// In: a stack. Out: a role to join the cluster, pull images and answer Session Manager.
import { type Stack, Validations } from 'aws-cdk-lib';
import { Effect, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';

import { managedPolicyFinding } from '../finding.ts';

/** Adds the role of all nodes. The network add-on has its own, so that pods on the host's network gain nothing by it. */
export function addNodeRole(stack: Stack): Role {
  const policies = ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly'].map((name) =>
    ManagedPolicy.fromAwsManagedPolicyName(name),
  );
  const role = new Role(stack, 'NodeRole', {
    assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
    description: 'Nodes: join the cluster, pull images, answer Session Manager',
    managedPolicies: policies,
  });
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
  Validations.of(role).acknowledge(
    ...policies.map(({ managedPolicyArn }) => ({
      id: managedPolicyFinding(stack, managedPolicyArn),
      reason: 'EKS refuses node groups whose role lacks its policies, and changes them with its versions; both only read.',
    })),
    { id: 'AwsSolutions-IAM5[Resource::*]', reason: 'Channels of Session Manager have no ARN to name.' },
  );
  return role;
}
