// Trace summaries: what a plan needs to know of a trace. Peak, burstiness, lengths, and how much of prompts repeats.
import type { Trace } from './trace.ts';

/** One percentile of a length; `probability` is 0–1. */
export interface TraceQuantile {
  readonly probability: number;
  readonly tokens: number;
}

export interface TraceSummary {
  readonly requests: number;
  /** From the first to the last request. */
  readonly seconds: number;
  readonly meanRequestsPerSecond: number;
  /** Of the busiest window. */
  readonly peakRequestsPerSecond: number;
  /** 1 over the squared coefficient of variation of gaps between arrivals: 1 is Poisson, below 1 is burstier. */
  readonly burstiness: number;
  readonly promptTokens: readonly TraceQuantile[];
  readonly outputTokens: readonly TraceQuantile[];
  /** Share of prompt tokens an unbounded prefix cache would hold; null where the trace has no hashes. */
  readonly prefixShare: number | null;
}

const PROBABILITIES = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];
const PEAK_WINDOW_SECONDS = 300;
const BURST_WINDOW_SECONDS = 60;
const FEWEST_ARRIVALS = 20;
const BURSTINESS_RANGE = { low: 0.02, high: 100 };

/** @param windowSeconds - over which the peak is taken; the whole trace where that is shorter */
export function summariseTrace(trace: Trace, windowSeconds = PEAK_WINDOW_SECONDS): TraceSummary {
  const { arrivalSeconds, promptTokens, outputTokens } = trace;
  const requests = arrivalSeconds.length;
  const seconds = Math.max(1e-3, (arrivalSeconds[requests - 1] ?? 0) - (arrivalSeconds[0] ?? 0));
  return {
    requests,
    seconds,
    meanRequestsPerSecond: requests / seconds,
    peakRequestsPerSecond: busiestRate(arrivalSeconds, Math.min(windowSeconds, seconds)),
    burstiness: burstinessOf(arrivalSeconds),
    promptTokens: quantiles(promptTokens),
    outputTokens: quantiles(outputTokens),
    prefixShare: prefixShareOf(trace),
  };
}

/** The window slides from request to request. */
function busiestRate(arrivals: Float64Array, windowSeconds: number): number {
  let most = 0;
  let left = 0;
  for (let right = 0; right < arrivals.length; right += 1) {
    while ((arrivals[right] as number) - (arrivals[left] as number) > windowSeconds) left += 1;
    most = Math.max(most, right - left + 1);
  }
  return most / windowSeconds;
}

/** Median over minutes with enough arrivals, so that the rhythm of the day does not count as burst; else over all gaps. */
function burstinessOf(arrivals: Float64Array): number {
  const windows: number[] = [];
  let from = 0;
  for (let index = 1; index <= arrivals.length; index += 1) {
    const ends = index === arrivals.length || (arrivals[index] as number) >= (arrivals[from] as number) + BURST_WINDOW_SECONDS;
    if (!ends) continue;
    if (index - from >= FEWEST_ARRIVALS) windows.push(inverseVariability(arrivals.subarray(from, index)));
    from = index;
  }
  const sorted = windows.toSorted((one, other) => one - other);
  const middle = sorted.length === 0 ? inverseVariability(arrivals) : (sorted[Math.floor(sorted.length / 2)] as number);
  return Math.min(BURSTINESS_RANGE.high, Math.max(BURSTINESS_RANGE.low, middle));
}

function inverseVariability(arrivals: Float64Array): number {
  const gaps = arrivals.length - 1;
  if (gaps < 2) return 1;
  const mean = ((arrivals[gaps] as number) - (arrivals[0] as number)) / gaps;
  let squares = 0;
  for (let index = 1; index <= gaps; index += 1)
    squares += ((arrivals[index] as number) - (arrivals[index - 1] as number) - mean) ** 2;
  return squares === 0 ? BURSTINESS_RANGE.high : mean ** 2 / (squares / gaps);
}

/** Linear between order statistics. */
function quantiles(tokens: Int32Array): TraceQuantile[] {
  const sorted = tokens.slice().sort();
  return PROBABILITIES.map((probability) => {
    const place = probability * (sorted.length - 1);
    const low = sorted[Math.floor(place)] ?? 0;
    const high = sorted[Math.ceil(place)] ?? low;
    return { probability, tokens: low + (high - low) * (place - Math.floor(place)) };
  });
}

function prefixShareOf({ prefixBlocks, promptTokens, blockTokens }: Trace): number | null {
  if (prefixBlocks === null) return null;
  const seen = new Set<number>();
  let held = 0;
  let all = 0;
  for (const [index, blocks] of prefixBlocks.entries()) {
    let leading = 0;
    while (leading < blocks.length && seen.has(blocks[leading] as number)) leading += 1;
    const prompt = promptTokens[index] ?? 0;
    held += Math.min(prompt - 1, leading * blockTokens);
    all += prompt;
    for (const block of blocks) seen.add(block);
  }
  return all === 0 ? 0 : Math.max(0, Math.min(0.999, held / all));
}
