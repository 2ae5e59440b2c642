// The one address clients call: an internal load balancer that knows which engines are healthy.
// In: the deployment document and the nodes' subnet. Out: its private address and the pool nodes join.

import { LoadBalancer } from '@pulumi/azure-native/network/loadBalancer.js';
import type { Subnet } from '@pulumi/azure-native/network/subnet.js';
import type { ResourceGroup } from '@pulumi/azure-native/resources/resourceGroup.js';
import {
  IPAllocationMethod,
  LoadBalancerSkuName,
  LoadBalancerSkuTier,
  LoadDistribution,
  ProbeProtocol,
  TransportProtocol,
} from '@pulumi/azure-native/types/enums/network/index.js';
import * as pulumi from '@pulumi/pulumi';
import type { Deployment } from '../../../src/documents/deployment.ts';
import { endpointPort, proxyPort } from '../node/tls-proxy.ts';
import { buildTags } from '../tags.ts';

/** A long prompt may keep a connection silent until the first token; the default of 4 would cut it. */
const idleTimeoutMinutes = 30;
const probeIntervalSeconds = 10;
const failedProbesUntilUnhealthy = 2;

export interface Endpoint {
  loadBalancer: LoadBalancer;
  backendPoolId: pulumi.Output<string>;
  /** Private IPv4 address of the frontend. */
  address: pulumi.Output<string>;
}

/** Zone-bound beside nodes in one zone, zone-redundant beside nodes in several, left to Azure where no zone was named. */
function listFrontendZones(zones: string[]): { zones?: string[] } {
  if (zones.length === 0) return {};
  return { zones: zones.length === 1 ? zones : ['1', '2', '3'] };
}

/** Declares the internal Standard load balancer: one frontend, one HTTPS probe through the proxy to the engine, one rule. */
export function declareEndpoint(document: Deployment, resourceGroup: ResourceGroup, subnet: Subnet): Endpoint {
  const { engine, placement } = document;
  const loadBalancerName = `${document.name}-endpoint`;
  // A rule names its frontend, pool and probe by id, which exists only once the balancer does: Azure wants them spelt out.
  const partId = (kind: string, name: string) =>
    pulumi.interpolate`${resourceGroup.id}/providers/Microsoft.Network/loadBalancers/${loadBalancerName}/${kind}/${name}`;
  const loadBalancer = new LoadBalancer('endpoint', {
    resourceGroupName: resourceGroup.name,
    loadBalancerName,
    location: placement.region,
    tags: buildTags(document),
    sku: { name: LoadBalancerSkuName.Standard, tier: LoadBalancerSkuTier.Regional },
    frontendIPConfigurations: [
      {
        name: 'private',
        subnet: { id: subnet.id },
        privateIPAllocationMethod: IPAllocationMethod.Dynamic,
        ...listFrontendZones(placement.zones),
      },
    ],
    backendAddressPools: [{ name: 'nodes' }],
    probes: [
      {
        name: 'health',
        protocol: ProbeProtocol.Https,
        port: proxyPort,
        requestPath: engine.healthPath,
        intervalInSeconds: probeIntervalSeconds,
        probeThreshold: failedProbesUntilUnhealthy,
      },
    ],
    loadBalancingRules: [
      {
        name: 'engine',
        protocol: TransportProtocol.Tcp,
        frontendPort: endpointPort,
        backendPort: proxyPort,
        frontendIPConfiguration: { id: partId('frontendIPConfigurations', 'private') },
        backendAddressPools: [{ id: partId('backendAddressPools', 'nodes') }],
        probe: { id: partId('probes', 'health') },
        loadDistribution: LoadDistribution.Default,
        idleTimeoutInMinutes: idleTimeoutMinutes,
        enableTcpReset: true,
      },
    ],
  });
  return {
    loadBalancer,
    backendPoolId: pulumi.interpolate`${loadBalancer.id}/backendAddressPools/nodes`,
    address: loadBalancer.frontendIPConfigurations.apply((frontends) => frontends?.[0]?.privateIPAddress ?? ''),
  };
}
