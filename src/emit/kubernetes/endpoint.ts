// Where callers ask: the leaders of the pool that serves, or the router before two pools.
// In: a deployment document. Out: a service; behind an internal load balancer with TLS in the cloud.
import type { Deployment } from '../../documents/deployment.ts';
import { hasGateway } from './gateway.ts';
import { leadersOf, type Manifest, metadataOf, PART_LABEL, selectorOf } from './manifest.ts';

const HTTPS_PORT = 443;
/** What `stack.env` puts the certificate into. */
export const CERTIFICATE_ANNOTATION = 'service.beta.kubernetes.io/aws-load-balancer-ssl-cert';
const TLS_POLICY = 'ELBSecurityPolicy-TLS13-1-2-2021-06';

/** The service inside the cluster, which checks and the load balancer's targets share. */
export function innerService(deployment: Deployment): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataOf(deployment, deployment.name, 'serving'),
    spec: {
      type: 'ClusterIP',
      selector: frontDoor(deployment),
      ports: [{ name: 'http', port: deployment.engine.port, targetPort: 'http' }],
    },
  };
}

/** The load balancer callers reach, internal and with TLS; null where the cluster's own way in is somebody else's. */
export function endpointService(deployment: Deployment): Manifest | null {
  const { engine, network, provider, name, planDigest } = deployment;
  if (hasGateway(deployment)) return azureEndpoint(deployment);
  if (provider !== 'aws') return null;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      ...metadataOf(deployment, `${name}-endpoint`, 'serving'),
      annotations: {
        'service.beta.kubernetes.io/aws-load-balancer-scheme': 'internal',
        'service.beta.kubernetes.io/aws-load-balancer-nlb-target-type': 'ip',
        'service.beta.kubernetes.io/aws-load-balancer-healthcheck-protocol': 'HTTP',
        'service.beta.kubernetes.io/aws-load-balancer-healthcheck-path': engine.healthPath,
        'service.beta.kubernetes.io/aws-load-balancer-ssl-negotiation-policy': TLS_POLICY,
        'service.beta.kubernetes.io/aws-load-balancer-ssl-ports': String(HTTPS_PORT),
        'service.beta.kubernetes.io/aws-load-balancer-additional-resource-tags': `seekstack:deployment=${name},seekstack:plan=${planDigest}`,
        [CERTIFICATE_ANNOTATION]: network.certificate ?? 'from stack.env',
      },
    },
    spec: {
      type: 'LoadBalancer',
      loadBalancerClass: 'service.k8s.aws/nlb',
      loadBalancerSourceRanges: network.clientCidrs,
      // Pods are addressed directly; ports on every node would only be more doors.
      allocateLoadBalancerNodePorts: false,
      selector: frontDoor(deployment),
      ports: [{ name: 'https', port: HTTPS_PORT, targetPort: 'http' }],
    },
  };
}

/**
 * Connections go through to the gateway unread, and keep the caller's own address, which the policies of the network admit.
 * @source https://cloud-provider-azure.sigs.k8s.io/topics/loadbalancer/ (annotations)
 */
function azureEndpoint(deployment: Deployment): Manifest {
  const { network, name } = deployment;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      ...metadataOf(deployment, `${name}-endpoint`, 'serving'),
      annotations: {
        'service.beta.kubernetes.io/azure-load-balancer-internal': 'true',
        'service.beta.kubernetes.io/azure-load-balancer-tcp-idle-timeout': '30',
      },
    },
    spec: {
      type: 'LoadBalancer',
      loadBalancerSourceRanges: network.clientCidrs,
      externalTrafficPolicy: 'Local',
      selector: selectorOf(deployment, { [PART_LABEL]: 'gateway' }),
      ports: [{ name: 'https', port: HTTPS_PORT, targetPort: 'https' }],
    },
  };
}

function frontDoor(deployment: Deployment): Record<string, string> {
  return deployment.pools.length === 1 ? leadersOf(deployment, 'serve') : selectorOf(deployment, { [PART_LABEL]: 'router' });
}
