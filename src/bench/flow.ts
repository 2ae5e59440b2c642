// Flow: what was sent, ended and written within the window, how long it was, and Little's law over it.
// In: request records and the window. Out: counts, token lengths, L against λW.
import { quantileSorted } from 'simple-statistics';
import type { BenchObservation, BenchPoint } from '../documents/bench-point.ts';
import type { BenchRequest } from '../documents/bench-request.ts';
import { firstTokenSeconds } from './request-figures.ts';

const MICROSECONDS_PER_SECOND = 1e6;
type Window = BenchObservation['window'];

/**
 * What happened within the window, whichever request it belongs to.
 * Tokens are spread over a request's chunks in equal parts where the server does not count chunk by chunk.
 */
export function countInWindow(records: readonly BenchRequest[], { fromSeconds, toSeconds }: Window) {
  const within = (at: number | null) => at !== null && at >= fromSeconds && at < toSeconds;
  let outputTokens: number | null = 0;
  let promptTokens: number | null = 0;
  for (const record of records) {
    const chunks = chunkMoments(record).map(within);
    if (chunks.some(Boolean)) {
      const share = record.completionTokens === null ? null : record.completionTokens / Math.max(1, record.textChunks);
      if (share === null) {
        // A broken answer was never counted; a whole one should have been.
        if (record.outcome === 'ok') outputTokens = null;
      } else if (outputTokens !== null)
        outputTokens += chunks.reduce((sum, inside, index) => sum + (inside ? (record.chunkTokens?.[index] ?? share) : 0), 0);
    }
    // A prompt counts when its first token shows that it was read.
    if (within(firstTokenSeconds(record)) && promptTokens !== null) {
      if (record.promptTokensUsed === null && record.outcome === 'ok') promptTokens = null;
      else promptTokens += record.promptTokensUsed ?? 0;
    }
  }
  return {
    sent: records.filter(({ sentSeconds }) => within(sentSeconds)).length,
    completed: records.filter(({ endSeconds, outcome }) => outcome === 'ok' && within(endSeconds)).length,
    outputTokens,
    promptTokens,
  };
}

function chunkMoments(record: BenchRequest): number[] {
  let at = firstTokenSeconds(record);
  if (at === null) return [];
  const moments = [at];
  for (const gap of record.chunkGapsMicroseconds) {
    at += gap / MICROSECONDS_PER_SECOND;
    moments.push(at);
  }
  return moments;
}

const PROBABILITIES = [0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];

/** Tokens of requests that ended well, and their lengths as they came. */
export function countTokens(well: readonly BenchRequest[]): BenchPoint['tokens'] {
  const prompts = well.map(({ promptTokensUsed, promptTokensAsked }) => promptTokensUsed ?? promptTokensAsked);
  const outputs = well.flatMap(({ completionTokens }) => (completionTokens === null ? [] : [completionTokens]));
  const sumOf = (figures: readonly (number | null)[]) =>
    figures.every((each) => each === null) ? null : figures.reduce<number>((sum, each) => sum + (each ?? 0), 0);
  const countedFrom: Record<string, number> = {};
  for (const record of well) countedFrom[record.countedFrom] = (countedFrom[record.countedFrom] ?? 0) + 1;
  return {
    promptTokens: prompts.reduce((sum, each) => sum + each, 0),
    cachedTokens: sumOf(well.map(({ promptTokensCached }) => promptTokensCached)),
    completionTokens: outputs.reduce((sum, each) => sum + each, 0),
    reasoningTokens: sumOf(well.map(({ reasoningTokens }) => reasoningTokens)),
    countedFrom,
    promptLengths: quantiles(prompts),
    outputLengths: quantiles(outputs),
    promptMeanTokens: meanOf(prompts),
    outputMeanTokens: meanOf(outputs),
  };
}

function quantiles(tokens: readonly number[]) {
  if (tokens.length === 0) return [];
  const sorted = tokens.toSorted((one, other) => one - other);
  return PROBABILITIES.map((probability) => ({ probability, tokens: quantileSorted(sorted, probability) }));
}

function meanOf(figures: readonly number[]): number | null {
  return figures.length === 0 ? null : figures.reduce((sum, each) => sum + each, 0) / figures.length;
}

/**
 * Little's law: the mean in flight, counted live, against arrivals times mean sojourn, from the records.
 * Over a finite window they differ by what its edges cut: sojourn of the window's requests beyond its end, less that of earlier ones
 * within it. That part is known, so whatever else differs is a request that was lost or counted twice.
 * @source Little (1961), A proof for the queuing formula L = λW
 */
export function littleOf(records: readonly BenchRequest[], { window, client }: BenchObservation): BenchPoint['little'] {
  const { fromSeconds, toSeconds } = window;
  const windowSeconds = Math.max(Number.EPSILON, toSeconds - fromSeconds);
  let sojourn = 0;
  let beyond = 0;
  let earlier = 0;
  let arrivals = 0;
  for (const { sentSeconds, endSeconds } of records) {
    if (sentSeconds === null) continue;
    if (sentSeconds >= fromSeconds && sentSeconds < toSeconds) {
      arrivals += 1;
      sojourn += endSeconds - sentSeconds;
      beyond += Math.max(0, endSeconds - toSeconds);
    } else if (sentSeconds < fromSeconds) earlier += Math.max(0, Math.min(endSeconds, toSeconds) - fromSeconds);
  }
  const arrivalsPerSecond = arrivals / windowSeconds;
  const meanSojournSeconds = arrivals === 0 ? 0 : sojourn / arrivals;
  const inFlight = client.meanInFlight;
  return {
    meanInFlight: inFlight,
    arrivalsPerSecond,
    meanSojournSeconds,
    differenceRatio: inFlight === 0 ? null : (arrivalsPerSecond * meanSojournSeconds) / inFlight - 1,
    edgeRatio: inFlight === 0 ? null : (beyond - earlier) / (inFlight * windowSeconds),
  };
}
