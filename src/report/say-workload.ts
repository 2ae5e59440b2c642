// The workload in one sentence: model, load, lengths, targets. In: a plan, a speech. Out: the sentence.
import type { Plan } from '../documents/plan.ts';
import { figuresOf } from '../language/say-figures.ts';
import type { Speech } from '../language/speak.ts';

export function sayWorkload(plan: Plan, speech: Speech): string {
  const { workload } = plan;
  const { say } = speech;
  const { amount, count, seconds, percent } = figuresOf(speech);
  const load =
    workload.peakRequestsPerSecond === null
      ? say('plan.inFlight', { count: workload.peakConcurrency ?? 0 })
      : say(workload.growthPerYear > 0 ? 'plan.atPeakOfTerm' : 'plan.atPeak', {
          rate: amount(workload.peakRequestsPerSecond),
        });
  const lengths = say('plan.tokens', {
    prompt: count(workload.promptMeanTokens),
    output: count(workload.outputMeanTokens + workload.thinkingMeanTokens),
  });
  const percentile = `p${Math.round(workload.percentile * 100)}`;
  const targets = [
    workload.ttftTargetSeconds === null ? '' : `TTFT ≤ ${seconds(workload.ttftTargetSeconds)}`,
    workload.tpotTargetSeconds === null ? '' : `TPOT ≤ ${seconds(workload.tpotTargetSeconds)}`,
  ].filter((text) => text !== '');
  return [
    `${workload.model}, ${workload.use}`,
    load,
    lengths,
    ...(targets.length === 0 ? [] : [`${percentile} ${targets.join(', ')}`]),
    ...(workload.confidence > 0.5 ? [say('plan.held', { confidence: percent(workload.confidence) })] : []),
  ].join(' · ');
}
