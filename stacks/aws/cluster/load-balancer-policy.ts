// What the controller that makes the endpoint's load balancer may do.
// In: cluster name and network. Out: statements for network load balancers alone, held to this cluster's tag where the
// interface allows a condition. The controller's own policy also covers web firewalls, sign-in and certificates.
import { Aws, type Stack } from 'aws-cdk-lib';
import type { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Effect, PolicyStatement, type PolicyStatementProps } from 'aws-cdk-lib/aws-iam';

/** The controller puts it on everything it makes. */
export const CLUSTER_TAG = 'elbv2.k8s.aws/cluster';

const LOOK = [
  'ec2:DescribeAccountAttributes',
  'ec2:DescribeAddresses',
  'ec2:DescribeAvailabilityZones',
  'ec2:DescribeInstances',
  'ec2:DescribeInternetGateways',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeRouteTables',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'ec2:DescribeTags',
  'ec2:DescribeVpcPeeringConnections',
  'ec2:DescribeVpcs',
  'ec2:GetSecurityGroupsForVpc',
  'elasticloadbalancing:DescribeCapacityReservation',
  'elasticloadbalancing:DescribeListenerAttributes',
  'elasticloadbalancing:DescribeListenerCertificates',
  'elasticloadbalancing:DescribeListeners',
  'elasticloadbalancing:DescribeLoadBalancerAttributes',
  'elasticloadbalancing:DescribeLoadBalancers',
  'elasticloadbalancing:DescribeRules',
  'elasticloadbalancing:DescribeSSLPolicies',
  'elasticloadbalancing:DescribeTags',
  'elasticloadbalancing:DescribeTargetGroupAttributes',
  'elasticloadbalancing:DescribeTargetGroups',
  'elasticloadbalancing:DescribeTargetHealth',
];
const CHANGE = [
  'elasticloadbalancing:AddListenerCertificates',
  'elasticloadbalancing:AddTags',
  'elasticloadbalancing:DeleteListener',
  'elasticloadbalancing:DeleteLoadBalancer',
  'elasticloadbalancing:DeleteTargetGroup',
  'elasticloadbalancing:DeregisterTargets',
  'elasticloadbalancing:ModifyListener',
  'elasticloadbalancing:ModifyListenerAttributes',
  'elasticloadbalancing:ModifyLoadBalancerAttributes',
  'elasticloadbalancing:ModifyTargetGroup',
  'elasticloadbalancing:ModifyTargetGroupAttributes',
  'elasticloadbalancing:RegisterTargets',
  'elasticloadbalancing:RemoveListenerCertificates',
  'elasticloadbalancing:RemoveTags',
  'elasticloadbalancing:SetIpAddressType',
  'elasticloadbalancing:SetSecurityGroups',
  'elasticloadbalancing:SetSubnets',
];
const CREATE = ['CreateLoadBalancer', 'CreateTargetGroup', 'CreateListener'];

export interface LoadBalancerPolicy {
  readonly statements: readonly PolicyStatement[];
  /** Every resource with a wildcard among them. */
  readonly wildcards: readonly string[];
}

/** @source https://github.com/kubernetes-sigs/aws-load-balancer-controller, docs/install/iam_policy.json */
export function loadBalancerPolicy(stack: Stack, clusterName: string, network: Vpc): LoadBalancerPolicy {
  const of = (service: string, resource: string, resourceName = '*') => stack.formatArn({ service, resource, resourceName });
  const groups = of('ec2', 'security-group');
  const balancers = of('elasticloadbalancing', 'loadbalancer', 'net/*');
  const listeners = of('elasticloadbalancing', 'listener', 'net/*');
  const targets = of('elasticloadbalancing', 'targetgroup', '*');
  const made = { [`aws:ResourceTag/${CLUSTER_TAG}`]: clusterName };
  const asked = { [`aws:RequestTag/${CLUSTER_TAG}`]: clusterName };
  const here = { 'ec2:Vpc': network.vpcArn };
  const allow = (sid: string, actions: string[], resources: string[], conditions?: PolicyStatementProps['conditions']) =>
    new PolicyStatement({ sid, effect: Effect.ALLOW, actions, resources, ...(conditions === undefined ? {} : { conditions }) });
  return {
    wildcards: ['*', groups, balancers, listeners, targets],
    statements: [
      allow('Look', LOOK, ['*']),
      allow('CreateBalancers', CREATE.slice(0, 2).map(elastic), [balancers, targets], { StringEquals: asked }),
      allow('CreateListeners', ['elasticloadbalancing:CreateListener'], [balancers], { StringEquals: made }),
      // Only while something is made: else whatever carries no tag could be made one's own.
      allow('TagWhatIsMade', ['elasticloadbalancing:AddTags'], [balancers, targets, listeners], {
        StringEquals: { ...asked, 'elasticloadbalancing:CreateAction': CREATE },
      }),
      allow('ChangeOwn', CHANGE, [balancers, targets, listeners], { StringEquals: made }),
      allow('CreateGroups', ['ec2:CreateSecurityGroup'], [network.vpcArn]),
      allow('CreateTaggedGroups', ['ec2:CreateSecurityGroup'], [groups], { StringEquals: asked }),
      allow('TagNewGroups', ['ec2:CreateTags'], [groups], {
        StringEquals: { ...asked, 'ec2:CreateAction': 'CreateSecurityGroup' },
      }),
      allow('ChangeOwnGroups', ['ec2:CreateTags', 'ec2:DeleteTags', 'ec2:DeleteSecurityGroup'], [groups], { StringEquals: made }),
      // The nodes' group is not the controller's, yet must let the load balancer in.
      allow('OpenGroups', ['ec2:AuthorizeSecurityGroupIngress', 'ec2:RevokeSecurityGroupIngress'], [groups], { ArnEquals: here }),
      allow(
        'ServiceRole',
        ['iam:CreateServiceLinkedRole'],
        [
          `arn:${Aws.PARTITION}:iam::${stack.account}:role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing`,
        ],
        { StringEquals: { 'iam:AWSServiceName': 'elasticloadbalancing.amazonaws.com' } },
      ),
    ],
  };
}

function elastic(action: string): string {
  return `elasticloadbalancing:${action}`;
}
