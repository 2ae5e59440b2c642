// Step times on accelerators: one decode step of a batch, and the prefill of a prompt.
// In: one replica (model, weights, calibration, accelerator, layout). Out: functions from batch or tokens to seconds.
import type { Efficiency, KernelCurve, KernelCurves, WireShare } from '../documents/catalog/calibration.ts';
import type { ComputeDtype } from '../documents/catalog/engines.ts';
import type { Accelerator } from '../documents/catalog/hardware.ts';
import type { AttentionKind, KvFormat, ModelArchitecture } from '../documents/catalog/models.ts';
import { type CacheCost, cacheCost, decodeAttentionWork, prefillAttentionFlop } from './kv-cache.ts';
import type { Layout } from './layout.ts';
import {
  allReduceSeconds,
  busiestRankExperts,
  busiestRankTokens,
  exchangeSeconds,
  type KernelRate,
  launchedSeconds,
  touchedExpertShare,
  type Wire,
} from './roofline.ts';
import type { Speculation } from './speculation.ts';
import { otherParameters, type WeightClasses } from './weights.ts';

/** Bytes of one activation element on the wire and in the residual stream. */
export const ACTIVATION_BYTES = 2;
/** Bytes an element takes on its way to its expert (FP8) and back (BF16). */
export const DISPATCH_AND_COMBINE_BYTES = 3;
/** Matrix products of one layer's attention: down and up projections, absorption where latent, output. */
export const ATTENTION_PRODUCTS: Record<AttentionKind, number> = { gqa: 2, mla: 5, compressed: 5, 'shared-cache': 5 };
/** Products of a layer beside attention and routed experts: router, shared expert in and out; a dense layer has two. */
export const EXPERT_LAYER_PRODUCTS = 3;
export const DENSE_LAYER_PRODUCTS = 2;

/** Everything a replica on accelerators is made of. */
export interface AcceleratorReplica {
  readonly model: ModelArchitecture;
  readonly weights: WeightClasses;
  readonly kvFormat: KvFormat;
  readonly accelerator: Accelerator;
  readonly kernels: KernelCurves;
  readonly efficiency: Efficiency;
  readonly expertCompute: ComputeDtype;
  readonly otherCompute: ComputeDtype;
  readonly layout: Layout;
  /** Ranks that split every expert among them, where that is not the tensor-parallel group. */
  readonly expertTensorParallel?: number;
  readonly acceleratorsPerNode: number;
  /** Of one node, one direction, bytes a second; read only where a replica spans nodes. */
  readonly fabricBytesPerSecond: number;
  /** Most tokens of prefill in one step. */
  readonly prefillChunkTokens: number;
  readonly speculation: Speculation;
}

/** What one accelerator does in a step; power follows from it. */
export interface StepWork {
  /** The whole step, waiting included. */
  readonly seconds: number;
  /** In kernels of routed experts, and in all others but collectives. */
  readonly expertSeconds: number;
  readonly otherSeconds: number;
  readonly flop: number;
}

/** Seconds as functions of load; the same shape serves accelerators and hosts. */
export interface StepTimes {
  /** Time per output token of one sequence with `sequences` in flight at a mean context, prefill left out, seconds. */
  readonly decodeSeconds: (sequences: number, contextTokens: number) => number;
  /** Tokens a decode step yields for each sequence; a step lasts that many times `decodeSeconds`. */
  readonly tokensPerStep: number;
  /** Prefill of so many prompts packed together by one data-parallel group, seconds. */
  readonly prefillSeconds: (promptTokens: number, prompts?: number) => number;
  /** Data-parallel groups or pipeline stages that could prefill side by side. */
  readonly prefillGroups: number;
  readonly prefillChunkTokens: number;
  readonly cache: CacheCost;
  /** Work of one decode step, and of the prefill of one prompt; null on a host, whose power does not follow its work. */
  readonly work: {
    readonly decode: (sequences: number, contextTokens: number) => StepWork;
    readonly prefill: (promptTokens: number, prompts?: number) => StepWork;
  } | null;
}

