// The nodes of the cluster's own controllers.
// In: cluster, role and key. Out: a node group that costs little and is there before any accelerator is.
import type { Stack } from 'aws-cdk-lib';
import { type Cluster, Nodegroup, NodegroupAmiType } from 'aws-cdk-lib/aws-eks-v2';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';

import { NODES } from './network.ts';
import { addNodeTemplate } from './node-template.ts';
import { SYSTEM_NODES } from './sizes.ts';

export interface SystemNodesProps {
  readonly cluster: Cluster;
  readonly role: IRole;
  readonly key: IKey;
}

/** Adds two nodes over the zones, so that one may fail. */
export function addSystemNodes(stack: Stack, { cluster, role, key }: SystemNodesProps): Nodegroup {
  const template = addNodeTemplate(stack, 'SystemTemplate', {
    machineType: SYSTEM_NODES.machineType,
    disk: { gibibytes: SYSTEM_NODES.diskGibibytes },
    key,
  });
  return new Nodegroup(stack, 'SystemNodes', {
    cluster,
    nodeRole: role,
    subnets: NODES,
    amiType: NodegroupAmiType.AL2023_X86_64_STANDARD,
    launchTemplateSpec: { id: template.launchTemplateId ?? '', version: template.latestVersionNumber },
    minSize: SYSTEM_NODES.count,
    desiredSize: SYSTEM_NODES.count,
    maxSize: SYSTEM_NODES.count,
    labels: { 'seekstack.dev/pool': 'system' },
    enableNodeAutoRepair: true,
  });
}
