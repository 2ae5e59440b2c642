// The deployment document of one option: what a stack program needs, in its schema, nothing else.
import { type Deployment, deploymentSchema, type Pool } from '../documents/deployment.ts';
import type { Plan, PlanOption } from '../documents/plan.ts';
import { SeekstackError } from '../errors.ts';
import { HOURS_PER_MONTH } from '../units.ts';
import { engineCommand, SERVING_PORT } from './engine-arguments.ts';

/** Reading and warming up were measured on quiet machines: a start is given up after this many times as long … */
const STARTUP_MARGIN = 3;
/** … and never before this, which the engines take to compile kernels for a shape they have not seen. */
const STARTUP_LEAST_SECONDS = 1200;
/** What multi-GPU recipes give to /dev/shm for the engines' collectives. */
const SHARED_MEMORY_BYTES = 32 * 1024 ** 3;
const ZONES = 2;

/**
 * Builds and validates the document.
 * @param planDigest - SHA-256 of the plan's bytes
 * @throws SeekstackError E_NOT_EMITTABLE where the single-node tier cannot hold the option
 */
export function buildDeployment(plan: Plan, planDigest: string, option: PlanOption): Deployment {
  const { machine, serving } = option;
  const { deployment: wanted } = plan.workload;
  refuseShape(plan, option);
  if (serving.image === null)
    throw notEmittable(
      `${option.engine} on ${machine.accelerator ?? machine.cpuArchitecture} without a known container image`,
      'an engine with a pinned image in the catalogue',
      option,
    );
  const pools = buildPools(plan, option);
  const command = engineCommand(plan, option, { layout: option.layout, role: pools.length > 1 ? 'decode' : 'serve' });
  const budgetUsd = plan.workload.budgetUsdPerMonth ?? option.cost.usdPerMonth.typical;
  const reservation = option.provider === wanted.reservation?.provider ? wanted.reservation : null;
  if (reservation !== null && !option.zones.includes(reservation.zone))
    throw notEmittable(
      `reservation ${reservation.id} in ${reservation.zone}`,
      `a reservation in ${option.region}, where ${machine.id} is offered in ${option.zones.join(', ')}`,
      option,
    );
  const { coldStart } = option.operations;
  const companion = (id: string) => {
    const found = serving.companions.find((each) => each.id === id);
    return found === undefined ? null : { repository: found.repository, tag: found.tag, digest: found.digest };
  };
  const document: Deployment = {
    schema: 'seekstack/deployment@2',
    planDigest,
    optionId: option.id,
    name: plan.name,
    provider: option.provider,
    tier: spansNodes(option) ? 'kubernetes' : 'single-node',
    purpose: wanted.purpose,
    timeToLiveHours: wanted.timeToLiveHours,
    placement: { region: option.region, zones: zonesOf(option, reservation?.zone ?? null) },
    machine: {
      type: machine.id,
      cpuArchitecture: machine.cpuArchitecture,
      vcpus: machine.vcpus ?? 0,
      memoryBytes: machine.hostBytes ?? 0,
      localDiskBytes: machine.localDiskBytes,
      accelerator:
        machine.accelerator === null || machine.acceleratorVendor === null
          ? null
          : {
              id: machine.accelerator,
              vendor: machine.acceleratorVendor,
              count: machine.acceleratorsPerNode,
              memoryBytes: machine.acceleratorBytes,
            },
      fabric: spansNodes(option) ? fabricOf(option) : null,
    },
    fleet: {
      nodes: option.nodes,
      ...boundsOf(option, reservation !== null || wanted.purpose === 'benchmark'),
      billedNodes: billedNodes(option),
      purchase: option.purchase,
      reservation: reservation === null ? null : { id: reservation.id, endsAt: reservation.endsAt },
      quota: quotaOf(option),
    },
    pools,
    model: {
      id: plan.workload.model,
      hfId: option.checkpoint.hfId ?? '',
      hfInclude: option.checkpoint.hfInclude,
      hfRevision: 'main',
      weightFormat: option.checkpoint.weightFormat,
      weightBytes: option.checkpoint.diskBytes,
      maxContextTokens: plan.workload.maximumTokens,
    },
    engine: {
      id: option.engine,
      image: serving.image,
      command: [...command.command],
      environment: { ...command.environment },
      apiKey: command.apiKey,
      port: SERVING_PORT,
      healthPath: command.healthPath,
      startupSeconds: Math.max(
        STARTUP_LEAST_SECONDS,
        Math.ceil(STARTUP_MARGIN * (coldStart.readSeconds + coldStart.warmUpSeconds)),
      ),
      readSeconds: coldStart.readSeconds,
      metrics: serving.metrics,
      sharedMemoryBytes: machine.accelerator === null ? 0 : SHARED_MEMORY_BYTES,
    },
    operators: serving.operators.map((each) => ({ ...each })) as Deployment['operators'],
    companions: {
      objectStoreClient: companion('object-store-client'),
      acceleratorMetrics: companion('accelerator-metrics'),
      tlsProxy: companion('tls-proxy'),
      seeder: companion('seeder'),
      metricsAgent: companion('metrics-agent'),
    },
    promise: {
      percentile: plan.workload.percentile,
      ttftTargetSeconds: plan.workload.ttftTargetSeconds,
      tpotTargetSeconds: plan.workload.tpotTargetSeconds,
      ttftSeconds: option.latency.ttftSeconds.typical,
      tpotSeconds: option.latency.tpotSeconds.typical,
      peakRequestsPerSecond: option.capacity.requestsPerSecond.typical * option.capacity.peakUtilisation,
      outputTokensPerSecond: option.capacity.outputTokensPerSecond.typical,
      usdPerMillionOutputTokens: option.cost.usdPerMillionOutputTokens.typical,
      nodeMaximumWatts: option.energy.nodeMaximumWatts,
      fleetBoardWatts: option.energy.boardWatts,
      scaleOutUtilisation: Math.min(1, option.operations.scaling.scaleOutUtilisation),
    },
    disk: { ...option.disk },
    network: {
      vpcCidr: '10.42.0.0/16',
      clientCidrs: plan.workload.clients,
      certificate: option.provider === 'aws' ? wanted.certificate : null,
    },
    budget: { usdPerMonth: Math.max(1, roundCents(budgetUsd)), alertShares: [0.8, 1], email: plan.workload.contact },
    cost: {
      usdPerHour: option.cost.usdPerHour,
      usdPerMonth: option.cost.usdPerMonth.typical,
      lines: option.cost.lines.map(({ id, label, usdPerMonth, basis, quantity }) => ({
        id,
        label: ascii(label),
        usdPerMonth,
        basis: ascii(basis),
        quantity: quantity === null ? null : { ...quantity },
      })),
      priceAsOf: option.cost.priceAsOf,
    },
    tags: {
      application: plan.name,
      model: plan.workload.model,
      // By these whoever cleans up tells a benchmark from what serves, and when it should be gone.
      ...(wanted.timeToLiveHours === null ? {} : { purpose: 'benchmark', 'time-to-live-hours': String(wanted.timeToLiveHours) }),
    },
  };
  const checked = deploymentSchema.safeParse(document);
  if (checked.success) return checked.data;
  throw new SeekstackError(
    checked.error.issues.map((issue) => ({
      code: 'E_NOT_EMITTABLE' as const,
      where: { field: issue.path.join('.') },
      got: `option ${option.id}`,
      expected: issue.message,
      fix: 'plan again with this version of seekstack; if it stays, report it',
    })),
  );
}

