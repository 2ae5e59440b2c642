// Queues whose theory is exact, and whether arrivals are Poisson: what the checks of the bench go by.

/**
 * Mean wait before service in M/M/c, seconds.
 * @param load - arrivals times mean service over the places, 0–1
 * @source Erlang (1917); Kleinrock, Queueing Systems 1 (1975), section 3.5
 */
export function erlangWaitSeconds(places: number, load: number, serviceSeconds: number): number {
  const offered = places * load;
  let term = 1;
  let sum = 0;
  for (let busy = 0; busy < places; busy += 1) {
    sum += term;
    term *= offered / (busy + 1);
  }
  const waiting = term / (1 - load);
  return ((waiting / (sum + waiting)) * serviceSeconds) / (places * (1 - load));
}

/**
 * Mean wait before service in M/G/1, seconds.
 * @param variation - squared coefficient of variation of service; 0 is M/D/1
 * @source Pollaczek and Khinchine; Kleinrock, Queueing Systems 1 (1975), section 5.7
 */
export function pollaczekWaitSeconds(load: number, serviceSeconds: number, variation: number): number {
  return (load * serviceSeconds * (1 + variation)) / (2 * (1 - load));
}

/**
 * Probability of gaps this unlike exponential ones, if they were exponential with the given rate.
 * @source Kolmogorov's distribution with Stephens' (1970) correction for finite samples
 */
export function kolmogorovProbability(gapsSeconds: readonly number[], ratePerSecond: number): number {
  const sorted = gapsSeconds.toSorted((one, other) => one - other);
  const count = sorted.length;
  let distance = 0;
  for (const [index, gap] of sorted.entries()) {
    const expected = 1 - Math.exp(-ratePerSecond * gap);
    distance = Math.max(distance, Math.abs((index + 1) / count - expected), Math.abs(expected - index / count));
  }
  const root = Math.sqrt(count);
  const scaled = (root + 0.12 + 0.11 / root) * distance;
  let sum = 0;
  for (let term = 1; term <= 100; term += 1) sum += (term % 2 === 1 ? 2 : -2) * Math.exp(-2 * term ** 2 * scaled ** 2);
  return Math.min(1, Math.max(0, sum));
}

/** Between each moment and the next. */
export function gapsOf(moments: readonly number[]): number[] {
  return moments.slice(1).map((moment, index) => moment - (moments[index] as number));
}
