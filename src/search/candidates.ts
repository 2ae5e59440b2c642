// Candidates: which checkpoint, engine and layout could serve a model on a machine, and why others cannot.
// In: catalogue, machine, model, limits. Out: replicas compiled to step times, or the one reason against.
import type { Efficiency, HostEfficiency, Interval, KernelCurves } from '../documents/catalog/calibration.ts';
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Engine, EngineSupport } from '../documents/catalog/engines.ts';
import { intervalFor } from '../documents/catalog/intervals.ts';
import type { Checkpoint, KvFormat, Model, ModelArchitecture, WeightFormat } from '../documents/catalog/models.ts';
import { compileAcceleratorSteps, type StepTimes } from '../physics/accelerator-step.ts';
import { compileHostSteps } from '../physics/host-step.ts';
import { cacheCost } from '../physics/kv-cache.ts';
import { enumerateLayouts, type Layout, nameLayout } from '../physics/layout.ts';
import { type MemoryMap, mapAcceleratorMemory, sequenceCacheBytesPerRank } from '../physics/memory.ts';
import { type Scheduling, schedulingOf, serialScheduling } from '../physics/prefill-load.ts';
import { NO_SPECULATION, type Speculation, tokensFromRate, tokensFromRuns } from '../physics/speculation.ts';
import { splitWeights } from '../physics/weights.ts';
import type { Machine } from './machines.ts';

/** Host memory that may hold a lookup table; the rest is the operating system's and the engine's. */
const HOST_TABLE_SHARE = 0.9;
/** Nodes one replica may span, tried in turn and only while no smaller number will do. */
export const REPLICA_NODES = [1, 2, 4, 8] as const;

/** What a machine could be loaded with, before layouts. */
export interface Stack {
  readonly machine: Machine;
  readonly model: Model;
  readonly architecture: ModelArchitecture;
  readonly checkpoint: Checkpoint;
  readonly format: WeightFormat;
  readonly engine: Engine;
  readonly support: EngineSupport;
  readonly kvFormat: KvFormat;
  readonly mode: 'accelerator' | 'cpu' | 'hybrid';
  readonly calibration: Calibration;
  readonly speculation: Speculation;
  /** How far predictions of this stack may err. */
  readonly interval: Interval;
  /** The same with prefill and decode apart. */
  readonly disaggregatedInterval: Interval;
}

/** Calibration of a stack: rows for accelerators, or one for serving from the host. */
export type Calibration =
  | { readonly kind: 'accelerator'; readonly kernels: KernelCurves; readonly efficiency: Efficiency }
  | { readonly kind: 'host'; readonly efficiency: HostEfficiency };

/** One replica: a stack, spread in one way. */
export interface Candidate {
  readonly stack: Stack;
  readonly layout: Layout;
  readonly nodesPerReplica: number;
  readonly memory: MemoryMap;
  readonly steps: StepTimes;
  readonly scheduling: Scheduling;
  /** Cache bytes of one sequence of that many tokens, on the rank that holds it. */
  readonly sequenceBytes: (tokens: number) => number;
}

/** Checkpoint × engine pairs that could run on a machine, or the reason why none can. */
export function listStacks(
  catalog: Catalog,
  machine: Machine,
  model: Model,
  architecture: ModelArchitecture,
  wanted: WantedSpeculation | null = null,
): Stack[] {
  const stacks: Stack[] = [];
  for (const checkpoint of model.checkpoints) {
    const format = catalog.weightFormat(checkpoint.weightFormat);
    if (format === undefined) continue;
    for (const engine of catalog.engines) {
      for (const support of engine.supports) {
        if (!support.models.includes(architecture.id) || !support.weightFormats.includes(format.id)) continue;
        for (const mode of modesOf(machine, support)) {
          const kvFormat = chooseKvFormat(architecture, support, machine);
          const calibration = calibrationFor(catalog, engine, machine, architecture, mode, support);
          if (kvFormat === undefined || calibration === undefined) continue;
          const intervalOf = (served: 'aggregated' | 'disaggregated') =>
            intervalFor(catalog.intervals, {
              model: architecture.id,
              hardware: machine.accelerator?.architecture ?? 'cpu',
              engine: engine.id,
              mode: served,
              precision: format.precision,
            });
          stacks.push({
            machine,
            model,
            architecture,
            checkpoint,
            format,
            engine,
            support,
            kvFormat,
            mode,
            calibration,
            speculation: speculationOf(engine, architecture, calibration, wanted),
            interval: intervalOf('aggregated'),
            disaggregatedInterval: intervalOf('disaggregated'),
          });
        }
      }
    }
  }
  return stacks;
}

