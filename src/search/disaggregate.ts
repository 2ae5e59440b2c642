// Disaggregation: prefill workers that hand over to decode workers, each pool with the layout that needs fewest nodes.
// The pools meet only in the rate of requests: TTFT depends on the first alone, TPOT on the second alone, and cost is the sum.
// So the best of each is the best of both, and no pair that could have won is left untried.
import { probit } from 'simple-statistics';
import type { Efficiency } from '../documents/catalog/calibration.ts';
import { type Margin, marginAt } from '../physics/margin.ts';
import { compileSteadyState, type SteadyState } from '../physics/steady-state.ts';
import type { Candidate, Stack } from './candidates.ts';
import { BATCH_GRID, type Sizing, type SizingTask, sequencesThatFit } from './size-candidate.ts';

/** Wait tails are trusted up to this share of a pool's rate. */
export const POOL_CEILING = 0.95;
/** Workers beyond the fewest that carry the rate, tried until the wait is short enough. */
const MOST_EXTRA_WORKERS = 64;

/** What a candidate does as half of a disaggregated fleet, worked out once however often it is sized. */
export interface PreparedHalves {
  readonly candidate: Candidate;
  readonly efficiency: Efficiency;
  /** Sequences the cache holds. */
  readonly places: number;
  readonly decodeAt: (batch: number) => SteadyState;
  /** Seconds of prompts: alone, at the percentile beyond that, packed with others. */
  readonly prefill: { readonly alone: number; readonly tail: number; readonly packed: number };
}

/** Prepares the halves for tasks that share request and traffic; null where one sequence does not fit or nothing was calibrated. */
export function prepareHalves(candidate: Candidate, task: SizingTask): PreparedHalves | null {
  const { calibration } = candidate.stack;
  const { memory, steps } = candidate;
  if (calibration.kind !== 'accelerator') return null;
  if (memory.cacheBytes <= 0 || candidate.sequenceBytes(task.maximumTokens) > memory.cacheBytes) return null;
  const { efficiency } = calibration;
  const { decodeScale } = efficiency.disaggregation;
  const { request } = task;
  const places = Math.max(1, Math.floor(sequencesThatFit(candidate, task))) * candidate.layout.dataParallel;
  const stateAt = compileSteadyState(
    { ...steps, decodeSeconds: (sequences, context) => decodeScale.ratio * steps.decodeSeconds(sequences, context) },
    { ...request, prefillMeanTokens: 0, prefillTailTokens: 0, prefillVariability: 0 },
    task.traffic,
    { ...candidate.scheduling, hostFloorSeconds: 0, waitSteps: 0, prefillInterference: 0 },
    places,
  );
  const known = new Map<number, SteadyState>();
  const alone = steps.prefillSeconds(request.prefillMeanTokens);
  const together = Math.max(1, steps.prefillChunkTokens / Math.max(1, request.prefillMeanTokens));
  return {
    candidate,
    efficiency,
    places,
    decodeAt: (batch) => {
      const state = known.get(batch) ?? stateAt(batch);
      known.set(batch, state);
      return state;
    },
    prefill: {
      alone,
      tail: steps.prefillSeconds(request.prefillTailTokens) - alone,
      packed: steps.prefillSeconds(request.prefillMeanTokens, together) / together,
    },
  };
}

/** The fewest nodes that serve a rate with pools apart; null where no pair of layouts meets the targets. */
export function sizeDisaggregated(
  whole: Stack,
  halves: readonly PreparedHalves[],
  task: SizingTask,
  onEvaluation: () => void = () => {},
): Sizing | null {
  if ('concurrency' in task.demand) return null;
  const stack: Stack = { ...whole, interval: whole.disaggregatedInterval };
  const margin = marginAt(stack.interval, task.confidence);
  const decode = fewestNodes(halves.map((half) => sizeDecode(half, task, margin, onEvaluation)));
  if (decode === null) return null;
  const prefill = fewestNodes(halves.map((half) => sizePrefill(half, decode.state.ttftSeconds, task, margin, onEvaluation)));
  if (prefill === null) return null;
  const ttftSeconds = prefill.ttftSeconds;
  return {
    candidate: { ...decode.candidate, stack },
    prefill: { candidate: { ...prefill.candidate, stack }, workers: prefill.workers },
    batch: decode.operatingBatch,
    replicas: decode.workers,
    peakReplicas: decode.exactWorkers,
    operating: { ...decode.operating, ttftSeconds, prefillUtilisation: prefill.utilisation },
    capacity: {
      ...decode.state,
      // A fleet carries no more than either pool does.
      requestsPerSecond: Math.min(decode.state.requestsPerSecond, prefill.mostRequestsPerSecond / decode.workers),
      ttftSeconds,
      prefillUtilisation: prefill.utilisation,
    },
    capacityBatch: decode.batch,
    maximumSequences: decode.maximumSequences,
  };
}

interface PoolSizing {
  readonly candidate: Candidate;
  readonly workers: number;
}

function fewestNodes<Pool extends PoolSizing>(pools: readonly (Pool | null)[]): Pool | null {
  return pools.reduce<Pool | null>((best, next) => {
    if (next === null) return best;
    return best === null || nodes(next) < nodes(best) ? next : best;
  }, null);
}

function nodes({ candidate, workers }: PoolSizing): number {
  return workers * candidate.nodesPerReplica;
}

interface DecodePool extends PoolSizing {
  readonly batch: number;
  readonly maximumSequences: number;
  readonly exactWorkers: number;
  /** At the highest rate within the target, and at the rate that comes. */
  readonly state: SteadyState;
  readonly operating: SteadyState;
  readonly operatingBatch: number;
}

