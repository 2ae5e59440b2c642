// Rules about replicas: their size, what they ask of a machine, what they run, how long they may take to start.
import { type Deployment, imageReference, type Pool } from '../../documents/deployment.ts';
import {
  containersOf,
  engineOf,
  type Json,
  type KubernetesObject,
  list,
  ofKind,
  type PodTemplate,
  podTemplates,
  unescaped,
} from './objects.ts';
import type { CheckedManifests, ManifestRule } from './rule.ts';

/** Weights, and room to write them. */
const WEIGHTS_ROOM = 1.2;
export const POOL_LABEL = 'seekstack.dev/pool';
const GPU_RESOURCES = { nvidia: 'nvidia.com/gpu', amd: 'amd.com/gpu' } as const;
const EFA_RESOURCE = 'vpc.amazonaws.com/efa';
const SHARED_INFINIBAND = 'rdma/shared_ib';

const groupsOf = (objects: readonly KubernetesObject[]) => ofKind(objects, 'LeaderWorkerSet');
const templatesOf = (group: KubernetesObject) => podTemplates([group]);
const roleOf = (template: PodTemplate) => template.labels[POOL_LABEL];

/** Each pool with the group that runs it. */
function* pairs({ document, objects }: CheckedManifests): Generator<readonly [Pool, KubernetesObject | undefined]> {
  for (const pool of document.pools)
    yield [pool, groupsOf(objects).find((group) => templatesOf(group).some((template) => roleOf(template) === pool.role))];
}

function engines(checked: CheckedManifests): { pool: Pool; template: PodTemplate; engine: Json }[] {
  return [...pairs(checked)].flatMap(([pool, group]) =>
    group === undefined ? [] : templatesOf(group).map((template) => ({ pool, template, engine: engineOf(template) ?? {} })),
  );
}

function acceleratorsAsked({ machine }: Deployment, engine: Json): number {
  return machine.accelerator === null ? 0 : Number(engine.resources?.limits?.[GPU_RESOURCES[machine.accelerator.vendor]] ?? 0);
}

