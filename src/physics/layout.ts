// Layouts: how one model replica is spread over accelerators.
// In: accelerators of a replica and what the engine and model allow. Out: every layout worth evaluating.

/** Degrees of parallelism of one replica; tensor × data × pipeline is its number of accelerators. */
export interface Layout {
  readonly tensorParallel: number;
  /** Groups that hold attention and cache whole and each decode their own sequences. */
  readonly dataParallel: number;
  /** Accelerators that share out the routed experts: tensor × data, or 1 where experts are split by tensor parallelism. */
  readonly expertParallel: number;
  readonly pipelineParallel: number;
}

/** What may be spread, and how far. */
export interface LayoutLimits {
  readonly acceleratorsPerNode: number;
  readonly nodesPerReplica: number;
  readonly attentionHeads: number;
  /** 0 in a dense model. */
  readonly routedExperts: number;
  readonly engineExpertParallel: boolean;
  /** Whether attention may be data-parallel while experts stay sharded. */
  readonly engineDataParallelAttention: boolean;
  readonly enginePipelineParallel: boolean;
  readonly maximumTensorParallel: number;
}

/** Every layout that uses all accelerators of the replica's nodes, in a fixed order. */
export function enumerateLayouts(limits: LayoutLimits): Layout[] {
  const layouts: Layout[] = [];
  const accelerators = limits.acceleratorsPerNode * limits.nodesPerReplica;
  for (const pipelineParallel of limits.enginePipelineParallel ? divisors(limits.nodesPerReplica) : [1]) {
    const ranks = accelerators / pipelineParallel;
    for (const tensorParallel of divisors(ranks)) {
      if (tensorParallel > limits.maximumTensorParallel || limits.attentionHeads % tensorParallel !== 0) continue;
      const dataParallel = ranks / tensorParallel;
      layouts.push({ tensorParallel, dataParallel, expertParallel: 1, pipelineParallel });
      const mayShardExperts =
        limits.routedExperts >= ranks &&
        ranks > 1 &&
        limits.engineExpertParallel &&
        (dataParallel === 1 || limits.engineDataParallelAttention);
      if (mayShardExperts) layouts.push({ tensorParallel, dataParallel, expertParallel: ranks, pipelineParallel });
    }
  }
  return layouts;
}

function divisors(whole: number): number[] {
  const found: number[] = [];
  for (let candidate = 1; candidate <= whole; candidate += 1) if (whole % candidate === 0) found.push(candidate);
  return found;
}

/** Short name of a layout in the field's terms: `TP8`, `TP1·DP8·EP8`. */
export function nameLayout(layout: Layout): string {
  const parts = [`TP${layout.tensorParallel}`];
  if (layout.dataParallel > 1) parts.push(`DP${layout.dataParallel}`);
  if (layout.expertParallel > 1) parts.push(`EP${layout.expertParallel}`);
  if (layout.pipelineParallel > 1) parts.push(`PP${layout.pipelineParallel}`);
  return parts.join('·');
}
