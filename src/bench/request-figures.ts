// Figures of one request, as docs/bench.md defines them.
// In: a request record. Out: seconds, or null where the figure does not exist: never 0 in its place.
import type { BenchRequest } from '../documents/bench-request.ts';

const MICROSECONDS_PER_SECOND = 1e6;

/** First token of any kind, from the point's origin. */
export function firstTokenSeconds({ firstReasoningSeconds, firstAnswerSeconds }: BenchRequest): number | null {
  if (firstReasoningSeconds === null) return firstAnswerSeconds;
  return firstAnswerSeconds === null ? firstReasoningSeconds : Math.min(firstReasoningSeconds, firstAnswerSeconds);
}

/**
 * TPOT: (last − first token) / (n − 1), n as the server counts its tokens, since a chunk is not a token.
 * @returns null at one token, and where nobody counted
 */
export function tpotSeconds(record: BenchRequest): number | null {
  const first = firstTokenSeconds(record);
  const { lastTokenSeconds, completionTokens } = record;
  if (first === null || lastTokenSeconds === null || completionTokens === null || completionTokens <= 1) return null;
  return (lastTokenSeconds - first) / (completionTokens - 1);
}

/**
 * Whole latency over all tokens, the first among them, from the actual send time.
 * @source what guidellm calls time per output token; larger than TPOT by the share of the first token
 */
export function latencyPerTokenSeconds({ sentSeconds, lastTokenSeconds, completionTokens }: BenchRequest): number | null {
  if (sentSeconds === null || lastTokenSeconds === null || completionTokens === null || completionTokens < 1) return null;
  return (lastTokenSeconds - sentSeconds) / completionTokens;
}

/** Gaps between tokens, each chunk's gap shared among its tokens; none where the server does not count chunk by chunk. */
export function tokenGapsSeconds({ chunkTokens, chunkGapsMicroseconds }: BenchRequest): number[] {
  if (chunkTokens === null) return [];
  return chunkGapsMicroseconds.flatMap((gap, index) => {
    const tokens = chunkTokens[index + 1] ?? 0;
    return Array.from({ length: tokens }, () => gap / tokens / MICROSECONDS_PER_SECOND);
  });
}
