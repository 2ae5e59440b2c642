// Counters of the server itself, before and after the window: a second opinion that this program had no hand in.
// In: two /metrics pages of vLLM or SGLang. Out: what the server says happened between them.
import type { ServerCounters } from '../documents/bench-point.ts';
import { type MetricSample, readSamples, sumOf } from './prometheus-text.ts';

/** Names differ between releases; all that were ever used for a quantity are tried. */
const NAMES = {
  vllm: {
    requests: ['vllm:request_success_total', 'vllm:request_success'],
    promptTokens: ['vllm:prompt_tokens_total', 'vllm:prompt_tokens'],
    completionTokens: ['vllm:generation_tokens_total', 'vllm:generation_tokens'],
    cachedTokens: ['vllm:prompt_tokens_cached_total', 'vllm:prefix_cache_hits_total', 'vllm:gpu_prefix_cache_hits_total'],
    preemptions: ['vllm:num_preemptions_total', 'vllm:num_preemptions'],
    ttft: ['vllm:time_to_first_token_seconds'],
    tpot: ['vllm:request_time_per_output_token_seconds', 'vllm:time_per_output_token_seconds'],
    endToEnd: ['vllm:e2e_request_latency_seconds'],
    queue: ['vllm:request_queue_time_seconds'],
  },
  sglang: {
    requests: ['sglang:num_requests_total'],
    promptTokens: ['sglang:prompt_tokens_total'],
    completionTokens: ['sglang:generation_tokens_total'],
    cachedTokens: ['sglang:cached_tokens_total'],
    preemptions: ['sglang:num_retractions_total'],
    ttft: ['sglang:time_to_first_token_seconds'],
    tpot: ['sglang:time_per_output_token_seconds', 'sglang:inter_token_latency_seconds'],
    endToEnd: ['sglang:e2e_request_latency_seconds'],
    queue: ['sglang:queue_time_seconds'],
  },
} as const;

/** @returns null where neither engine's names are on the pages */
export function compareCounters(before: string, after: string): ServerCounters | null {
  const pages = [readSamples(before), readSamples(after)] as const;
  const engine = (['vllm', 'sglang'] as const).find((name) => pages[1].some((sample) => sample.name.startsWith(`${name}:`)));
  if (engine === undefined) return null;
  const names = NAMES[engine];
  return {
    engine,
    requests: grown(pages, names.requests),
    promptTokens: grown(pages, names.promptTokens),
    completionTokens: grown(pages, names.completionTokens),
    cachedTokens: grown(pages, names.cachedTokens),
    meanTtftSeconds: grownMean(pages, names.ttft),
    meanTpotSeconds: grownMean(pages, names.tpot),
    meanEndToEndSeconds: grownMean(pages, names.endToEnd),
    meanQueueSeconds: grownMean(pages, names.queue),
    preemptions: grown(pages, names.preemptions),
  };
}

type Pages = readonly [readonly MetricSample[], readonly MetricSample[]];

/** Null where the counter is absent, and where it fell: the server was started anew. */
function grown([before, after]: Pages, names: readonly string[]): number | null {
  for (const name of names) {
    const end = sumOf(after, name);
    const growth = end === null ? null : end - (sumOf(before, name) ?? 0);
    if (growth !== null) return growth < 0 ? null : growth;
  }
  return null;
}

/** Of a histogram: its sum over its count. */
function grownMean(pages: Pages, names: readonly string[]): number | null {
  for (const name of names) {
    const count = grown(pages, [`${name}_count`]);
    const sum = grown(pages, [`${name}_sum`]);
    if (count !== null && sum !== null && count > 0) return sum / count;
  }
  return null;
}
