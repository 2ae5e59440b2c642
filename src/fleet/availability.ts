// Availability: how many replicas must be kept beyond the peak's so that enough are up when nodes, zones or spot capacity go.
// In: how often a replica stops and how soon it is back, a target. Out: spare replicas, and the share of time enough are up.

/** Something that stops a replica every so often and for so long, seconds. */
export interface Stoppage {
  readonly betweenSeconds: number;
  readonly forSeconds: number;
}

/** Share of the time one replica is up, when it stops for several reasons: 1 ÷ (1 + Σ for ÷ between). */
export function upShare(stoppages: readonly Stoppage[]): number {
  return 1 / (1 + stoppages.reduce((sum, { betweenSeconds, forSeconds }) => sum + forSeconds / betweenSeconds, 0));
}

/**
 * Probability that at least `needed` of `kept` replicas are up, each by itself.
 * @source binomial tail, summed from the top so that nothing cancels
 */
export function enoughUp(needed: number, kept: number, up: number): number {
  if (kept < needed) return 0;
  if (up >= 1) return 1;
  // Terms from all up downwards: C(n, k) · upᵏ · (1 − up)ⁿ⁻ᵏ, each from the one before it.
  let term = up ** kept;
  if (term === 0) return normalTail(needed, kept, up);
  let sum = term;
  for (let down = 1; down <= kept - needed; down += 1) {
    term *= ((kept - down + 1) / down) * ((1 - up) / up);
    sum += term;
  }
  return Math.min(1, sum);
}

/** For fleets so large that all being up has no probability a number can hold: the normal approximation, logistic for Φ. */
function normalTail(needed: number, kept: number, up: number): number {
  const deviations = (kept * up - needed + 0.5) / Math.sqrt(kept * up * (1 - up));
  return 1 / (1 + Math.exp(-1.702 * deviations));
}

/** Fewest spare replicas with which enough are up for a share of the time. */
export function sparesFor(needed: number, up: number, target: number): number {
  let spares = 0;
  while (spares < MOST_SPARES && enoughUp(needed, needed + spares, up) < target) spares += 1;
  return spares;
}

/** More spares than this mean that a target cannot be met by keeping more of the same. */
export const MOST_SPARES = 1000;

/** Replicas to keep so that the loss of the fullest of `zones` zones leaves enough; infinite with one zone. */
export function keptToSurviveZone(needed: number, zones: number): number {
  if (zones < 2) return Number.POSITIVE_INFINITY;
  let kept = needed;
  while (kept - Math.ceil(kept / zones) < needed) kept += 1;
  return kept;
}

/** Replicas spread evenly over zones, the first zones taking what is left over. */
export function spreadOverZones(
  replicas: number,
  zones: readonly string[],
): { readonly zone: string; readonly replicas: number }[] {
  return zones
    .map((zone, index) => ({
      zone,
      replicas: Math.floor(replicas / zones.length) + (index < replicas % zones.length ? 1 : 0),
    }))
    .filter((each) => each.replicas > 0);
}
