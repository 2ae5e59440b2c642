// Open loop: requests arrive whatever the replica does, so the number in flight varies and prompts queue.
// In: step times, request, arrivals, scheduling, room in the cache. Out: from the number in flight at the target's percentile
// to the load that gives it, and the latencies there.
import { errorFunction, probit } from 'simple-statistics';
import type { StepTimes } from './accelerator-step.ts';
import type { Scheduling } from './prefill-load.ts';
import type { RequestShape, SteadyState, Traffic } from './steady-state.ts';

/** Part of the slow-down by others that is taken to feed back on itself at most; beyond, a replica runs away. */
export const ELASTICITY_CEILING = 0.9;
/** Rounds in which rate and prefill load settle on each other; each brings them some ten times closer. */
export const ROUNDS = 3;

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

/** Short answers make the tail of the time per token, since one prefill beside them weighs more: a low percentile, as a lognormal. */
export function shortOutputTokens(meanTokens: number, variability: number): number {
  const variance = Math.log(1 + variability);
  return Math.max(1, meanTokens * Math.exp(-variance / 2 + probit(LOW_SHARE) * Math.sqrt(variance)));
}

export const LOW_SHARE = 0.15;

/** Prompts that the scheduler finds at a look are prefilled together. */
interface PrefillRounds {
  /** Duration of one round. */
  readonly roundSeconds: number;
  /** Share of the time a round is under way. */
  readonly utilisation: number;
  /** Rate over the highest rate that full rounds reach. */
  readonly saturation: number;
}

/**
 * What a replica does at the load where `limit` in flight is its percentile.
 * Every look finds the prompts that came since the last; they share chunks, and groups of data-parallel attention prefill
 * side by side. While a round is under way the others decode at (1 − interference) of their speed.
 * The number in flight varies more where each request slows the others: variance = mean · peakedness ÷ (1 − elasticity).
 * @param maximumSequences - most that the cache holds; requests beyond it wait for a place
 * @source docs/physics.md, "Percentiles"
 */
export function compileOpenLoop(
  steps: StepTimes,
  request: RequestShape,
  traffic: Traffic,
  scheduling: Scheduling,
  maximumSequences: number,
): (limit: number) => SteadyState {
  const { outputMeanTokens, outputVariability, prefillMeanTokens, prefillVariability } = request;
  const { percentile } = traffic;
  const z = percentile > 0.5 ? probit(percentile) : 0;
  // A long answer is met more often in flight than a short one, in proportion to its length.
  const contextTokens = request.promptMeanTokens + (outputMeanTokens / 2) * (1 + outputVariability);
  const meanPrefillSeconds = steps.prefillSeconds(prefillMeanTokens);
  const tailPrefillSeconds =
    request.prefillTailTokens === prefillMeanTokens ? meanPrefillSeconds : steps.prefillSeconds(request.prefillTailTokens);
  const spreadBefore = peakedness(traffic.burstiness, outputVariability);
  const groups = steps.prefillGroups;
  const packedAtMost = prefillMeanTokens <= 0 ? 1 : Math.max(1, steps.prefillChunkTokens / prefillMeanTokens);
  const fullRoundPromptSeconds = steps.prefillSeconds(prefillMeanTokens, packedAtMost) / packedAtMost;
  /** What a request spends outside decoding. */
  const aroundSeconds = scheduling.hostFloorSeconds + meanPrefillSeconds;
  const perToken = 1 / shortOutputTokens(outputMeanTokens, outputVariability);

  const roundsAt = (requestsPerSecond: number, mean: number, stepSeconds: number): PrefillRounds => {
    if (prefillMeanTokens <= 0) return { roundSeconds: 0, utilisation: 0, saturation: 0 };
    const between = Math.max(2 * scheduling.waitSteps * stepSeconds, meanPrefillSeconds);
    const prompts = Math.min(packedAtMost * groups, Math.max(1, requestsPerSecond * between));
    const used = Math.min(groups, prompts);
    const atOnceAtMost = 1 + (mean * scheduling.groupOverlap) / groups;
    const atOnce = groups === 1 ? 1 : Math.min(used, atOnceAtMost);
    const packed = prompts / used;
    const roundSeconds = (packed === 1 ? meanPrefillSeconds : steps.prefillSeconds(prefillMeanTokens, packed)) * (used / atOnce);
    return {
      roundSeconds,
      utilisation: (requestsPerSecond / prompts) * roundSeconds,
      saturation: (requestsPerSecond * fullRoundPromptSeconds) / (groups === 1 ? 1 : Math.min(groups, atOnceAtMost)),
    };
  };

  return (limit) => {
    const decodeAtLimit = steps.decodeSeconds(limit, contextTokens);
    let mean = meanInFlight(limit, z, spreadBefore);
    const firstMean = mean;
    const decodeFirst = z === 0 ? decodeAtLimit : steps.decodeSeconds(firstMean, contextTokens);
    const slope = limit > firstMean ? (decodeAtLimit - decodeFirst) / (limit - firstMean) : 0;
    let rounds: PrefillRounds = { roundSeconds: meanPrefillSeconds, utilisation: 0, saturation: 0 };
    let promptSeconds = meanPrefillSeconds / groups;
    let tpotMeanSeconds = decodeFirst;
    let slowed = 1;
    let holdSeconds = 0;
    let requestsPerSecond = 0;
    let spread = spreadBefore;
    for (let round = 0; round < ROUNDS; round += 1) {
      const decode = Math.max(0, decodeFirst - slope * (firstMean - mean));
      tpotMeanSeconds = slowedTpot(
        decode,
        scheduling.prefillInterference * promptSeconds * mean,
        aroundSeconds,
        outputMeanTokens,
      );
      slowed = decode === 0 ? 1 : tpotMeanSeconds / decode;
      holdSeconds = aroundSeconds + outputMeanTokens * tpotMeanSeconds;
      requestsPerSecond = mean / holdSeconds;
      rounds = roundsAt(requestsPerSecond, mean, tpotMeanSeconds * steps.tokensPerStep);
      promptSeconds = rounds.utilisation / requestsPerSecond;
      if (z > 0) {
        const elasticity = Math.min(ELASTICITY_CEILING, (outputMeanTokens * slope * slowed * mean) / holdSeconds);
        spread = spreadBefore / (1 - elasticity);
        mean = meanInFlight(limit, z, spread);
      }
    }

    // Few tokens see few rounds: some requests meet more of them than the mean, and one often follows their own at once.
    const stallSeconds = rounds.roundSeconds * scheduling.prefillInterference;
    const roundsPerSecond = rounds.roundSeconds === 0 ? 0 : rounds.utilisation / rounds.roundSeconds;
    const stallVariance = roundsPerSecond * tpotMeanSeconds * stallSeconds ** 2 * (1 + prefillVariability) * perToken;
    const followed = z === 0 ? 0 : rounds.utilisation * stallSeconds * perToken;
    const crowd = Math.max(0, decodeAtLimit * slowed - tpotMeanSeconds);
    const averaged = averagingShare(spreadBefore / spread);
    const tpotSeconds = tpotMeanSeconds + followed + Math.sqrt(crowd ** 2 * averaged + z * z * stallVariance);

    const wait = prefillWait(rounds, prefillVariability, traffic);
    const lookSeconds = scheduling.waitSteps * tpotMeanSeconds * steps.tokensPerStep;
    // Own prompt, queue, scheduler and cache are not at their worst together: tails add as squares.
    const tail =
      z === 0
        ? 0
        : Math.hypot(
            tailPrefillSeconds - meanPrefillSeconds,
            scheduling.queueScale * (wait.tailSeconds - wait.meanSeconds),
            lookSeconds * (2 * percentile - 1),
            placeWait(mean, spread, maximumSequences, holdSeconds, percentile),
          );
    return {
      meanSequences: mean,
      requestsPerSecond,
      ttftSeconds:
        scheduling.hostFloorSeconds + rounds.roundSeconds + scheduling.queueScale * wait.meanSeconds + lookSeconds + tail,
      tpotSeconds,
      tpotMeanSeconds,
      prefillUtilisation: Math.max(rounds.utilisation, rounds.saturation),
      spread,
    };
  };
}