/** Kubernetes groups the machines of a replica, and keeps pools with different tasks apart. */
function spansNodes(option: PlanOption): boolean {
  return option.nodesPerReplica > 1 || option.prefill !== null;
}

/** A control plane lies in two zones; machines are in the first, and all of them where they were reserved. */
function zonesOf(option: PlanOption, reserved: string | null): string[] {
  if (reserved === null) return option.zones.slice(0, ZONES);
  const others = spansNodes(option) ? option.zones.filter((zone) => zone !== reserved) : [];
  return [reserved, ...others].slice(0, ZONES);
}

/** What no program of this version builds, with the next option that may do. */
function refuseShape(plan: Plan, option: PlanOption): void {
  const obstacle = spansNodes(option) ? obstacleToSpanning(option) : null;
  if (obstacle === null) return;
  const alone = plan.options.find((each) => each.feasible && each.provider === option.provider && !spansNodes(each));
  const shape =
    option.prefill === null
      ? `a replica that spans ${option.nodesPerReplica} nodes`
      : `${option.prefill.workers} prefill and ${option.replicas} decode workers`;
  throw notEmittable(`${shape} ${obstacle[0]}`, obstacle[1], option, alone);
}

/** Whose accelerators the manifests know an operator and a driver for. */
const VENDORS_IN_CLUSTERS: Readonly<Record<PlanOption['provider'], readonly string[]>> = {
  aws: ['nvidia'],
  azure: ['nvidia', 'amd'],
  onprem: ['nvidia'],
};

/**
 * Pods of several nodes share NVLink by a compute domain, which some controller must make.
 * @source https://github.com/Azure/aks-gpu/pull/192, https://github.com/Azure/AgentBaker/pull/8854 (September 2026, open),
 *   https://github.com/kubernetes-sigs/dranet (examples of AKS)
 */
const BESIDE_NVLINK: Readonly<Record<PlanOption['provider'], string>> = {
  aws: 'a fabric of adapters; compute domains are not emitted yet',
  azure:
    'machines with InfiniBand adapters, or replicas of one node on a scale set with an image of your own (nodeImage): on AKS ' +
    'neither the node image for these sizes (Azure/AgentBaker#8854) nor a controller of compute domains (Azure/aks-gpu#192) is released',
  onprem: 'a fabric of adapters; compute domains are not emitted yet',
};

