// Candidates: which checkpoint, engine and layout could serve a model on a machine, and why others cannot.
// In: catalogue, machine, model, limits. Out: replicas compiled to step times, or the one reason against.
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Efficiency, Engine, EngineSupport, HostEfficiency } from '../documents/catalog/engines.ts';
import type { Checkpoint, KvFormat, Model, ModelArchitecture, WeightFormat } from '../documents/catalog/models.ts';
import { compileAcceleratorSteps, type StepTimes } from '../physics/accelerator-step.ts';
import { compileHostSteps } from '../physics/host-step.ts';
import { cacheCost } from '../physics/kv-cache.ts';
import { enumerateLayouts, type Layout } from '../physics/layout.ts';
import { type MemoryMap, mapAcceleratorMemory, sequenceCacheBytesPerRank } from '../physics/memory.ts';
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
  readonly efficiency: Efficiency | HostEfficiency;
}

/** One replica: a stack, spread in one way. */
export interface Candidate {
  readonly stack: Stack;
  readonly layout: Layout;
  readonly nodesPerReplica: number;
  readonly memory: MemoryMap;
  readonly steps: StepTimes;
  /** Cache bytes of one sequence of that many tokens, on the rank that holds it. */
  readonly sequenceBytes: (tokens: number) => number;
}

/** Checkpoint × engine pairs that could run on a machine, or the reason why none can. */
export function listStacks(catalog: Catalog, machine: Machine, model: Model, architecture: ModelArchitecture): Stack[] {
  const stacks: Stack[] = [];
  for (const checkpoint of model.checkpoints) {
    const format = catalog.weightFormat(checkpoint.weightFormat);
    if (format === undefined) continue;
    for (const engine of catalog.engines) {
      for (const support of engine.supports) {
        if (!support.models.includes(architecture.id) || !support.weightFormats.includes(format.id)) continue;
        for (const mode of modesOf(machine, support)) {
          const kvFormat = chooseKvFormat(architecture, support, machine);
          const efficiency = efficiencyFor(catalog, engine, machine, mode);
          if (kvFormat === undefined || efficiency === undefined) continue;
          stacks.push({ machine, model, architecture, checkpoint, format, engine, support, kvFormat, mode, efficiency });
        }
      }
    }
  }
  return stacks;
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

function efficiencyFor(
  catalog: Catalog,
  engine: Engine,
  machine: Machine,
  mode: Stack['mode'],
): Efficiency | HostEfficiency | undefined {
  if (mode === 'accelerator')
    return catalog.efficiencies.find(
      (row) => row.engines.includes(engine.id) && row.hardware.includes(machine.accelerator?.architecture ?? ''),
    );
  return catalog.hostEfficiencies.find((row) => row.engine === engine.id && row.mode === mode && row.sockets === machine.sockets);
}

/** Every layout of a stack on that many nodes, compiled, whether its weights fit or not. */
export function compileCandidates(stack: Stack, nodesPerReplica: number): Candidate[] {
  return stack.mode === 'accelerator' ? acceleratorCandidates(stack, nodesPerReplica) : hostCandidates(stack, nodesPerReplica);
}

function acceleratorCandidates(stack: Stack, nodesPerReplica: number): Candidate[] {
  const { machine, architecture, engine, support, checkpoint, format } = stack;
  const { accelerator } = machine;
  if (accelerator === null) return [];
  const fabricBytesPerSecond = machine.fabric.bandwidth?.bytesPerSecond ?? 0;
  if (nodesPerReplica > 1 && fabricBytesPerSecond === 0) return [];
  const efficiency = stack.efficiency as Efficiency;
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
  return layouts.map((layout) => ({
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
      efficiency,
      expertCompute: support.expertCompute,
      otherCompute: support.otherCompute,
      layout,
      acceleratorsPerNode: machine.acceleratorCount,
      nodesPerReplica,
      fabricBytesPerSecond,
      prefillChunkTokens: engine.prefillChunk.tokens,
    }),
    sequenceBytes: (tokens) => sequenceCacheBytesPerRank(cache, layout, tokens),
  }));
}

function hostCandidates(stack: Stack, nodesPerReplica: number): Candidate[] {
  const { machine, architecture, checkpoint, format } = stack;
  if (nodesPerReplica > 1 || machine.processor === null || machine.hostBytes === null) return [];
  const efficiency = stack.efficiency as HostEfficiency;
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
      sequenceBytes: (tokens) => cache.bytesPerToken * tokens + cache.bytesPerSequence,
    },
  ];
}
