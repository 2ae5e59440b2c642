// The router before two pools: it sends each request to a prefill worker and a decode worker.
// In: a deployment document with two pools. Out: its deployment, what it may read, and a budget for disruptions.
import type { Deployment } from '../../documents/deployment.ts';
import { commonLabels, leadersOf, type Manifest, metadataOf, PART_LABEL, selectorOf } from './manifest.ts';
import { engineImage } from './surroundings.ts';

const ROUTERS = 2;
const PROBE_SECONDS = 5;
const GRACE_SECONDS = 180;
const METRICS_PORT = 29000;

/** Nothing where one pool does both. */
export function routerManifests(deployment: Deployment): Map<string, Manifest> {
  if (deployment.pools.length === 1) return new Map();
  const name = `${deployment.name}-router`;
  const metadata = metadataOf(deployment, name, 'serving');
  const pods = selectorOf(deployment, { [PART_LABEL]: 'router' });
  return new Map<string, Manifest>([
    [
      'router-account',
      {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: metadataOf(deployment, name, 'base'),
        automountServiceAccountToken: false,
      },
    ],
    [
      'router-role',
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: metadataOf(deployment, name, 'base'),
        rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] }],
      },
    ],
    [
      'router-role-binding',
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: metadataOf(deployment, name, 'base'),
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
        subjects: [{ kind: 'ServiceAccount', name, namespace: deployment.name }],
      },
    ],
    [
      'router',
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata,
        spec: {
          replicas: ROUTERS,
          selector: { matchLabels: pods },
          template: {
            metadata: { labels: { ...commonLabels(deployment), [PART_LABEL]: 'router' } },
            spec: {
              serviceAccountName: name,
              automountServiceAccountToken: true,
              securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
              terminationGracePeriodSeconds: GRACE_SECONDS,
              affinity: {
                podAntiAffinity: {
                  preferredDuringSchedulingIgnoredDuringExecution: [
                    {
                      weight: 100,
                      podAffinityTerm: { labelSelector: { matchLabels: pods }, topologyKey: 'kubernetes.io/hostname' },
                    },
                  ],
                },
              },
              containers: [routerContainer(deployment)],
            },
          },
        },
      },
    ],
    [
      'router-budget',
      {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata,
        spec: { maxUnavailable: 1, selector: { matchLabels: pods } },
      },
    ],
  ]);
}

/**
 * It finds workers by the labels of their leader pods, and lets callers' keys through to them.
 * @source https://docs.sglang.io/advanced_features/sgl_model_gateway.html (service discovery in prefill-decode mode)
 */
function routerContainer(deployment: Deployment): Record<string, unknown> {
  const { engine } = deployment;
  const words = (labels: Record<string, string>) => Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  const probe = { httpGet: { path: '/health', port: 'http' }, periodSeconds: PROBE_SECONDS };
  return {
    name: 'router',
    image: engineImage(deployment),
    command: ['python3', '-m', 'sglang_router.launch_router'],
    args: [
      '--host',
      '0.0.0.0',
      '--port',
      String(engine.port),
      '--pd-disaggregation',
      '--service-discovery',
      '--service-discovery-namespace',
      deployment.name,
      '--service-discovery-port',
      String(engine.port),
      '--prefill-selector',
      ...words(leadersOf(deployment, 'prefill')),
      '--decode-selector',
      ...words(leadersOf(deployment, 'decode')),
      '--prometheus-host',
      '0.0.0.0',
      '--prometheus-port',
      String(METRICS_PORT),
    ],
    ports: [
      { name: 'http', containerPort: engine.port },
      { name: 'metrics', containerPort: METRICS_PORT },
    ],
    resources: { requests: { cpu: '500m', memory: '1Gi' }, limits: { memory: '4Gi' } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    startupProbe: { ...probe, failureThreshold: 60 },
    readinessProbe: probe,
    livenessProbe: { ...probe, failureThreshold: 6 },
  };
}
