// The request record: what one request of a benchmark asked for, when what came back, and how it ended. One JSON line each.
// In: the load generator, as each request ends. Out: everything that figures are made from, so that they can be made again.
import { z } from 'zod';

const seconds = z.number();
const count = z.int().nonnegative();

/** How a request ended. Everything but `ok` counts as bad in goodput. */
export const OUTCOMES = [
  'ok',
  /** A status other than 200. */
  'http-error',
  /** An error object inside the stream. */
  'stream-error',
  /** Status 200 with an error instead of a stream. */
  'body-error',
  /** A stream that ended without a finish reason and without its end marker. */
  'cut',
  /** A whole stream without one token in it. */
  'empty',
  'timeout',
  /** The connection broke, before or within the answer. */
  'reset',
  /** Ended by this program: interrupted, or still running when the drain was over. */
  'aborted',
  /** This program's own fault: no socket, no file handle, an answer it could not read. */
  'client-error',
] as const;

export const outcomeSchema = z.enum(OUTCOMES);

/**
 * Where a request stands in its point, by its *intended* send time.
 * Only `measured` counts; the load goes on through `drain`, so that the last measured requests meet the same queue as the first.
 */
export const phaseSchema = z.enum(['warm-up', 'measured', 'drain']);

/** Where the number of output tokens comes from, the most trustworthy first. */
export const countedFromSchema = z.enum(['chunk-usage', 'usage', 'tokenizer', 'none']);

/** All times are seconds from the origin of the point's attempt, on a monotonic clock: its schedule starts at 0. */
export const benchRequestSchema = z.strictObject({
  pointId: z.string(),
  /** Counts from 1; above 1 where a run was interrupted within the point and resumed. Only the last attempt counts. */
  attempt: z.int().positive(),
  /** Place in the point's schedule, from 0. */
  index: count,
  phase: phaseSchema,
  intendedSeconds: seconds,
  /** When the request was really handed to the connection; null where that never happened. */
  sentSeconds: seconds.nullable(),
  /** Status line and headers of the answer. */
  firstByteSeconds: seconds.nullable(),
  /** First event of the stream that has a choice in it, be it empty or only a role. */
  firstChunkSeconds: seconds.nullable(),
  /** First text of the reasoning, and of the answer (content, text or tool call). */
  firstReasoningSeconds: seconds.nullable(),
  firstAnswerSeconds: seconds.nullable(),
  /** Last chunk that carried text of either kind. */
  lastTokenSeconds: seconds.nullable(),
  /** When the request was over, however it ended. */
  endSeconds: seconds,
  outcome: outcomeSchema,
  httpStatus: z.int().nullable(),
  retryAfterSeconds: seconds.nullable(),
  /** What the server or the system said, shortened, without secrets; null where all went well. */
  message: z.string().nullable(),
  finishReason: z.string().nullable(),
  /** Prompt tokens that were asked for, that the server counted, and of these found in its prefix cache. */
  promptTokensAsked: count,
  promptTokensUsed: count.nullable(),
  promptTokensCached: count.nullable(),
  outputTokensAsked: count,
  /** Reasoning and answer together; null where nobody counted. */
  completionTokens: count.nullable(),
  reasoningTokens: count.nullable(),
  countedFrom: countedFromSchema,
  /** Chunks that carried text. A chunk is not a token. */
  textChunks: count,
  /** Between one chunk that carried text and the next; as long as `textChunks` less 1. */
  chunkGapsMicroseconds: z.array(count),
  /** Tokens that came with each chunk that carried text, where the server counts them chunk by chunk. */
  chunkTokens: z.array(count).nullable(),
});

export type BenchRequest = z.infer<typeof benchRequestSchema>;
export type Outcome = z.infer<typeof outcomeSchema>;
export type Phase = z.infer<typeof phaseSchema>;
export type CountedFrom = z.infer<typeof countedFromSchema>;
