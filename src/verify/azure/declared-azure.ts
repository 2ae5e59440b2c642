// What a recorded program declares on Azure.
import type { Deployment } from '../../documents/deployment.ts';
import type { Recording } from '../../documents/recording.ts';
import { billedAt, type DeclaredFleet } from '../declared-fleet.ts';
import { countAzureUnits } from './count-cost.ts';
import { type Json, ofType } from './rule.ts';

/** Types that cost nothing by being there, are counted, or follow from use and are in the plan's lines. */
const KNOWN_TYPES = new Set(
  [
    'alertsmanagement:PrometheusRuleGroup authorization:RoleAssignment compute:DiskEncryptionSet',
    'compute:VirtualMachineScaleSet consumption:Budget containerinstance:ContainerGroup containerregistry:Registry',
    'containerservice:AgentPool containerservice:MaintenanceConfiguration containerservice:ManagedCluster',
    'dashboard:Dashboard dashboard:DashboardDefinition dashboard:Grafana features:SubscriptionFeatureRegistration',
    'keyvault:Key keyvault:Secret keyvault:Vault logic:Workflow managedidentity:FederatedIdentityCredential',
    'managedidentity:UserAssignedIdentity monitor:ActionGroup monitor:AzureMonitorWorkspace',
    'monitor:DataCollectionEndpoint monitor:DataCollectionRule monitor:DiagnosticSetting monitor:MetricAlert',
    'monitor:PrivateLinkScope monitor:PrivateLinkScopedResource network:LoadBalancer network:NatGateway',
    'network:NetworkSecurityGroup network:PrivateDnsZoneGroup',
    'network:PrivateEndpoint network:PublicIPAddress network:Subnet network:VirtualNetwork',
    'operationalinsights:Workspace privatedns:PrivateZone privatedns:VirtualNetworkLink resources:ResourceGroup',
    'storage:BlobContainer storage:StorageAccount',
  ]
    .join(' ')
    .split(' ')
    .map((name) => `azure-native:${name}`),
);
const DISK_TYPE = /^Premium_/;
const POOL_LABEL = 'seekstack.dev/pool';

export function declaredOnAzure(recording: Recording, document: Deployment): DeclaredFleet {
  const sets = ofType(recording, 'compute:VirtualMachineScaleSet');
  const agentPools = ofType(recording, 'containerservice:AgentPool');
  const machines = [
    ...new Set([
      ...sets.map((each) => String((each.inputs.sku as Json)?.name)),
      ...agentPools.map((each) => String(each.inputs.vmSize)),
    ]),
  ];
  const regions = [
    ...new Set([...sets, ...ofType(recording, 'containerservice:ManagedCluster')].map((each) => String(each.inputs.location))),
  ];
  const counts = [
    ...sets.map((each) => ({ role: null, nodes: Number((each.inputs.sku as Json)?.capacity) })),
    ...agentPools.map((each) => ({ role: (each.inputs.nodeLabels as Json)?.[POOL_LABEL], nodes: Number(each.inputs.count) })),
  ];
  const nodes = counts.reduce((sum, each) => sum + each.nodes, 0);
  const nodesOf = (role: string) =>
    counts.filter((each) => each.role === null || each.role === role).reduce((sum, each) => sum + each.nodes, 0);
  const spot =
    sets.some((each) => (each.inputs.virtualMachineProfile as Json)?.priority === 'Spot') ||
    agentPools.some((each) => each.inputs.scaleSetPriority === 'Spot');
  const { purchase } = document.fleet;
  const disks = sets.flatMap((each) => {
    const storage = (each.inputs.virtualMachineProfile as Json)?.storageProfile ?? {};
    return [storage.osDisk, ...((storage.dataDisks ?? []) as Json[])].map((disk) => disk?.managedDisk?.storageAccountType);
  });
  return {
    machine: machines[0] ?? document.machine.type,
    region: regions[0] ?? document.placement.region,
    purchase: spot ? 'spot' : purchase === 'spot' ? 'on-demand' : purchase,
    nodes,
    replicas: document.pools.map((pool) => Math.floor(nodesOf(pool.role) / pool.nodesPerReplica)),
    unitsAt: Number.isFinite(nodes) ? (billedShare) => countAzureUnits(recording, billedAt(document, billedShare)) : null,
    unknown: [
      ...[machines, regions]
        .filter((each) => each.length > 1)
        .map((each) => ({ what: each.join(', '), reason: 'machines of more than one kind serve' })),
      ...(Number.isFinite(nodes) ? [] : [{ what: 'capacity of a scale set', reason: 'it is not a number' }]),
      ...recording.registrations
        .filter(
          (each) =>
            each.custom &&
            !each.type.startsWith('kubernetes:') &&
            !each.type.startsWith('pulumi:') &&
            !KNOWN_TYPES.has(each.type),
        )
        .map((each) => ({ what: each.name, reason: `no price is known for ${each.type}` })),
      ...disks
        .filter((type) => type !== undefined && !DISK_TYPE.test(String(type)))
        .map((type) => ({ what: `disk of type ${type}`, reason: 'only the price of premium disks is known' })),
    ],
  };
}
