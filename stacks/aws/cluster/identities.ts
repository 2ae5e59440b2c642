// Who pods are in the account.
// In: cluster, network and supplies. Out: roles and their association with service accounts.
import { Aws, type Stack, Validations } from 'aws-cdk-lib';
import type { Vpc } from 'aws-cdk-lib/aws-ec2';
import { CfnPodIdentityAssociation } from 'aws-cdk-lib/aws-eks';
import type { Cluster } from 'aws-cdk-lib/aws-eks-v2';
import { Effect, PolicyStatement, type PolicyStatementProps, type Role } from 'aws-cdk-lib/aws-iam';

import type { Deployment } from '../../../src/documents/deployment.ts';
import { wildcardFinding } from '../finding.ts';
import { WEIGHTS_PREFIX } from '../supplies/buckets.ts';
import { loadBalancerPolicy } from './load-balancer-policy.ts';
import { addPodRole, type PodIdentity } from './pod-role.ts';
import { poolSize } from './pool-size.ts';
import type { ClusterSupplies } from './supplies.ts';

export interface IdentitiesProps {
  readonly document: Deployment;
  readonly cluster: Cluster;
  readonly network: Vpc;
  readonly supplies: ClusterSupplies;
}

/** The engine's pods: namespace and service account are named as the deployment. */
export function engineIdentity({ name }: Deployment): PodIdentity {
  return { clusterName: name, namespace: name, serviceAccount: name };
}

/** Adds the identities of engine and load balancer controller; what scales pods asks the cluster only and needs none. */
export function addIdentities(stack: Stack, props: IdentitiesProps): CfnPodIdentityAssociation[] {
  const { document, cluster, network } = props;
  const engine = engineIdentity(document);
  const controller: PodIdentity = {
    clusterName: document.name,
    namespace: 'kube-system',
    serviceAccount: 'aws-load-balancer-controller',
  };
  const autoscaler: PodIdentity = { clusterName: document.name, namespace: 'kube-system', serviceAccount: 'cluster-autoscaler' };
  return [
    associate(stack, 'EngineIdentity', cluster, engine, addEngineRole(stack, engine, props.supplies)),
    associate(stack, 'LoadBalancerIdentity', cluster, controller, addControllerRole(stack, controller, network)),
    ...(changesSize(document)
      ? [associate(stack, 'AutoscalerIdentity', cluster, autoscaler, addAutoscalerRole(stack, autoscaler))]
      : []),
  ];
}

/** Whether any pool has nodes that come and go. */
function changesSize({ pools, fleet }: Deployment): boolean {
  return pools.some((pool) => {
    const { minimumNodes, maximumNodes } = poolSize(pool, fleet);
    return minimumNodes < maximumNodes;
  });
}

/** @source https://github.com/kubernetes/autoscaler, cluster-autoscaler/cloudprovider/aws: minimal IAM permissions */
function addAutoscalerRole(stack: Stack, identity: PodIdentity): Role {
  const role = addPodRole(stack, 'AutoscalerRole', identity, 'Node autoscaler: size of the node groups of this cluster');
  const allow = (sid: string, actions: string[], conditions?: PolicyStatementProps['conditions']) =>
    role.addToPolicy(
      new PolicyStatement({
        sid,
        effect: Effect.ALLOW,
        actions,
        resources: ['*'],
        ...(conditions === undefined ? {} : { conditions }),
      }),
    );
  allow('Look', [
    'autoscaling:DescribeAutoScalingGroups',
    'autoscaling:DescribeAutoScalingInstances',
    'autoscaling:DescribeLaunchConfigurations',
    'autoscaling:DescribeScalingActivities',
    'autoscaling:DescribeTags',
    'ec2:DescribeImages',
    'ec2:DescribeInstanceTypes',
    'ec2:DescribeLaunchTemplateVersions',
    'ec2:GetInstanceTypesFromInstanceRequirements',
  ]);
  allow('Resize', ['autoscaling:SetDesiredCapacity', 'autoscaling:TerminateInstanceInAutoScalingGroup'], {
    // EKS puts it on the groups behind its node groups.
    StringEquals: { 'aws:ResourceTag/eks:cluster-name': identity.clusterName },
  });
  Validations.of(role).acknowledge({
    id: 'AwsSolutions-IAM5[Resource::*]',
    reason:
      'The groups behind node groups get their names from EKS; a condition holds every change to those of this cluster, and describing has no ARN to name.',
  });
  return role;
}

function associate(stack: Stack, id: string, cluster: Cluster, identity: PodIdentity, role: Role): CfnPodIdentityAssociation {
  const { namespace, serviceAccount } = identity;
  return new CfnPodIdentityAssociation(stack, id, {
    clusterName: cluster.clusterName,
    namespace,
    serviceAccount,
    roleArn: role.roleArn,
  });
}

function addEngineRole(stack: Stack, identity: PodIdentity, { bucketName, keyArn, secretArn }: ClusterSupplies): Role {
  const role = addPodRole(stack, 'EngineRole', identity, 'Serving pods: read weights and API key');
  const allow = (sid: string, actions: string[], resources: string[], conditions?: PolicyStatementProps['conditions']) =>
    role.addToPolicy(
      new PolicyStatement({ sid, effect: Effect.ALLOW, actions, resources, ...(conditions === undefined ? {} : { conditions }) }),
    );
  const bucketArn = `arn:${Aws.PARTITION}:s3:::${bucketName}`;
  const weightObjects = `${bucketArn}/${WEIGHTS_PREFIX}/*`;
  allow('ReadWeights', ['s3:GetObject'], [weightObjects]);
  allow('ListWeights', ['s3:ListBucket'], [bucketArn], { StringLike: { 's3:prefix': [`${WEIGHTS_PREFIX}/*`] } });
  allow('ReadApiKey', ['secretsmanager:GetSecretValue'], [secretArn]);
  allow('ReadEncrypted', ['kms:Decrypt'], [keyArn]);
  Validations.of(role).acknowledge({
    id: wildcardFinding(stack, weightObjects),
    reason: 'Objects under the one prefix of the one bucket; their names are the files of the checkpoint.',
  });
  return role;
}

function addControllerRole(stack: Stack, identity: PodIdentity, network: Vpc): Role {
  const role = addPodRole(stack, 'LoadBalancerRole', identity, 'Load balancer controller: what carries the tag of this cluster');
  const { statements, wildcards } = loadBalancerPolicy(stack, identity.clusterName, network);
  for (const statement of statements) role.addToPolicy(statement);
  Validations.of(role).acknowledge(
    ...wildcards.map((resource) => ({
      id: wildcardFinding(stack, resource),
      reason:
        'Names of load balancers and groups are given when they are made. Conditions hold every change to the tag of this cluster or to its network; describing has no ARN to name.',
    })),
  );
  return role;
}
