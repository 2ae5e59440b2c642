// Weights: how many bytes of a checkpoint one accelerator holds under a layout.
// In: architecture, weight format, size on disk, layout. Out: bytes by class and bytes a rank.
import type { ModelArchitecture, WeightFormat } from '../documents/catalog/models.ts';
import type { Layout } from './layout.ts';

const BITS_PER_BYTE = 8;

/** Bytes of a checkpoint by how they are sharded and read. */
export interface WeightClasses {
  readonly attentionBytes: number;
  readonly routedExpertBytes: number;
  /** Dense layers, shared experts, routers, norms. */
  readonly otherBytes: number;
  /** Input table and output head together. */
  readonly embeddingBytes: number;
  /** Lookup table that host memory may hold. */
  readonly hostTableBytes: number;
  /** Held whole by every rank. */
  readonly replicatedBytes: number;
}

/** Weights that are neither attention, routed experts nor embeddings. */
export function otherParameters(model: ModelArchitecture): number {
  const { total, attention, routedExperts, embedding } = model.parameters;
  return Math.max(0, total.parameters - attention.parameters - routedExperts.parameters - 2 * embedding.parameters);
}

/**
 * Splits a checkpoint's size into classes: parameters × bits gives the proportions, the size on disk the sum.
 * A draft module and block scales so land where the rest is, which is where engines load them.
 * @param diskBytes - size of the checkpoint, bytes
 * @source parameters × bits per weight, as checked against published sizes in docs/catalogue-models.md
 */
export function splitWeights(model: ModelArchitecture, format: WeightFormat, diskBytes: number): WeightClasses {
  const hostTableBytes = model.hostTable?.size.bytes ?? 0;
  const replicatedBytes = model.replicatedWeights?.bytes ?? 0;
  const attention = (model.parameters.attention.parameters * format.attentionBits.count) / BITS_PER_BYTE;
  const routed = (model.parameters.routedExperts.parameters * format.routedExpertBits.count) / BITS_PER_BYTE;
  const other = (otherParameters(model) * format.otherBits.count) / BITS_PER_BYTE;
  const embedding = (2 * model.parameters.embedding.parameters * format.embeddingBits.count) / BITS_PER_BYTE;
  const scale = Math.max(0, diskBytes - hostTableBytes - replicatedBytes) / (attention + routed + other + embedding);
  return {
    attentionBytes: attention * scale,
    routedExpertBytes: routed * scale,
    otherBytes: other * scale,
    embeddingBytes: embedding * scale,
    hostTableBytes,
    replicatedBytes,
  };
}

/**
 * Bytes of weights on one accelerator.
 * Attention and dense weights are split over tensor-parallel ranks and copied to every data-parallel group;
 * routed experts are split over the expert-parallel group where there is one.
 * @param hostTableOnHost - whether the lookup table lives in host memory
 */
export function weightBytesPerRank(weights: WeightClasses, layout: Layout, hostTableOnHost: boolean): number {
  const { tensorParallel, pipelineParallel, expertParallel } = layout;
  const expertShards = expertParallel > 1 ? expertParallel : tensorParallel;
  const sharded = weights.attentionBytes + weights.otherBytes + (hostTableOnHost ? 0 : weights.hostTableBytes);
  return (
    sharded / (tensorParallel * pipelineParallel) +
    weights.embeddingBytes / tensorParallel +
    weights.routedExpertBytes / (expertShards * pipelineParallel) +
    weights.replicatedBytes
  );
}
