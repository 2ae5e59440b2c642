// Lengths of requests: prompt, answer, thinking and the share found in the cache, given or from a trace or a preset.

import type { Model } from '../documents/catalog/models.ts';
import type { Preset } from '../documents/catalog/sites.ts';
import type { Fact } from '../documents/fact.ts';
import type { TraceSummary } from '../documents/trace-summary.ts';
import type { Length, Workload } from '../documents/workload.ts';
import { state } from '../language/say-statement.ts';
import { fixedLength, type LengthDistribution, lengthOf } from '../physics/lengths.ts';
import type { AssumeFact, AssumeRule } from './assumptions.ts';
import type { ResolvedWorkload } from './resolve-workload.ts';

export type Lengths = Pick<ResolvedWorkload, 'prompt' | 'output' | 'thinking' | 'cacheHitRatio'>;

/** Lengths as given, else of the trace, else of the use preset. */
export function resolveLengths(
  workload: Workload,
  preset: Preset,
  model: Model,
  trace: TraceSummary | null,
  assumeFact: AssumeFact,
  assumeRule: AssumeRule,
): Lengths {
  const tokens = workload.tokens ?? {};
  const pick = (field: 'prompt' | 'output', p50: Fact<'tokens'>, p95: Fact<'tokens'>): LengthDistribution => {
    const stated = tokens[field];
    if (stated !== undefined) return toDistribution(stated);
    if (trace !== null) return { points: field === 'prompt' ? trace.promptTokens : trace.outputTokens };
    assumeFact(`tokens.${field}.p50`, p50);
    assumeFact(`tokens.${field}.p95`, p95);
    return lengthOf(p50.tokens, p95.tokens);
  };
  const prompt = pick('prompt', preset.promptP50, preset.promptP95);
  const output = pick('output', preset.outputP50, preset.outputP95);
  let thinking: LengthDistribution = fixedLength(0);
  if (tokens.thinking !== undefined) thinking = toDistribution(tokens.thinking);
  else if (trace !== null) assumeRule('tokens.thinking', '0', state('rule.traceThinking'));
  else if (model.reasoning === 'never') assumeRule('tokens.thinking', '0', state('rule.neverThinks', { model: model.id }));
  else if (workload.use !== undefined) {
    thinking = lengthOf(preset.thinkingP50.tokens, preset.thinkingP95.tokens);
    assumeFact('tokens.thinking.p50', preset.thinkingP50);
    assumeFact('tokens.thinking.p95', preset.thinkingP95);
  } else assumeRule('tokens.thinking', '0', state('rule.noThinkingGiven'));
  if (tokens.cacheHit === undefined && trace?.prefixShare != null)
    return { prompt, output, thinking, cacheHitRatio: trace.prefixShare };
  if (tokens.cacheHit === undefined) {
    if (workload.use === undefined) assumeRule('tokens.cacheHit', '0%', state('rule.noCacheGiven'));
    else assumeFact('tokens.cacheHit', preset.cacheHit);
  }
  return { prompt, output, thinking, cacheHitRatio: tokens.cacheHit ?? (workload.use === undefined ? 0 : preset.cacheHit.ratio) };
}

/** Percentiles as the workload spells them, `p50` and the like, in ascending order. */
function toDistribution(length: Length): LengthDistribution {
  if (typeof length === 'number') return fixedLength(length);
  const points = Object.entries(length)
    .flatMap(([name, tokens]) => (tokens === undefined ? [] : [{ probability: Number(name.slice(1)) / 100, tokens }]))
    .toSorted((one, other) => one.probability - other.probability);
  const same = points.every((point) => point.tokens === points[0]?.tokens);
  return same ? fixedLength(points[0]?.tokens ?? 0) : { points };
}
