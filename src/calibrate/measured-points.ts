// Measured points: what a benchmark's run says of speed, point by point, in the terms of the performance model.
// In: the run document. Out: points that can be predicted, and why others cannot. A run that distrusts itself is refused.
import type { BenchPoint, Spread } from '../documents/bench-point.ts';
import type { BenchRun } from '../documents/bench-run.ts';
import { SeekstackError } from '../errors.ts';
import type { LengthDistribution } from '../physics/lengths.ts';

/** One percentile of one latency, seconds, with its 95 % bootstrap interval. */
export interface Figure {
  readonly metric: 'ttft' | 'tpot';
  /** 0–1. */
  readonly probability: number;
  readonly typical: number;
  readonly low: number;
  readonly high: number;
}

export interface MeasuredPoint {
  readonly id: string;
  /** Points of the same load have the same. */
  readonly group: string;
  readonly load:
    | { readonly kind: 'open'; readonly requestsPerSecond: number; readonly burstiness: number }
    | { readonly kind: 'closed'; readonly concurrency: number };
  /** Measured requests that ended well. */
  readonly requests: number;
  readonly prompt: LengthDistribution;
  readonly output: LengthDistribution;
  readonly promptMeanTokens: number;
  readonly outputMeanTokens: number;
  /** Share of prompt tokens that the server found in its prefix cache. */
  readonly cacheHitRatio: number;
  readonly figures: readonly Figure[];
  /** Completed within the window, all replicas together. */
  readonly requestsPerSecond: number;
  /** Of all gauges of the meter; null without one. */
  readonly power: { readonly meanWatts: number; readonly gauges: number } | null;
}

export interface LeftOut {
  readonly pointId: string;
  readonly reason: string;
}

/**
 * The points of a run.
 * @throws SeekstackError E_VALUE where the run is marked invalid, or no point of it can be predicted
 */
export function measuredPoints(run: BenchRun, file: string): { readonly points: MeasuredPoint[]; readonly leftOut: LeftOut[] } {
  if (!run.valid)
    throw new SeekstackError({
      code: 'E_VALUE',
      where: { file, field: 'valid' },
      got: `an invalid run${run.doubts[0] === undefined ? '' : `: ${run.doubts[0].message}`}`,
      expected: 'a run that its own checks hold valid: nothing is fitted to figures that are not to be trusted',
      fix: 'mend what the run names and measure again',
    });
  const judged = run.points.map((point) => ({ point, reason: reasonAgainst(point) }));
  const leftOut = judged.flatMap(({ point, reason }) => (reason === null ? [] : [{ pointId: point.point.id, reason }]));
  const points = judged.filter(({ reason }) => reason === null).map(({ point }) => toPoint(point, run));
  if (points.length > 0) return { points, leftOut };
  throw new SeekstackError({
    code: 'E_VALUE',
    where: { file, field: 'points' },
    got: leftOut[0] === undefined ? 'no points' : `${leftOut[0].pointId}: ${leftOut[0].reason}`,
    expected: 'at least one point with a steady load and answers that were counted',
    fix: 'measure a steady load, with --rate or --concurrency',
  });
}

function reasonAgainst(point: BenchPoint): string | null {
  const { load } = point.point;
  if (!point.valid) return `the point is invalid${point.doubts[0] === undefined ? '' : `: ${point.doubts[0].message}`}`;
  if (!point.complete) return 'the point was interrupted';
  if (load.kind === 'open' && !STEADY.includes(load.pattern)) return `a ${load.pattern} has no steady rate to predict`;
  if (point.tokens.promptLengths.length === 0 || point.tokens.outputLengths.length === 0)
    return 'nobody counted the tokens of its requests';
  if (point.metrics.ttft.p50Seconds === null && point.metrics.tpot.p50Seconds === null) return 'too few requests ended well';
  if (load.kind === 'open' && point.rates.sentRequestsPerSecond <= 0) return 'no request was sent in the window';
  return null;
}

/** Arrivals whose rate stays the same. */
const STEADY: readonly string[] = ['poisson', 'gamma', 'constant'];

function toPoint(point: BenchPoint, run: BenchRun): MeasuredPoint {
  const { point: planned, metrics, tokens, rates } = point;
  const { load } = planned;
  const prompt = { points: tokens.promptLengths };
  const output = { points: tokens.outputLengths };
  return {
    id: planned.id,
    group: JSON.stringify(load),
    load:
      load.kind === 'closed'
        ? { kind: 'closed', concurrency: load.concurrency }
        : {
            kind: 'open',
            requestsPerSecond: rates.sentRequestsPerSecond,
            burstiness: load.pattern === 'constant' ? Number.POSITIVE_INFINITY : load.burstiness,
          },
    requests: point.metrics.ttft.count,
    prompt,
    output,
    promptMeanTokens: tokens.promptMeanTokens ?? middleOf(prompt),
    outputMeanTokens: tokens.outputMeanTokens ?? middleOf(output),
    cacheHitRatio:
      tokens.cachedTokens === null || tokens.promptTokens === 0 ? 0 : Math.min(1, tokens.cachedTokens / tokens.promptTokens),
    // A closed loop has no arrivals of its own, and its percentiles promise nothing of a service that has.
    figures: (['ttft', 'tpot'] as const).flatMap((metric) =>
      figuresOf(metric, metrics[metric], load.kind === 'closed' ? null : run.manifest.targets.percentile),
    ),
    requestsPerSecond: rates.completedRequestsPerSecond,
    power:
      point.power === null || point.energy === null ? null : { meanWatts: point.power.meanWatts, gauges: point.power.sources },
  };
}

function middleOf({ points }: LengthDistribution): number {
  return points[Math.floor(points.length / 2)]?.tokens ?? 0;
}

/** The median, and the percentile of the targets or the nearest below that was told; the median alone where none is given. */
function figuresOf(metric: Figure['metric'], spread: Spread, percentile: number | null): Figure[] {
  const middle = { probability: 0.5, at: spread.p50Seconds };
  const most = Math.max(percentile ?? 0, 0.9);
  const tail =
    percentile === null
      ? undefined
      : [
          { probability: percentile, at: spread.atTargetSeconds },
          { probability: 0.95, at: spread.p95Seconds },
          { probability: 0.9, at: spread.p90Seconds },
        ].find(({ probability, at }) => at !== null && probability > 0.5 && probability <= most);
  return [middle, tail].flatMap((each): Figure[] => {
    const at = each?.at ?? null;
    if (each === undefined || at === null || !(at.typical > 0)) return [];
    return [{ metric, probability: each.probability, typical: at.typical, low: at.low, high: at.high }];
  });
}
