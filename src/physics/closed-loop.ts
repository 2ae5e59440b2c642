// Closed loop: a fixed number of requests always in flight, as benchmarks run; one replica, or a prefill and a decode pool.
// In: step times, the shape of a request, overheads. Out: time to first token, time per output token, requests a second.
import type { Efficiency } from '../documents/catalog/calibration.ts';
import type { StepTimes } from './accelerator-step.ts';
import { prefillLoad, schedulingOf } from './prefill-load.ts';

/** What every request of a closed loop is, mean tokens. */
export interface LoopRequest {
  readonly promptTokens: number;
  readonly outputTokens: number;
}

export interface LoopState {
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
  readonly requestsPerSecond: number;
}

/** Highest prefill utilisation at which the M/D/1 wait is taken; a closed loop throttles itself beyond. */
const UTILISATION_CEILING = 0.95;
const BISECTIONS = 48;

/** Mean tokens in a sequence's cache while it is decoded. */
export function meanContextTokens(request: LoopRequest): number {
  return request.promptTokens + request.outputTokens / 2;
}

/**
 * One replica that both prefills and decodes, with `concurrency` requests always in flight.
 * TPOT = decode + (C − 1) · prefill · interference ÷ output; TTFT = host floor + own prefill + steps until the scheduler
 * looks + start-up burst + M/D/1 wait.
 * @param waitScale - factor on the wait for the scheduler where it is told to look less often
 * @source docs/physics.md, "Closed loop"
 */
export function aggregatedLoop(
  steps: StepTimes,
  request: LoopRequest,
  efficiency: Efficiency,
  concurrency: number,
  waitScale = 1,
): LoopState {
  const others = concurrency - 1;
  const scheduling = schedulingOf(efficiency, steps.prefillGroups > 1);
  const { sharedSeconds, groupsAtOnce } = prefillLoad(steps, request.promptTokens, concurrency, scheduling);
  const perPrompt = sharedSeconds / groupsAtOnce;
  const decode = steps.decodeSeconds(concurrency, meanContextTokens(request));
  const tpotSeconds = decode + (others * perPrompt * scheduling.prefillInterference) / request.outputTokens;
  const utilisation = Math.min(UTILISATION_CEILING, (concurrency / (request.outputTokens * tpotSeconds)) * perPrompt);
  const ttftSeconds =
    scheduling.hostFloorSeconds +
    steps.prefillSeconds(request.promptTokens) +
    (scheduling.waitSteps + (waitScale - 1) * efficiency.waitSteps.count) * decode * steps.tokensPerStep +
    efficiency.burstShare.ratio * others * perPrompt +
    (scheduling.queueScale * utilisation * sharedSeconds) / (2 * (1 - utilisation));
  return { ttftSeconds, tpotSeconds, requestsPerSecond: concurrency / (ttftSeconds + request.outputTokens * tpotSeconds) };
}

/** A pool of like workers. */
export interface Pool {
  readonly steps: StepTimes;
  readonly workers: number;
}

/** Prompts a second that a prefill pool takes when its queue never empties. */
export function poolPromptsPerSecond(pool: Pool, promptTokens: number, efficiency: Efficiency): number {
  const { steps } = pool;
  const packed = Math.max(1, steps.prefillChunkTokens / promptTokens);
  const busy = 1 + (steps.prefillGroups - 1) * efficiency.disaggregation.groupOverlap.ratio;
  const seconds = steps.prefillSeconds(promptTokens, packed) / packed;
  return (pool.workers * busy * efficiency.disaggregation.poolShare.ratio) / seconds;
}

/**
 * Prefill workers that hand over to decode workers, with `concurrency` requests always in flight.
 * The number decoding is where the rate it completes leaves just enough requests in prefill and its queue:
 * N + X · wait(X) = C with X = N ÷ (output · TPOT(N)), so a starved decode pool shows as a long time to first token.
 * @param cacheBytesPerToken - bytes a prompt token adds to the hand-over
 * @source docs/physics.md, "Prefill and decode apart"
 */
export function disaggregatedLoop(
  prefill: Pool,
  decode: Pool,
  request: LoopRequest,
  efficiency: Efficiency,
  concurrency: number,
  cacheBytesPerToken: number,
): LoopState {
  const { disaggregation } = efficiency;
  const ceiling = poolPromptsPerSecond(prefill, request.promptTokens, efficiency);
  const serviceSeconds = prefill.workers / ceiling;
  const handOver =
    disaggregation.hostFloor.seconds +
    prefill.steps.prefillSeconds(request.promptTokens) +
    (request.promptTokens * cacheBytesPerToken) / disaggregation.transferRate.bytesPerSecond;
  const contextTokens = meanContextTokens(request);
  const tpotAt = (decoding: number) =>
    disaggregation.decodeScale.ratio * decode.steps.decodeSeconds(decoding / decode.workers, contextTokens);
  let low = 0;
  let high = concurrency;
  for (let round = 0; round < BISECTIONS; round += 1) {
    const decoding = (low + high) / 2;
    const rate = decoding / (request.outputTokens * tpotAt(decoding));
    const utilisation = rate / ceiling;
    const queued =
      utilisation >= 1
        ? Number.POSITIVE_INFINITY
        : rate * (handOver + (efficiency.queueScale.ratio * utilisation * serviceSeconds) / (2 * (1 - utilisation)));
    if (decoding + queued > concurrency) high = decoding;
    else low = decoding;
  }
  const decoding = (low + high) / 2;
  const tpotSeconds = tpotAt(decoding);
  const rate = decoding / (request.outputTokens * tpotSeconds);
  const ttftSeconds = (concurrency - decoding) / rate + (disaggregation.burstShare.ratio * (concurrency - 1)) / ceiling;
  return { ttftSeconds, tpotSeconds, requestsPerSecond: concurrency / (ttftSeconds + request.outputTokens * tpotSeconds) };
}
