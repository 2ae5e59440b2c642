// The machines: a flexible scale set in which every node is one whole replica.
// In: the deployment document, subnet, backend pool, identity, public key. Out: the scale set.

import { VirtualMachineScaleSet, type VirtualMachineScaleSetArgs } from '@pulumi/azure-native/compute/virtualMachineScaleSet.js';
import type { UserAssignedIdentity } from '@pulumi/azure-native/managedidentity/userAssignedIdentity.js';
import type { Subnet } from '@pulumi/azure-native/network/subnet.js';
import {
  CachingTypes,
  DeleteOptions,
  DiskCreateOptionTypes,
  DiskDeleteOptionTypes,
  NetworkApiVersion,
  OrchestrationMode,
  ResourceIdentityType,
  StorageAccountTypes,
  VirtualMachineEvictionPolicyTypes,
  VirtualMachinePriorityTypes,
} from '@pulumi/azure-native/types/enums/compute/index.js';
import type * as inputs from '@pulumi/azure-native/types/input.js';
import * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../../src/documents/deployment.ts';
import type { SuppliesPlaces } from '../node/fetch-supplies.ts';
import { chooseNodeImage } from '../node/node-image.ts';
import { buildCustomData } from '../node/user-data.ts';
import { chooseCachePlace, weightsDiskLun } from '../node/weight-cache.ts';
import { buildTags } from '../tags.ts';
import type { AgentSettings } from '../watching/agent.ts';

const administratorName = 'seekstack';
const bytesPerGibibyte = 2 ** 30;
/** Azure's word for "never evict for price, pay at most on-demand". */
const noPriceCeiling = -1;

export interface ServingNodesParts {
  resourceGroupName: pulumi.Input<string>;
  subnet: Subnet;
  backendPoolId: pulumi.Input<string>;
  identity: UserAssignedIdentity;
  /** OpenSSH public key; nothing admits port 22, yet Azure wants a key where passwords are off. */
  sshPublicKey: pulumi.Input<string>;
  /** An image of the deployer's own in place of the marketplace's; its id. */
  nodeImage: string | undefined;
  diskEncryptionSetId: pulumi.Input<string>;
  /** Where nodes find keys, images and weights. */
  places: pulumi.Output<SuppliesPlaces>;
  /** Where nodes send metrics; left out where they have none. */
  agent?: pulumi.Output<AgentSettings>;
}

/** Azure's "GB" of a disk is 2^30 bytes. */
function toDiskGibibytes(bytes: number): number {
  return Math.ceil(bytes / bytesPerGibibyte);
}

/** @throws never for a document that was checked: where the marketplace has no image, one is set */
function chooseImage(document: Deployment, nodeImage: string | undefined): inputs.compute.ImageReferenceArgs {
  if (nodeImage !== undefined) return { id: nodeImage };
  const { publisher = '', offer = '', sku = '', version = '' } = chooseNodeImage(document.machine) ?? {};
  return { publisher, offer, sku, version };
}

function buildStorage(
  document: Deployment,
  { nodeImage, diskEncryptionSetId }: ServingNodesParts,
): inputs.compute.VirtualMachineScaleSetStorageProfileArgs {
  const managedDisk = {
    storageAccountType: StorageAccountTypes.Premium_LRS,
    diskEncryptionSet: { id: diskEncryptionSetId },
  };
  const weightsDisk = {
    lun: weightsDiskLun,
    createOption: DiskCreateOptionTypes.Empty,
    deleteOption: DiskDeleteOptionTypes.Delete,
    diskSizeGB: toDiskGibibytes(document.disk.weightsBytes),
    // Weights are read once, front to back: a host cache only adds its 4 TiB limit.
    caching: CachingTypes.None,
    managedDisk,
  };
  return {
    imageReference: chooseImage(document, nodeImage),
    osDisk: {
      createOption: DiskCreateOptionTypes.FromImage,
      deleteOption: DiskDeleteOptionTypes.Delete,
      diskSizeGB: toDiskGibibytes(document.disk.rootBytes),
      caching: CachingTypes.ReadWrite,
      managedDisk,
    },
    dataDisks: chooseCachePlace(document) === 'data-disk' ? [weightsDisk] : [],
  };
}