export const REPLICA_RULES: readonly ManifestRule[] = [
  {
    name: 'group-size',
    tier: 'kubernetes',
    check: (checked, report) => {
      for (const [pool, group] of pairs(checked)) {
        if (group === undefined) {
          report(null, `no replicas for ${pool.role}`, 'a LeaderWorkerSet a pool');
          continue;
        }
        const { replicas, leaderWorkerTemplate = {} } = group.content.spec ?? {};
        if (Number(leaderWorkerTemplate.size) !== pool.nodesPerReplica)
          report(group, `size ${leaderWorkerTemplate.size}`, `${pool.nodesPerReplica}, the nodes of a replica`);
        if (Number(replicas) !== pool.replicas) report(group, `${replicas} replicas`, `${pool.replicas} as planned`);
        if (pool.nodesPerReplica > 1 && leaderWorkerTemplate.restartPolicy !== 'RecreateGroupOnPodRestart')
          report(group, leaderWorkerTemplate.restartPolicy, 'RecreateGroupOnPodRestart: ranks start together');
      }
    },
  },
  {
    name: 'ranks-fill-machines',
    tier: 'kubernetes',
    check: (checked, report) => {
      for (const { pool, template, engine } of engines(checked)) {
        const { tensorParallel, pipelineParallel, dataParallel } = pool.layout;
        const ranks = tensorParallel * pipelineParallel * dataParallel;
        const size = Number(template.owner.content.spec?.leaderWorkerTemplate?.size);
        const accelerators = acceleratorsAsked(checked.document, engine) * size;
        if (accelerators !== ranks)
          report(
            template.owner,
            `${template.part}: ${accelerators} accelerators a replica`,
            `${ranks}: TP ${tensorParallel} × PP ${pipelineParallel} × DP ${dataParallel}`,
          );
      }
    },
  },
  {
    name: 'whole-machine',
    tier: 'kubernetes',
    check: (checked, report) => {
      const { machine } = checked.document;
      for (const { template, engine } of engines(checked)) {
        const asked = acceleratorsAsked(checked.document, engine);
        if (machine.accelerator !== null && asked !== machine.accelerator.count)
          report(
            template.owner,
            `${template.part}: ${asked} accelerators`,
            `${machine.accelerator.count}, all of a ${machine.type}`,
          );
        const limits = engine.resources?.limits ?? {};
        if (machine.fabric?.kind === 'infiniband') {
          if (limits[SHARED_INFINIBAND] === undefined)
            report(template.owner, `${template.part}: no adapters`, `${SHARED_INFINIBAND}: the adapters of the node`);
          if (!list(engine.securityContext?.capabilities?.add).includes('IPC_LOCK'))
            report(template.owner, `${template.part}: memory that moves`, 'IPC_LOCK: adapters write into it');
        }
        if (machine.fabric?.kind !== 'efa') continue;
        if (Number(limits[EFA_RESOURCE] ?? 0) !== machine.fabric.interfaces)
          report(
            template.owner,
            `${template.part}: ${limits[EFA_RESOURCE] ?? 'no'} fabric interfaces`,
            `${machine.fabric.interfaces}, all of a ${machine.type}`,
          );
        if (limits['hugepages-2Mi'] === undefined)
          report(template.owner, `${template.part}: no huge pages`, 'huge pages, in which the fabric keeps its buffers');
      }
    },
  },
  {
    name: 'shared-memory',
    tier: 'any',
    check: ({ document, objects }, report) => {
      for (const template of podTemplates(objects).filter((each) => engineOf(each) !== undefined)) {
        const mount = list(engineOf(template).volumeMounts).find((each) => each.mountPath === '/dev/shm');
        const volume = list(template.spec.volumes).find((each) => each.name === mount?.name);
        const bytes = volume?.emptyDir?.medium === 'Memory' ? Number(volume.emptyDir.sizeLimit ?? Number.POSITIVE_INFINITY) : 0;
        if (bytes < document.engine.sharedMemoryBytes)
          report(template.owner, `${bytes} bytes`, `${document.engine.sharedMemoryBytes} bytes for the collectives`);
      }
    },
  },
  {
    name: 'start-time',
    tier: 'any',
    check: ({ document: { engine }, objects }, report) => {
      for (const template of podTemplates(objects).filter((each) => each.part !== 'worker' && engineOf(each) !== undefined)) {
        const probe = engineOf(template).startupProbe ?? {};
        const seconds = Number(probe.periodSeconds ?? 0) * Number(probe.failureThreshold ?? 0);
        if (seconds < engine.startupSeconds)
          report(template.owner, `given up after ${seconds} s`, `at least the ${engine.startupSeconds} s of a start`);
        if (probe.httpGet?.path !== engine.healthPath) report(template.owner, probe.httpGet?.path, engine.healthPath);
      }
    },
  },
  {
    name: 'arguments-as-planned',
    tier: 'kubernetes',
    check: (checked, report) => {
      const { engine: planned } = checked.document;
      for (const { pool, template, engine } of engines(checked)) {
        const words = list(engine.args).map(unescaped);
        const wanted = [...planned.command, ...pool.args];
        const differs = wanted.findIndex((word, index) => words[index] !== word);
        if (differs >= 0) report(template.owner, `${template.part}: ${words[differs]}`, `${wanted[differs]}, as planned`);
        if (pool.nodesPerReplica === 1) continue;
        const nodes = words[words.indexOf('--nnodes') + 1];
        if (!words.includes('--nnodes') || Number(nodes) !== pool.nodesPerReplica)
          report(template.owner, `${template.part}: ${nodes} nodes`, `--nnodes ${pool.nodesPerReplica}`);
        const rank = words[words.indexOf('--node-rank') + 1];
        if (rank !== (template.part === 'leader' ? '0' : '$(LWS_WORKER_INDEX)'))
          report(template.owner, `${template.part}: rank ${rank}`, 'rank 0 of the leader, its index of a worker');
        if (planned.id === 'vllm' && words.includes('--headless') !== (template.part === 'worker'))
          report(template.owner, `${template.part}: --headless`, '--headless for workers, and for no leader');
      }
    },
  },
  {
    name: 'weights-room',
    tier: 'any',
    check: ({ document, objects }, report) => {
      const bytes = document.model.weightBytes * WEIGHTS_ROOM;
      for (const template of podTemplates(objects).filter((each) => engineOf(each) !== undefined)) {
        const volume = list(template.spec.volumes).find((each) => each.name === 'weights');
        const own = volume?.emptyDir?.sizeLimit ?? volume?.ephemeral?.volumeClaimTemplate?.spec?.resources?.requests?.storage;
        const spec = template.owner.content.spec ?? {};
        const claims = [...list(spec.volumeClaimTemplates), ...list(spec.leaderWorkerTemplate?.volumeClaimTemplates)];
        const room = own ?? claims.find((each) => each.metadata?.name === 'weights')?.spec?.resources?.requests?.storage;
        if (!(Number(room) >= bytes))
          report(template.owner, `${room} bytes`, `${Math.ceil(bytes)} bytes: the weights × ${WEIGHTS_ROOM}`);
      }
    },
  },
  {
    name: 'fabric-made-ready',
    tier: 'kubernetes',
    check: ({ document: { provider, machine }, objects }, report) => {
      if (provider !== 'azure' || machine.fabric?.kind !== 'infiniband') return;
      const [policy] = ofKind(objects, 'NicClusterPolicy');
      if (policy === undefined) {
        report(null, 'adapters without a driver', 'a NicClusterPolicy');
        return;
      }
      const { ofedDriver, rdmaSharedDevicePlugin, tolerations } = policy.content.spec ?? {};
      for (const [name, part] of Object.entries({ ofedDriver, rdmaSharedDevicePlugin }))
        if (!/\d/.test(String(part?.version)) || /latest/.test(String(part?.version)))
          report(policy, `${name}: ${part?.version}`, 'one version');
      if (!/"resourceName":\s*"shared_ib"/.test(String(rdmaSharedDevicePlugin?.config)))
        report(policy, rdmaSharedDevicePlugin?.config, `what pods ask for: ${SHARED_INFINIBAND}`);
      const taint = machine.accelerator === null ? undefined : GPU_RESOURCES[machine.accelerator.vendor];
      if (!list(tolerations).some((each) => each?.key === taint))
        report(policy, 'kept off the pools', `a toleration of ${taint}`);
    },
  },
  {
    name: 'image-pinned',
    tier: 'any',
    check: ({ document, objects }, report) => {
      const { engine, companions } = document;
      const known = new Set(
        [engine.image, companions.acceleratorMetrics, companions.objectStoreClient, companions.tlsProxy].flatMap((each) =>
          each === null ? [] : [imageReference(each)],
        ),
      );
      for (const template of podTemplates(objects))
        for (const { image } of containersOf(template))
          if (!known.has(image))
            report(template.owner, image, 'an image of the deployment document, by digest where one is known');
    },
  },
];
