// Sizing tasks: a resolved workload in the terms of the search.
import { meanTokens, quantileTokens, variabilityOf } from '../physics/lengths.ts';
import type { SizingTask } from '../search/size-candidate.ts';
import type { ResolvedWorkload } from './resolve-workload.ts';

/** Answer and thinking together, mean tokens. */
export function outputMeanOf(workload: Pick<ResolvedWorkload, 'output' | 'thinking'>): number {
  return meanTokens(workload.output) + meanTokens(workload.thinking);
}

/** What the search sizes for: the peak, at the percentile of the strictest target. */
export function taskOf(workload: ResolvedWorkload): SizingTask {
  const computed = 1 - workload.cacheHitRatio;
  const promptMeanTokens = meanTokens(workload.prompt);
  const outputMeanTokens = outputMeanOf(workload);
  const variance = [workload.output, workload.thinking].reduce(
    (sum, length) => sum + variabilityOf(length) * meanTokens(length) ** 2,
    0,
  );
  const outputVariability = variance / outputMeanTokens ** 2;
  return {
    request: {
      prefillMeanTokens: promptMeanTokens * computed,
      prefillTailTokens: quantileTokens(workload.prompt, workload.percentile) * computed,
      prefillVariability: variabilityOf(workload.prompt),
      promptMeanTokens,
      outputMeanTokens,
      outputVariability,
    },
    traffic: {
      arrivals: 'concurrency' in workload.demand || workload.use === 'batch' ? 'closed' : 'open',
      percentile: workload.percentile,
      burstiness: workload.burstiness,
    },
    ttftTargetSeconds: workload.ttftTarget?.seconds ?? null,
    tpotTargetSeconds: workload.tpotTarget?.seconds ?? null,
    demand: workload.demand,
    // What a sequence holds on average while it runs, long answers being met more often, or at its end where that is more.
    sequenceTokens: promptMeanTokens + outputMeanTokens * Math.max(1, (1 + outputVariability) / 2),
    // A sequence is met at any point of its output, so a third of its square strays on top of the prompt.
    sequenceDeviationTokens: Math.sqrt(
      variabilityOf(workload.prompt) * promptMeanTokens ** 2 + (outputMeanTokens ** 2 * (1 + outputVariability)) / 3,
    ),
    confidence: workload.confidence,
    maximumTokens: workload.maximumTokens,
  };
}
