// Training: memory, arithmetic and accelerator-hours of adapters, full fine-tuning and pre-training.
// In: architecture, accelerator, run, the training facts. Out: bytes an accelerator, fewest accelerators, hours with a range.
import type { ComputeDtype } from '../documents/catalog/engines.ts';
import type { Accelerator } from '../documents/catalog/hardware.ts';
import type { ModelArchitecture } from '../documents/catalog/models.ts';
import type { TrainingFacts } from '../documents/catalog/training.ts';
import { SECONDS_PER_HOUR } from '../units.ts';
import { prefillAttentionFlop } from './kv-cache.ts';

export type TrainingMethod = 'lora' | 'qlora' | 'full' | 'pretraining';

export type TrainingDtype = Extract<ComputeDtype, 'fp8' | 'bf16'>;

export interface TrainingRun {
  readonly method: TrainingMethod;
  readonly tokens: number;
  /** Tokens of a packed sample: how far attention reaches back. */
  readonly sequenceTokens: number;
  /** Rank of adapters; read by `lora` and `qlora` only. */
  readonly rank: number;
  /** Tokens one accelerator works on at a time; one sample where absent. */
  readonly microBatchTokens?: number;
}

export interface TrainingLoad {
  readonly model: ModelArchitecture;
  readonly run: TrainingRun;
  readonly facts: TrainingFacts;
}

export interface TrainingSetup extends TrainingLoad {
  readonly accelerator: Pick<Accelerator, 'memory' | 'rates'>;
}

/** Which end of the facts is read: `low` is the least memory, `high` the most. */
export type FactEnd = 'low' | 'typical' | 'high';

/** A number with the range its facts give it. */
export interface TrainingRange {
  readonly low: number;
  readonly typical: number;
  readonly high: number;
}

/** A multiplication and an addition. */
const FLOP_PER_PARAMETER = 2;
/** A product's backward pass is two products: the gradient of its input and that of its weights. */
const INPUT_GRADIENT = 1;
const WEIGHT_GRADIENT = 1;
/** Attention proper has no weights, but two inputs to each product, so both gradients stay whatever is frozen. */
const ATTENTION_PASSES = 3;
/** Gate, up and down. */
const FEED_FORWARD_PROJECTIONS = 3;
/** A layer's weights are gathered whole while the one before it still computes. */
const GATHERED_LAYERS = 2;

function isFrozen(method: TrainingMethod): method is 'lora' | 'qlora' {
  return method === 'lora' || method === 'qlora';
}

/** The dtype of most products: FP8 in pre-training where the accelerator has it, BF16 elsewhere. */
export function trainingDtype(method: TrainingMethod, { rates }: Pick<Accelerator, 'rates'>): TrainingDtype {
  return method === 'pretraining' && rates.fp8 !== undefined ? 'fp8' : 'bf16';
}

/** Whose facts hold: pre-training without FP8 is run as full fine-tuning is. */
function recipeOf({ method }: TrainingRun, dtype: TrainingDtype): TrainingMethod {
  return method === 'pretraining' && dtype === 'bf16' ? 'full' : method;
}

/** Inputs plus outputs of one layer's attention projections, elements; an adapter of rank r beside them takes r times that. */
function attentionWidths({ attention, hiddenSize }: ModelArchitecture): number {
  const { heads } = attention;
  switch (attention.kind) {
    case 'gqa': {
      const { kvHeads, headDim } = attention;
      return 2 * (hiddenSize + heads * headDim) + 2 * (hiddenSize + kvHeads * headDim);
    }
    case 'mla': {
      const { queryRank, kvRank, nopeDim, ropeDim, valueDim } = attention;
      const query = hiddenSize + queryRank + queryRank + heads * (nopeDim + ropeDim);
      const keyValue = hiddenSize + kvRank + ropeDim + kvRank + heads * (nopeDim + valueDim);
      return query + keyValue + heads * valueDim + hiddenSize;
    }
    case 'compressed': {
      const { queryRank, latentDim, outputRank, outputGroups } = attention;
      const query = hiddenSize + queryRank + queryRank + heads * latentDim;
      const groups = outputGroups * outputRank;
      return query + hiddenSize + latentDim + heads * latentDim + groups + groups + hiddenSize;
    }
    case 'shared-cache':
      // Ranks of its projections are not published; whole query and output matrices bound the adapters from above.
      return 2 * (hiddenSize + heads * attention.latentDim) + hiddenSize + attention.latentDim;
  }
}

/**
 * Parameters that are trained: all of them, or those of adapters, rank · (inputs + outputs) of every projection they sit beside.
 * Routed experts get no adapters: one token trains few of them, and 256 times three small adapters a layer outgrow their use.
 * @source Hu et al. 2021 (shape of an adapter)
 */
