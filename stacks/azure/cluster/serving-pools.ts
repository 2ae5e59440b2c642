// The nodes with accelerators: one agent pool a pool of the plan, which is one scale set and so one fabric.
// In: the document, its group, the cluster and subnet. Out: pools that only pods which ask for accelerators land on.
import { AgentPool, type AgentPoolArgs } from '@pulumi/azure-native/containerservice/agentPool.js';
import type { ManagedCluster } from '@pulumi/azure-native/containerservice/managedCluster.js';
import type { Subnet } from '@pulumi/azure-native/network/subnet.js';
import type { ResourceGroup } from '@pulumi/azure-native/resources/resourceGroup.js';
import {
  AgentPoolMode,
  AgentPoolType,
  GPUDriver,
  KubeletDiskType,
  OSDiskType,
  OSSKU,
  OSType,
  ScaleDownMode,
  ScaleSetEvictionPolicy,
  ScaleSetPriority,
  UndrainableNodeBehavior,
} from '@pulumi/azure-native/types/enums/containerservice/index.js';
import type * as pulumi from '@pulumi/pulumi';
import type { Deployment, Pool } from '../../../src/documents/deployment.ts';
import { buildTags } from '../tags.ts';
import { usesInfiniband } from './infiniband.ts';
import { measurePool } from './pool-size.ts';

const bytesPerGibibyte = 2 ** 30;
/** Azure's word for "never evict for price, pay at most on-demand". */
const noPriceCeiling = -1;
const drainMinutes = 30;

export const acceleratorTaints = { nvidia: 'nvidia.com/gpu', amd: 'amd.com/gpu' } as const;

export interface ServingPoolsParts {
  resourceGroup: ResourceGroup;
  cluster: ManagedCluster;
  subnet: Subnet;
}

/**
 * Between machines on InfiniBand the driver of accelerators is built beside that of the adapters, by operators in the
 * cluster; Azure's own cannot be there then. It has none for AMD.
 */
function chooseDriver(document: Deployment): GPUDriver {
  return usesInfiniband(document) || document.machine.accelerator?.vendor === 'amd' ? GPUDriver.None : GPUDriver.Install;
}

/** A spot machine is never one of several of a replica: documents that ask for that are refused. */
function buildPurchase({ fleet }: Deployment): Partial<AgentPoolArgs> {
  if (fleet.purchase !== 'spot') return { scaleSetPriority: ScaleSetPriority.Regular };
  return {
    scaleSetPriority: ScaleSetPriority.Spot,
    scaleSetEvictionPolicy: ScaleSetEvictionPolicy.Delete,
    spotMaxPrice: noPriceCeiling,
  };
}

/** A machine is taken out before its successor comes: there is none to spare. Spot pools know no such settings. */
function buildUpgrades({ fleet }: Deployment): Partial<AgentPoolArgs> {
  if (fleet.purchase === 'spot') return {};
  return {
    upgradeSettings: {
      maxSurge: '0',
      maxUnavailable: '1',
      drainTimeoutInMinutes: drainMinutes,
      undrainableNodeBehavior: UndrainableNodeBehavior.Cordon,
    },
  };
}

/** Pools apart hand caches over by the fabric, so all of a deployment are in the zone of the first. */
function chooseZone({ placement }: Deployment): Partial<AgentPoolArgs> {
  const [zone] = placement.zones;
  return zone === undefined ? {} : { availabilityZones: [zone] };
}

function buildPool(document: Deployment, pool: Pool, parts: ServingPoolsParts): AgentPoolArgs {
  const { machine, fleet, disk } = document;
  const { minimumNodes, desiredNodes, maximumNodes } = measurePool(pool, fleet);
  const elastic = minimumNodes < maximumNodes;
  return {
    resourceGroupName: parts.resourceGroup.name,
    resourceName: parts.cluster.name,
    agentPoolName: pool.role,
    tags: buildTags(document),
    mode: AgentPoolMode.User,
    type: AgentPoolType.VirtualMachineScaleSets,
    vmSize: machine.type,
    count: desiredNodes,
    enableAutoScaling: elastic,
    ...(elastic ? { minCount: minimumNodes, maxCount: maximumNodes, scaleDownMode: ScaleDownMode.Delete } : {}),
    osType: OSType.Linux,
    // The size says whether it is built for x86 or for Arm.
    osSKU: OSSKU.Ubuntu,
    osDiskType: OSDiskType.Managed,
    osDiskSizeGB: Math.ceil(disk.rootBytes / bytesPerGibibyte),
    // Images and logs stay on the encrypted disk; weights are on local disks or on one of their own.
    kubeletDiskType: KubeletDiskType.OS,
    vnetSubnetID: parts.subnet.id,
    enableEncryptionAtHost: true,
    enableNodePublicIP: false,
    nodeLabels: { 'seekstack.dev/pool': pool.role, 'seekstack.dev/server': machine.type },
    ...(machine.accelerator === null
      ? {}
      : {
          nodeTaints: [`${acceleratorTaints[machine.accelerator.vendor]}=present:NoSchedule`],
          gpuProfile: { driver: chooseDriver(document) },
        }),
    ...(fleet.reservation === null ? {} : { capacityReservationGroupID: fleet.reservation.id }),
    ...chooseZone(document),
    ...buildPurchase(document),
    ...buildUpgrades(document),
  };
}

/** @param options - what must exist before the first node costs money, and what a fabric must be asked for with */
export function declareServingPools(
  document: Deployment,
  parts: ServingPoolsParts,
  options: pulumi.CustomResourceOptions,
): AgentPool[] {
  return document.pools.map((pool) => {
    const args = buildPool(document, pool, parts);
    return new AgentPool(`pool-${pool.role}`, args, {
      ...options,
      // The autoscaler counts them from then on.
      ...(args.enableAutoScaling === true ? { ignoreChanges: ['count'] } : {}),
      // Reserved machines that are let go may not come back.
      protect: document.fleet.reservation !== null,
    });
  });
}
