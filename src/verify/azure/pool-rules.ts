// Rules about a cluster's nodes on Azure: pools as planned, one fabric each, bought and bounded as the plan says.
import type { Deployment, Pool } from '../../documents/deployment.ts';
import type { Recording, Registration } from '../../documents/recording.ts';
import { poolBounds } from '../pool-bounds.ts';
import { type AzureRule, type Json, list, ofType } from './rule.ts';

const CLUSTER = 'containerservice:ManagedCluster';
const POOL = 'containerservice:AgentPool';
const POOL_LABEL = 'seekstack.dev/pool';
const SERVER_LABEL = 'seekstack.dev/server';
const TAINTS = { nvidia: 'nvidia.com/gpu', amd: 'amd.com/gpu' } as const;
const FEATURE = 'AKSInfinibandSupport';
const SYSTEM_NODES_LEAST = 2;

const inputs = (each: Registration): Json => each.inputs;
const poolsOf = (recording: Recording) => ofType(recording, POOL);
const poolOf = (recording: Recording, { role }: Pool) => poolsOf(recording).find((each) => inputs(each).agentPoolName === role);
const usesInfiniband = ({ machine }: Deployment) => machine.fabric?.kind === 'infiniband';

export const AZURE_POOL_RULES: readonly AzureRule[] = [
  {
    name: 'one-pool-one-fabric',
    tier: 'kubernetes',
    check: ({ recording, document }, report) => {
      for (const pool of document.pools) {
        const found = poolsOf(recording).filter((each) => inputs(each).agentPoolName === pool.role);
        if (found.length !== 1) report(null, `${found.length} agent pools for ${pool.role}`, 'one: its nodes are on one fabric');
      }
      const known = new Set<string>(document.pools.map((each) => each.role));
      for (const each of poolsOf(recording)) {
        if (!known.has(inputs(each).agentPoolName)) report(each, inputs(each).agentPoolName, `one of ${[...known].join(', ')}`);
        if (inputs(each).type !== 'VirtualMachineScaleSets')
          report(each, inputs(each).type, 'VirtualMachineScaleSets: one scale set');
        if (inputs(each).mode !== 'User') report(each, inputs(each).mode, 'User: the system has a pool of its own');
        const zones = list(inputs(each).availabilityZones);
        const [wanted] = document.placement.zones;
        if (zones.length > 1 || (wanted !== undefined && String(zones[0]) !== wanted))
          report(each, `zones ${zones.join(', ')}`, `zone ${wanted ?? 'of Azure’s choice'}: a fabric ends at its zone`);
      }
    },
  },
  {
    name: 'pool-size',
    tier: 'kubernetes',
    check: ({ recording, document }, report) => {
      for (const pool of document.pools) {
        const found = poolOf(recording, pool);
        if (found === undefined) continue;
        const { minimum, maximum } = poolBounds(document, pool);
        const { count, minCount, maxCount, enableAutoScaling } = inputs(found);
        const [least, planned, most] = [minimum, pool.replicas, maximum].map((each) => each * pool.nodesPerReplica);
        if (Number(count) !== planned) report(found, `${count} nodes`, `${planned} as planned, whole replicas`);
        const elastic = minimum < maximum;
        if ((enableAutoScaling === true) !== elastic)
          report(
            found,
            `autoscaling ${enableAutoScaling}`,
            elastic ? 'between the bounds of the plan' : 'none: the plan has no bounds',
          );
        if (elastic && (Number(minCount) !== least || Number(maxCount) !== most))
          report(found, `${minCount} to ${maxCount}`, `${least} to ${most}, the bounds of the plan`);
        if (minCount !== undefined && !(Number(minCount) <= Number(count) && Number(count) <= Number(maxCount)))
          report(found, `${minCount} ≤ ${count} ≤ ${maxCount}`, 'minimum ≤ count ≤ maximum');
      }
    },
  },
  {
    name: 'accelerators-fill-replicas',
    tier: 'kubernetes',
    check: ({ recording, document }, report) => {
      for (const pool of document.pools) {
        const { tensorParallel, pipelineParallel, dataParallel } = pool.layout;
        const ranks = tensorParallel * pipelineParallel * dataParallel * pool.replicas;
        const nodes = Number(inputs(poolOf(recording, pool) ?? ({ inputs: {} } as Registration)).count ?? 0);
        const accelerators = nodes * (document.machine.accelerator?.count ?? 1);
        if (accelerators !== ranks)
          report(
            poolOf(recording, pool) ?? null,
            `${accelerators} accelerators`,
            `${ranks}: TP × PP × DP of ${pool.replicas} replicas`,
          );
      }
    },
  },
  {
    name: 'vm-size',
    tier: 'kubernetes',
    check: ({ recording, document: { machine, placement }, offered }, report) => {
      for (const pool of poolsOf(recording)) {
        const size = String(inputs(pool).vmSize);
        if (size !== machine.type) report(pool, size, `${machine.type}, the machine of the plan`);
        const known = offered(size, placement.region);
        if (known === null) report(pool, size, 'a size of the catalogue', 'correct the size, or add it to the catalogue');
        else if (!known)
          report(pool, `${size} in ${placement.region}`, 'a region where it is offered', 'plan again with another region');
      }
    },
  },
  {
    name: 'system-pool-alone',
    tier: 'kubernetes',
    check: ({ recording, document: { machine } }, report) => {
      for (const cluster of ofType(recording, CLUSTER)) {
        const inline = list(inputs(cluster).agentPoolProfiles);
        if (inline.length !== 1)
          report(cluster, `${inline.length} inline pools`, 'the system pool alone: others change by themselves');
        for (const pool of inline) {
          if (pool.mode !== 'System') report(cluster, `${pool.name}: ${pool.mode}`, 'System');
          if (Number(pool.count) < SYSTEM_NODES_LEAST) report(cluster, `${pool.count} system nodes`, 'two, so that one may fail');
          if (pool.vmSize === machine.type) report(cluster, `${pool.vmSize} for the system`, 'a small size');
        }
      }
    },
  },
  {
    name: 'no-node-address',
    tier: 'kubernetes',
    check: ({ recording }, report) => {
      const inline = ofType(recording, CLUSTER).flatMap((cluster) =>
        list(inputs(cluster).agentPoolProfiles).map((pool) => [cluster, pool] as const),
      );
      for (const [owner, pool] of [...inline, ...poolsOf(recording).map((each) => [each, inputs(each)] as const)]) {
        if (pool.enableNodePublicIP === true) report(owner, 'public addresses of nodes', 'private ones only');
        if (pool.vnetSubnetID === undefined) report(owner, 'a network of Azure’s own', 'the subnet of the deployment');
        if (pool.enableEncryptionAtHost !== true)
          report(owner, 'disks and caches in clear on the host', 'enableEncryptionAtHost: true');
      }
    },
  },
  {
    name: 'accelerators-kept-free',
    tier: 'kubernetes',
    check: ({ recording, document: { machine } }, report) => {
      if (machine.accelerator === null) return;
      const taint = TAINTS[machine.accelerator.vendor];
      for (const pool of poolsOf(recording))
        if (!list(inputs(pool).nodeTaints).some((each) => new RegExp(`^${taint}=[^:]+:NoSchedule$`).test(String(each))))
          report(
            pool,
            list(inputs(pool).nodeTaints).join(', ') || 'no taint',
            `${taint}: only what asks for accelerators lands here`,
          );
    },
  },
  {
    name: 'labels-for-pods',
    tier: 'kubernetes',
    check: ({ recording, document: { machine } }, report) => {
      for (const pool of poolsOf(recording)) {
        const labels = inputs(pool).nodeLabels ?? {};
        if (labels[POOL_LABEL] !== inputs(pool).agentPoolName) report(pool, labels[POOL_LABEL], `${POOL_LABEL}: its role`);
        if (labels[SERVER_LABEL] !== machine.type) report(pool, labels[SERVER_LABEL], `${SERVER_LABEL}: ${machine.type}`);
      }
    },
  },
  {
    name: 'bought-as-planned',
    tier: 'kubernetes',
    check: ({ recording, document: { fleet, pools } }, report) => {
      const wanted = fleet.purchase === 'spot' ? 'Spot' : 'Regular';
      for (const pool of poolsOf(recording)) {
        const { scaleSetPriority = 'Regular', scaleSetEvictionPolicy, agentPoolName } = inputs(pool);
        if (scaleSetPriority !== wanted) report(pool, scaleSetPriority, wanted);
        const spans = pools.some((each) => each.role === agentPoolName && each.nodesPerReplica > 1);
        if (scaleSetPriority === 'Spot' && spans) report(pool, 'Spot', 'Regular: one node taken away ends a replica of several');
        if (scaleSetPriority === 'Spot' && scaleSetEvictionPolicy !== 'Delete')
          report(pool, scaleSetEvictionPolicy, 'Delete: the disk of an evicted node is paid for');
        const reservation = fleet.reservation?.id;
        if (inputs(pool).capacityReservationGroupID !== reservation)
          report(
            pool,
            inputs(pool).capacityReservationGroupID,
            reservation ?? 'no reservation',
            'use the reservation of the plan',
          );
      }
    },
  },
  {
    name: 'infiniband-first',
    tier: 'kubernetes',
    check: ({ recording, document }, report) => {
      if (!usesInfiniband(document)) return;
      const features = ofType(recording, 'features:SubscriptionFeatureRegistration').filter(
        (each) => each.inputs.featureName === FEATURE && each.inputs.providerNamespace === 'Microsoft.ContainerService',
      );
      if (features.length === 0) report(null, 'nodes that may come onto different fabrics', `the feature ${FEATURE}`);
      for (const pool of poolsOf(recording)) {
        if (!features.every((each) => pool.dependencies.includes(each.urn)))
          report(pool, 'nodes before their feature', `${FEATURE} before the first node`);
        if (inputs(pool).gpuProfile?.driver !== 'None')
          report(
            pool,
            `driver ${inputs(pool).gpuProfile?.driver}`,
            'None: the operators in the cluster bring the one for this fabric',
          );
      }
    },
  },
  {
    name: 'disk-of-nodes',
    tier: 'kubernetes',
    check: ({ recording, document: { disk } }, report) => {
      for (const pool of poolsOf(recording)) {
        const bytes = Number(inputs(pool).osDiskSizeGB ?? 0) * 2 ** 30;
        if (bytes < disk.rootBytes) report(pool, `${bytes} bytes`, `${disk.rootBytes} bytes for images and logs`);
        if (inputs(pool).osDiskType !== 'Managed')
          report(pool, inputs(pool).osDiskType, 'Managed: encrypted with the key of the vault');
      }
    },
  },
];
