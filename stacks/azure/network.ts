// The network of a deployment: a subnet of nodes that reach nothing outside, and one of the seed job, which reaches public
// sources. In: the deployment document. Out: resource group and subnets for the other files.

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
import { chooseNodeSubnet, chooseSeedSubnet } from './address-space.ts';
import { proxyPort } from './node/tls-proxy.ts';
import { buildTags } from './tags.ts';

const lastPriority = 4096;
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

/** Shuts everything that no rule before it let through. */
const shut = {
  priority: lastPriority,
  access: SecurityRuleAccess.Deny,
  protocol: SecurityRuleProtocol.Asterisk,
  sourceAddressPrefix: '*',
  sourcePortRange: '*',
  destinationPortRange: '*',
};

/** Admits the clients and the load balancer's probe to the proxy; lets nothing out to the internet. */
function listNodeDoors(document: Deployment): inputs.network.SecurityRuleArgs[] {
  const inbound = {
    direction: SecurityRuleDirection.Inbound,
    access: SecurityRuleAccess.Allow,
    protocol: SecurityRuleProtocol.Tcp,
    sourcePortRange: '*',
    destinationAddressPrefix: '*',
    destinationPortRange: String(proxyPort),
  };
  return [
    { ...inbound, name: 'clients', priority: 100, sourceAddressPrefixes: document.network.clientCidrs },
    { ...inbound, name: 'probe', priority: 110, sourceAddressPrefix: 'AzureLoadBalancer' },
    { ...shut, name: 'nothing-else', direction: SecurityRuleDirection.Inbound, destinationAddressPrefix: '*' },
    { ...shut, name: 'no-internet', direction: SecurityRuleDirection.Outbound, destinationAddressPrefix: 'Internet' },
  ];
}

/** A guard of one subnet. */
function declareFirewall(
  document: Deployment,
  resourceGroupName: pulumi.Input<string>,
  part: 'node' | 'seed',
  securityRules: inputs.network.SecurityRuleArgs[],
): NetworkSecurityGroup {
  return new NetworkSecurityGroup(`${part}-firewall`, {
    resourceGroupName,
    networkSecurityGroupName: part === 'node' ? `${document.name}-nodes` : `${document.name}-seed`,
    location: document.placement.region,
    tags: buildTags(document),
    securityRules,
  });
}

/** The seed job's way out; its address is the only public one, and nothing can come in through it. */
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
  seedSubnet: Subnet;
}

/** Who may reach nodes, and whether nodes reach what lies outside. */
export interface NodeDoors {
  rules: inputs.network.SecurityRuleArgs[];
  /** Controllers of a cluster come from public registries; nodes of the other tier have no way out. */
  wayOut: boolean;
}

/** Declares the network and its subnets, with Azure's implicit outbound access off in both. */
export function declareNetwork(
  document: Deployment,
  resourceGroupName: pulumi.Input<string>,
  doors: NodeDoors = { rules: listNodeDoors(document), wayOut: false },
): Network {
  const virtualNetwork = new VirtualNetwork('network', {
    resourceGroupName,
    virtualNetworkName: document.name,
    location: document.placement.region,
    tags: buildTags(document),
    addressSpace: { addressPrefixes: [document.network.vpcCidr] },
  });
  const within = { resourceGroupName, virtualNetworkName: virtualNetwork.name, defaultOutboundAccess: false };
  const natGateway = { id: declareEgress(document, resourceGroupName).id };
  const subnet = new Subnet('node-subnet', {
    ...within,
    subnetName: 'nodes',
    addressPrefix: chooseNodeSubnet(document.network.vpcCidr),
    networkSecurityGroup: { id: declareFirewall(document, resourceGroupName, 'node', doors.rules).id },
    ...(doors.wayOut ? { natGateway } : {}),
  });
  // Nobody calls the seed job.
  const nobody = [{ ...shut, name: 'nothing', direction: SecurityRuleDirection.Inbound, destinationAddressPrefix: '*' }];
  const seedSubnet = new Subnet(
    'seed-subnet',
    {
      ...within,
      subnetName: 'seed',
      addressPrefix: chooseSeedSubnet(document.network.vpcCidr),
      networkSecurityGroup: { id: declareFirewall(document, resourceGroupName, 'seed', nobody).id },
      natGateway,
      delegations: [{ name: 'containers', serviceName: 'Microsoft.ContainerInstance/containerGroups' }],
    },
    // Azure changes one subnet of a network at a time.
    { dependsOn: [subnet] },
  );
  return { virtualNetwork, subnet, seedSubnet };
}
