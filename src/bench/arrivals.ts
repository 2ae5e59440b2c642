// Arrivals: which request comes when, and how long it is, for every pattern of an open loop and for a closed one.
// In: a load, lengths, a seed. Out: one planned request after the other. Times are drawn, never stretched to fit a rate.
import type { BenchManifest, OpenLoad } from '../documents/bench-manifest.ts';
import type { Trace } from '../documents/trace.ts';
import { drawRequests, type RequestStream, replayTrace } from '../simulate/request-stream.ts';

/** What is to be sent, and when. */
export interface PlannedRequest {
  readonly index: number;
  /** From the origin of the point; of a closed loop 0, since it sends when a place is free. */
  readonly intendedSeconds: number;
  readonly promptTokens: number;
  /** Of them, what all requests have in common at their start. */
  readonly cachedTokens: number;
  readonly outputTokens: number;
  /** Names of the blocks the prompt begins with, of traces that have them. */
  readonly prefixBlocks: Int32Array | null;
}

/** Hands out requests in order of time; null when there are no more, which only happens to traces. */
export type RequestSource = () => PlannedRequest | null;

/** Lengths as the manifest has them. */
export type BenchLengths = BenchManifest['lengths'];

/** When a ramp is at its full rate, and how a day goes. */
export interface PatternShape {
  readonly rampSeconds: number;
  readonly day: { readonly hours: readonly number[]; readonly daySeconds: number } | null;
  readonly trace: Trace | null;
}

/**
 * Requests of an open loop. Poisson, gamma and traces are what the simulator draws; ramp and day are the unit-rate process seen
 * through the inverse of the cumulated rate, which for Poisson is the inhomogeneous Poisson process.
 * @source Çinlar, Introduction to Stochastic Processes (1975), section 4.7: time change of a Poisson process
 */
export function openArrivals(load: OpenLoad, lengths: BenchLengths, shape: PatternShape, seed: number): RequestSource {
  const maximumTokens = lengths.maximumTokens ?? Number.MAX_SAFE_INTEGER;
  if (load.pattern === 'trace' && shape.trace !== null)
    return sourceOf(
      replayTrace(shape.trace, { rateScale: load.rateScale, every: 1, cacheHitRatio: lengths.cacheHitRatio, maximumTokens }),
      (seconds) => seconds,
    );
  const stream = drawRequests(
    {
      requests: Number.POSITIVE_INFINITY,
      requestsPerSecond: 1,
      burstiness: load.pattern === 'gamma' || load.pattern === 'ramp' || load.pattern === 'day' ? load.burstiness : 1,
      prompt: { points: lengths.prompt },
      output: { points: lengths.output },
      thinking: { points: lengths.thinking },
      cacheHitRatio: lengths.cacheHitRatio,
      maximumTokens,
    },
    seed,
  );
  return sourceOf(stream, clockOf(load, shape));
}

/** Requests of a closed loop, to be taken one by one. */
export function closedArrivals(lengths: BenchLengths, seed: number): RequestSource {
  const open = { kind: 'open', pattern: 'poisson', requestsPerSecond: 1, burstiness: 1, rateScale: 1 } as const;
  const source = openArrivals(open, lengths, { rampSeconds: 1, day: null, trace: null }, seed);
  return () => {
    const request = source();
    return request === null ? null : { ...request, intendedSeconds: 0 };
  };
}

/** Arrival number, counted as time of the unit-rate process, to seconds. */
function clockOf(load: OpenLoad, shape: PatternShape): (unit: number, index: number) => number {
  const rate = load.requestsPerSecond;
  switch (load.pattern) {
    case 'constant':
      return (_, index) => (index + 1) / rate;
    case 'ramp': {
      // The rate grows from 0 to `rate` over the ramp, and stays: Λ(t) = rate · t² / (2 · ramp).
      const { rampSeconds } = shape;
      const atTop = (rate * rampSeconds) / 2;
      return (unit) => (unit <= atTop ? Math.sqrt((2 * unit * rampSeconds) / rate) : rampSeconds + (unit - atTop) / rate);
    }
    case 'day':
      return dayClock(rate, shape.day ?? { hours: [1], daySeconds: 1 });
    default:
      return (unit) => unit / rate;
  }
}

/** Piecewise constant rates, one an hour, day after day. */
function dayClock(peakRate: number, { hours, daySeconds }: NonNullable<PatternShape['day']>): (unit: number) => number {
  const hourSeconds = daySeconds / hours.length;
  const busiest = Math.max(...hours);
  const rates = hours.map((load) => (peakRate * load) / busiest);
  const aDay = rates.reduce((sum, rate) => sum + rate * hourSeconds, 0);
  return (unit) => {
    const days = Math.floor(unit / aDay);
    let left = unit - days * aDay;
    for (const [hour, rate] of rates.entries()) {
      if (left <= rate * hourSeconds && rate > 0) return days * daySeconds + hour * hourSeconds + left / rate;
      left -= rate * hourSeconds;
    }
    return (days + 1) * daySeconds;
  };
}

function sourceOf(stream: RequestStream, clock: (unit: number, index: number) => number): RequestSource {
  let index = -1;
  return () => {
    if (!stream.next()) return null;
    index += 1;
    return {
      index,
      intendedSeconds: clock(stream.arrivalSeconds, index),
      promptTokens: stream.promptTokens,
      cachedTokens: stream.cachedTokens,
      outputTokens: stream.outputTokens,
      prefixBlocks: stream.prefixBlocks,
    };
  };
}

/** Patterns whose rate stays the same, so that a steady state can be waited for. */
export function isStationary(load: BenchManifest['points'][number]['load']): boolean {
  return load.kind === 'closed' || load.pattern === 'poisson' || load.pattern === 'gamma' || load.pattern === 'constant';
}