function buildNetworkProfile(parts: ServingNodesParts): inputs.compute.VirtualMachineScaleSetNetworkProfileArgs {
  return {
    // Flexible orchestration refuses a profile without it.
    networkApiVersion: NetworkApiVersion.NetworkApiVersion_2020_11_01,
    networkInterfaceConfigurations: [
      {
        name: 'primary',
        primary: true,
        enableAcceleratedNetworking: true,
        deleteOption: DeleteOptions.Delete,
        // No publicIPAddressConfiguration: a node has a private address only.
        ipConfigurations: [
          {
            name: 'private',
            primary: true,
            subnet: { id: parts.subnet.id },
            loadBalancerBackendAddressPools: [{ id: parts.backendPoolId }],
          },
        ],
      },
    ],
  };
}

function buildOsProfile(
  document: Deployment,
  { sshPublicKey, places, agent }: ServingNodesParts,
): inputs.compute.VirtualMachineScaleSetOSProfileArgs {
  return {
    computerNamePrefix: document.name,
    adminUsername: administratorName,
    customData: pulumi.all([places, agent]).apply(([known, told]) => buildCustomData(document, known, told)),
    linuxConfiguration: {
      disablePasswordAuthentication: true,
      provisionVMAgent: true,
      ssh: { publicKeys: [{ path: `/home/${administratorName}/.ssh/authorized_keys`, keyData: sshPublicKey }] },
    },
  };
}

/** Spot only when the plan bought spot; an evicted node keeps nothing worth paying its disks for, hence Delete. */
function buildPurchase(purchase: Deployment['fleet']['purchase']): inputs.compute.VirtualMachineScaleSetVMProfileArgs {
  if (purchase !== 'spot') return { priority: VirtualMachinePriorityTypes.Regular };
  return {
    priority: VirtualMachinePriorityTypes.Spot,
    evictionPolicy: VirtualMachineEvictionPolicyTypes.Delete,
    billingProfile: { maxPrice: noPriceCeiling },
  };
}

/** Machines that were set aside; they cost the same whether they run or not. */
function buildReservation(reservation: Deployment['fleet']['reservation']): inputs.compute.VirtualMachineScaleSetVMProfileArgs {
  return reservation === null ? {} : { capacityReservation: { capacityReservationGroup: { id: reservation.id } } };
}

/**
 * Declares the scale set with the planned number of nodes.
 * @param options - what must exist before the first node costs money
 */
export function declareServingNodes(
  document: Deployment,
  parts: ServingNodesParts,
  options: pulumi.CustomResourceOptions,
): VirtualMachineScaleSet {
  const { placement, fleet, machine } = document;
  const scaleSet: VirtualMachineScaleSetArgs = {
    resourceGroupName: parts.resourceGroupName,
    vmScaleSetName: `${document.name}-nodes`,
    location: placement.region,
    tags: buildTags(document),
    orchestrationMode: OrchestrationMode.Flexible,
    // 1 means "spread as widely as possible", the only value Azure takes in every region and zone.
    platformFaultDomainCount: 1,
    singlePlacementGroup: false,
    sku: { name: machine.type, capacity: fleet.nodes },
    ...(placement.zones.length > 0 ? { zones: placement.zones } : {}),
    identity: { type: ResourceIdentityType.UserAssigned, userAssignedIdentities: [parts.identity.id] },
    virtualMachineProfile: {
      ...buildPurchase(fleet.purchase),
      ...buildReservation(fleet.reservation),
      storageProfile: buildStorage(document, parts),
      networkProfile: buildNetworkProfile(parts),
      osProfile: buildOsProfile(document, parts),
      // It covers caches and local disks too. No securityType: Azure then picks what size and image allow.
      securityProfile: { encryptionAtHost: true },
      // Without a storage address Azure keeps console log and screenshot itself.
      diagnosticsProfile: { bootDiagnostics: { enabled: true } },
    },
  };
  return new VirtualMachineScaleSet('nodes', scaleSet, options);
}