/**
 * Time per token x where prefill takes a share of decoding that depends on x itself:
 * x = decode ÷ (1 − work ÷ (around + output · x)), solved for its positive root.
 * @param workSeconds - prefill of everything in flight that decoding waits for
 */
function slowedTpot(decodeSeconds: number, workSeconds: number, aroundSeconds: number, outputTokens: number): number {
  const half = (decodeSeconds * outputTokens + workSeconds - aroundSeconds) / 2;
  return (half + Math.sqrt(half * half + outputTokens * decodeSeconds * aroundSeconds)) / outputTokens;
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
 * S·(cₐ² + cₛ²) ÷ (2·(1 − ρ)), where fuller rounds under load push saturation out.
 * @source Kingman's heavy-traffic bound for GI/G/1; M/D/1 where gaps are Poisson, prompts equal and rounds of one
 */
function prefillWait(
  { roundSeconds, utilisation, saturation }: PrefillRounds,
  promptVariability: number,
  traffic: Traffic,
): { meanSeconds: number; tailSeconds: number } {
  if (utilisation === 0) return { meanSeconds: 0, tailSeconds: 0 };
  if (saturation >= 1) return { meanSeconds: Number.POSITIVE_INFINITY, tailSeconds: Number.POSITIVE_INFINITY };
  const meanIfWaiting = (roundSeconds * (1 / traffic.burstiness + promptVariability)) / (2 * (1 - saturation));
  const waits = Math.min(1, utilisation);
  const meanSeconds = waits * meanIfWaiting;
  const tailSeconds = meanIfWaiting * Math.log(waits / (1 - traffic.percentile));
  return { meanSeconds, tailSeconds: Math.max(meanSeconds, tailSeconds) };
}

/**
 * Wait for a place among the running at the percentile, where the cache holds `places` sequences and more are wanted at times.
 * @source Halfin and Whitt 1981: with β = (places − m) ÷ √(m·spread), one waits with probability 1 ÷ (1 + β·Φ(β) ÷ φ(β)),
 * then exponentially with mean hold·spread ÷ (places − m)
 */
function placeWait(mean: number, spread: number, places: number, holdSeconds: number, percentile: number): number {
  const slack = Math.max(1e-9, places - mean);
  const beta = slack / Math.sqrt(mean * spread);
  if (beta > 5) return 0;
  const density = Math.exp((-beta * beta) / 2) / Math.sqrt(2 * Math.PI);
  const waits = 1 / (1 + (beta * (1 + errorFunction(beta / Math.SQRT2))) / 2 / density);
  return Math.max(0, ((holdSeconds * spread) / slack) * Math.log(waits / (1 - percentile)));
}
