// The measured point: one load that was held, what came of it, and whether the measurement is to be trusted.
// The observation is what only the running program saw; the rest is made from it and from the request records.
import { z } from 'zod';
import { plannedPointSchema } from './bench-manifest.ts';
import { interval } from './plan-option.ts';

const number = z.number();
const count = z.int().nonnegative();

/** Durations with 95 % bootstrap intervals; null where there are too few samples to tell. */
export const spreadSchema = z.strictObject({
  count,
  meanSeconds: interval.nullable(),
  p50Seconds: interval.nullable(),
  p90Seconds: interval.nullable(),
  p95Seconds: interval.nullable(),
  /** Null below 1,000 samples. */
  p99Seconds: interval.nullable(),
  /** At the percentile of the targets. */
  atTargetSeconds: interval.nullable(),
  maximumSeconds: number.nullable(),
});

/** Counters of the server itself over the window, as vLLM and SGLang publish them. */
export const serverCountersSchema = z.strictObject({
  engine: z.enum(['vllm', 'sglang']),
  requests: number.nullable(),
  promptTokens: number.nullable(),
  completionTokens: number.nullable(),
  cachedTokens: number.nullable(),
  meanTtftSeconds: number.nullable(),
  meanTpotSeconds: number.nullable(),
  meanEndToEndSeconds: number.nullable(),
  meanQueueSeconds: number.nullable(),
  preemptions: number.nullable(),
});

/** What the running program saw of a point; one JSON line of `points.jsonl`, written when the point is over. */
export const benchObservationSchema = z.strictObject({
  point: plannedPointSchema,
  attempt: z.int().positive(),
  /** Instant of the attempt's origin, UTC, to milliseconds. */
  startedAt: z.string(),
  warmUp: z.strictObject({ seconds: number, requests: count, steady: z.boolean() }),
  /** The measured window, seconds from the attempt's origin. */
  window: z.strictObject({ fromSeconds: number, toSeconds: number }),
  /** When the last measured request was over. */
  drainedSeconds: number,
  /** False where the run was interrupted or its limits were reached within the point. */
  complete: z.boolean(),
  client: z.strictObject({
    /** Beyond the timer's own period, over warm-up, window and drain. */
    loopDelayP99Seconds: number,
    loopDelayMaximumSeconds: number,
    /** Processor time of this program over the window, in cores. */
    cpuCores: number,
    mostInFlight: count,
    /** Over the window, counted as requests came and went. */
    meanInFlight: number,
  }),
  /** Mean power over the window; null without a meter, or where it did not answer. */
  power: z.strictObject({ meanWatts: number, samples: count, coveredRatio: number, sources: count }).nullable(),
  server: serverCountersSchema.nullable(),
});

/** Who is to blame where a point is not what it claims to be. */
export const doubtSchema = z.strictObject({
  id: z.enum([
    'send-slip',
    'loop-delay',
    'client-cpu',
    'offered-rate',
    'achieved-rate',
    'not-steady',
    'few-samples',
    'incomplete',
    'no-answers',
    'prompt-lengths',
    'output-lengths',
    'little',
    'token-counts',
    'server-counters',
    'meter-gaps',
    'cache-hits',
  ]),
  /** `client`: this program could not do what it was to; `server`: the load has no steady state there; `sample`: too little was seen. */
  about: z.enum(['client', 'server', 'sample']),
  /** Whether it makes the point invalid, or is only to be known. */
  weight: z.enum(['invalid', 'note']),
  message: z.string(),
  got: number.nullable(),
  limit: number.nullable(),
});