/**
 * Compiles a replica into step times.
 * A step is the sum over layers of attention projections, attention proper, dense and shared products, routed experts,
 * collectives and a fixed time; each kind of kernel is its launches plus a smooth roofline over bytes and operations.
 * @throws RangeError when the accelerator or its kernels have no rate for a dtype the engine computes in
 * @source docs/physics.md; curves from kernel tables, the rest from measured runs, both in catalogs/calibration
 */
export function compileAcceleratorSteps(replica: AcceleratorReplica): StepTimes {
  const { model, weights, layout, efficiency, kernels } = replica;
  const { tensorParallel: tp, dataParallel: dp, pipelineParallel: pp, expertParallel: ep } = layout;
  const ffn = model.feedForward;
  const expertLayers = ffn.routedExperts === 0 ? 0 : model.layers - model.denseLayers;
  const expertSplit = replica.expertTensorParallel ?? (ep > 1 ? 1 : tp);
  const expertRanks = ep * expertSplit;
  /** Data-parallel groups whose tokens meet at the same experts. */
  const meetingGroups = Math.max(1, expertRanks / tp);

  const productRate = rateOf(replica, kernels.products, replica.otherCompute);
  const headRate = rateOf(replica, kernels.products, 'bf16');
  const expertRate = ffn.routedExperts === 0 ? headRate : rateOf(replica, kernels.experts, replica.expertCompute);
  const paddingTokens = kernels.experts[replica.expertCompute]?.padding.tokens ?? 0;
  const attentionRate = curveRate(replica, kernels.decodeAttention, 'bf16');
  const prefillAttentionRate = peak(replica.accelerator, 'bf16') * kernels.prefillAttention.ratio;
  const reduceWire = wireOf(replica, kernels.reduce, tp);
  const exchangeWire = wireOf(replica, kernels.exchange, expertRanks);

  const attentionParameters = model.parameters.attention.parameters;
  const headParameters = model.parameters.embedding.parameters;
  const dense = otherParameters(model);
  const expertParameters = expertLayers === 0 ? 0 : model.parameters.routedExperts.parameters / ffn.routedExperts;
  const expertBytes = expertLayers === 0 ? 0 : weights.routedExpertBytes / ffn.routedExperts;
  const attentionShare = shareOfRank(model, tp);
  const attentionLaunches = model.layers * ATTENTION_PRODUCTS[model.attention.kind];
  const denseLaunches = expertLayers * EXPERT_LAYER_PRODUCTS + (model.layers - expertLayers) * DENSE_LAYER_PRODUCTS;
  const cache = cacheCost(model, replica.kvFormat);
  const fixedSeconds = model.layers * (efficiency.perLayer.seconds + (dp > 1 ? efficiency.perLayerDataParallel.seconds : 0));

  // Tallied while seconds are added up, so that time and energy can never disagree about what a step does.
  let tally = { ...NOTHING };
  const otherKernel = (rate: KernelRate, launches: number, bytes: number, flop: number) => {
    const seconds = launchedSeconds(rate, launches, bytes, flop);
    tally.otherSeconds += seconds;
    tally.flop += flop;
    return seconds;
  };
  /** Takes what was tallied since `before` so many times. */
  const scaleTally = (before: Tally, times: number) => {
    tally.expertSeconds = before.expertSeconds + (tally.expertSeconds - before.expertSeconds) * times;
    tally.otherSeconds = before.otherSeconds + (tally.otherSeconds - before.otherSeconds) * times;
    tally.flop = before.flop + (tally.flop - before.flop) * times;
  };
  const workOf = (seconds: () => number, scale: number): StepWork => {
    tally = { ...NOTHING };
    const whole = seconds();
    return {
      seconds: whole,
      expertSeconds: tally.expertSeconds * scale,
      otherSeconds: tally.otherSeconds * scale,
      flop: tally.flop,
    };
  };

  /** Weights that every step reads whole: attention, dense and shared, head. */
  const productSeconds = (tokens: number, headTokens: number) =>
    otherKernel(
      productRate,
      attentionLaunches,
      weights.attentionBytes * attentionShare,
      2 * attentionParameters * attentionShare * tokens,
    ) +
    otherKernel(productRate, denseLaunches, weights.otherBytes / tp, (2 * dense * tokens) / tp) +
    otherKernel(headRate, 1, weights.embeddingBytes / 2 / tp, (2 * headParameters * headTokens) / tp);

  /** `tokens` of one group; those of `groups` groups meet at the experts. */
  const expertSeconds = (tokens: number, groups: number, factor: number) => {
    if (expertLayers === 0) return 0;
    const met = tokens * groups;
    const touched = ffn.routedExperts * touchedExpertShare(ffn.routedExperts, ffn.expertsPerToken, met);
    const bytes = (busiestRankExperts(ffn.routedExperts, touched, ep) * expertBytes) / expertSplit;
    const rows = ffn.expertsPerToken * met + touched * paddingTokens;
    const flop = (2 * expertParameters * rows) / expertRanks;
    const busiest = busiestRankTokens(efficiency.expertImbalance.ratio, met, ep);
    const seconds = factor * launchedSeconds(expertRate, expertLayers, bytes, flop * busiest);
    tally.expertSeconds += seconds;
    tally.flop += flop;
    return seconds;
  };

  const wireSeconds = (tokens: number) => {
    const residualBytes = tokens * model.hiddenSize * ACTIVATION_BYTES;
    const reduce = 2 * model.layers * allReduceSeconds(tp, residualBytes, reduceWire);
    if (meetingGroups <= 1) return reduce;
    const routedBytes = (tokens * model.hiddenSize * ffn.expertsPerToken * DISPATCH_AND_COMBINE_BYTES) / tp;
    return reduce + expertLayers * exchangeSeconds(expertRanks, routedBytes, exchangeWire);
  };

  const expertScale = efficiency.expertScale?.[replica.expertCompute]?.ratio ?? 1;
  const hostSecondsPerSequence = efficiency.perSequence?.seconds ?? 0;
  const { draftTokens: draft, acceptedTokens } = replica.speculation;
  const decodeStepSeconds = (sequences: number, contextTokens: number) => {
    const inGroup = Math.max(1, sequences / (dp * pp));
    const groups = Math.min(meetingGroups, Math.max(1, sequences / pp));
    const tokens = inGroup * (1 + draft);
    const work = decodeAttentionWork(model, replica.kvFormat, contextTokens);
    const reads = inGroup * (1 + draft * efficiency.speculation.cacheReread.ratio);
    const core = otherKernel(
      attentionRate,
      model.layers,
      (reads * work.readBytes) / Math.min(tp, cache.tensorShards),
      (tokens * work.flop) / tp,
    );
    const busy = productSeconds(tokens, tokens) + core + expertSeconds(tokens, groups, expertScale) + wireSeconds(tokens);
    const host = efficiency.perStep.seconds + sequences * hostSecondsPerSequence;
    const step = efficiency.kernelScale.ratio * busy + fixedSeconds + host;
    if (draft === 0) return step;
    // The draft module is one layer and a head, run once for each drafted token.
    const verified = { ...tally };
    const oneLayer =
      (productSeconds(inGroup, 0) + core + expertSeconds(inGroup, groups, expertScale) + wireSeconds(inGroup)) / model.layers;
    const head = otherKernel(headRate, 1, weights.embeddingBytes / 2 / tp, (2 * headParameters * inGroup) / tp);
    const own = efficiency.speculation.perStep.seconds + inGroup * efficiency.speculation.perSequence.seconds;
    scaleTally(verified, draft / model.layers);
    return step + draft * (oneLayer + head + 2 * efficiency.perLayer.seconds) + own;
  };

  const prefillShare = model.parameters.activePrefill.parameters / model.parameters.activeDecode.parameters;
  const penalty = efficiency.prefillPenalty?.[replica.expertCompute]?.ratio ?? 1;
  const prefillScale = efficiency.prefillScale.ratio * penalty * prefillShare;
  const prefillSeconds = (promptTokens: number, prompts = 1) => {
    if (promptTokens <= 0) return 0;
    const tokens = promptTokens * prompts;
    const stepTokens = Math.min(tokens, replica.prefillChunkTokens);
    const steps = tokens / stepTokens;
    const busy = productSeconds(stepTokens, 1) + expertSeconds(stepTokens, meetingGroups, 1) + wireSeconds(stepTokens);
    scaleTally(NOTHING, steps);
    const attentionFlop = (tokens * prefillAttentionFlop(model, promptTokens / 2)) / tp;
    const core = attentionFlop / prefillAttentionRate;
    tally.flop += attentionFlop;
    tally.otherSeconds += core;
    return prefillScale * (steps * busy + core) + steps * fixedSeconds;
  };

  return {
    decodeSeconds: (sequences, contextTokens) => decodeStepSeconds(sequences, contextTokens) / acceptedTokens,
    tokensPerStep: acceptedTokens,
    prefillSeconds,
    prefillGroups: dp * pp,
    prefillChunkTokens: replica.prefillChunkTokens,
    cache,
    work: {
      decode: (sequences, contextTokens) =>
        workOf(() => decodeStepSeconds(sequences, contextTokens), efficiency.kernelScale.ratio),
      prefill: (promptTokens, prompts) => workOf(() => prefillSeconds(promptTokens, prompts), prefillScale),
    },
  };
}

