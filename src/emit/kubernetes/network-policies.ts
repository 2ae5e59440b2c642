// Who may talk to whom: nobody, but for what is said here.
// In: a deployment document. Out: a policy that denies, and one for each kind of pod.
import type { Deployment } from '../../documents/deployment.ts';
import { GATEWAY_PORT, hasGateway } from './gateway.ts';
import { type Manifest, metadataOf, PART_LABEL, selectorOf } from './manifest.ts';

const HTTPS_PORT = 443;
const DNS_PORT = 53;
export const COUNTERS_PORT = 9400;
/**
 * The agent on each node that hands pods their identities.
 * @source https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html
 */
const IDENTITY_AGENT = { cidr: '169.254.170.23/32', port: 80 };
export const MONITORING_NAMESPACE = 'monitoring';

const tcp = (port: number) => ({ protocol: 'TCP', port });

/** Default-deny, then: names, the group among itself, callers, metrics, and the stores that weights and keys lie in. */
export function networkPolicies(deployment: Deployment): Map<string, Manifest> {
  const { engine, network, pools, provider } = deployment;
  const everyPod = selectorOf(deployment);
  const gateway = hasGateway(deployment);
  const frontDoor = selectorOf(deployment, { [PART_LABEL]: gateway ? 'gateway' : pools.length === 1 ? 'engine' : 'router' });
  // A load balancer of AWS stands between callers and pods, and asks from its own addresses in the network.
  const callers = [...network.clientCidrs, ...(provider === 'aws' ? [network.vpcCidr] : [])];
  const policy = (name: string, pods: Record<string, string>, rules: Record<string, unknown>): Manifest => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadataOf(deployment, name, 'base'),
    spec: { podSelector: Object.keys(pods).length === 0 ? {} : { matchLabels: pods }, ...rules },
  });
  return new Map([
    ['deny-all', policy('deny-all', {}, { policyTypes: ['Ingress', 'Egress'] })],
    [
      'allow-names',
      policy('allow-names', everyPod, {
        policyTypes: ['Egress'],
        egress: [{ ports: [{ protocol: 'UDP', port: DNS_PORT }, tcp(DNS_PORT)] }],
      }),
    ],
    [
      'allow-group',
      policy('allow-group', everyPod, {
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ from: [{ podSelector: { matchLabels: everyPod } }] }],
        egress: [{ to: [{ podSelector: { matchLabels: everyPod } }] }],
      }),
    ],
    [
      'allow-callers',
      policy('allow-callers', frontDoor, {
        policyTypes: ['Ingress'],
        ingress: [{ from: callers.map((cidr) => ({ ipBlock: { cidr } })), ports: [tcp(gateway ? GATEWAY_PORT : engine.port)] }],
      }),
    ],
    [
      'allow-metrics',
      policy('allow-metrics', everyPod, {
        policyTypes: ['Ingress'],
        ingress: [
          {
            from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': MONITORING_NAMESPACE } } }],
            ports: [tcp(engine.port), tcp(COUNTERS_PORT)],
          },
        ],
      }),
    ],
    [
      // Buckets, secrets and the cluster's own API have no addresses that stay; roles say what pods may do there.
      'allow-stores',
      policy('allow-stores', everyPod, {
        policyTypes: ['Egress'],
        egress: [
          { ports: [tcp(HTTPS_PORT)] },
          ...(provider === 'aws'
            ? [{ to: [{ ipBlock: { cidr: IDENTITY_AGENT.cidr } }], ports: [tcp(IDENTITY_AGENT.port)] }]
            : []),
        ],
      }),
    ],
  ]);
}
