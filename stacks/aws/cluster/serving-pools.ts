// The nodes with accelerators: one group a pool, all in the zone where their fabric is.
// In: cluster, network, role, key and document. Out: node groups that only pods which ask for accelerators land on.
import type { CfnResource, Stack } from 'aws-cdk-lib';
import { Port, SecurityGroup, type Vpc } from 'aws-cdk-lib/aws-ec2';
import type { CfnNodegroup } from 'aws-cdk-lib/aws-eks';
import { type Cluster, Nodegroup, NodegroupAmiType, TaintEffect } from 'aws-cdk-lib/aws-eks-v2';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';

import type { Deployment, Pool } from '../../../src/documents/deployment.ts';
import { ACCELERATOR_TAINT } from './add-ons.ts';
import { bootData } from './boot-data.ts';
import { capacityTypeOf, leaveBlock, placePool } from './capacity.ts';
import { fabricSubnet } from './network.ts';
import { networkInterfaces } from './network-interfaces.ts';
import { addNodeTemplate, type NodeDisk } from './node-template.ts';
import { poolSize } from './pool-size.ts';

export interface ServingPoolsProps {
  readonly document: Deployment;
  readonly cluster: Cluster;
  readonly network: Vpc;
  readonly role: IRole;
  readonly key: IKey;
}

export interface ServingPool {
  readonly role: Pool['role'];
  readonly nodes: Nodegroup;
  /** What stands for the group in templates. */
  readonly group: CfnNodegroup;
}

const BYTES_PER_GIB = 2 ** 30;
/** What the bill counts for a network disk with weights on it: the free figures would read 700 GB for an hour and a half. */
const WEIGHTS_DISK = { operationsPerSecond: 4000, mebibytesPerSecond: 1000 } as const;

/** Adds a node group for each pool. */
export function addServingPools(stack: Stack, props: ServingPoolsProps): ServingPool[] {
  const { document, network } = props;
  const fabric = document.machine.fabric?.kind === 'efa' ? addFabricSecurityGroup(stack, network) : null;
  return document.pools.map((pool) => addServingPool(stack, props, pool, fabric));
}

/** The name of a pool's constructs and outputs. */
export function poolId(role: Pool['role']): string {
  return `${role.charAt(0).toUpperCase()}${role.slice(1)}`;
}

function addServingPool(stack: Stack, props: ServingPoolsProps, pool: Pool, fabric: SecurityGroup | null): ServingPool {
  const { document, cluster, network, role, key } = props;
  const { machine, fleet } = document;
  const id = poolId(pool.role);
  const template = addNodeTemplate(stack, `${id}Template`, {
    machineType: machine.type,
    disk: nodeDisk(document.disk),
    key,
    userData: bootData(machine),
  });
  if (fabric !== null && machine.fabric !== null)
    (template.node.defaultChild as CfnResource).addPropertyOverride(
      'LaunchTemplateData.NetworkInterfaces',
      networkInterfaces(machine.fabric, { cluster: cluster.clusterSecurityGroupId, fabric: fabric.securityGroupId }),
    );
  placePool(stack, template, document, pool, id);

  const size = poolSize(pool, fleet);
  const nodes = new Nodegroup(stack, `${id}Nodes`, {
    cluster,
    nodeRole: role,
    subnets: { subnets: [fabricSubnet(network)] },
    amiType: machine.cpuArchitecture === 'arm64' ? NodegroupAmiType.AL2023_ARM_64_NVIDIA : NodegroupAmiType.AL2023_X86_64_NVIDIA,
    launchTemplateSpec: { id: template.launchTemplateId ?? '', version: template.latestVersionNumber },
    capacityType: capacityTypeOf(document),
    minSize: size.minimumNodes,
    desiredSize: size.desiredNodes,
    maxSize: size.maximumNodes,
    // A replica is gone with any of its nodes, so an update takes one whole replica at a time.
    maxUnavailable: pool.nodesPerReplica,
    labels: { 'seekstack.dev/pool': pool.role, 'seekstack.dev/server': machine.type },
    taints: [{ key: ACCELERATOR_TAINT, value: 'true', effect: TaintEffect.NO_SCHEDULE }],
    enableNodeAutoRepair: true,
  });
  const group = nodes.node.defaultChild as CfnNodegroup;
  // The other way starts new nodes before old ones leave, and there may be no machine to start.
  group.addPropertyOverride('UpdateConfig.UpdateStrategy', 'MINIMAL');
  leaveBlock(stack, group, document, id);
  return { role: pool.role, nodes, group };
}

/** The fabric passes only between interfaces of a group that lets all its own traffic in and out. */
function addFabricSecurityGroup(stack: Stack, vpc: Vpc): SecurityGroup {
  const group = new SecurityGroup(stack, 'Fabric', {
    vpc,
    description: 'Fabric between serving nodes: everything, among themselves only',
    allowAllOutbound: false,
  });
  group.addIngressRule(group, Port.allTraffic(), 'From the fabric');
  group.addEgressRule(group, Port.allTraffic(), 'To the fabric');
  return group;
}

/** One disk: volumes of pods lie on it where there is no local one, and the weights in them. */
function nodeDisk({ rootBytes, weightsBytes }: Deployment['disk']): NodeDisk {
  return {
    gibibytes: Math.max(1, Math.ceil((rootBytes + weightsBytes) / BYTES_PER_GIB)),
    provisioned: weightsBytes === 0 ? undefined : WEIGHTS_DISK,
  };
}