type Tally = { -readonly [K in Exclude<keyof StepWork, 'seconds'>]: number };
const NOTHING: Tally = { expertSeconds: 0, otherSeconds: 0, flop: 0 };

/** Share of attention's weights one tensor-parallel rank multiplies: latent down-projections are kept whole by every rank. */
function shareOfRank(model: ModelArchitecture, tensorParallel: number): number {
  const { attention } = model;
  const whole =
    attention.kind === 'mla'
      ? (model.layers * model.hiddenSize * (attention.queryRank + attention.kvRank + attention.ropeDim)) /
        model.parameters.attention.parameters
      : 0;
  return whole + (1 - whole) / tensorParallel;
}

function peak(accelerator: Accelerator, dtype: ComputeDtype): number {
  const rate = accelerator.rates[dtype];
  if (rate === undefined) throw new RangeError(`${accelerator.id} has no ${dtype} rate`);
  return rate.flopPerSecond;
}

function rateOf(
  replica: AcceleratorReplica,
  curves: Partial<Record<ComputeDtype, KernelCurve>>,
  dtype: ComputeDtype,
): KernelRate {
  const curve = curves[dtype];
  if (curve === undefined) throw new RangeError(`kernels ${replica.kernels.id} have no ${dtype} curve`);
  return curveRate(replica, curve, dtype);
}

function curveRate({ accelerator }: AcceleratorReplica, curve: KernelCurve, dtype: ComputeDtype): KernelRate {
  return {
    launchSeconds: curve.launch.seconds,
    bytesPerSecond: accelerator.memoryBandwidth.bytesPerSecond * curve.bandwidth.ratio,
    flopPerSecond: peak(accelerator, dtype) * curve.compute.ratio,
  };
}

/** The wire a group of consecutive ranks talks over: the node's link while it fits in a node, else its share of the fabric. */
function wireOf(replica: AcceleratorReplica, link: WireShare, ranks: number): Wire {
  const { accelerator, kernels } = replica;
  if (ranks <= replica.acceleratorsPerNode)
    return {
      latencySeconds: link.latency.seconds,
      bytesPerSecond: accelerator.link.bandwidth.bytesPerSecond * link.bandwidth.ratio,
    };
  return {
    latencySeconds: link.latency.seconds + kernels.fabric.latency.seconds,
    bytesPerSecond: (replica.fabricBytesPerSecond / replica.acceleratorsPerNode) * kernels.fabric.bandwidth.ratio,
  };
}