/** Decode alone: the highest rate of one worker within the target for time per token. */
function sizeDecode(
  { candidate, places, decodeAt }: PreparedHalves,
  task: SizingTask,
  margin: Margin,
  onEvaluation: () => void,
): DecodePool | null {
  if (!('requestsPerSecond' in task.demand)) return null;
  let best: { batch: number; state: SteadyState } | null = null;
  for (const batch of BATCH_GRID) {
    if (batch > places) break;
    const state = decodeAt(batch);
    onEvaluation();
    if (task.tpotTargetSeconds !== null && state.tpotSeconds * margin.tpot > task.tpotTargetSeconds) break;
    if (best === null || state.requestsPerSecond > best.state.requestsPerSecond) best = { batch, state };
  }
  if (best === null) return null;
  const exactWorkers = task.demand.requestsPerSecond / (best.state.requestsPerSecond * margin.throughput);
  const workers = Math.max(1, Math.ceil(exactWorkers - 1e-9));
  const share = task.demand.requestsPerSecond / margin.throughput / workers;
  const operatingBatch =
    BATCH_GRID.find((batch) => batch <= places && decodeAt(batch).requestsPerSecond >= share - 1e-12) ?? best.batch;
  return {
    candidate,
    workers,
    exactWorkers,
    operating: decodeAt(operatingBatch),
    operatingBatch,
    batch: best.batch,
    maximumSequences: Math.min(places, Math.ceil(best.batch * ROOM)),
    state: best.state,
  };
}

/** Room beyond the percentile number in flight; see `maximumSequences` of a sizing. */
const ROOM = 1.5;

interface PrefillSizing extends PoolSizing {
  readonly ttftSeconds: number;
  readonly utilisation: number;
  /** What the pool carries before waits are no longer foretold. */
  readonly mostRequestsPerSecond: number;
}

/**
 * A prefill pool at a rate.
 * @param placeSeconds - what the wait for a place in the decode pool adds at the percentile
 * @returns time to first token at the percentile, and the rate over the pool's own; waits are foretold below 1
 * @source wait in a pool of n by Sakasegawa 1977: S·(cₐ² + cₛ²) ÷ 2 · ρ^(√(2(n+1)) − 1) ÷ (n·(1 − ρ)), exponential beyond
 */
export function prefillPoolAt(
  half: PreparedHalves,
  workers: number,
  requestsPerSecond: number,
  placeSeconds: number,
  { request, traffic }: SizingTask,
): { readonly ttftSeconds: number; readonly load: number } {
  const { queueScale } = half.efficiency;
  const { alone, tail } = half.prefill;
  const { perPrompt, promptsPerSecond } = poolRate(half);
  const variability = (1 / traffic.burstiness + request.prefillVariability) / 2;
  const z = Math.max(0, probit(traffic.percentile));
  const load = requestsPerSecond / (promptsPerSecond * workers);
  const waits = load ** (Math.sqrt(2 * (workers + 1)) - 1);
  const ifWaiting = (perPrompt * variability) / (workers * (1 - load));
  const meanWait = waits * ifWaiting;
  const tailWait = z === 0 ? meanWait : Math.max(meanWait, ifWaiting * Math.log(waits / (1 - traffic.percentile)));
  const ttftSeconds =
    handOverSeconds(half, request.promptMeanTokens) +
    alone +
    queueScale.ratio * meanWait +
    Math.hypot(z === 0 ? 0 : tail, queueScale.ratio * (tailWait - meanWait), placeSeconds);
  return { ttftSeconds, load };
}

/** Time of one prompt among others, and prompts a second of one worker. */
function poolRate({ candidate, efficiency, prefill }: PreparedHalves): { perPrompt: number; promptsPerSecond: number } {
  const { disaggregation } = efficiency;
  const busy = 1 + (candidate.steps.prefillGroups - 1) * disaggregation.groupOverlap.ratio;
  const perPrompt = prefill.packed / disaggregation.poolShare.ratio;
  return { perPrompt, promptsPerSecond: busy / perPrompt };
}

function handOverSeconds({ candidate, efficiency }: PreparedHalves, promptTokens: number): number {
  const { hostFloor, transferRate } = efficiency.disaggregation;
  return hostFloor.seconds + (promptTokens * candidate.steps.cache.bytesPerToken) / transferRate.bytesPerSecond;
}

/** Prefill alone: the fewest workers that keep the time to first token. */
function sizePrefill(
  half: PreparedHalves,
  placeSeconds: number,
  task: SizingTask,
  margin: Margin,
  onEvaluation: () => void,
): PrefillSizing | null {
  if (!('requestsPerSecond' in task.demand)) return null;
  const { candidate, prefill } = half;
  const { promptsPerSecond } = poolRate(half);
  const handOver = handOverSeconds(half, task.request.promptMeanTokens);
  const rate = task.demand.requestsPerSecond;
  const fewest = Math.max(1, Math.ceil(rate / (promptsPerSecond * POOL_CEILING) - 1e-9));
  for (let workers = fewest; workers <= fewest + MOST_EXTRA_WORKERS; workers += 1) {
    onEvaluation();
    const { ttftSeconds, load } = prefillPoolAt(half, workers, rate, placeSeconds, task);
    if (task.ttftTargetSeconds === null || ttftSeconds * margin.ttft <= task.ttftTargetSeconds)
      return {
        candidate,
        workers,
        ttftSeconds,
        utilisation: load,
        mostRequestsPerSecond: promptsPerSecond * POOL_CEILING * workers,
      };
    // More workers shorten the wait and nothing else.
    if ((handOver + prefill.alone) * margin.ttft > task.ttftTargetSeconds) return null;
  }
  return null;
}