export function trainedParameters(
  model: ModelArchitecture,
  { method, rank }: Pick<TrainingRun, 'method' | 'rank'>,
  facts: Pick<TrainingFacts, 'adapterShare'>,
  end: FactEnd = 'typical',
): number {
  if (!isFrozen(method)) return model.parameters.total.parameters;
  const { denseLayers, feedForward, hiddenSize, layers } = model;
  const dense = denseLayers * FEED_FORWARD_PROJECTIONS * (hiddenSize + feedForward.denseSize);
  const shared =
    (layers - denseLayers) * feedForward.sharedExperts * FEED_FORWARD_PROJECTIONS * (hiddenSize + feedForward.expertSize);
  const share = end === 'typical' ? facts.adapterShare.ratio : facts.adapterShare[end];
  return share * rank * (layers * attentionWidths(model) + dense + shared);
}

export interface TrainingFlop {
  /** What utilisation is counted in: forward and backward once. */
  readonly model: number;
  /** What accelerators do: the forward pass once more, to recompute activations. */
  readonly hardware: number;
}

/**
 * Operations of one token.
 * - all parameters trained: 6 · active + 3 · attention
 * - frozen base: 4 · active + 6 · adapters + 3 · attention; gradients of frozen weights are never formed
 *
 * Attention reaches back half a sequence on average, which overstates sparse kinds a little where the sequence is near their limit.
 * Draft modules are left out, as they are from the published utilisation of DeepSeek-V3.
 * @source Kaplan et al. 2020 (6 · parameters); Thinking Machines Lab 2025, LoRA Without Regret (2 N² + 6 N R multiply-adds of 3 N²)
 */
export function trainingFlopPerToken(
  model: ModelArchitecture,
  run: Pick<TrainingRun, 'method' | 'rank' | 'sequenceTokens'>,
  facts: Pick<TrainingFacts, 'adapterShare'>,
): TrainingFlop {
  const frozen = isFrozen(run.method);
  const everyPass = FLOP_PER_PARAMETER * (1 + INPUT_GRADIENT + WEIGHT_GRADIENT);
  const active = model.parameters.activeDecode.parameters;
  const adapters = frozen ? trainedParameters(model, run, facts) : 0;
  const attention = prefillAttentionFlop(model, run.sequenceTokens / 2);
  const base = (frozen ? FLOP_PER_PARAMETER * (1 + INPUT_GRADIENT) : everyPass) * active;
  const flop = base + everyPass * adapters + ATTENTION_PASSES * attention;
  return { model: flop, hardware: flop + FLOP_PER_PARAMETER * (active + adapters) + attention };
}

/** What all accelerators hold together, bytes. */
export interface TrainingState {
  /** Frozen weights; 0 where all are trained. */
  readonly baseBytes: number;
  readonly weightBytes: number;
  readonly gradientBytes: number;
  readonly optimizerBytes: number;
}

/**
 * Weights, gradients and optimizer states of a run, before any sharding.
 * @param dtype - of most products, as `trainingDtype` tells it
 * @source Rajbhandari et al. 2020, ZeRO (2 + 2 + 12 bytes); DeepSeek-V3 technical report, low-precision storage
 */
export function trainingState(
  { model, run, facts }: TrainingLoad,
  dtype: TrainingDtype,
  end: FactEnd = 'typical',
): TrainingState {
  const recipe = recipeOf(run, dtype);
  const states = isFrozen(recipe) ? facts.states.adapters : facts.states[recipe];
  const trained = trainedParameters(model, run, facts, end);
  return {
    baseBytes: isFrozen(recipe) ? model.parameters.total.parameters * bytesAt(facts.base[recipe], end) : 0,
    weightBytes: trained * bytesAt(states.weights, end),
    gradientBytes: trained * bytesAt(states.gradients, end),
    optimizerBytes: trained * bytesAt(states.optimizer, end),
  };
}

/**
 * Bytes of activations on one accelerator for one micro-batch: inputs of all layers, the layer being recomputed, logits.
 * @source Korthikanti et al. 2022, full recomputation
 */
export function trainingActivationBytes({ model, run, facts }: TrainingLoad, end: FactEnd = 'typical'): number {
  const tokens = run.microBatchTokens ?? run.sequenceTokens;
  const { kept, recomputed, logit } = facts.activations;
  const hidden = model.hiddenSize * (model.layers * bytesAt(kept, end) + bytesAt(recomputed, end));
  return tokens * (hidden + model.vocabularySize * bytesAt(logit, end));
}

/** One accelerator's memory, bytes. */
export interface TrainingMemory {
  /** Its share of frozen and trained weights, and layers gathered whole for computing. */
  readonly weightBytes: number;
  readonly gradientBytes: number;
  readonly optimizerBytes: number;
  /** Inputs of all layers, the layer being recomputed, logits. */
  readonly activationBytes: number;
  /** Left to fragmentation, communication buffers and the framework. */
  readonly reserveBytes: number;
  readonly totalBytes: number;
  readonly capacityBytes: number;
}

/**
 * Memory of one of so many accelerators, states sharded over all of them (ZeRO-3, FSDP; experts in parallel) and activations recomputed.
 * Experts stay where they are; every other layer is gathered whole before it computes. Activations do not shrink with accelerators.
 * @param accelerators - how many share the states, at least 1
 * @throws RangeError when there is not at least one accelerator
 * @source Rajbhandari et al. 2020 (sharding); Korthikanti et al. 2022 (activations)
 */
