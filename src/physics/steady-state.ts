// Steady state: what a replica does with a number of sequences in flight.
// In: step times, the shape of a request, a batch limit. Out: time to first token, time per output token, requests a second.
import { errorFunction, probit } from 'simple-statistics';
import type { StepTimes } from './accelerator-step.ts';
import { prefillLoad, type Scheduling } from './prefill-load.ts';

/** What one request asks of a replica, prefix-cache hits already taken off the prompt. */
export interface RequestShape {
  /** Prompt tokens that must be computed, mean and at the target's percentile. */
  readonly prefillMeanTokens: number;
  readonly prefillTailTokens: number;
  /** Variance of the prompt over its squared mean; 0 for a fixed length. */
  readonly prefillVariability: number;
  /** Whole prompt, cached or not: it fills the cache all the same. */
  readonly promptMeanTokens: number;
  /** Answer and thinking together. */
  readonly outputMeanTokens: number;
  readonly outputVariability: number;
}

/** How requests come, and at which percentile latency is judged. */
export interface Traffic {
  /** `open`: Poisson arrivals, so that the number in flight varies; `closed`: always the same number. */
  readonly arrivals: 'open' | 'closed';
  /** Percentile of the targets, 0.5–0.99; 0.5 judges the middle request. */
  readonly percentile: number;
  /** Shape of gamma-distributed gaps between arrivals: 1 is Poisson, below 1 is burstier. */
  readonly burstiness: number;
}

export interface SteadyState {
  /** Mean number in flight when the percentile number in flight equals the batch limit. */
  readonly meanSequences: number;
  readonly requestsPerSecond: number;
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
  /** Mean time per output token, which sets throughput. */
  readonly tpotMeanSeconds: number;
  /** Share of the replica's time that prefill takes; 1 is saturation. */
  readonly prefillUtilisation: number;
  /** Variance of the number in flight over its mean; 0 in a closed loop. */
  readonly spread: number;
}

/** Part of the slow-down by others that is taken to feed back on itself at most; beyond, a replica runs away. */
const ELASTICITY_CEILING = 0.9;

/**
 * Mean number in flight for which the given percentile of the number in flight is `limit`: limit = m + z·√(m·spread).
 * @param spread - variance of the number in flight over its mean; 1 is a Poisson count
 */
export function meanInFlight(limit: number, z: number, spread: number): number {
  const width = z * Math.sqrt(spread);
  return ((-width + Math.sqrt(width * width + 4 * limit)) / 2) ** 2;
}

/**
 * Variance of the number in flight over its mean before any slow-down: 1 for Poisson arrivals, more for bursts.
 * The longer requests vary in length, the more a burst is spread out.
 * @source peakedness of a renewal stream, 1 + (c² − 1)·h, with h = 1 for equal and 1/2 for exponential times
 */
export function peakedness(burstiness: number, outputVariability: number): number {
  return Math.max(0.1, 1 + (1 / burstiness - 1) / (1 + outputVariability));
}

/**
 * What a replica does at the load where a batch limit is just enough, as a function of that limit.
 * Prefill and decode share the same accelerators: every sequence in flight brings one prefill per `outputMeanTokens` steps,
 * so TPOT = decode + sequences · prefill · interference / output. Prompts queue for prefill as in GI/G/1.
 * The number in flight varies more where each request slows the others: variance = mean · peakedness / (1 − elasticity).
 * What does not depend on the limit is worked out once, since a search asks for some fifty limits.
 * @param maximumSequences - most that the cache holds; requests beyond it wait for a place
 * @returns from the most sequences decoded at once to the steady state
 * @source docs/physics.md, "Sharing a replica between prefill and decode" and "Percentiles"
 */