export const benchPointSchema = z.strictObject({
  ...benchObservationSchema.shape,
  requests: z.strictObject({
    /** All of the attempt, and by phase. */
    all: count,
    warmUp: count,
    measured: count,
    drain: count,
    /** Of the measured, by outcome; outcomes that did not occur are absent. */
    outcomes: z.record(z.string(), count),
  }),
  rates: z.strictObject({
    /** What the load asks for; null in a closed loop. */
    askedRequestsPerSecond: number.nullable(),
    /** Arrivals of the schedule that fell into the window. */
    offeredRequestsPerSecond: number,
    /** Really sent within the window. */
    sentRequestsPerSecond: number,
    /** Ended well within the window. */
    completedRequestsPerSecond: number,
    /** Over chunks that came within the window, whichever request they are of. */
    outputTokensPerSecond: number.nullable(),
    promptTokensPerSecond: number.nullable(),
  }),
  /** Over measured requests that ended well. */
  metrics: z.strictObject({
    /** First token of any kind, from the intended send time. */
    ttft: spreadSchema,
    /** First token of the reasoning, and of the answer. */
    ttfr: spreadSchema,
    ttfa: spreadSchema,
    /** (last − first token) / (tokens − 1); requests of one token have none. */
    tpot: spreadSchema,
    /** Whole latency over all tokens: what guidellm calls TPOT. */
    latencyPerToken: spreadSchema,
    /** Between chunks, pooled over requests: not between tokens. */
    interChunk: spreadSchema,
    /** Between tokens; without samples where the server does not count chunk by chunk. */
    interToken: spreadSchema,
    /** Last token, from the intended send time. */
    endToEnd: spreadSchema,
    /** Actual less intended send time, over all measured requests. */
    sendSlip: spreadSchema,
  }),
  /** Over all offered requests of the window: what failed, timed out or was refused counts as bad. */
  goodput: z.strictObject({ good: count, offered: count, ratio: interval.nullable(), requestsPerSecond: number }),
  /** Share of offered requests within each target, and whether it reaches the percentile; null where there is no such target. */
  verdict: z.strictObject({
    ttftRatio: number.nullable(),
    tpotRatio: number.nullable(),
    endToEndRatio: number.nullable(),
    /** Null without targets, and where there are too few samples for the percentile. */
    holds: z.boolean().nullable(),
  }),
  tokens: z.strictObject({
    /** Sums over measured requests that ended well. */
    promptTokens: count,
    cachedTokens: count.nullable(),
    completionTokens: count,
    reasoningTokens: count.nullable(),
    /** Requests by where their count comes from. */
    countedFrom: z.record(z.string(), count),
    /** Lengths as they came. */
    promptLengths: z.array(z.strictObject({ probability: number, tokens: number })),
    outputLengths: z.array(z.strictObject({ probability: number, tokens: number })),
    promptMeanTokens: number.nullable(),
    outputMeanTokens: number.nullable(),
  }),
  /** L = λW over the window; they differ only by what the window's edges cut off. */
  little: z.strictObject({
    meanInFlight: number,
    arrivalsPerSecond: number,
    meanSojournSeconds: number,
    /** λW over L, less 1; null where nothing was in flight. */
    differenceRatio: number.nullable(),
    /** What of it the edges of the window account for. */
    edgeRatio: number.nullable(),
  }),
  /** Null without a meter. */
  energy: z
    .strictObject({
      joules: number,
      meanWatts: number,
      joulesPerMillionOutputTokens: number.nullable(),
      joulesPerMillionTokens: number.nullable(),
    })
    .nullable(),
  /** Null without a price. */
  cost: z
    .strictObject({
      usdPerHour: number,
      usd: number,
      usdPerMillionOutputTokens: number.nullable(),
      usdPerMillionTokens: number.nullable(),
    })
    .nullable(),
  valid: z.boolean(),
  doubts: z.array(doubtSchema),
});

export type Spread = z.infer<typeof spreadSchema>;
export type ServerCounters = z.infer<typeof serverCountersSchema>;
export type BenchObservation = z.infer<typeof benchObservationSchema>;
export type Doubt = z.infer<typeof doubtSchema>;
export type BenchPoint = z.infer<typeof benchPointSchema>;
