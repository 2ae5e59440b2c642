// What EKS installs in the cluster and keeps up to date.
// In: cluster and key. Out: add-ons that must stand before nodes, and those that need nodes to run on.
import { type Stack, Validations } from 'aws-cdk-lib';
import { CfnAddon } from 'aws-cdk-lib/aws-eks';
import type { Cluster } from 'aws-cdk-lib/aws-eks-v2';
import { Effect, ManagedPolicy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IConstruct } from 'constructs';

import { managedPolicyFinding } from '../finding.ts';
import { addPodRole } from './pod-role.ts';
import { POD_ADDRESSES } from './sizes.ts';

const SYSTEM_NAMESPACE = 'kube-system';
/** On every node with accelerators. */
export const ACCELERATOR_TAINT = 'nvidia.com/gpu';

export interface AddOnsProps {
  /** The deployment's name, known before the cluster is. */
  readonly clusterName: string;
  readonly cluster: Cluster;
  readonly key: IKey;
}

interface AddOn {
  readonly id: string;
  readonly name: string;
  readonly configuration?: Readonly<Record<string, unknown>>;
  readonly identity?: { readonly role: Role; readonly serviceAccount: string };
}

/** Without these a node never becomes ready. Versions are left out: EKS knows the default of the cluster's version. */
export function addNodeAddOns(stack: Stack, props: AddOnsProps): CfnAddon[] {
  const network = addAddOnRole(stack, props, 'PodNetworkRole', 'aws-node', 'AmazonEKS_CNI_Policy');
  return addAll(stack, props.cluster, [
    {
      id: 'PodIdentityAgent',
      name: 'eks-pod-identity-agent',
      // The network add-on asks it for its role before the node is ready, and serving pods on nodes that admit few.
      configuration: { tolerations: [{ operator: 'Exists' }] },
    },
    { id: 'ServiceProxy', name: 'kube-proxy' },
    {
      id: 'PodNetwork',
      name: 'vpc-cni',
      identity: { role: network, serviceAccount: 'aws-node' },
      configuration: {
        enableNetworkPolicy: 'true',
        env: {
          MINIMUM_IP_TARGET: String(POD_ADDRESSES.leastPerNode),
          WARM_IP_TARGET: String(POD_ADDRESSES.spare),
        },
      },
    },
  ]);
}

/** These run on system nodes. @param nodes - without them they stay unhealthy, and the deployment waits for nothing */
export function addClusterAddOns(stack: Stack, props: AddOnsProps, nodes: IConstruct): CfnAddon[] {
  const serviceAccount = 'ebs-csi-controller-sa';
  const disks = addAddOnRole(stack, props, 'DiskRole', serviceAccount, 'service-role/AmazonEBSCSIDriverPolicy');
  // The managed policy knows no keys. Grants are for volumes only: https://docs.aws.amazon.com/eks/latest/userguide/ebs-csi.html
  disks.addToPolicy(
    new PolicyStatement({
      sid: 'EncryptVolumes',
      effect: Effect.ALLOW,
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKeyWithoutPlaintext'],
      resources: [props.key.keyArn],
    }),
  );
  disks.addToPolicy(
    new PolicyStatement({
      sid: 'AttachVolumes',
      effect: Effect.ALLOW,
      actions: ['kms:CreateGrant'],
      resources: [props.key.keyArn],
      conditions: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    }),
  );
  const addOns = addAll(stack, props.cluster, [
    { id: 'Names', name: 'coredns' },
    { id: 'Disks', name: 'aws-ebs-csi-driver', identity: { role: disks, serviceAccount } },
    {
      id: 'NodeHealth',
      name: 'eks-node-monitoring-agent',
      // Its part that watches accelerators stays off nodes that admit few, unless told otherwise.
      configuration: { dcgmAgent: { tolerations: [{ key: ACCELERATOR_TAINT, operator: 'Exists', effect: 'NoSchedule' }] } },
    },
    { id: 'PodMetrics', name: 'metrics-server' },
  ]);
  for (const addOn of addOns) addOn.node.addDependency(nodes);
  return addOns;
}

function addAll(stack: Stack, cluster: Cluster, addOns: readonly AddOn[]): CfnAddon[] {
  return addOns.map(
    ({ id, name, configuration, identity }) =>
      new CfnAddon(stack, id, {
        addonName: name,
        clusterName: cluster.clusterName,
        // What is set here is the state; edits by hand do not survive an update.
        resolveConflicts: 'OVERWRITE',
        ...(configuration === undefined ? {} : { configurationValues: JSON.stringify(configuration) }),
        ...(identity === undefined
          ? {}
          : { podIdentityAssociations: [{ roleArn: identity.role.roleArn, serviceAccount: identity.serviceAccount }] }),
      }),
  );
}

function addAddOnRole(stack: Stack, { clusterName }: AddOnsProps, id: string, serviceAccount: string, policyName: string): Role {
  const role = addPodRole(stack, id, { clusterName, namespace: SYSTEM_NAMESPACE, serviceAccount }, `Add-on: ${serviceAccount}`);
  const policy = ManagedPolicy.fromAwsManagedPolicyName(policyName);
  role.addManagedPolicy(policy);
  Validations.of(role).acknowledge({
    id: managedPolicyFinding(stack, policy.managedPolicyArn),
    reason: 'AWS keeps this policy in step with its own add-on, which updates itself; only that service account has it.',
  });
  return role;
}
