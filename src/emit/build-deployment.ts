// The deployment document of one option: what a stack program needs, in its schema, nothing else.
import { type Deployment, deploymentSchema } from '../documents/deployment.ts';
import type { Plan, PlanOption } from '../documents/plan.ts';
import { SeekstackError } from '../errors.ts';
import { engineCommand, SERVING_PORT } from './engine-arguments.ts';

/** First loads of the largest models take up to an hour: vLLM's recipes set VLLM_ENGINE_READY_TIMEOUT_S to this. */
const STARTUP_SECONDS = 3600;
/** What multi-GPU recipes give to /dev/shm for the engines' collectives. */
const SHARED_MEMORY_BYTES = 32 * 1024 ** 3;
const ZONES = 2;

/**
 * Builds and validates the document.
 * @param planDigest - SHA-256 of the plan's bytes
 * @throws SeekstackError E_NOT_EMITTABLE where the single-node tier cannot hold the option
 */
export function buildDeployment(plan: Plan, planDigest: string, option: PlanOption): Deployment {
  const { machine, serving, layout } = option;
  if (option.nodesPerReplica !== 1)
    throw notEmittable(
      `a replica that spans ${option.nodesPerReplica} nodes`,
      'a replica on one node; stacks over many nodes are not emitted yet',
      option,
    );
  if (option.prefill !== null)
    throw notEmittable(
      `${option.prefill.workers} prefill and ${option.replicas} decode workers`,
      'replicas that prefill what they decode; stacks with two pools are not emitted yet',
      option,
      plan.options.find(
        (each) => each.feasible && each.provider === option.provider && each.prefill === null && each.nodesPerReplica === 1,
      ),
    );
  if (serving.image === null)
    throw notEmittable(
      `${option.engine} on ${machine.accelerator ?? machine.cpuArchitecture} without a known container image`,
      'an engine with a pinned image in the catalogue',
      option,
    );
  if (option.provider === 'azure' && machine.cpuArchitecture === 'arm64' && machine.accelerator !== null)
    throw notEmittable(
      `${machine.id}, an Arm machine with accelerators, for which Azure has no ready image`,
      'a machine with a marketplace image that carries its drivers',
      option,
    );
  const command = engineCommand(plan, option);
  const budgetUsd = plan.workload.budgetUsdPerMonth ?? option.cost.usdPerMonth.typical;
  const document: Deployment = {
    schema: 'seekstack/deployment@1',
    planDigest,
    optionId: option.id,
    name: plan.name,
    provider: option.provider,
    placement: { region: option.region, zones: option.zones.slice(0, ZONES) },
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
    },
    fleet: {
      nodes: option.nodes,
      minimumNodes: option.nodes,
      maximumNodes: option.nodes,
      nodesPerReplica: 1,
      purchase: option.purchase,
    },
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
      args: [...command.args],
      environment: { ...command.environment },
      port: SERVING_PORT,
      healthPath: command.healthPath,
      startupSeconds: STARTUP_SECONDS,
      sharedMemoryBytes: machine.accelerator === null ? 0 : SHARED_MEMORY_BYTES,
    },
    layout: {
      tensorParallel: layout.tensorParallel,
      dataParallel: layout.dataParallel,
      expertParallel: layout.expertParallel,
      pipelineParallel: layout.pipelineParallel,
      maxSequences: option.batch.limit,
    },
    disk: { ...option.disk },
    network: { vpcCidr: '10.42.0.0/16', clientCidrs: plan.workload.clients },
    budget: { usdPerMonth: Math.max(1, roundCents(budgetUsd)), alertShares: [0.8, 1], email: plan.workload.contact },
    cost: {
      usdPerHour: option.cost.usdPerHour,
      usdPerMonth: option.cost.usdPerMonth.typical,
      lines: option.cost.lines.map(({ id, label, usdPerMonth, basis }) => ({
        id,
        label: ascii(label),
        usdPerMonth,
        basis: ascii(basis),
      })),
      priceAsOf: option.cost.priceAsOf,
    },
    tags: { application: plan.name, model: plan.workload.model },
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
