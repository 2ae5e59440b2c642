// TLS before the engine, where the cloud's load balancer passes connections through unread.
// In: a deployment document. Out: a small proxy with the certificate from the vault, by file name; nothing elsewhere.
import { type Deployment, imageReference } from '../../documents/deployment.ts';
import { proxySettings } from '../../endpoint/proxy-settings.ts';
import { commonLabels, type Manifest, metadataOf, PART_LABEL, selectorOf } from './manifest.ts';
import { bash, fromStack, identityLabels, storeOf, storeVariables } from './stores.ts';

export const GATEWAY_PORT = 8443;
const HEALTH_PATH = '/gateway/health';
const REPLICAS = 2;
const PROBE_SECONDS = 5;
/** Answers in flight are finished; longer ones are asked for again. */
const DRAIN_SECONDS = 15;
const GRACE_SECONDS = 180;
/** The user the image's processes run as. @source https://github.com/nginx/docker-nginx-unprivileged */
const PROXY_USER = 101;

export function hasGateway({ provider, companions }: Deployment): boolean {
  return provider === 'azure' && companions.tlsProxy !== null;
}

/** Name of the proxy, and of the account its certificate is lent to. */
export function gatewayName({ name }: Deployment): string {
  return `${name}-gateway`;
}

export function gatewayManifests(deployment: Deployment): Map<string, Manifest> {
  const { tlsProxy, objectStoreClient } = deployment.companions;
  if (!hasGateway(deployment) || tlsProxy === null || objectStoreClient === null) return new Map();
  const name = gatewayName(deployment);
  const pods = selectorOf(deployment, { [PART_LABEL]: 'gateway' });
  const probe = { httpGet: { path: HEALTH_PATH, port: 'https', scheme: 'HTTPS' }, periodSeconds: PROBE_SECONDS };
  const noRights = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
  return new Map<string, Manifest>([
    [
      'gateway-account',
      {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { ...metadataOf(deployment, name, 'base'), annotations: identityAnnotation() },
        automountServiceAccountToken: false,
      },
    ],
    [
      'gateway-settings',
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: metadataOf(deployment, name, 'serving'),
        data: { 'nginx.conf': settingsOf(deployment) },
      },
    ],
    [
      'gateway',
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: metadataOf(deployment, name, 'serving'),
        spec: {
          replicas: REPLICAS,
          selector: { matchLabels: pods },
          template: {
            metadata: { labels: { ...commonLabels(deployment), [PART_LABEL]: 'gateway', ...identityLabels(deployment) } },
            spec: {
              serviceAccountName: name,
              automountServiceAccountToken: false,
              // What one of them writes, the other reads by its group.
              securityContext: { seccompProfile: { type: 'RuntimeDefault' }, fsGroup: PROXY_USER },
              terminationGracePeriodSeconds: GRACE_SECONDS,
              topologySpreadConstraints: [
                {
                  maxSkew: 1,
                  topologyKey: 'kubernetes.io/hostname',
                  whenUnsatisfiable: 'ScheduleAnyway',
                  labelSelector: { matchLabels: pods },
                },
              ],
              initContainers: [
                {
                  name: 'certificate',
                  image: imageReference(objectStoreClient),
                  command: bash(certificateProgram(deployment)),
                  env: [...storeVariables(deployment), fromStack('CERTIFICATE_SECRET')],
                  securityContext: noRights,
                  volumeMounts: [
                    { name: 'certificate', mountPath: '/run/tls' },
                    { name: 'scratch', mountPath: '/tmp' },
                  ],
                },
              ],
              containers: [
                {
                  name: 'gateway',
                  image: imageReference(tlsProxy),
                  command: ['nginx', '-c', '/etc/seekstack/nginx.conf', '-g', 'daemon off;'],
                  ports: [{ name: 'https', containerPort: GATEWAY_PORT }],
                  resources: { requests: { cpu: '250m', memory: '128Mi' }, limits: { memory: '512Mi' } },
                  securityContext: { ...noRights, runAsNonRoot: true, runAsUser: PROXY_USER, readOnlyRootFilesystem: true },
                  startupProbe: { ...probe, failureThreshold: 60 },
                  readinessProbe: probe,
                  livenessProbe: { ...probe, failureThreshold: 6 },
                  lifecycle: { preStop: { exec: { command: ['/bin/sleep', String(DRAIN_SECONDS)] } } },
                  volumeMounts: [
                    { name: 'settings', mountPath: '/etc/seekstack', readOnly: true },
                    { name: 'certificate', mountPath: '/run/tls', readOnly: true },
                    { name: 'temporary', mountPath: '/tmp' },
                  ],
                },
              ],
              volumes: [
                { name: 'settings', configMap: { name } },
                { name: 'certificate', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
                { name: 'scratch', emptyDir: { sizeLimit: '256Mi' } },
                { name: 'temporary', emptyDir: { sizeLimit: '1Gi' } },
              ],
            },
          },
        },
      },
    ],
    [
      'gateway-budget',
      {
        apiVersion: 'policy/v1',
        kind: 'PodDisruptionBudget',
        metadata: metadataOf(deployment, name, 'serving'),
        spec: { maxUnavailable: 1, selector: { matchLabels: pods } },
      },
    ],
  ]);
}

/** Which identity of the cloud an account speaks for, filled in from `stack.env`. */
export const IDENTITY_ANNOTATION = 'azure.workload.identity/client-id';

export function identityAnnotation(): Record<string, string> {
  return { [IDENTITY_ANNOTATION]: 'from stack.env' };
}

/** Certificate and key lie in one secret, one after the other. */
function certificateProgram(deployment: Deployment): string {
  return `set -euo pipefail\n${storeOf(deployment).functions}umask 027\nread_secret "$CERTIFICATE_SECRET" > /run/tls/endpoint.pem\n`;
}

/** The service in between spreads requests by connection, so none is kept. */
function settingsOf({ name, engine }: Deployment): string {
  return proxySettings({
    listenPort: GATEWAY_PORT,
    engine: `${name}.${name}.svc.cluster.local:${engine.port}`,
    certificatePath: '/run/tls/endpoint.pem',
    keptConnections: 0,
    healthPath: HEALTH_PATH,
  });
}
