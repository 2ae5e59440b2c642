// Steadiness: whether a load has warmed up, told from the slope of what is in flight and of latencies.
// In: figures over time. Out: whether their trend can be told from none, and is small.
import { linearRegression, mean } from 'simple-statistics';

/** A figure and when it was seen. */
export interface Sighting {
  readonly seconds: number;
  readonly value: number;
}

/** Fewer tell nothing. */
const FEWEST_SIGHTINGS = 8;
/** A trend over the whole span within this share of the mean is none, however surely it is told. */
const NEGLIGIBLE_RATIO = 0.1;
/** Two-sided 95 % of the normal distribution. */
const Z_95 = 1.96;

/**
 * Whether figures go neither up nor down: the 95 % interval of the regression's slope holds 0, or what it comes to over the span is
 * small against the mean. Neighbouring figures are alike, so the standard error is widened by the lag-one correlation of the residuals.
 * @source Box, Jenkins, Reinsel: variance of a mean of AR(1) noise is wider by (1 + ρ) / (1 − ρ)
 */
export function isSteady(sightings: readonly Sighting[]): boolean {
  if (sightings.length < FEWEST_SIGHTINGS) return false;
  const span = (sightings.at(-1)?.seconds ?? 0) - (sightings[0]?.seconds ?? 0);
  if (span <= 0) return false;
  const { m: slope, b: intercept } = linearRegression(sightings.map(({ seconds, value }) => [seconds, value]));
  const level = Math.abs(mean(sightings.map(({ value }) => value)));
  if (Math.abs(slope) * span <= NEGLIGIBLE_RATIO * level) return true;
  const residuals = sightings.map(({ seconds, value }) => value - intercept - slope * seconds);
  const centre = mean(sightings.map(({ seconds }) => seconds));
  const spread = sightings.reduce((sum, { seconds }) => sum + (seconds - centre) ** 2, 0);
  const squares = residuals.reduce((sum, residual) => sum + residual ** 2, 0);
  const correlation = Math.min(0.9, Math.max(0, lagOne(residuals, squares)));
  const error = Math.sqrt(((squares / (sightings.length - 2)) * ((1 + correlation) / (1 - correlation))) / spread);
  return Math.abs(slope) <= Z_95 * error;
}

function lagOne(residuals: readonly number[], squares: number): number {
  if (squares === 0) return 0;
  let products = 0;
  for (let index = 1; index < residuals.length; index += 1)
    products += (residuals[index] as number) * (residuals[index - 1] as number);
  return products / squares;
}

/** Decides, as requests end, when warm-up is over. */
export class WarmUp {
  readonly #leastSeconds: number;
  readonly #mostSeconds: number;
  readonly #inFlight: Sighting[] = [];
  readonly #latencies: Sighting[] = [];
  #longest = 0;

  constructor(leastSeconds: number, mostSeconds: number) {
    this.#leastSeconds = leastSeconds;
    this.#mostSeconds = mostSeconds;
  }

  /** A request ended well. @param latencySeconds - from intended send to last token */
  saw(seconds: number, latencySeconds: number, inFlight: number): void {
    this.#latencies.push({ seconds, value: latencySeconds });
    this.#inFlight.push({ seconds, value: inFlight });
    this.#longest = Math.max(this.#longest, latencySeconds);
  }

  /** Null while it goes on; then whether it ended because the load was steady. Looks at the later half of what it saw. */
  verdict(seconds: number): { readonly steady: boolean } | null {
    if (seconds >= this.#mostSeconds) return { steady: this.#looksSteady(seconds) };
    if (seconds < this.#leastSeconds || seconds < 2 * this.#longest) return null;
    return this.#looksSteady(seconds) ? { steady: true } : null;
  }

  #looksSteady(seconds: number): boolean {
    const later = (sightings: readonly Sighting[]) =>
      thinned(sightings.filter((sighting) => sighting.seconds >= Math.max(this.#longest, seconds / 2)));
    return isSteady(later(this.#latencies)) && isSteady(later(this.#inFlight));
  }
}

/** Enough to tell a slope by; more would only take time while requests are out. */
const MOST_SIGHTINGS = 500;

function thinned(sightings: readonly Sighting[]): readonly Sighting[] {
  const every = Math.ceil(sightings.length / MOST_SIGHTINGS);
  return every <= 1 ? sightings : sightings.filter((_, index) => index % every === 0);
}
