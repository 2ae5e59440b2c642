// A private address for a service of Azure inside the deployment's network, under the name the service has everywhere.
// In: the service and the network. Out: an endpoint, the zone its name is looked up in, and their link.
import { PrivateDnsZoneGroup } from '@pulumi/azure-native/network/privateDnsZoneGroup.js';
import { PrivateEndpoint } from '@pulumi/azure-native/network/privateEndpoint.js';
import { PrivateZone } from '@pulumi/azure-native/privatedns/privateZone.js';
import { VirtualNetworkLink } from '@pulumi/azure-native/privatedns/virtualNetworkLink.js';
import type { ResourceGroup } from '@pulumi/azure-native/resources/resourceGroup.js';
import type * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../src/documents/deployment.ts';
import type { Network } from './network.ts';
import { buildTags } from './tags.ts';

/** Zones of names belong to no region. */
const everywhere = 'Global';

export interface PrivateDoorParts {
  /** Logical name, and the end of the endpoint's own. */
  name: string;
  /** Part of the service that is reached, such as `vault` or `blob`. */
  service: string;
  zoneName: string;
  resourceGroup: ResourceGroup;
  network: Network;
  targetId: pulumi.Input<string>;
}

/** @returns what must be there before anything asks for the service */
export function declarePrivateDoor(document: Deployment, parts: PrivateDoorParts): pulumi.Resource[] {
  const { name, service, zoneName, resourceGroup, network, targetId } = parts;
  const placed = { resourceGroupName: resourceGroup.name, tags: buildTags(document) };
  const endpointName = `${document.name}-${name}`;
  const endpoint = new PrivateEndpoint(name, {
    ...placed,
    privateEndpointName: endpointName,
    location: document.placement.region,
    subnet: { id: network.subnet.id },
    privateLinkServiceConnections: [{ name: service, privateLinkServiceId: targetId, groupIds: [service] }],
  });
  const zone = new PrivateZone(`${name}-names`, { ...placed, privateZoneName: zoneName, location: everywhere });
  const link = new VirtualNetworkLink(`${name}-link`, {
    ...placed,
    privateZoneName: zone.name,
    virtualNetworkLinkName: document.name,
    location: everywhere,
    registrationEnabled: false,
    virtualNetwork: { id: network.virtualNetwork.id },
  });
  const group = new PrivateDnsZoneGroup(`${name}-zone`, {
    resourceGroupName: resourceGroup.name,
    privateEndpointName: endpoint.name,
    privateDnsZoneGroupName: 'default',
    privateDnsZoneConfigs: [{ name: service, privateDnsZoneId: zone.id }],
  });
  return [link, group];
}