/** Speculation asked for. Without a rate, tokens a step are those that runs of the engine showed. */
export interface WantedSpeculation {
  readonly draftTokens: number;
  readonly acceptanceRate: number | null;
}

/** None where the model carries no draft module, or the engine or the host cannot use one. */
function speculationOf(
  engine: Engine,
  architecture: ModelArchitecture,
  calibration: Calibration,
  wanted: WantedSpeculation | null,
): Speculation {
  if (wanted === null || wanted.draftTokens === 0 || calibration.kind === 'host') return NO_SPECULATION;
  if (!engine.speculation || architecture.parameters.draft === undefined) return NO_SPECULATION;
  const { draftTokens, acceptanceRate } = wanted;
  const acceptedTokens =
    acceptanceRate === null ? tokensFromRuns(calibration.efficiency, draftTokens) : tokensFromRate(draftTokens, acceptanceRate);
  return { draftTokens, acceptedTokens };
}

function modesOf(machine: Machine, support: EngineSupport): Stack['mode'][] {
  const modes: Stack['mode'][] = [];
  const { accelerator } = machine;
  if (
    accelerator !== null &&
    support.hardware.includes(accelerator.architecture) &&
    accelerator.rates[support.expertCompute] !== undefined &&
    accelerator.rates[support.otherCompute] !== undefined
  )
    modes.push('accelerator');
  if (machine.processor !== null && accelerator === null && support.hardware.includes('cpu')) modes.push('cpu');
  if (machine.processor !== null && accelerator !== null && support.hardware.includes('hybrid')) modes.push('hybrid');
  return modes;
}

/** The first format that the support row lists, the model defines and the accelerator can store. */
function chooseKvFormat(architecture: ModelArchitecture, support: EngineSupport, machine: Machine): KvFormat | undefined {
  const onHardware = machine.accelerator?.architecture ?? 'cpu';
  return support.kvFormats
    .map((id) => architecture.kvFormats.find((format) => format.id === id))
    .find((format) => format !== undefined && (format.architectures === undefined || format.architectures.includes(onHardware)));
}

/** The current calibration of an engine on a machine; none where a dtype the engine computes in was never measured or assumed. */
function calibrationFor(
  catalog: Catalog,
  engine: Engine,
  machine: Machine,
  architecture: ModelArchitecture,
  mode: Stack['mode'],
  support: EngineSupport,
): Calibration | undefined {
  const isOfModel = (row: { readonly models?: readonly string[] | undefined }) => row.models?.includes(architecture.id) ?? true;
  if (mode === 'accelerator') {
    const hardware = machine.accelerator?.architecture ?? '';
    const kernels = catalog.kernels.find((row) => row.hardware.includes(hardware));
    const efficiency = catalog.efficiencies.find(
      (row) => row.current && row.engines.includes(engine.id) && row.hardware.includes(hardware) && isOfModel(row),
    );
    if (kernels === undefined || efficiency === undefined) return undefined;
    const known = kernels.products[support.otherCompute] !== undefined && kernels.experts[support.expertCompute] !== undefined;
    return known ? { kind: 'accelerator', kernels, efficiency } : undefined;
  }
  const row = catalog.hostEfficiencies.find(
    (each) => each.engine === engine.id && each.mode === mode && each.sockets === machine.sockets && isOfModel(each),
  );
  return row === undefined ? undefined : { kind: 'host', efficiency: row };
}

/**
 * Every layout of a stack on that many nodes, compiled, whether its weights fit or not.
 * @param only - this layout and no other
 */
export function compileCandidates(stack: Stack, nodesPerReplica: number, only?: Layout): Candidate[] {
  return stack.mode === 'accelerator'
    ? acceleratorCandidates(stack, nodesPerReplica, only)
    : hostCandidates(stack, nodesPerReplica);
}

