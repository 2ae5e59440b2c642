// Step times on accelerators: one decode step of a batch, and the prefill of a prompt.
// In: one replica (model, weights, engine efficiency, accelerator, layout). Out: functions from batch or tokens to seconds.
import type { ComputeDtype, Efficiency } from '../documents/catalog/engines.ts';
import type { Accelerator } from '../documents/catalog/hardware.ts';
import type { KvFormat, ModelArchitecture } from '../documents/catalog/models.ts';
import { type CacheCost, cacheCost, decodeAttentionWork, prefillAttentionFlop } from './kv-cache.ts';
import type { Layout } from './layout.ts';
import {
  allReduceSeconds,
  allToAllSeconds,
  busiestRankExperts,
  kernelSeconds,
  touchedExpertShare,
  type Wire,
} from './roofline.ts';
import { otherParameters, type WeightClasses } from './weights.ts';

/** Bytes of one activation element on the wire and in the residual stream. */
const ACTIVATION_BYTES = 2;

/** Everything a replica on accelerators is made of. */
export interface AcceleratorReplica {
  readonly model: ModelArchitecture;
  readonly weights: WeightClasses;
  readonly kvFormat: KvFormat;
  readonly accelerator: Accelerator;
  readonly efficiency: Efficiency;
  readonly expertCompute: ComputeDtype;
  readonly otherCompute: ComputeDtype;
  readonly layout: Layout;
  readonly acceleratorsPerNode: number;
  readonly nodesPerReplica: number;
  /** Of one node, one direction, bytes a second; read only where a replica spans nodes. */
  readonly fabricBytesPerSecond: number;
  /** Most tokens of prefill in one step. */
  readonly prefillChunkTokens: number;
}

/** Seconds as functions of load; the same shape serves accelerators and hosts. */
export interface StepTimes {
  /** One decode step of the replica with `sequences` in flight at a mean context, seconds. */
  readonly decodeSeconds: (sequences: number, contextTokens: number) => number;
  /** Prefill of one prompt while every rank prefills (throughput), or this one alone (latency), seconds. */
  readonly prefillSeconds: (promptTokens: number, busy: 'alone' | 'all') => number;
  /** Prompts that are prefilled side by side: data-parallel groups, or pipeline stages. */
  readonly prefillServers: number;
  readonly cache: CacheCost;
}

/**
 * Compiles a replica into step times.
 * Every time is a sum over attention projections, attention proper, dense and shared weights, routed experts, head,
 * collectives and a fixed time a layer; each product is a smooth roofline over bytes and operations.
 * @throws RangeError when the accelerator has no rate for a dtype the engine computes in
 * @source docs/physics.md
 */
