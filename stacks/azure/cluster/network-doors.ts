// Who may reach machines of a cluster: callers at the gateway, the balancer's probe, and the cluster itself.
// In: the deployment document. Out: the rules of the subnet's security group.
import {
  SecurityRuleAccess,
  SecurityRuleDirection,
  SecurityRuleProtocol,
} from '@pulumi/azure-native/types/enums/network/index.js';
import type { Deployment } from '../../../src/documents/deployment.ts';
import { chooseNodeSubnet } from '../address-space.ts';
import type { NodeDoors } from '../network.ts';
import { clusterAddresses, httpsPort } from './sizes.ts';

const last = 4096;

/** Nodes, the API server's private address and pods talk among themselves on ports that nobody plans. */
export function listClusterDoors({ network }: Deployment): NodeDoors {
  const inbound = { direction: SecurityRuleDirection.Inbound, sourcePortRange: '*', destinationAddressPrefix: '*' };
  const admitted = { ...inbound, access: SecurityRuleAccess.Allow };
  const rules = [
    {
      ...admitted,
      name: 'clients-to-gateway',
      priority: 100,
      protocol: SecurityRuleProtocol.Tcp,
      sourceAddressPrefixes: network.clientCidrs,
      destinationPortRange: String(httpsPort),
    },
    {
      ...admitted,
      name: 'probe-to-nodes',
      priority: 110,
      protocol: SecurityRuleProtocol.Tcp,
      sourceAddressPrefix: 'AzureLoadBalancer',
      destinationPortRange: '*',
    },
    {
      ...admitted,
      name: 'cluster-to-itself',
      priority: 120,
      protocol: SecurityRuleProtocol.Asterisk,
      sourceAddressPrefixes: [chooseNodeSubnet(network.vpcCidr), clusterAddresses.pods],
      destinationPortRange: '*',
    },
    {
      ...inbound,
      name: 'nothing-else',
      priority: last,
      access: SecurityRuleAccess.Deny,
      protocol: SecurityRuleProtocol.Asterisk,
      sourceAddressPrefix: '*',
      destinationPortRange: '*',
    },
  ];
  return { rules, wayOut: true };
}
