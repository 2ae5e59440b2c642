// Lengths: how many tokens prompts and answers have, as a distribution given by some of its percentiles.
// In: points (probability, tokens). Out: quantiles, mean, variance. Between points a length is taken as lognormal.
import { errorFunction, probit } from 'simple-statistics';

/** One percentile of a length. */
export interface LengthPoint {
  /** 0–1, both excluded. */
  readonly probability: number;
  readonly tokens: number;
}

/**
 * A length known by percentiles, in ascending order; one point means a fixed length.
 * ln(tokens) is taken as piecewise linear in the normal score of the probability, the end pieces going on for ever,
 * so that median and 95th percentile alone give the lognormal through both.
 */
export interface LengthDistribution {
  readonly points: readonly LengthPoint[];
}

/** Every request has this length. */
export function fixedLength(tokens: number): LengthDistribution {
  return { points: [{ probability: 0.5, tokens }] };
}

/** The lognormal through a median and a 95th percentile; a fixed length where they are equal. */
export function lengthOf(p50Tokens: number, p95Tokens: number): LengthDistribution {
  if (p95Tokens <= p50Tokens) return fixedLength(p50Tokens);
  return {
    points: [
      { probability: 0.5, tokens: p50Tokens },
      { probability: 0.95, tokens: p95Tokens },
    ],
  };
}

/** Below this a logarithm tells nothing: a length of nothing is half a token. */
const SMALLEST_TOKENS = 0.5;

/** One piece: ln(tokens) = intercept + slope · z for z up to `until`. */
interface Piece {
  readonly from: number;
  readonly until: number;
  readonly intercept: number;
  readonly slope: number;
}

const compiled = new WeakMap<LengthDistribution, readonly Piece[]>();

function piecesOf(length: LengthDistribution): readonly Piece[] {
  const known = compiled.get(length);
  if (known !== undefined) return known;
  const scores = length.points.map((point) => ({
    z: probit(point.probability),
    ln: Math.log(Math.max(SMALLEST_TOKENS, point.tokens)),
  }));
  const pieces: Piece[] = [];
  for (let index = 1; index < scores.length; index += 1) {
    const left = scores[index - 1];
    const right = scores[index];
    if (left === undefined || right === undefined) continue;
    const slope = Math.max(0, (right.ln - left.ln) / (right.z - left.z));
    pieces.push({
      from: index === 1 ? Number.NEGATIVE_INFINITY : left.z,
      until: index === scores.length - 1 ? Number.POSITIVE_INFINITY : right.z,
      intercept: left.ln - slope * left.z,
      slope,
    });
  }
  compiled.set(length, pieces);
  return pieces;
}

/** Tokens at a normal score: 0 is the median, 1.645 the 95th percentile. */
export function tokensAtScore(length: LengthDistribution, z: number): number {
  if (length.points.length <= 1) return length.points[0]?.tokens ?? 0;
  const pieces = piecesOf(length);
  for (const piece of pieces) if (z <= piece.until) return Math.exp(piece.intercept + piece.slope * z);
  return 0;
}

/** A quantile, tokens. */
export function quantileTokens(length: LengthDistribution, probability: number): number {
  return tokensAtScore(length, probit(probability));
}

/**
 * Mean of tokens to a power.
 * @source ∫ exp(k(a + bz)) φ(z) dz over a piece = exp(ka + k²b²/2) · (Φ(z₂ − kb) − Φ(z₁ − kb))
 */
function moment(length: LengthDistribution, power: number): number {
  if (length.points.length <= 1) return (length.points[0]?.tokens ?? 0) ** power;
  const normal = (z: number) => (z === Number.POSITIVE_INFINITY ? 1 : z === Number.NEGATIVE_INFINITY ? 0 : cdf(z));
  return piecesOf(length).reduce((sum, { from, until, intercept, slope }) => {
    const shift = power * slope;
    return sum + Math.exp(power * intercept + shift ** 2 / 2) * (normal(until - shift) - normal(from - shift));
  }, 0);
}

function cdf(z: number): number {
  return (1 + errorFunction(z / Math.SQRT2)) / 2;
}

/** Mean, tokens. */
export function meanTokens(length: LengthDistribution): number {
  return moment(length, 1);
}

/** Variance over the squared mean; 0 for a fixed length. */
export function variabilityOf(length: LengthDistribution): number {
  const mean = moment(length, 1);
  return mean === 0 ? 0 : Math.max(0, moment(length, 2) / mean ** 2 - 1);
}