export function compileAcceleratorSteps(replica: AcceleratorReplica): StepTimes {
  const { model, weights, layout, efficiency, accelerator } = replica;
  const { tensorParallel: tp, dataParallel: dp, pipelineParallel: pp } = layout;
  const ffn = model.feedForward;
  const expertShards = layout.expertParallel > 1 ? layout.expertParallel : tp;
  const moeLayers = ffn.routedExperts === 0 ? 0 : model.layers - model.denseLayers;

  const weightRate = accelerator.memoryBandwidth.bytesPerSecond * efficiency.weightBandwidth.ratio;
  const cacheRate = accelerator.memoryBandwidth.bytesPerSecond * efficiency.cacheBandwidth.ratio;
  const otherRate = peak(accelerator, replica.otherCompute) * efficiency.compute.ratio;
  const attentionRate = peak(accelerator, 'bf16') * efficiency.compute.ratio;
  const expertRate =
    ffn.routedExperts === 0 ? otherRate : peak(accelerator, replica.expertCompute) * efficiency.expertCompute.ratio;

  const attentionParameters = model.parameters.attention.parameters;
  const headParameters = model.parameters.embedding.parameters;
  const dense = otherParameters(model);
  const expertParameters = moeLayers === 0 ? 0 : model.parameters.routedExperts.parameters / (moeLayers * ffn.routedExperts);
  const expertBytes = moeLayers === 0 ? 0 : weights.routedExpertBytes / (moeLayers * ffn.routedExperts);
  const expertsHeld = layout.expertParallel > 1 ? ffn.routedExperts / layout.expertParallel : ffn.routedExperts;

  const tensorWire = wireFor(replica, tp);
  const expertWire = wireFor(replica, layout.expertParallel);
  const cache = cacheCost(model, replica.kvFormat);
  const fixedSeconds = model.layers * efficiency.perLayer.seconds;

  /** Weights that every step reads whole: attention, dense, head. */
  const linearSeconds = (tokens: number, headTokens: number) =>
    kernelSeconds(weights.attentionBytes / tp / weightRate, (2 * attentionParameters * tokens) / tp / otherRate) +
    kernelSeconds(weights.otherBytes / tp / weightRate, (2 * dense * tokens) / tp / otherRate) +
    kernelSeconds(weights.embeddingBytes / 2 / tp / weightRate, (2 * headParameters * headTokens) / tp / attentionRate);

  /** `tokens` of one data-parallel group; `groups` of them send tokens to the same experts. */
  const expertSeconds = (tokens: number, groups: number) => {
    if (moeLayers === 0) return 0;
    const routedTokens = layout.expertParallel > 1 ? tokens * groups : tokens;
    const touched = ffn.routedExperts * touchedExpertShare(ffn.routedExperts, ffn.expertsPerToken, routedTokens);
    const flop = (2 * expertParameters * ffn.expertsPerToken * routedTokens) / expertShards;
    const onBusiest =
      layout.expertParallel > 1
        ? busiestRankExperts(touched, expertsHeld, layout.expertParallel) * expertBytes
        : (touched * expertBytes) / expertShards;
    const imbalance = layout.expertParallel > 1 ? efficiency.expertImbalance.ratio : 1;
    return moeLayers * kernelSeconds(onBusiest / weightRate, (flop * imbalance) / expertRate);
  };

  const wireSeconds = (tokens: number) => {
    const residualBytes = tokens * model.hiddenSize * ACTIVATION_BYTES;
    const reduce = allReduceSeconds(tp, residualBytes, tensorWire);
    if (layout.expertParallel <= 1 || dp === 1) return 2 * model.layers * reduce;
    const routedBytes = (residualBytes / tp) * Math.min(ffn.expertsPerToken, layout.expertParallel);
    const exchange = allToAllSeconds(layout.expertParallel, routedBytes, expertWire);
    return model.layers * reduce + moeLayers * 2 * exchange + model.denseLayers * reduce;
  };

  const decodeSeconds = (sequences: number, contextTokens: number) => {
    const tokens = Math.max(1, sequences / (dp * pp));
    const groups = Math.min(dp, Math.max(1, sequences / pp));
    const work = decodeAttentionWork(model, replica.kvFormat, contextTokens);
    const core = kernelSeconds(
      (tokens * work.readBytes) / Math.min(tp, cache.tensorShards) / cacheRate,
      (tokens * work.flop) / tp / attentionRate,
    );
    return linearSeconds(tokens, tokens) + core + expertSeconds(tokens, groups) + wireSeconds(tokens) + fixedSeconds;
  };

  const prefillShare = model.parameters.activePrefill.parameters / model.parameters.activeDecode.parameters;
  const prefillSeconds = (promptTokens: number, busy: 'alone' | 'all') => {
    if (promptTokens <= 0) return 0;
    const stepTokens = Math.min(promptTokens, replica.prefillChunkTokens);
    const steps = promptTokens / stepTokens;
    const step =
      linearSeconds(stepTokens, 1) + expertSeconds(stepTokens, busy === 'all' ? dp : 1) + wireSeconds(stepTokens) + fixedSeconds;
    const core = (promptTokens * prefillAttentionFlop(model, promptTokens / 2)) / tp / attentionRate;
    return prefillShare * (steps * step + core);
  };

  return { decodeSeconds, prefillSeconds, prefillServers: dp * pp, cache };
}

function peak(accelerator: Accelerator, dtype: ComputeDtype): number {
  const rate = accelerator.rates[dtype];
  if (rate === undefined) throw new RangeError(`${accelerator.id} has no ${dtype} rate`);
  return rate.flopPerSecond;
}

/** The wire a group of consecutive ranks talks over: the node's link while it fits in a node, else its share of the fabric. */
function wireFor(replica: AcceleratorReplica, ranks: number): Wire {
  const { efficiency, accelerator } = replica;
  const inNode: Wire = {
    latencySeconds: efficiency.collectiveLatency.seconds,
    bytesPerSecond: accelerator.link.bandwidth.bytesPerSecond * efficiency.linkBandwidth.ratio,
  };
  if (ranks <= replica.acceleratorsPerNode) return inNode;
  return {
    latencySeconds: efficiency.fabricLatency.seconds,
    bytesPerSecond: (replica.fabricBytesPerSecond / replica.acceleratorsPerNode) * efficiency.linkBandwidth.ratio,
  };
}
