// Replicas of a pool: a LeaderWorkerSet whose groups are as large as a replica.
// In: a deployment document. Out: one set a pool, with a budget for disruptions.
import type { Deployment, Pool } from '../../documents/deployment.ts';
import { podCommand } from './engine-command.ts';
import { fetchContainer, WEIGHTS_PATH } from './fetch-supplies.ts';
import {
  commonLabels,
  GPU_RESOURCES,
  type Manifest,
  metadataOf,
  PART_LABEL,
  POOL_LABEL,
  SERVER_LABEL,
  selectorOf,
  variables,
} from './manifest.ts';
import { localClassName, storageClassName } from './storage.ts';
import { identityLabels } from './stores.ts';
import { engineImage, fabricClaim, weightsFromBucket } from './surroundings.ts';

/** The port on which prefill workers of SGLang hand their cache over; the router reads it from the pod. */
const BOOTSTRAP_PORT = 8998;
const PROBE_SECONDS = 10;
/** The load balancer forgets a pod within this time, then the engine finishes what it has begun. */
const DRAIN_SECONDS = 30;
const GRACE_SECONDS = 180;
/** Of a node's processors and memory: the rest is for the system and its daemons. */
const SHARE_OF_NODE = 0.8;
/** Room for the weights and for what is written while they are fetched. */
const DISK_SHARE = 1.2;

/** @source https://learn.microsoft.com/azure/aks/spot-node-pool */
export const SPOT_TOLERATION = {
  key: 'kubernetes.azure.com/scalesetpriority',
  operator: 'Equal',
  value: 'spot',
  effect: 'NoSchedule',
};

/** Name of a pool's set and of the budget beside it. */
export function poolName({ name, pools }: Deployment, { role }: Pool): string {
  return pools.length === 1 ? name : `${name}-${role}`;
}

/** One replica is gone with any of its pods, so they start and end together. */
export function leaderWorkerSet(deployment: Deployment, pool: Pool): Manifest {
  return {
    apiVersion: 'leaderworkerset.x-k8s.io/v1',
    kind: 'LeaderWorkerSet',
    metadata: metadataOf(deployment, poolName(deployment, pool), 'serving'),
    spec: {
      replicas: pool.replicas,
      startupPolicy: 'LeaderCreated',
      // There is no machine to spare for one replica more during an update.
      rolloutStrategy: { type: 'RollingUpdate', rollingUpdateConfiguration: { maxUnavailable: 1, maxSurge: 0 } },
      leaderWorkerTemplate: {
        size: pool.nodesPerReplica,
        restartPolicy: 'RecreateGroupOnPodRestart',
        leaderTemplate: podTemplate(deployment, pool, true),
        workerTemplate: podTemplate(deployment, pool, false),
        ...(weightsFromBucket(deployment) ? {} : { volumeClaimTemplates: [weightsClaim(deployment)] }),
      },
    },
  };
}

/** At most one replica of a pool is taken away on purpose at a time. */
export function disruptionBudget(deployment: Deployment, pool: Pool): Manifest {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadataOf(deployment, poolName(deployment, pool), 'serving'),
    spec: {
      maxUnavailable: pool.nodesPerReplica,
      selector: { matchLabels: selectorOf(deployment, { [PART_LABEL]: 'engine', [POOL_LABEL]: pool.role }) },
    },
  };
}

/** On which nodes engines and checks run: those of the pool in the cloud, servers of the kind on premises. */
export function placementOf({ provider, machine, fleet }: Deployment, role: Pool['role']): Record<string, unknown> {
  const { accelerator } = machine;
  // Azure itself keeps everything off spot machines that does not say it may be there.
  const spot = provider === 'azure' && fleet.purchase === 'spot' ? [SPOT_TOLERATION] : [];
  return {
    nodeSelector: {
      'kubernetes.io/arch': machine.cpuArchitecture === 'arm64' ? 'arm64' : 'amd64',
      [SERVER_LABEL]: machine.type,
      ...(provider === 'onprem' ? {} : { [POOL_LABEL]: role }),
    },
    tolerations: [
      ...(accelerator === null ? [] : [{ key: GPU_RESOURCES[accelerator.vendor], operator: 'Exists', effect: 'NoSchedule' }]),
      ...spot,
    ],
  };
}

/** A whole node: its accelerators, its way to the fabric, most of its processors and memory. */
export function wholeNode(deployment: Deployment): { requests: Record<string, string>; limits: Record<string, string> } {
  const { machine } = deployment;
  const devices = {
    ...(machine.accelerator === null ? {} : { [GPU_RESOURCES[machine.accelerator.vendor]]: String(machine.accelerator.count) }),
    ...fabricClaim(deployment).resources,
  };
  const cpu = Math.floor(machine.vcpus * SHARE_OF_NODE);
  const memory = Math.floor(machine.memoryBytes * SHARE_OF_NODE);
  return {
    requests: { ...devices, ...(cpu > 0 ? { cpu: String(cpu) } : {}), ...(memory > 0 ? { memory: String(memory) } : {}) },
    limits: devices,
  };
}

export function sharedMemory({ engine: { sharedMemoryBytes } }: Deployment): Record<string, unknown> {
  return {
    name: 'shared-memory',
    emptyDir: { medium: 'Memory', ...(sharedMemoryBytes > 0 ? { sizeLimit: String(Math.ceil(sharedMemoryBytes)) } : {}) },
  };
}

