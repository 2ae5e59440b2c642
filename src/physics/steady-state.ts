// Steady state: what a replica does with a number of sequences in flight.
// In: step times, the shape of a request, a batch limit. Out: time to first token, time per output token, requests a second.
import { probit } from 'simple-statistics';
import type { StepTimes } from './accelerator-step.ts';
import { compileOpenLoop, shortOutputTokens } from './open-loop.ts';
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

/**
 * What a replica does as a function of its batch limit: the number in flight at the percentile where requests arrive by
 * themselves, the number in flight where it is always the same.
 * What does not depend on the limit is worked out once, since a search asks for some fifty limits.
 * @param maximumSequences - most that the cache holds; arrivals beyond it wait for a place
 * @source docs/physics.md, "Sharing a replica between prefill and decode" and "Percentiles"
 */
export function compileSteadyState(
  steps: StepTimes,
  request: RequestShape,
  traffic: Traffic,
  scheduling: Scheduling,
  maximumSequences: number,
): (batchLimit: number) => SteadyState {
  return traffic.arrivals === 'open'
    ? compileOpenLoop(steps, request, traffic, scheduling, maximumSequences)
    : compileConstantLoad(steps, request, traffic, scheduling);
}

/**
 * Always `batchLimit` in flight: every sequence brings one prefill per `outputMeanTokens` steps,
 * so TPOT = decode + sequences · prefill · interference / output. Prompts queue for prefill as in M/D/1.
 */
function compileConstantLoad(
  steps: StepTimes,
  request: RequestShape,
  traffic: Traffic,
  scheduling: Scheduling,
): (batchLimit: number) => SteadyState {
  const { outputMeanTokens, outputVariability, prefillMeanTokens } = request;
  const contextTokens = request.promptMeanTokens + (outputMeanTokens / 2) * (1 + outputVariability);
  const interferenceShare = scheduling.prefillInterference / Math.max(1, outputMeanTokens);
  const tailPrefillSeconds = steps.prefillSeconds(request.prefillTailTokens);
  const meanPrefillSeconds = steps.prefillSeconds(prefillMeanTokens);
  const z = Math.max(0, probit(traffic.percentile));
  const perToken = 1 / shortOutputTokens(outputMeanTokens, outputVariability);

  return (batchLimit) => {
    const { sharedSeconds, groupsAtOnce } = prefillLoad(steps, prefillMeanTokens, batchLimit, scheduling);
    const prefillSeconds = sharedSeconds / groupsAtOnce;
    const tpotMeanSeconds = steps.decodeSeconds(batchLimit, contextTokens) + batchLimit * prefillSeconds * interferenceShare;
    const holdSeconds = scheduling.hostFloorSeconds + meanPrefillSeconds + outputMeanTokens * tpotMeanSeconds;
    const requestsPerSecond = batchLimit / holdSeconds;
    const prefillUtilisation = requestsPerSecond * prefillSeconds;
    // Few tokens see few prefills, so some requests meet more of them than the mean.
    const stallSeconds = sharedSeconds * scheduling.prefillInterference;
    const stallVariance =
      (requestsPerSecond / groupsAtOnce) * tpotMeanSeconds * stallSeconds ** 2 * (1 + request.prefillVariability) * perToken;
    const wait = scheduling.queueScale * prefillWaitSeconds(prefillUtilisation, sharedSeconds, traffic.percentile);
    return {
      meanSequences: batchLimit,
      requestsPerSecond,
      ttftSeconds:
        scheduling.hostFloorSeconds + tailPrefillSeconds + wait + scheduling.waitSteps * tpotMeanSeconds * steps.tokensPerStep,
      tpotSeconds: tpotMeanSeconds + z * Math.sqrt(stallVariance),
      tpotMeanSeconds,
      prefillUtilisation,
      spread: 0,
    };
  };
}

/**
 * Wait for prefill at a percentile: a prompt waits with probability ρ, then exponentially with mean S / (2·(1−ρ)),
 * the heavy-traffic tail of M/D/1.
 */
function prefillWaitSeconds(utilisation: number, serviceSeconds: number, percentile: number): number {
  if (utilisation >= 1) return Number.POSITIVE_INFINITY;
  const meanIfWaiting = serviceSeconds / (2 * (1 - utilisation));
  if (percentile <= 0.5) return utilisation * meanIfWaiting;
  return Math.max(0, meanIfWaiting * Math.log(utilisation / (1 - percentile)));
}
