// The cluster's control plane and who may administer it.
// In: network, key and log group. Out: a cluster whose API answers inside the network and to the callers' networks only.
import { CfnParameter, type Stack, Validations } from 'aws-cdk-lib';
import { type ISecurityGroup, Peer, Port, SecurityGroup, type Vpc } from 'aws-cdk-lib/aws-ec2';
import type { CfnCluster } from 'aws-cdk-lib/aws-eks';
import {
  AccessEntry,
  AccessPolicy,
  AccessScopeType,
  Cluster,
  ClusterLoggingTypes,
  DefaultCapacityType,
  EndpointAccess,
  KubernetesVersion,
} from 'aws-cdk-lib/aws-eks-v2';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';

import type { Deployment } from '../../../src/documents/deployment.ts';
import { managedPolicyFinding } from '../finding.ts';
import { NODES } from './network.ts';

/** The newest that EKS offers and this CDK knows; all others leave standard support sooner. */
const VERSION = KubernetesVersion.V1_37;
const API_PORT = 443;

export interface ControlPlaneProps {
  readonly document: Deployment;
  readonly network: Vpc;
  readonly key: IKey;
  readonly logs: ILogGroup;
}

export interface ControlPlane {
  readonly cluster: Cluster;
  /** Who administers it, asked for at deployment. */
  readonly administratorRoleArn: string;
}

/** Adds cluster and administrator. Its name is the deployment's, so that policies and log groups can state it. */
export function addControlPlane(stack: Stack, { document, network, key, logs }: ControlPlaneProps): ControlPlane {
  const cluster = new Cluster(stack, 'Cluster', {
    clusterName: document.name,
    version: VERSION,
    vpc: network,
    vpcSubnets: [NODES],
    role: addClusterRole(stack),
    securityGroup: addApiSecurityGroup(stack, document, network),
    endpointAccess: EndpointAccess.PRIVATE,
    secretsEncryptionKey: key,
    clusterLogging: Object.values(ClusterLoggingTypes),
    defaultCapacity: 0,
    defaultCapacityType: DefaultCapacityType.NODEGROUP,
    bootstrapClusterCreatorAdminPermissions: false,
    // The add-ons of this stack take their place; both at once would fight over the same objects.
    bootstrapSelfManagedAddons: false,
  });
  // Kept for a function that applies manifests from here; there is none.
  cluster.node.tryRemoveChild('KubectlReadyBarrier');
  const raw = cluster.node.defaultChild as CfnCluster;
  // Extended support would cost six times as much an hour without anyone having asked for it.
  raw.addPropertyOverride('UpgradePolicy', { SupportType: 'STANDARD' });
  raw.node.addDependency(logs);
  Validations.of(cluster).acknowledge({
    id: 'CloudFormation-Validate::W9009',
    reason: 'The schema calls the list of encrypted resources old, yet EKS takes it, and CDK writes it.',
  });
  return { cluster, administratorRoleArn: addAdministrator(stack, cluster) };
}

function addClusterRole(stack: Stack): Role {
  const policy = ManagedPolicy.fromAwsManagedPolicyName('AmazonEKSClusterPolicy');
  const role = new Role(stack, 'ClusterRole', {
    assumedBy: new ServicePrincipal('eks.amazonaws.com'),
    managedPolicies: [policy],
  });
  Validations.of(role).acknowledge({
    id: managedPolicyFinding(stack, policy.managedPolicyArn),
    reason: 'EKS adds what its control plane needs to this policy with each version; a copy would fall behind and stop it.',
  });
  return role;
}

function addApiSecurityGroup(stack: Stack, document: Deployment, vpc: Vpc): ISecurityGroup {
  const group = new SecurityGroup(stack, 'ApiTraffic', {
    vpc,
    description: 'Kubernetes API: in from the callers over HTTPS',
    allowAllOutbound: false,
  });
  for (const cidr of document.network.clientCidrs)
    group.addIngressRule(Peer.ipv4(cidr), Port.tcp(API_PORT), 'Callers named in the plan');
  return group;
}

function addAdministrator(stack: Stack, cluster: Cluster): string {
  const principal = new CfnParameter(stack, 'AdministratorRoleArn', {
    type: 'String',
    description: 'Role that administers the cluster and applies its manifests',
    allowedPattern: '^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9+=,.@_/-]+$',
    constraintDescription: 'an ARN of an IAM role',
  }).valueAsString;
  new AccessEntry(stack, 'Administrator', {
    cluster,
    principal,
    accessPolicies: [
      AccessPolicy.fromAccessPolicyName('AmazonEKSClusterAdminPolicy', { accessScopeType: AccessScopeType.CLUSTER }),
    ],
  });
  return principal;
}