function acceleratorCandidates(stack: Stack, nodesPerReplica: number, only: Layout | undefined): Candidate[] {
  const { machine, architecture, engine, support, checkpoint, format } = stack;
  const { accelerator } = machine;
  if (accelerator === null || stack.calibration.kind !== 'accelerator') return [];
  const { kernels, efficiency } = stack.calibration;
  const fabricBytesPerSecond = machine.fabric.bandwidth?.bytesPerSecond ?? 0;
  if (nodesPerReplica > 1 && fabricBytesPerSecond === 0) return [];
  const weights = splitWeights(architecture, format, checkpoint.disk.bytes);
  const cache = cacheCost(architecture, stack.kvFormat);
  const layouts = enumerateLayouts({
    acceleratorsPerNode: machine.acceleratorCount,
    nodesPerReplica,
    attentionHeads: architecture.attention.heads,
    routedExperts: architecture.feedForward.routedExperts,
    engineExpertParallel: engine.expertParallel,
    engineDataParallelAttention: engine.dataParallelAttention,
    enginePipelineParallel: engine.pipelineParallel,
    maximumTensorParallel: support.maximumTensorParallel ?? Number.POSITIVE_INFINITY,
  });
  const wanted = only === undefined ? layouts : layouts.filter((layout) => nameLayout(layout) === nameLayout(only));
  return wanted.map((layout) => ({
    stack,
    layout,
    nodesPerReplica,
    memory: mapAcceleratorMemory({
      weights,
      layout,
      acceleratorBytes: accelerator.memory.bytes,
      memoryShare: engine.memoryShare.ratio,
      reserveBytes: engine.reservePerAccelerator.bytes,
      hostBytes: machine.hostBytes,
      hostShare: HOST_TABLE_SHARE,
    }),
    steps: compileAcceleratorSteps({
      model: architecture,
      weights,
      kvFormat: stack.kvFormat,
      accelerator,
      kernels,
      efficiency,
      expertCompute: support.expertCompute,
      otherCompute: support.otherCompute,
      layout,
      acceleratorsPerNode: machine.acceleratorCount,
      fabricBytesPerSecond,
      prefillChunkTokens: engine.prefillChunk.tokens,
      speculation: stack.speculation,
    }),
    scheduling: schedulingOf(efficiency, layout.dataParallel > 1),
    sequenceBytes: (tokens) => sequenceCacheBytesPerRank(cache, layout, tokens),
  }));
}

function hostCandidates(stack: Stack, nodesPerReplica: number): Candidate[] {
  const { machine, architecture, checkpoint, format } = stack;
  if (nodesPerReplica > 1 || machine.processor === null || machine.hostBytes === null) return [];
  if (stack.calibration.kind !== 'host') return [];
  const { efficiency } = stack.calibration;
  const weights = splitWeights(architecture, format, checkpoint.disk.bytes);
  const cache = cacheCost(architecture, stack.kvFormat);
  const layout: Layout = { tensorParallel: 1, dataParallel: 1, expertParallel: 1, pipelineParallel: 1 };
  const usableBytes = machine.hostBytes * efficiency.memoryShare.ratio;
  const steps = compileHostSteps({
    model: architecture,
    weights,
    kvFormat: stack.kvFormat,
    processor: machine.processor,
    sockets: machine.sockets,
    efficiency,
    accelerator: stack.mode === 'hybrid' ? machine.accelerator : null,
    prefillChunkTokens: stack.engine.prefillChunk.tokens,
  });
  const memory: MemoryMap = {
    capacityBytes: machine.hostBytes,
    usableBytes,
    weightBytes: checkpoint.disk.bytes,
    reserveBytes: 0,
    cacheBytes: usableBytes - checkpoint.disk.bytes,
    hostTableBytes: 0,
  };
  return [
    {
      stack,
      layout,
      nodesPerReplica,
      memory,
      steps,
      scheduling: serialScheduling(efficiency.hostFloor.seconds),
      sequenceBytes: (tokens) => cache.bytesPerToken * tokens + cache.bytesPerSequence,
    },
  ];
}
