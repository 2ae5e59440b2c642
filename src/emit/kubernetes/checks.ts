// Checks inside the cluster: is the fabric a fabric, before anything serves; does the endpoint answer, afterwards.
// In: a deployment document. Out: jobs that fail where it is not so.
import { type Deployment, imageReference } from '../../documents/deployment.ts';
import { FABRIC_PROGRAM, SMOKE_PROGRAM } from './check-programs.ts';
import { API_KEY_PATH } from './engine-command.ts';
import { commonLabels, type Manifest, metadataOf, PART_LABEL, selectorOf, variables } from './manifest.ts';
import { hugePages, placementOf, sharedMemory, wholeNode } from './pools.ts';
import { bash, fromStack, identityLabels, storeOf, storeVariables } from './stores.ts';
import { engineImage, fabricClaim, weightsFromBucket } from './surroundings.ts';

const LEAST_NODES = 2;
const FABRIC_SECONDS_MOST = 1800;
const SMOKE_SECONDS_MOST = 900;
const KEPT_SECONDS = 86_400;

/** Nothing where machines have no fabric, or there is only one of them. */
export function fabricCheck(deployment: Deployment): Map<string, Manifest> {
  const { machine, name, fleet, pools } = deployment;
  const claim = fabricClaim(deployment);
  const largest = Math.max(...pools.map((each) => each.nodesPerReplica));
  const nodes = Math.min(fleet.nodes, Math.max(LEAST_NODES, largest));
  // A group of one pool: pools are machines of one kind, and a replica never crosses them.
  const pool = pools.find((each) => each.replicas * each.nodesPerReplica >= nodes);
  if (claim.logged.length === 0 || machine.accelerator === null || pool === undefined || nodes < LEAST_NODES) return new Map();
  const job = `${name}-fabric`;
  const metadata = metadataOf(deployment, job, 'fabric');
  const part = { [PART_LABEL]: 'fabric-check' };
  return new Map<string, Manifest>([
    ['fabric-program', programMap(deployment, job, 'fabric', FABRIC_PROGRAM)],
    [
      'fabric-names',
      {
        apiVersion: 'v1',
        kind: 'Service',
        metadata,
        spec: {
          clusterIP: 'None',
          publishNotReadyAddresses: true,
          selector: selectorOf(deployment, part),
          ports: [{ name: 'rendezvous', port: 29_500 }],
        },
      },
    ],
    [
      'fabric-check',
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata,
        spec: {
          completions: nodes,
          parallelism: nodes,
          completionMode: 'Indexed',
          backoffLimit: 0,
          activeDeadlineSeconds: FABRIC_SECONDS_MOST,
          ttlSecondsAfterFinished: KEPT_SECONDS,
          template: {
            metadata: { labels: { ...commonLabels(deployment), ...part } },
            spec: {
              restartPolicy: 'Never',
              serviceAccountName: 'default',
              automountServiceAccountToken: false,
              subdomain: job,
              ...placementOf(deployment, pool.role),
              securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
              containers: [
                {
                  name: 'fabric',
                  image: engineImage(deployment),
                  command: ['python3', '/program/check.py'],
                  env: variables({
                    NODES: String(nodes),
                    ACCELERATORS: String(machine.accelerator.count),
                    LEADER: `${job}-0.${job}`,
                    WANTED: claim.logged.join('|'),
                    NCCL_SOCKET_IFNAME: 'eth0',
                    ...claim.environment,
                  }),
                  resources: wholeNode(deployment),
                  securityContext: {
                    allowPrivilegeEscalation: false,
                    capabilities: { drop: ['ALL'], ...(claim.capabilities.length > 0 ? { add: claim.capabilities } : {}) },
                  },
                  volumeMounts: [
                    { name: 'program', mountPath: '/program', readOnly: true },
                    { name: 'scratch', mountPath: '/tmp' },
                    { name: 'shared-memory', mountPath: '/dev/shm' },
                    ...hugePages(deployment).mounts,
                  ],
                },
              ],
              volumes: [
                { name: 'program', configMap: { name: job } },
                { name: 'scratch', emptyDir: {} },
                sharedMemory(deployment),
                ...hugePages(deployment).volumes,
              ],
            },
          },
        },
      },
    ],
  ]);
}

/** Asks for the model under the name the engine serves it as, which is its id. */
export function smokeCheck(deployment: Deployment): Map<string, Manifest> {
  const { name, engine, model, companions } = deployment;
  const job = `${name}-smoke`;
  const role = deployment.pools[0]?.role ?? 'serve';
  const client = weightsFromBucket(deployment) ? companions.objectStoreClient : null;
  return new Map<string, Manifest>([
    ['smoke-program', programMap(deployment, job, 'smoke', SMOKE_PROGRAM)],
    [
      'smoke-check',
      {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: metadataOf(deployment, job, 'smoke'),
        spec: {
          backoffLimit: 2,
          activeDeadlineSeconds: SMOKE_SECONDS_MOST,
          ttlSecondsAfterFinished: KEPT_SECONDS,
          template: {
            metadata: {
              labels: { ...commonLabels(deployment), [PART_LABEL]: 'smoke-check', ...identityLabels(deployment) },
            },
            spec: {
              restartPolicy: 'Never',
              serviceAccountName: name,
              automountServiceAccountToken: false,
              // Where the engine's image already is; it claims no device.
              ...placementOf(deployment, role),
              securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
              ...(client === null
                ? {}
                : {
                    initContainers: [
                      {
                        name: 'key',
                        image: imageReference(client),
                        command: bash(keyProgram(deployment)),
                        env: [...storeVariables(deployment), fromStack('API_KEY_SECRET')],
                        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
                        volumeMounts: [{ name: 'api-key', mountPath: '/run/seekstack' }],
                      },
                    ],
                  }),
              containers: [
                {
                  name: 'smoke',
                  image: engineImage(deployment),
                  command: ['python3', '/program/check.py'],
                  env: variables({ URL: `http://${name}:${engine.port}`, MODEL: model.id }),
                  resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '1Gi' } },
                  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
                  volumeMounts: [
                    { name: 'program', mountPath: '/program', readOnly: true },
                    { name: 'api-key', mountPath: '/run/seekstack', readOnly: true },
                  ],
                },
              ],
              volumes: [
                { name: 'program', configMap: { name: job } },
                client === null
                  ? { name: 'api-key', secret: { secretName: 'api-key', optional: true } }
                  : { name: 'api-key', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } },
              ],
            },
          },
        },
      },
    ],
  ]);
}

function keyProgram(deployment: Deployment): string {
  return `set -euo pipefail\n${storeOf(deployment).functions}read_secret "$API_KEY_SECRET" > ${API_KEY_PATH}\n`;
}

function programMap(deployment: Deployment, name: string, stage: 'fabric' | 'smoke', program: string): Manifest {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadataOf(deployment, name, stage), data: { 'check.py': program } };
}
