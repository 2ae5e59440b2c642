// Spread: percentiles of measured figures, each with a bootstrap interval, or nothing where there are too few to tell.
// In: figures in order of time, a seed. Out: mean, percentiles, intervals of 95 %; the same figures and seed give the same.
import { quantileSorted } from 'simple-statistics';
import type { Spread } from '../documents/bench-point.ts';
import type { Interval } from '../documents/plan-option.ts';
import { seededChance } from '../simulate/random.ts';

/** From here on a percentile needs ten samples beyond it; below, one. */
const FAR_PERCENTILE = 0.99;
const SAMPLES_BEYOND = 10;

/** Fewest samples that may speak of a percentile: 1,000 for the 99th, 20 for the 95th. @param probability - 0–1 */
export function samplesNeeded(probability: number): number {
  const beyond = probability >= FAR_PERCENTILE ? SAMPLES_BEYOND : 1;
  // Rounded first, so that 1 / (1 − 0.95) is 20 and not 20.000000000000018.
  return Math.max(2, Math.ceil(Number((beyond / (1 - probability)).toPrecision(12))));
}

const RESAMPLES = 1000;
const LOW = 0.025;
const HIGH = 0.975;
/** Pooled figures are thinned to so many for their intervals, which grow only wider by that. */
const MOST_RESAMPLED = 20_000;

/**
 * A spread. Neighbouring requests met the same queue, so blocks of neighbours are drawn, as long as their correlation lasts.
 * @param figures - seconds, in order of time
 * @param targetPercentile - 0–1
 * @source circular block bootstrap: Politis and Romano, Exploring the Limits of Bootstrap (1992)
 */
export function spreadOf(figures: readonly number[], targetPercentile: number, seed: number): Spread {
  const count = figures.length;
  const sorted = Float64Array.from(figures).sort();
  const probabilities = [0.5, 0.9, 0.95, 0.99, targetPercentile];
  const { means, quantiles } = resample(thin(figures), probabilities, seed);
  const at = (index: number): Interval | null => {
    const probability = probabilities[index] as number;
    if (count < samplesNeeded(probability)) return null;
    return around(quantileSorted(sorted as unknown as number[], probability), quantiles[index] as Float64Array);
  };
  return {
    count,
    meanSeconds: count < 2 ? null : around(figures.reduce((sum, each) => sum + each, 0) / count, means),
    p50Seconds: at(0),
    p90Seconds: at(1),
    p95Seconds: at(2),
    p99Seconds: at(3),
    atTargetSeconds: at(4),
    maximumSeconds: sorted[count - 1] ?? null,
  };
}

function around(typical: number, drawn: Float64Array): Interval {
  drawn.sort();
  const at = (probability: number) => drawn[Math.min(drawn.length - 1, Math.floor(probability * drawn.length))] ?? typical;
  return { typical, low: Math.min(typical, at(LOW)), high: Math.max(typical, at(HIGH)) };
}

function thin(figures: readonly number[]): readonly number[] {
  const every = Math.ceil(figures.length / MOST_RESAMPLED);
  return every <= 1 ? figures : figures.filter((_, index) => index % every === 0);
}

/** Means and quantiles of resamples. Ranks are counted instead of sorting each resample. */
function resample(figures: readonly number[], probabilities: readonly number[], seed: number) {
  const count = figures.length;
  const means = new Float64Array(count === 0 ? 0 : RESAMPLES);
  const quantiles = probabilities.map(() => new Float64Array(means.length));
  if (count === 0) return { means, quantiles };
  const order = Array.from({ length: count }, (_, index) => index).sort(
    (one, other) => (figures[one] as number) - (figures[other] as number),
  );
  const rankOf = new Int32Array(count);
  for (const [rank, index] of order.entries()) rankOf[index] = rank;
  const block = blockLength(figures);
  const { uniform } = seededChance(seed);
  const counted = new Int32Array(count);
  const wanted = probabilities.map((probability) => Math.max(1, Math.ceil(probability * count)));
  for (let draw = 0; draw < means.length; draw += 1) {
    counted.fill(0);
    let sum = 0;
    for (let taken = 0; taken < count; ) {
      let from = Math.floor(uniform() * count);
      for (let step = 0; step < block && taken < count; step += 1, taken += 1) {
        sum += figures[from] as number;
        counted[rankOf[from] as number] = (counted[rankOf[from] as number] as number) + 1;
        from = from + 1 === count ? 0 : from + 1;
      }
    }
    means[draw] = sum / count;
    fillQuantiles(counted, order, figures, wanted, quantiles, draw);
  }
  return { means, quantiles };
}

function fillQuantiles(
  counted: Int32Array,
  order: readonly number[],
  figures: readonly number[],
  wanted: readonly number[],
  quantiles: readonly Float64Array[],
  draw: number,
): void {
  const places = wanted.map((place, index) => ({ place, index })).sort((one, other) => one.place - other.place);
  let next = 0;
  let seen = 0;
  for (let rank = 0; rank < counted.length && next < places.length; rank += 1) {
    seen += counted[rank] as number;
    for (let place = places[next]; place !== undefined && seen >= place.place; place = places[next]) {
      (quantiles[place.index] as Float64Array)[draw] = figures[order[rank] as number] as number;
      next += 1;
    }
  }
}

/**
 * How many neighbours are alike: twice the integrated autocorrelation time, at least the cube root of the count.
 * @source Sokal, Monte Carlo Methods in Statistical Mechanics (1996), section 3, with Geyer's initial positive sequence
 */
export function blockLength(figures: readonly number[]): number {
  return Math.min(
    Math.max(1, Math.floor(figures.length / 4)),
    Math.ceil(Math.max(Math.cbrt(figures.length), 2 * correlationLength(figures))),
  );
}

/** Integrated autocorrelation time, in figures; 1 where neighbours tell nothing of each other. */
export function correlationLength(figures: readonly number[]): number {
  const count = figures.length;
  if (count < 4) return 1;
  const mean = figures.reduce((sum, each) => sum + each, 0) / count;
  const variance = figures.reduce((sum, each) => sum + (each - mean) ** 2, 0);
  if (variance === 0) return 1;
  let length = 1;
  for (let lag = 1; lag < Math.min(count / 4, MOST_LAGS); lag += 1) {
    let product = 0;
    for (let index = lag; index < count; index += 1)
      product += ((figures[index] as number) - mean) * ((figures[index - lag] as number) - mean);
    if (product <= 0) break;
    length += (2 * product) / variance;
  }
  return length;
}

const MOST_LAGS = 1000;

/**
 * A share with its 95 % interval, alike neighbours counted as fewer.
 * @source Wilson (1927), Probable inference, the law of succession, and statistical inference
 */
export function shareOf(hits: readonly boolean[]): Interval | null {
  const count = hits.length;
  if (count === 0) return null;
  const share = hits.filter(Boolean).length / count;
  const effective = count / correlationLength(hits.map(Number));
  const z2 = Z_95 ** 2;
  const centre = (share + z2 / (2 * effective)) / (1 + z2 / effective);
  const reach = (Z_95 / (1 + z2 / effective)) * Math.sqrt((share * (1 - share)) / effective + z2 / (4 * effective ** 2));
  return {
    typical: share,
    low: Math.max(0, Math.min(share, centre - reach)),
    high: Math.min(1, Math.max(share, centre + reach)),
  };
}

const Z_95 = 1.96;