/** @returns what stands in the way of many nodes, and what would not; null where nothing does */
function obstacleToSpanning(option: PlanOption): readonly [got: string, expected: string] | null {
  const { engine, prefill, machine } = option;
  if (engine !== 'vllm' && engine !== 'sglang') return [`of ${engine}`, 'vLLM or SGLang, whose ranks find each other by flags'];
  if (prefill !== null && engine !== 'sglang') return [`of ${engine}`, 'SGLang, whose router joins prefill and decode'];
  const vendors = VENDORS_IN_CLUSTERS[option.provider];
  if (machine.acceleratorVendor === null || !vendors.includes(machine.acceleratorVendor))
    return [
      `of ${machine.acceleratorVendor ?? 'no'} accelerators`,
      `accelerators of ${vendors.join(' or ')}, whose operator a cluster there is given`,
    ];
  if (machine.fabric?.kind === 'nvlink') return ['joined by NVLink across nodes', BESIDE_NVLINK[option.provider]];
  if (fabricOf(option) === null)
    return [`of ${machine.id}, whose fabric is not known well enough`, 'a machine whose interfaces are in the catalogue'];
  const wanted = option.provider === 'azure' ? ['object-store-client', 'tls-proxy'] : [];
  const missing = wanted.find((id) => !option.serving.companions.some((each) => each.id === id));
  if (missing !== undefined) return [`on ${machine.cpuArchitecture}, for which no ${missing} is known`, 'x86_64'];
  return null;
}

function fabricOf({ machine: { fabric } }: PlanOption): Deployment['machine']['fabric'] {
  if (fabric === null || fabric.interfaces === null || fabric.interfaces === 0) return null;
  // Only EC2 asks to be told on which card each interface goes.
  const networkCards = fabric.kind === 'efa' ? fabric.networkCards : fabric.interfaces;
  return networkCards === null ? null : { kind: fabric.kind as 'efa', interfaces: fabric.interfaces, networkCards };
}

function buildPools(plan: Plan, option: PlanOption): Pool[] {
  const { prefill } = option;
  const pool = (
    role: Pool['role'],
    { name: _, ...layout }: PlanOption['layout'],
    replicas: number,
    nodesPerReplica: number,
  ): Pool => ({
    role,
    replicas,
    nodesPerReplica,
    layout: { ...layout, maxSequences: option.batch.limit },
    args: [...engineCommand(plan, option, { layout: { name: '', ...layout }, role }).args],
  });
  const own = pool(
    prefill === null ? 'serve' : 'decode',
    option.layout,
    option.replicas + option.spareReplicas,
    option.nodesPerReplica,
  );
  if (prefill === null) return [own];
  return [pool('prefill', prefill.layout, prefill.workers + prefill.spareWorkers, prefill.nodesPerWorker), own];
}

/** Machines that are paid for anyway stay, and so do those that are measured; others follow the demand between the plan's bounds. */
function boundsOf(option: PlanOption, fixed: boolean): { minimumNodes: number; maximumNodes: number } {
  const { scaling } = option.operations;
  const elastic = !fixed && (option.purchase === 'on-demand' || option.purchase === 'spot');
  if (!elastic) return { minimumNodes: option.nodes, maximumNodes: option.nodes };
  return {
    minimumNodes: Math.min(option.nodes, Math.max(1, scaling.minimumNodes)),
    maximumNodes: Math.max(option.nodes, scaling.maximumNodes),
  };
}

/** The compute line is the mean over the term; the emitted fleet is the one at its end. */
function billedNodes(option: PlanOption): number {
  const hours = option.cost.lines.find((line) => line.id === 'compute')?.quantity?.units;
  return hours === undefined ? option.nodes : hours / HOURS_PER_MONTH;
}

function quotaOf({ operations: { quota } }: PlanOption): Deployment['fleet']['quota'] {
  if (quota === null) return null;
  // AWS counts under a code; Azure by the family of the size, which is one word.
  const code = /L-[0-9A-F]{8}/.exec(quota.name)?.[0] ?? /^[A-Za-z0-9]{1,60}$/.exec(quota.name)?.[0];
  return code === undefined ? null : { code, vcpus: quota.vcpus };
}

function roundCents(usd: number): number {
  return Math.round(usd * 100) / 100;
}

/** Labels carry typographic signs for people; documents of a stack carry ASCII. */
function ascii(text: string): string {
  return text
    .replaceAll('×', 'x')
    .replaceAll('–', '-')
    .replaceAll('·', '-')
    .replaceAll(/[^\x20-\x7e]/g, '?');
}

/** @param instead - the next option that may do, where one is known */
function notEmittable(got: string, expected: string, option: PlanOption, instead?: PlanOption): SeekstackError {
  return new SeekstackError({
    code: 'E_NOT_EMITTABLE',
    got: `option ${option.id}: ${got}`,
    expected,
    fix:
      instead === undefined
        ? 'choose another option with --option; "seekstack plan FILE --format csv" lists their ids'
        : `emit the next one with --option ${instead.id}, for USD ${Math.round(instead.cost.usdPerMonth.typical)} a month`,
  });
}