export function compileSteadyState(
  steps: StepTimes,
  request: RequestShape,
  traffic: Traffic,
  scheduling: Scheduling,
  maximumSequences: number,
): (batchLimit: number) => SteadyState {
  const { outputMeanTokens, outputVariability, prefillVariability } = request;
  // A long answer is met more often in flight than a short one, in proportion to its length.
  const contextTokens = request.promptMeanTokens + (outputMeanTokens / 2) * (1 + outputVariability);
  const interferenceShare = scheduling.prefillInterference / Math.max(1, outputMeanTokens);
  const tailPrefillSeconds = steps.prefillSeconds(request.prefillTailTokens);
  const meanPrefillSeconds =
    request.prefillMeanTokens === request.prefillTailTokens
      ? tailPrefillSeconds
      : steps.prefillSeconds(request.prefillMeanTokens);
  const open = traffic.arrivals === 'open' && traffic.percentile > 0.5;
  const zTail = Math.max(0, probit(traffic.percentile));
  const z = open ? zTail : 0;
  const spreadBefore = peakedness(traffic.burstiness, outputVariability);

  return (batchLimit) => {
    const firstMean = open ? meanInFlight(batchLimit, z, spreadBefore) : batchLimit;
    const { sharedSeconds, groupsAtOnce } = prefillLoad(steps, request.prefillMeanTokens, firstMean, scheduling);
    const prefillSeconds = sharedSeconds / groupsAtOnce;
    const interference = prefillSeconds * interferenceShare;
    const tpotAt = (sequences: number) => steps.decodeSeconds(sequences, contextTokens) + sequences * interference;
    const holdAt = (tpot: number) => scheduling.hostFloorSeconds + meanPrefillSeconds + outputMeanTokens * tpot;

    const tpotAtLimit = tpotAt(batchLimit);
    let meanSequences = firstMean;
    let tpotMeanSeconds = tpotAtLimit;
    let spread = 0;
    let averaged = 1;
    if (open && batchLimit > firstMean) {
      const tpotFirst = tpotAt(firstMean);
      const slope = (tpotAtLimit - tpotFirst) / (batchLimit - firstMean);
      const elasticity = Math.min(ELASTICITY_CEILING, (outputMeanTokens * slope * firstMean) / holdAt(tpotFirst));
      spread = spreadBefore / (1 - elasticity);
      meanSequences = meanInFlight(batchLimit, z, spread);
      tpotMeanSeconds = Math.max(0, tpotFirst - slope * (firstMean - meanSequences));
      averaged = averagingShare(1 - elasticity);
    }
    const holdSeconds = holdAt(tpotMeanSeconds);
    const requestsPerSecond = meanSequences / holdSeconds;
    const prefillUtilisation = requestsPerSecond * prefillSeconds;
    // Few tokens see few prefills: some requests meet more of them than the mean, and one often follows their own at once.
    const stallSeconds = sharedSeconds * scheduling.prefillInterference;
    const perToken = (1 + outputVariability) / Math.max(1, outputMeanTokens);
    const stallVariance =
      (requestsPerSecond / groupsAtOnce) * tpotMeanSeconds * stallSeconds ** 2 * (1 + prefillVariability) * perToken;
    const followed = traffic.percentile > 0.5 ? prefillUtilisation * stallSeconds * perToken : 0;
    const tpotSeconds =
      tpotMeanSeconds + followed + Math.sqrt((tpotAtLimit - tpotMeanSeconds) ** 2 * averaged + zTail * zTail * stallVariance);

    const wait = prefillWait(prefillUtilisation, sharedSeconds, prefillVariability, traffic);
    const place = placeWait(meanSequences, spread, maximumSequences, holdSeconds, traffic.percentile);
    const lookSeconds = scheduling.waitSteps * tpotMeanSeconds * steps.tokensPerStep;
    // Own prompt, queue and scheduler are not at their worst together: tails add as squares.
    const tail = Math.hypot(
      tailPrefillSeconds - meanPrefillSeconds,
      scheduling.queueScale * (wait.tailSeconds - wait.meanSeconds),
      lookSeconds * (2 * traffic.percentile - 1),
      place,
    );
    return {
      meanSequences,
      requestsPerSecond,
      ttftSeconds:
        scheduling.hostFloorSeconds + meanPrefillSeconds + scheduling.queueScale * wait.meanSeconds + lookSeconds + tail,
      tpotSeconds,
      tpotMeanSeconds,
      prefillUtilisation,
      spread,
    };
  };
}

/**
 * Wait for a place among the running at the percentile, where the cache holds `places` sequences and more are wanted at times.
 * @source Halfin and Whitt 1981: with β = (places − m) ÷ √(m·spread), one waits with probability 1 ÷ (1 + β·Φ(β) ÷ φ(β)),
 * then exponentially with mean hold·spread ÷ (places − m)
 */
function placeWait(mean: number, spread: number, places: number, holdSeconds: number, percentile: number): number {
  if (spread === 0 || percentile <= 0.5) return 0;
  const slack = Math.max(1e-9, places - mean);
  const beta = slack / Math.sqrt(mean * spread);
  if (beta > 5) return 0;
  const density = Math.exp((-beta * beta) / 2) / Math.sqrt(2 * Math.PI);
  const waits = 1 / (1 + (beta * (1 + errorFunction(beta / Math.SQRT2))) / 2 / density);
  return Math.max(0, ((holdSeconds * spread) / slack) * Math.log(waits / (1 - percentile)));
}

/**
 * Share of the variance of a slowly changing quantity that is left in its mean over a request's life, `lives` correlation
 * times long: 2·(x − 1 + e⁻ˣ) ÷ x².
 */
function averagingShare(lives: number): number {
  return (2 * (lives - 1 + Math.exp(-lives))) / (lives * lives);
}

/**
 * Wait for prefill, mean and at the percentile: a prompt waits with probability ρ, then exponentially with mean
 * S·(cₐ² + cₛ²) / (2·(1−ρ)).
 * @source Kingman's heavy-traffic bound for GI/G/1; M/D/1 where gaps are Poisson and prompts equal
 */
function prefillWait(
  utilisation: number,
  serviceSeconds: number,
  serviceVariability: number,
  traffic: Traffic,
): { meanSeconds: number; tailSeconds: number } {
  if (utilisation >= 1) return { meanSeconds: Number.POSITIVE_INFINITY, tailSeconds: Number.POSITIVE_INFINITY };
  const arrivalVariability = traffic.arrivals === 'open' ? 1 / traffic.burstiness : 1;
  const meanIfWaiting = (serviceSeconds * (arrivalVariability + serviceVariability)) / (2 * (1 - utilisation));
  const meanSeconds = utilisation * meanIfWaiting;
  if (traffic.percentile <= 0.5) return { meanSeconds, tailSeconds: meanSeconds };
  const tailSeconds = meanIfWaiting * Math.log(utilisation / (1 - traffic.percentile));
  return { meanSeconds, tailSeconds: Math.max(meanSeconds, tailSeconds) };
}
