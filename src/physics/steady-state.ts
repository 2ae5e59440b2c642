// Steady state: what a replica does with a number of sequences in flight.
// In: step times, the shape of a request, a batch limit. Out: time to first token, time per output token, requests a second.
import { probit } from 'simple-statistics';
import type { StepTimes } from './accelerator-step.ts';
import { prefillLoad, type Scheduling } from './prefill-load.ts';

/** A length known by its median and its 95th percentile, taken as lognormal; equal figures mean a fixed length. */
export interface LengthDistribution {
  readonly p50Tokens: number;
  readonly p95Tokens: number;
}

const Z95 = probit(0.95);

function sigma(length: LengthDistribution): number {
  return length.p50Tokens <= 0 ? 0 : Math.log(Math.max(1, length.p95Tokens / length.p50Tokens)) / Z95;
}

/** Mean of the lognormal through the median and the 95th percentile, tokens. */
export function meanTokens(length: LengthDistribution): number {
  return length.p50Tokens * Math.exp(sigma(length) ** 2 / 2);
}

/** A quantile of it, tokens. */
export function quantileTokens(length: LengthDistribution, probability: number): number {
  return length.p50Tokens * Math.exp(sigma(length) * probit(probability));
}

/** What one request asks of a replica, prefix-cache hits already taken off the prompt. */
export interface RequestShape {
  /** Prompt tokens that must be computed, mean and at the target's percentile. */
  readonly prefillMeanTokens: number;
  readonly prefillTailTokens: number;
  /** Whole prompt, cached or not: it fills the cache all the same. */
  readonly promptMeanTokens: number;
  /** Answer and thinking together. */
  readonly outputMeanTokens: number;
}

/** How requests come, and at which percentile latency is judged. */
export interface Traffic {
  /** `open`: Poisson arrivals, so that the number in flight varies; `closed`: always the same number. */
  readonly arrivals: 'open' | 'closed';
  /** Percentile of the targets, 0.5–0.99; 0.5 judges the middle request. */
  readonly percentile: number;
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
}

/**
 * Mean number in flight for which the given percentile of a Poisson count is `limit`:
 * limit = m + z·√m, the normal approximation.
 */
export function meanInFlight(limit: number, traffic: Traffic): number {
  if (traffic.arrivals === 'closed' || traffic.percentile <= 0.5) return limit;
  const z = probit(traffic.percentile);
  return ((-z + Math.sqrt(z * z + 4 * limit)) / 2) ** 2;
}

/**
 * What a replica does at the load where a batch limit is just enough, as a function of that limit.
 * Prefill and decode share the same accelerators: every sequence in flight brings one prefill per `outputMeanTokens` steps,
 * so TPOT = decode + sequences · prefill · interference / output. Prompts queue for prefill as in M/D/1.
 * What does not depend on the limit is worked out once, since a search asks for some fifty limits.
 * @returns from the most sequences decoded at once to the steady state
 * @source docs/physics.md, "Sharing a replica between prefill and decode"
 */
export function compileSteadyState(
  steps: StepTimes,
  request: RequestShape,
  traffic: Traffic,
  scheduling: Scheduling,
): (batchLimit: number) => SteadyState {
  const contextTokens = request.promptMeanTokens + request.outputMeanTokens / 2;
  const interferenceShare = scheduling.prefillInterference / Math.max(1, request.outputMeanTokens);
  const ownPrefillSeconds = steps.prefillSeconds(request.prefillTailTokens);
  const meanPrefillSeconds =
    request.prefillMeanTokens === request.prefillTailTokens ? ownPrefillSeconds : steps.prefillSeconds(request.prefillMeanTokens);
  const floorSeconds = scheduling.hostFloorSeconds + ownPrefillSeconds;

  return (batchLimit) => {
    const meanSequences = meanInFlight(batchLimit, traffic);
    const { sharedSeconds, groupsAtOnce } = prefillLoad(steps, request.prefillMeanTokens, meanSequences, scheduling);
    const prefillSeconds = sharedSeconds / groupsAtOnce;
    const interference = prefillSeconds * interferenceShare;
    const tpotAt = (sequences: number) => steps.decodeSeconds(sequences, contextTokens) + sequences * interference;

    const tpotMeanSeconds = tpotAt(meanSequences);
    const tpotSeconds = meanSequences === batchLimit ? tpotMeanSeconds : tpotAt(batchLimit);
    const holdSeconds = scheduling.hostFloorSeconds + meanPrefillSeconds + request.outputMeanTokens * tpotMeanSeconds;
    const requestsPerSecond = meanSequences / holdSeconds;
    const prefillUtilisation = requestsPerSecond * prefillSeconds;
    const waitSeconds = scheduling.queueScale * prefillWaitSeconds(prefillUtilisation, sharedSeconds, traffic);
    const lookSeconds = scheduling.waitSteps * tpotMeanSeconds * steps.tokensPerStep;
    return {
      meanSequences,
      requestsPerSecond,
      ttftSeconds: floorSeconds + waitSeconds + lookSeconds,
      tpotSeconds,
      tpotMeanSeconds,
      prefillUtilisation,
    };
  };
}

/**
 * Wait for prefill at a percentile: a prompt waits with probability ρ, then exponentially with mean S / (2·(1−ρ)),
 * the heavy-traffic tail of M/D/1.
 */
function prefillWaitSeconds(utilisation: number, serviceSeconds: number, traffic: Traffic): number {
  if (utilisation >= 1) return Number.POSITIVE_INFINITY;
  const meanIfWaiting = serviceSeconds / (2 * (1 - utilisation));
  if (traffic.percentile <= 0.5) return utilisation * meanIfWaiting;
  return Math.max(0, meanIfWaiting * Math.log(utilisation / (1 - traffic.percentile)));
}
