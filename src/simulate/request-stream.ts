// Request streams: what arrives when, drawn from distributions or read from a trace, one request at a time.

import type { Trace } from '../documents/trace.ts';
import { type LengthDistribution, tokensAtScore } from '../physics/lengths.ts';
import { seededChance } from './random.ts';

/** The request the stream stands at; `next` moves on. */
export interface RequestStream {
  /** False once there is none left. */
  next(): boolean;
  readonly arrivalSeconds: number;
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly prefixBlocks: Int32Array | null;
}

export interface SyntheticDemand {
  readonly requests: number;
  /** Infinite: all at once, for a closed loop that takes them one by one. */
  readonly requestsPerSecond: number;
  /** Shape of gamma-distributed gaps: 1 is Poisson, below 1 is burstier. */
  readonly burstiness: number;
  readonly prompt: LengthDistribution;
  readonly output: LengthDistribution;
  readonly thinking: LengthDistribution;
  readonly cacheHitRatio: number;
  /** Prompt and answer together never pass it. */
  readonly maximumTokens: number;
}

/** Requests drawn with a seed; lengths are independent of each other and of arrivals. */
export function drawRequests(demand: SyntheticDemand, seed: number): RequestStream {
  const chance = seededChance(seed);
  const gap = demand.burstiness === 1 ? exponential(chance.uniform) : chance.gamma(demand.burstiness);
  const lengths = seededChance(seed ^ LENGTHS_SEED);
  let drawn = 0;
  const stream = {
    arrivalSeconds: 0,
    promptTokens: 0,
    cachedTokens: 0,
    outputTokens: 0,
    prefixBlocks: null,
    next: () => {
      if (drawn === demand.requests) return false;
      drawn += 1;
      stream.arrivalSeconds += gap() / demand.requestsPerSecond;
      const prompt = whole(tokensAtScore(demand.prompt, lengths.normal()));
      const output = whole(tokensAtScore(demand.output, lengths.normal()));
      const thinking =
        demand.thinking.points[0]?.tokens === 0 && demand.thinking.points.length === 1
          ? 0
          : tokensAtScore(demand.thinking, lengths.normal());
      stream.promptTokens = Math.min(prompt, demand.maximumTokens - 1);
      stream.cachedTokens = Math.min(stream.promptTokens - 1, Math.floor(stream.promptTokens * demand.cacheHitRatio));
      stream.outputTokens = Math.min(output + Math.round(thinking), demand.maximumTokens - stream.promptTokens);
      return true;
    },
  };
  return stream;
}

const LENGTHS_SEED = 0x5eed;

function exponential(uniform: () => number): () => number {
  return () => -Math.log(1 - uniform());
}

function whole(tokens: number): number {
  return Math.max(1, Math.round(tokens));
}

export interface TraceReplay {
  /** Arrivals come this many times as fast. */
  readonly rateScale: number;
  /** Only every so-many-th request, for a slice of a fleet. */
  readonly every: number;
  /** Taken where the trace has no hashes of its own. */
  readonly cacheHitRatio: number;
  readonly maximumTokens: number;
}

/** A trace, replayed as it came. */
export function replayTrace(trace: Trace, replay: TraceReplay): RequestStream {
  let index = -1;
  const stream = {
    arrivalSeconds: 0,
    promptTokens: 0,
    cachedTokens: 0,
    outputTokens: 0,
    prefixBlocks: null as Int32Array | null,
    next: () => {
      index += index < 0 ? 1 : replay.every;
      if (index >= trace.arrivalSeconds.length) return false;
      stream.arrivalSeconds = (trace.arrivalSeconds[index] as number) / replay.rateScale;
      stream.promptTokens = Math.min(whole(trace.promptTokens[index] as number), replay.maximumTokens - 1);
      stream.outputTokens = Math.min(whole(trace.outputTokens[index] as number), replay.maximumTokens - stream.promptTokens);
      stream.prefixBlocks = trace.prefixBlocks?.[index] ?? null;
      stream.cachedTokens =
        stream.prefixBlocks === null
          ? Math.min(stream.promptTokens - 1, Math.floor(stream.promptTokens * replay.cacheHitRatio))
          : 0;
      return true;
    },
  };
  return stream;
}
