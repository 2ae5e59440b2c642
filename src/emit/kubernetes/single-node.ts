// Kubernetes manifests for machines one owns: one pod a node, private, with the least it needs.
// In: a deployment document. Out: objects; their text is made by the caller with a YAML library.
import { type Deployment, imageReference } from '../../documents/deployment.ts';
import { GPU_RESOURCES, literally, type Manifest, type Manifests, variables } from './manifest.ts';

const WEIGHTS_PATH = '/weights';
/** Hub downloads and name look-ups; nothing else leaves a pod. */
const HTTPS_PORT = 443;
const DNS_PORT = 53;
const PROBE_SECONDS = 10;

/** Manifests by file name, in the order they are applied. */
export function singleNodeManifests(deployment: Deployment): Manifests {
  const labels = {
    'app.kubernetes.io/name': deployment.name,
    'app.kubernetes.io/managed-by': 'seekstack',
    'seekstack.dev/plan': deployment.planDigest.slice(0, 16),
  };
  const selector = { 'app.kubernetes.io/name': deployment.name };
  const metadata = (name = deployment.name) => ({ name, namespace: deployment.name, labels });
  const { port } = deployment.engine;
  return new Map<string, Manifest>([
    [
      '00-namespace.yaml',
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: {
          name: deployment.name,
          labels: {
            ...labels,
            'pod-security.kubernetes.io/enforce': 'baseline',
            'pod-security.kubernetes.io/warn': 'restricted',
          },
        },
      },
    ],
    [
      '10-service-account.yaml',
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(), automountServiceAccountToken: false },
    ],
    [
      '20-service-nodes.yaml',
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: metadata(`${deployment.name}-nodes`),
        spec: {
          clusterIP: 'None',
          publishNotReadyAddresses: true,
          selector,
          ports: [{ name: 'http', port, targetPort: 'http' }],
        },
      },
    ],
    [
      '21-service.yaml',
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: metadata(),
        spec: { type: 'ClusterIP', selector, ports: [{ name: 'http', port, targetPort: 'http' }] },
      },
    ],
    ['30-stateful-set.yaml', statefulSet(deployment, metadata(), selector, labels)],
    [
      '40-disruption-budget.yaml',
      {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: metadata(),
        spec: { maxUnavailable: 1, selector: { matchLabels: selector } },
      },
    ],
    [
      '50-network-deny.yaml',
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: metadata(`${deployment.name}-deny`),
        spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
      },
    ],
    [
      '51-network-allow.yaml',
      {
        apiVersion: 'networking.k8s.io/v1',
        kind: 'NetworkPolicy',
        metadata: metadata(`${deployment.name}-allow`),
        spec: {
          podSelector: { matchLabels: selector },
          policyTypes: ['Ingress', 'Egress'],
          ingress: [
            { from: deployment.network.clientCidrs.map((cidr) => ({ ipBlock: { cidr } })), ports: [{ protocol: 'TCP', port }] },
          ],
          egress: [
            {
              ports: [
                { protocol: 'UDP', port: DNS_PORT },
                { protocol: 'TCP', port: DNS_PORT },
              ],
            },
            { ports: [{ protocol: 'TCP', port: HTTPS_PORT }] },
          ],
        },
      },
    ],
  ]);
}

function statefulSet(
  deployment: Deployment,
  metadata: Manifest['metadata'],
  selector: Record<string, string>,
  labels: Record<string, string>,
): Manifest {
  const { engine, machine, fleet } = deployment;
  const accelerator = machine.accelerator;
  const resources = accelerator === null ? {} : { [GPU_RESOURCES[accelerator.vendor]]: String(accelerator.count) };
  const probe = { httpGet: { path: engine.healthPath, port: 'http' }, periodSeconds: PROBE_SECONDS };
  const environment = { HF_HOME: WEIGHTS_PATH, LLAMA_CACHE: WEIGHTS_PATH, ...engine.environment };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata,
    spec: {
      serviceName: `${deployment.name}-nodes`,
      replicas: fleet.nodes,
      podManagementPolicy: 'Parallel',
      selector: { matchLabels: selector },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: deployment.name,
          automountServiceAccountToken: false,
          // One engine owns a whole server, also where nothing is counted as a device.
          affinity: {
            podAntiAffinity: {
              requiredDuringSchedulingIgnoredDuringExecution: [
                { labelSelector: { matchLabels: selector }, topologyKey: 'kubernetes.io/hostname' },
              ],
            },
          },
          nodeSelector: {
            'kubernetes.io/arch': machine.cpuArchitecture === 'arm64' ? 'arm64' : 'amd64',
            'seekstack.dev/server': machine.type,
          },
          tolerations:
            accelerator === null ? [] : [{ key: GPU_RESOURCES[accelerator.vendor], operator: 'Exists', effect: 'NoSchedule' }],
          securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              name: 'engine',
              image: imageReference(engine.image),
              command: engine.command.map(literally),
              args: (deployment.pools[0]?.args ?? []).map(literally),
              env: variables(environment),
              ports: [{ name: 'http', containerPort: engine.port }],
              resources: { requests: resources, limits: resources },
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
              startupProbe: { ...probe, failureThreshold: Math.ceil(engine.startupSeconds / PROBE_SECONDS) },
              readinessProbe: probe,
              livenessProbe: { ...probe, failureThreshold: 6 },
              volumeMounts: [
                { name: 'weights', mountPath: WEIGHTS_PATH },
                { name: 'shared-memory', mountPath: '/dev/shm' },
              ],
            },
          ],
          volumes: [
            {
              name: 'shared-memory',
              emptyDir: {
                medium: 'Memory',
                ...(engine.sharedMemoryBytes > 0 ? { sizeLimit: String(engine.sharedMemoryBytes) } : {}),
              },
            },
          ],
        },
      },
      volumeClaimTemplates: [
        {
          metadata: { name: 'weights' },
          spec: {
            accessModes: ['ReadWriteOnce'],
            resources: { requests: { storage: String(Math.ceil(deployment.model.weightBytes * 1.2)) } },
          },
        },
      ],
    },
  };
}
