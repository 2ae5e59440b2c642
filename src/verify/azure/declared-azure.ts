// What a recorded program declares on Azure.
import type { Deployment } from '../../documents/deployment.ts';
import type { Recording } from '../../documents/recording.ts';
import { billedAt, type DeclaredFleet } from '../declared-fleet.ts';
import { countAzureUnits } from './count-cost.ts';
import { type Json, ofType } from './rule.ts';

/** Types that cost nothing by being there, are counted, or follow from use and are in the plan's lines. */
const KNOWN_TYPES = new Set(
  [
    'authorization:RoleAssignment compute:VirtualMachineScaleSet consumption:Budget containerservice:ManagedCluster',
    'keyvault:Secret keyvault:Vault logic:Workflow managedidentity:UserAssignedIdentity monitor:DiagnosticSetting',
    'network:LoadBalancer network:NatGateway network:NetworkSecurityGroup network:PrivateDnsZoneGroup',
    'network:PrivateEndpoint network:PublicIPAddress network:Subnet network:VirtualNetwork',
    'operationalinsights:Workspace privatedns:PrivateZone privatedns:VirtualNetworkLink resources:ResourceGroup',
  ]
    .join(' ')
    .split(' ')
    .map((name) => `azure-native:${name}`),
);
const DISK_TYPE = /^Premium_/;

export function declaredOnAzure(recording: Recording, document: Deployment): DeclaredFleet {
  const sets = ofType(recording, 'compute:VirtualMachineScaleSet');
  const machines = [...new Set(sets.map((each) => String((each.inputs.sku as Json)?.name)))];
  const regions = [...new Set(sets.map((each) => String(each.inputs.location)))];
  const nodes = sets.reduce((sum, each) => sum + Number((each.inputs.sku as Json)?.capacity), 0);
  const spot = sets.some((each) => (each.inputs.virtualMachineProfile as Json)?.priority === 'Spot');
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
    replicas: document.pools.map((pool) => Math.floor(nodes / pool.nodesPerReplica)),
    unitsAt: Number.isFinite(nodes) ? (billedShare) => countAzureUnits(recording, billedAt(document, billedShare)) : null,
    unknown: [
      ...[machines, regions]
        .filter((each) => each.length > 1)
        .map((each) => ({ what: each.join(', '), reason: 'machines of more than one kind serve' })),
      ...(Number.isFinite(nodes) ? [] : [{ what: 'capacity of a scale set', reason: 'it is not a number' }]),
      ...recording.registrations
        .filter((each) => each.custom && !KNOWN_TYPES.has(each.type))
        .map((each) => ({ what: each.name, reason: `no price is known for ${each.type}` })),
      ...disks
        .filter((type) => type !== undefined && !DISK_TYPE.test(String(type)))
        .map((type) => ({ what: `disk of type ${type}`, reason: 'only the price of premium disks is known' })),
    ],
  };
}
