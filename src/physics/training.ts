// Training: memory, arithmetic and accelerator-hours of adapters, full fine-tuning and continued pre-training.
// In: architecture, accelerator, method, tokens, the training facts. Out: bytes an accelerator, accelerators that fit, hours with a range.
import type { Accelerator } from '../documents/catalog/hardware.ts';
import type { ModelArchitecture } from '../documents/catalog/models.ts';
import type { TrainingFacts } from '../documents/catalog/sites.ts';
import { SECONDS_PER_HOUR } from '../units.ts';
import { prefillAttentionFlop } from './kv-cache.ts';

export type TrainingMethod = 'lora' | 'qlora' | 'full' | 'pretraining';

export interface TrainingRun {
  readonly method: TrainingMethod;
  readonly tokens: number;
  /** Tokens of a packed sample, which is also what one accelerator works on at a time. */
  readonly sequenceTokens: number;
  /** Rank of adapters; read by `lora` and `qlora` only. */
  readonly rank: number;
}

/** Multiplications and additions of a parameter in the forward pass, and passes of the backward one. */
const FLOP_PER_PARAMETER = 2;
const BACKWARD_PASSES = 2;
/** With a frozen base the backward pass computes gradients of activations only, not of weights. */
const BACKWARD_PASSES_FROZEN = 1;
/** Projections of a layer that adapters sit beside: query, key, value, output; gate, up, down. */
const ATTENTION_ADAPTERS = 4;
const FEED_FORWARD_ADAPTERS = 3;
/** Bytes of one logit, kept in FP32 with its gradient. */
const LOGIT_BYTES = 8;

/** Parameters that are trained: all of them, or those of adapters on attention and dense or shared feed-forward layers. */
export function trainedParameters(model: ModelArchitecture, { method, rank }: TrainingRun): number {
  if (method === 'full' || method === 'pretraining') return model.parameters.total.parameters;
  const { feedForward, hiddenSize, layers } = model;
  const inner = feedForward.denseSize || feedForward.expertSize * Math.max(1, feedForward.sharedExperts);
  return rank * layers * (ATTENTION_ADAPTERS * 2 * hiddenSize + FEED_FORWARD_ADAPTERS * (hiddenSize + inner));
}

/** Operations of one token: (1 + backward passes) · (2 · active parameters + attention over half the sequence). */
export function trainingFlopPerToken(model: ModelArchitecture, { method, sequenceTokens }: TrainingRun): number {
  const frozen = method === 'lora' || method === 'qlora';
  const passes = 1 + (frozen ? BACKWARD_PASSES_FROZEN : BACKWARD_PASSES);
  const linear = FLOP_PER_PARAMETER * model.parameters.activeDecode.parameters;
  return passes * (linear + prefillAttentionFlop(model, sequenceTokens / 2));
}

export interface TrainingMemory {
  /** Frozen weights, all accelerators together. */
  readonly baseBytes: number;
  /** Weights, gradients and optimizer states of what is trained, all accelerators together. */
  readonly stateBytes: number;
  /** On each accelerator: inputs of layers, the layer being recomputed, logits. */
  readonly activationBytes: number;
}

/**
 * Memory of a run with states sharded over all accelerators (ZeRO-3, FSDP, experts in parallel) and activations recomputed.
 * @param position - −1 takes the low ends of the facts, 0 the typical, 1 the high ends
 * @source Rajbhandari et al. 2020 (states), Korthikanti et al. 2022 (activations)
 */
export function trainingMemory(
  model: ModelArchitecture,
  run: TrainingRun,
  facts: TrainingFacts,
  position: -1 | 0 | 1 = 0,
): TrainingMemory {
  const at = (fact: { bytes: number; low: number; high: number }) =>
    position === 0 ? fact.bytes : position < 0 ? fact.low : fact.high;
  const { method, sequenceTokens } = run;
  const frozen = method === 'lora' || method === 'qlora';
  const total = model.parameters.total.parameters;
  return {
    baseBytes: frozen ? total * at(facts.baseBytes[method]) : 0,
    stateBytes: trainedParameters(model, run) * at(frozen ? facts.stateBytes.adapter : facts.stateBytes[method]),
    activationBytes:
      sequenceTokens * model.hiddenSize * (model.layers * at(facts.checkpointedBytes) + at(facts.layerBytes)) +
      sequenceTokens * model.vocabularySize * LOGIT_BYTES,
  };
}

/** Fewest accelerators that hold the run; null where one sample does not fit on one of them. */
export function acceleratorsThatFit(
  memory: TrainingMemory,
  accelerator: Pick<Accelerator, 'memory'>,
  facts: TrainingFacts,
): number | null {
  const left = accelerator.memory.bytes * facts.usableMemory.ratio - memory.activationBytes;
  return left <= 0 ? null : Math.max(1, Math.ceil((memory.baseBytes + memory.stateBytes) / left));
}

export interface TrainingTime {
  /** Hours of one accelerator, all of them together. */
  readonly acceleratorHours: { readonly typical: number; readonly low: number; readonly high: number };
  readonly tokensPerSecondPerAccelerator: number;
  readonly flop: number;
}

/**
 * Accelerator-hours = tokens · operations a token ÷ (dense BF16 peak · model FLOP utilisation) ÷ 3,600.
 * Recomputation is no model arithmetic: it lowers the utilisation instead.
 * @source catalogs/training.yaml
 */
export function trainingTime(
  model: ModelArchitecture,
  run: TrainingRun,
  accelerator: Pick<Accelerator, 'rates'>,
  facts: TrainingFacts,
): TrainingTime {
  const utilisation = facts.utilisation[run.method];
  const perToken = trainingFlopPerToken(model, run);
  const flop = perToken * run.tokens;
  const hoursAt = (ratio: number) => flop / (accelerator.rates.bf16.flopPerSecond * ratio) / SECONDS_PER_HOUR;
  return {
    acceleratorHours: { typical: hoursAt(utilisation.ratio), low: hoursAt(utilisation.high), high: hoursAt(utilisation.low) },
    tokensPerSecondPerAccelerator: (accelerator.rates.bf16.flopPerSecond * utilisation.ratio) / perToken,
    flop,
  };
}
