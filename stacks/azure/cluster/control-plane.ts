// The cluster: an API server without a public address, and the few nodes its own controllers run on.
// In: the document, its group, supplies, identities. Out: the managed cluster and when it may be changed.
import { MaintenanceConfiguration } from '@pulumi/azure-native/containerservice/maintenanceConfiguration.js';
import { ManagedCluster } from '@pulumi/azure-native/containerservice/managedCluster.js';
import type { ResourceGroup } from '@pulumi/azure-native/resources/resourceGroup.js';
import {
  AgentPoolMode,
  AgentPoolType,
  KeyVaultNetworkAccessTypes,
  LoadBalancerSku,
  ManagedClusterSKUName,
  ManagedClusterSKUTier,
  NetworkDataplane,
  NetworkPlugin,
  NetworkPluginMode,
  NetworkPolicy,
  NodeOSUpgradeChannel,
  OSDiskType,
  OSSKU,
  OSType,
  OutboundType,
  ResourceIdentityType,
  Type,
  UpgradeChannel,
  WeekDay,
} from '@pulumi/azure-native/types/enums/containerservice/index.js';
import type * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../../src/documents/deployment.ts';
import { buildTags } from '../tags.ts';
import type { ControlIdentities } from './control-identities.ts';
import { clusterAddresses, systemNodes } from './sizes.ts';
import type { Supplies } from './supplies.ts';

/** A minor version that Azure supports and that knows every kind the manifests use; patches of it come by themselves. */
const kubernetesVersion = '1.34';
const administratorName = 'seekstack';
const imageCleanHours = 168;
/** A replica that is taken away takes its weights along: not for a lull. */
const scaleInAfter = '15m';
const maintenanceStart = '02:00';
const maintenanceHours = 6;

export interface ControlPlaneParts {
  resourceGroup: ResourceGroup;
  supplies: Supplies;
  identities: ControlIdentities;
  diskEncryptionSetId: pulumi.Input<string>;
  /** OpenSSH public key; nothing admits port 22, yet Azure wants one for nodes. */
  sshPublicKey: pulumi.Input<string>;
}

/** Pools are changed by themselves; this one only with the cluster, and is never of the machines that cost. */
function buildSystemPool(document: Deployment, { supplies }: ControlPlaneParts) {
  return {
    name: 'system',
    mode: AgentPoolMode.System,
    type: AgentPoolType.VirtualMachineScaleSets,
    count: systemNodes.count,
    vmSize: systemNodes.vmSize,
    osType: OSType.Linux,
    osSKU: OSSKU.Ubuntu,
    osDiskType: OSDiskType.Managed,
    osDiskSizeGB: systemNodes.diskGibibytes,
    vnetSubnetID: supplies.network.subnet.id,
    enableEncryptionAtHost: true,
    enableNodePublicIP: false,
    nodeLabels: { 'seekstack.dev/pool': 'system' },
    ...(document.placement.zones.length > 0 ? { availabilityZones: document.placement.zones } : {}),
    tags: buildTags(document),
  };
}

/** @param options - what must exist before the first node costs money */
export function declareControlPlane(
  document: Deployment,
  parts: ControlPlaneParts,
  options: pulumi.CustomResourceOptions,
): ManagedCluster {
  const { resourceGroup, supplies, identities, diskEncryptionSetId, sshPublicKey } = parts;
  const { controlPlane, kubelet } = identities;
  const cluster = new ManagedCluster(
    'cluster',
    {
      resourceGroupName: resourceGroup.name,
      resourceName: document.name,
      location: document.placement.region,
      tags: buildTags(document),
      kubernetesVersion,
      dnsPrefix: document.name,
      sku: { name: ManagedClusterSKUName.Base, tier: ManagedClusterSKUTier.Standard },
      identity: { type: ResourceIdentityType.UserAssigned, userAssignedIdentities: [controlPlane.id] },
      identityProfile: {
        kubeletidentity: { resourceId: kubelet.id, clientId: kubelet.clientId, objectId: kubelet.principalId },
      },
      enableRBAC: true,
      disableLocalAccounts: true,
      aadProfile: { managed: true, enableAzureRBAC: true },
      apiServerAccessProfile: {
        enablePrivateCluster: true,
        enablePrivateClusterPublicFQDN: false,
        privateDNSZone: 'system',
        disableRunCommand: true,
      },
      oidcIssuerProfile: { enabled: true },
      securityProfile: {
        workloadIdentity: { enabled: true },
        imageCleaner: { enabled: true, intervalHours: imageCleanHours },
        azureKeyVaultKms: {
          enabled: true,
          keyId: supplies.keyId,
          keyVaultNetworkAccess: KeyVaultNetworkAccessTypes.Private,
          keyVaultResourceId: supplies.vaultId,
        },
      },
      diskEncryptionSetID: diskEncryptionSetId,
      networkProfile: {
        networkPlugin: NetworkPlugin.Azure,
        networkPluginMode: NetworkPluginMode.Overlay,
        networkDataplane: NetworkDataplane.Cilium,
        networkPolicy: NetworkPolicy.Cilium,
        loadBalancerSku: LoadBalancerSku.Standard,
        outboundType: OutboundType.UserAssignedNATGateway,
        podCidr: clusterAddresses.pods,
        serviceCidr: clusterAddresses.services,
        dnsServiceIP: clusterAddresses.names,
      },
      autoUpgradeProfile: { upgradeChannel: UpgradeChannel.Patch, nodeOSUpgradeChannel: NodeOSUpgradeChannel.NodeImage },
      autoScalerProfile: { scaleDownUnneededTime: scaleInAfter, skipNodesWithLocalStorage: 'false' },
      linuxProfile: { adminUsername: administratorName, ssh: { publicKeys: [{ keyData: sshPublicKey }] } },
      // No add-on of Azure's for policy or defence: both are billed and set for a whole subscription, not for one cluster.
      agentPoolProfiles: [buildSystemPool(document, parts)],
    },
    // A change that would replace it is refused until somebody means it. A benchmark takes itself down.
    { ...options, protect: document.purpose === 'serving' },
  );
  declareMaintenance(resourceGroup, cluster);
  return cluster;
}

/** Patches of the control plane once a week; new images of nodes, which restart every replica, once a month. */
function declareMaintenance(resourceGroup: ResourceGroup, cluster: ManagedCluster): void {
  const within = { resourceGroupName: resourceGroup.name, resourceName: cluster.name };
  const window = { durationHours: maintenanceHours, startTime: maintenanceStart, utcOffset: '+00:00' };
  new MaintenanceConfiguration('upgrades-of-cluster', {
    ...within,
    configName: 'aksManagedAutoUpgradeSchedule',
    maintenanceWindow: { ...window, schedule: { weekly: { dayOfWeek: WeekDay.Sunday, intervalWeeks: 1 } } },
  });
  new MaintenanceConfiguration('upgrades-of-nodes', {
    ...within,
    configName: 'aksManagedNodeOSUpgradeSchedule',
    maintenanceWindow: {
      ...window,
      schedule: { relativeMonthly: { dayOfWeek: WeekDay.Sunday, weekIndex: Type.First, intervalMonths: 1 } },
    },
  });
}