export function hugePages(deployment: Deployment): { volumes: unknown[]; mounts: unknown[] } {
  const needed = Object.keys(fabricClaim(deployment).resources).some((name) => name.startsWith('hugepages-'));
  return needed
    ? {
        volumes: [{ name: 'huge-pages', emptyDir: { medium: 'HugePages' } }],
        mounts: [{ name: 'huge-pages', mountPath: '/dev/hugepages' }],
      }
    : { volumes: [], mounts: [] };
}

function podTemplate(deployment: Deployment, pool: Pool, leads: boolean): Record<string, unknown> {
  const bucket = weightsFromBucket(deployment);
  const fetch = bucket ? fetchContainer(deployment) : null;
  return {
    metadata: {
      labels: { ...commonLabels(deployment), [PART_LABEL]: 'engine', [POOL_LABEL]: pool.role, ...identityLabels(deployment) },
      ...(pool.role === 'prefill' && leads ? { annotations: { 'sglang.ai/bootstrap-port': String(BOOTSTRAP_PORT) } } : {}),
    },
    spec: {
      serviceAccountName: deployment.name,
      automountServiceAccountToken: false,
      ...placementOf(deployment, pool.role),
      securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
      terminationGracePeriodSeconds: GRACE_SECONDS,
      ...(fetch === null ? {} : { initContainers: [fetch] }),
      containers: [engineContainer(deployment, pool, leads)],
      volumes: [
        ...(bucket ? [weightsVolume(deployment)] : []),
        bucket
          ? { name: 'api-key', emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } }
          : { name: 'api-key', secret: { secretName: 'api-key', optional: true } },
        { name: 'scratch', emptyDir: {} },
        sharedMemory(deployment),
        ...hugePages(deployment).volumes,
      ],
    },
  };
}

function engineContainer(deployment: Deployment, pool: Pool, leads: boolean): Record<string, unknown> {
  const { engine } = deployment;
  const { command, args, environment } = podCommand(deployment, pool, leads);
  const claim = fabricClaim(deployment);
  const probe = { httpGet: { path: engine.healthPath, port: 'http' }, periodSeconds: PROBE_SECONDS };
  const ports = [
    ...(leads ? [{ name: 'http', containerPort: engine.port }] : []),
    ...(leads && pool.role === 'prefill' ? [{ name: 'bootstrap', containerPort: BOOTSTRAP_PORT }] : []),
  ];
  return {
    name: 'engine',
    image: engineImage(deployment),
    command,
    args,
    env: variables({
      HF_HOME: `${WEIGHTS_PATH}/huggingface`,
      // There is no need for the hub: without this engines wait for it to answer.
      ...(weightsFromBucket(deployment) ? { HF_HUB_OFFLINE: '1' } : {}),
      // Ranks find each other over the pod's own interface.
      NCCL_SOCKET_IFNAME: 'eth0',
      GLOO_SOCKET_IFNAME: 'eth0',
      ...claim.environment,
      ...engine.environment,
      ...environment,
    }),
    ...(ports.length === 0 ? {} : { ports }),
    resources: wholeNode(deployment),
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'], ...(claim.capabilities.length > 0 ? { add: claim.capabilities } : {}) },
    },
    // Only the leader answers; a follower that ends takes its group along.
    ...(leads
      ? {
          startupProbe: { ...probe, failureThreshold: Math.ceil(engine.startupSeconds / PROBE_SECONDS) },
          readinessProbe: probe,
          livenessProbe: { ...probe, timeoutSeconds: PROBE_SECONDS, failureThreshold: 6 },
          lifecycle: { preStop: { exec: { command: ['/bin/sleep', String(DRAIN_SECONDS)] } } },
        }
      : {}),
    volumeMounts: [
      { name: 'weights', mountPath: WEIGHTS_PATH },
      { name: 'api-key', mountPath: '/run/seekstack', readOnly: true },
      { name: 'scratch', mountPath: '/tmp' },
      { name: 'shared-memory', mountPath: '/dev/shm' },
      ...hugePages(deployment).mounts,
    ],
  };
}

function weightsRoom({ model }: Deployment): number {
  return Math.ceil(model.weightBytes * DISK_SHARE);
}

/**
 * Nodes on AWS keep the volumes of pods on their local disks. On Azure they keep them on the disk of the system, so that
 * weights ask for room on the local disks by name, or on a disk of their own where those are too small.
 */
function weightsVolume(deployment: Deployment): Record<string, unknown> {
  const storage = String(weightsRoom(deployment));
  if (deployment.provider !== 'azure') return { name: 'weights', emptyDir: { sizeLimit: storage } };
  const local = deployment.disk.weightsBytes === 0 && deployment.machine.localDiskBytes > 0;
  return {
    name: 'weights',
    ephemeral: {
      volumeClaimTemplate: {
        spec: {
          accessModes: ['ReadWriteOnce'],
          storageClassName: local ? localClassName(deployment) : storageClassName(deployment),
          resources: { requests: { storage } },
        },
      },
    },
  };
}

/** Stays when a pod goes, so that a restart reads what is on the disk already. */
function weightsClaim(deployment: Deployment): Record<string, unknown> {
  return {
    metadata: { name: 'weights' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: String(weightsRoom(deployment)) } } },
  };
}
