// The network nodes live in: one resource group, one virtual network, one private subnet that can call out only.
// In: the deployment document. Out: resource group and subnet for the other files.

import { NatGateway } from '@pulumi/azure-native/network/natGateway.js';
import { NetworkSecurityGroup } from '@pulumi/azure-native/network/networkSecurityGroup.js';
import { PublicIPAddress } from '@pulumi/azure-native/network/publicIPAddress.js';
import { Subnet } from '@pulumi/azure-native/network/subnet.js';
import { VirtualNetwork } from '@pulumi/azure-native/network/virtualNetwork.js';
import { ResourceGroup } from '@pulumi/azure-native/resources/resourceGroup.js';
import {
  IPAllocationMethod,
  IPVersion,
  NatGatewaySkuName,
  PublicIPAddressSkuName,
  PublicIPAddressSkuTier,
  SecurityRuleAccess,
  SecurityRuleDirection,
  SecurityRuleProtocol,
} from '@pulumi/azure-native/types/enums/network/index.js';
import type * as inputs from '@pulumi/azure-native/types/input.js';
import type * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../src/documents/deployment.ts';
import { chooseNodeSubnet } from './address-space.ts';
import { buildTags } from './tags.ts';

/** A download of weights keeps few connections busy for long; the default of 4 drops a paused one. */
const natIdleTimeoutMinutes = 10;

/** Declares the resource group all else lives in, so that one deletion removes the whole deployment. */
export function declareResourceGroup(document: Deployment): ResourceGroup {
  return new ResourceGroup('group', {
    resourceGroupName: document.name,
    location: document.placement.region,
    tags: buildTags(document),
  });
}

/** Admits the clients and the load balancer's probe to the engine's port; the last rule shuts out the rest of the VNet. */
function listEngineDoors(document: Deployment): inputs.network.SecurityRuleArgs[] {
  const port = String(document.engine.port);
  const inbound = { direction: SecurityRuleDirection.Inbound, sourcePortRange: '*', destinationAddressPrefix: '*' };
  return [
    {
      ...inbound,
      name: 'clients-to-engine',
      priority: 100,
      access: SecurityRuleAccess.Allow,
      protocol: SecurityRuleProtocol.Tcp,
      sourceAddressPrefixes: document.network.clientCidrs,
      destinationPortRange: port,
    },
    {
      ...inbound,
      name: 'probe-to-engine',
      priority: 110,
      access: SecurityRuleAccess.Allow,
      protocol: SecurityRuleProtocol.Tcp,
      sourceAddressPrefix: 'AzureLoadBalancer',
      destinationPortRange: port,
    },
    {
      ...inbound,
      name: 'nothing-else',
      priority: 4096,
      access: SecurityRuleAccess.Deny,
      protocol: SecurityRuleProtocol.Asterisk,
      sourceAddressPrefix: '*',
      destinationPortRange: '*',
    },
  ];
}

/** The way out for images and weights; its address is the only public one, and nothing can come in through it. */
function declareEgress(document: Deployment, resourceGroupName: pulumi.Input<string>): NatGateway {
  const placed = { resourceGroupName, location: document.placement.region, tags: buildTags(document) };
  const address = new PublicIPAddress('egress-address', {
    ...placed,
    publicIpAddressName: `${document.name}-egress`,
    publicIPAllocationMethod: IPAllocationMethod.Static,
    publicIPAddressVersion: IPVersion.IPv4,
    sku: { name: PublicIPAddressSkuName.Standard, tier: PublicIPAddressSkuTier.Regional },
  });
  return new NatGateway('egress', {
    ...placed,
    natGatewayName: `${document.name}-egress`,
    publicIpAddresses: [{ id: address.id }],
    idleTimeoutInMinutes: natIdleTimeoutMinutes,
    sku: { name: NatGatewaySkuName.Standard },
  });
}

export interface Network {
  virtualNetwork: VirtualNetwork;
  /** Of the nodes, the endpoint and private doors. */
  subnet: Subnet;
}

/**
 * Declares the network and its one subnet, with Azure's implicit outbound access off.
 * @param doors - who is let in; callers and the probe, to the engine, where left out
 */
export function declareNetwork(
  document: Deployment,
  resourceGroupName: pulumi.Input<string>,
  doors: inputs.network.SecurityRuleArgs[] = listEngineDoors(document),
): Network {
  const firewall = new NetworkSecurityGroup('node-firewall', {
    resourceGroupName,
    networkSecurityGroupName: `${document.name}-nodes`,
    location: document.placement.region,
    tags: buildTags(document),
    securityRules: doors,
  });
  const virtualNetwork = new VirtualNetwork('network', {
    resourceGroupName,
    virtualNetworkName: document.name,
    location: document.placement.region,
    tags: buildTags(document),
    addressSpace: { addressPrefixes: [document.network.vpcCidr] },
  });
  const subnet = new Subnet('node-subnet', {
    resourceGroupName,
    virtualNetworkName: virtualNetwork.name,
    subnetName: 'nodes',
    addressPrefix: chooseNodeSubnet(document.network.vpcCidr),
    defaultOutboundAccess: false,
    natGateway: { id: declareEgress(document, resourceGroupName).id },
    networkSecurityGroup: { id: firewall.id },
  });
  return { virtualNetwork, subnet };
}