export function trainingMemory(setup: TrainingSetup, accelerators: number, end: FactEnd = 'typical'): TrainingMemory {
  if (!(accelerators >= 1)) throw new RangeError(`${accelerators} accelerators hold nothing`);
  const state = stateOn(setup, end);
  const gathered = accelerators > 1 ? gatheredBytes(setup, state) : 0;
  const capacityBytes = setup.accelerator.memory.bytes;
  const usable = setup.facts.usableMemory;
  // Memory that runs short is the high end of memory needed, so its share is read from the other end.
  const usableShare = end === 'typical' ? usable.ratio : usable[end === 'low' ? 'high' : 'low'];
  const parts = {
    weightBytes: (state.baseBytes + state.weightBytes) / accelerators + gathered,
    gradientBytes: state.gradientBytes / accelerators,
    optimizerBytes: state.optimizerBytes / accelerators,
    activationBytes: trainingActivationBytes(setup, end),
    reserveBytes: capacityBytes * (1 - usableShare),
  };
  return { ...parts, totalBytes: Object.values(parts).reduce((sum, bytes) => sum + bytes, 0), capacityBytes };
}

/** Fewest accelerators that hold the run; null where activations and a layer fill one by themselves. */
export function fewestAccelerators(setup: TrainingSetup, end: FactEnd = 'typical'): number | null {
  const alone = trainingMemory(setup, 1, end);
  if (alone.totalBytes <= alone.capacityBytes) return 1;
  const state = stateOn(setup, end);
  const left = alone.capacityBytes - alone.reserveBytes - alone.activationBytes - gatheredBytes(setup, state);
  if (left <= 0) return null;
  const sharded = state.baseBytes + state.weightBytes + state.gradientBytes + state.optimizerBytes;
  return Math.max(2, Math.ceil(sharded / left));
}

export interface TrainingTime {
  readonly flop: TrainingFlop;
  readonly dtype: TrainingDtype;
  /** Hours of one accelerator, all of them together. */
  readonly acceleratorHours: TrainingRange;
  readonly wallClockHours: TrainingRange;
  readonly tokensPerSecondPerAccelerator: TrainingRange;
}

/**
 * Accelerator-hours = tokens · model operations a token ÷ (dense BF16 peak · model FLOP utilisation) ÷ 3,600.
 * Utilisation is published over the BF16 peak for FP8 runs too, so that peak is the base of both. By definition it leaves recomputation
 * out, whose time lowers it instead: adding the operations would count them twice. Stops and restarts are not counted.
 * @param accelerators - how many work side by side, for the hours on the wall
 * @throws RangeError when there is not at least one accelerator
 * @source Chowdhery et al. 2022, PaLM (definition); catalogs/training.yaml (utilisation)
 */
export function trainingTime(setup: TrainingSetup, accelerators = 1): TrainingTime {
  if (!(accelerators >= 1)) throw new RangeError(`${accelerators} accelerators never finish`);
  const { model, accelerator, run, facts } = setup;
  const dtype = trainingDtype(run.method, accelerator);
  const byKind = facts.utilisation[recipeOf(run, dtype)];
  const utilisation = model.feedForward.routedExperts > 0 ? byKind.experts : byKind.dense;
  const perToken = trainingFlopPerToken(model, run, facts);
  const ratesAt = (ratio: number) => (accelerator.rates.bf16.flopPerSecond * ratio) / perToken.model;
  const rates = { low: ratesAt(utilisation.low), typical: ratesAt(utilisation.ratio), high: ratesAt(utilisation.high) };
  const hoursAt = (tokensPerSecond: number) => run.tokens / tokensPerSecond / SECONDS_PER_HOUR;
  const acceleratorHours = { low: hoursAt(rates.high), typical: hoursAt(rates.typical), high: hoursAt(rates.low) };
  return {
    flop: { model: perToken.model * run.tokens, hardware: perToken.hardware * run.tokens },
    dtype,
    acceleratorHours,
    wallClockHours: {
      low: acceleratorHours.low / accelerators,
      typical: acceleratorHours.typical / accelerators,
      high: acceleratorHours.high / accelerators,
    },
    tokensPerSecondPerAccelerator: rates,
  };
}

function bytesAt(fact: { readonly bytes: number; readonly low: number; readonly high: number }, end: FactEnd): number {
  return end === 'typical' ? fact.bytes : fact[end];
}

/** Full-size layers held for computing, in the bytes their weights are stored in; routed experts are not moved. */
function gatheredBytes({ model }: TrainingLoad, { baseBytes, weightBytes }: TrainingState): number {
  const { total, routedExperts, embedding } = model.parameters;
  const outsideExperts = total.parameters - routedExperts.parameters - 2 * embedding.parameters;
  const layerShare = Math.max(0, outsideExperts) / model.layers / total.parameters;
  return GATHERED_LAYERS * layerShare * (baseBytes > 0 ? baseBytes : weightBytes);
}

function stateOn(setup: TrainingSetup, end: FactEnd): TrainingState {
  return trainingState(setup, trainingDtype(setup.run.method, setup.accelerator), end);
}
