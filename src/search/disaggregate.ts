// Disaggregation: prefill workers that hand over to decode workers, each pool with the layout that needs fewest nodes.
// The pools meet only in the rate of requests: TTFT depends on the first alone, TPOT on the second alone, and cost is the sum.
// So the best of each is the best of both, and no pair that could have won is left untried.
import { probit } from 'simple-statistics';
import { type Margin, marginAt } from '../physics/margin.ts';
import { compileSteadyState, type SteadyState } from '../physics/steady-state.ts';
import type { Candidate } from './candidates.ts';
import { BATCH_GRID, type Sizing, type SizingTask, sequencesThatFit } from './size-candidate.ts';

/** Wait tails are trusted up to this share of a pool's rate. */
const POOL_CEILING = 0.95;
/** Workers beyond the fewest that carry the rate, tried until the wait is short enough. */
const MOST_EXTRA_WORKERS = 64;

/** The fewest nodes that serve a rate with pools apart; null where no pair of layouts meets the targets. */
export function sizeDisaggregated(candidates: readonly Candidate[], task: SizingTask): Sizing | null {
  if ('concurrency' in task.demand) return null;
  const margin = candidates[0] === undefined ? null : marginAt(candidates[0].stack.interval, task.confidence);
  if (margin === null) return null;
  const decode = fewestNodes(candidates.map((candidate) => sizeDecode(candidate, task, margin)));
  if (decode === null) return null;
  const prefill = fewestNodes(candidates.map((candidate) => sizePrefill(candidate, decode.state.ttftSeconds, task, margin)));
  if (prefill === null) return null;
  const ttftSeconds = prefill.ttftSeconds;
  return {
    candidate: decode.candidate,
    prefill: { candidate: prefill.candidate, workers: prefill.workers },
    batch: decode.batch,
    replicas: decode.workers,
    peakReplicas: decode.exactWorkers,
    operating: { ...decode.state, ttftSeconds, prefillUtilisation: prefill.utilisation },
    capacity: { ...decode.state, ttftSeconds, prefillUtilisation: prefill.utilisation },
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
  readonly state: SteadyState;
}

/** Decode alone: the highest rate of one worker within the target for time per token. */
function sizeDecode(candidate: Candidate, task: SizingTask, margin: Margin): DecodePool | null {
  const { calibration } = candidate.stack;
  if (calibration.kind !== 'accelerator' || !('requestsPerSecond' in task.demand)) return null;
  if (candidate.memory.cacheBytes <= 0 || candidate.sequenceBytes(task.maximumTokens) > candidate.memory.cacheBytes) return null;
  const { decodeScale } = calibration.efficiency.disaggregation;
  const places = Math.max(1, Math.floor(sequencesThatFit(candidate, task))) * candidate.layout.dataParallel;
  const { steps } = candidate;
  const stateAt = compileSteadyState(
    { ...steps, decodeSeconds: (sequences, context) => decodeScale.ratio * steps.decodeSeconds(sequences, context) },
    { ...task.request, prefillMeanTokens: 0, prefillTailTokens: 0, prefillVariability: 0 },
    task.traffic,
    { ...candidate.scheduling, hostFloorSeconds: 0, waitSteps: 0, prefillInterference: 0 },
    places,
  );
  let best: { batch: number; state: SteadyState } | null = null;
  for (const batch of BATCH_GRID) {
    if (batch > places) break;
    const state = stateAt(batch);
    if (task.tpotTargetSeconds !== null && state.tpotSeconds * margin.tpot > task.tpotTargetSeconds) break;
    if (best === null || state.requestsPerSecond > best.state.requestsPerSecond) best = { batch, state };
  }
  if (best === null) return null;
  const exactWorkers = task.demand.requestsPerSecond / (best.state.requestsPerSecond * margin.throughput);
  return {
    candidate,
    workers: Math.max(1, Math.ceil(exactWorkers - 1e-9)),
    exactWorkers,
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
}

/**
 * Prefill alone: the fewest workers that keep the time to first token.
 * @param placeSeconds - what the wait for a place in the decode pool adds at the percentile
 * @source wait in a pool of n by Sakasegawa 1977: S·(cₐ² + cₛ²) ÷ 2 · ρ^(√(2(n+1)) − 1) ÷ (n·(1 − ρ)), exponential beyond
 */
function sizePrefill(candidate: Candidate, placeSeconds: number, task: SizingTask, margin: Margin): PrefillSizing | null {
  const { calibration } = candidate.stack;
  if (calibration.kind !== 'accelerator' || !('requestsPerSecond' in task.demand)) return null;
  if (candidate.memory.cacheBytes <= 0 || candidate.sequenceBytes(task.maximumTokens) > candidate.memory.cacheBytes) return null;
  const { disaggregation, queueScale } = calibration.efficiency;
  const { steps } = candidate;
  const { request, traffic } = task;
  const groups = steps.prefillGroups;
  const busy = 1 + (groups - 1) * disaggregation.groupOverlap.ratio;
  const packed = Math.max(1, steps.prefillChunkTokens / Math.max(1, request.prefillMeanTokens));
  const perPrompt = steps.prefillSeconds(request.prefillMeanTokens, packed) / packed / disaggregation.poolShare.ratio;
  const promptsPerSecond = busy / perPrompt;
  const handOver =
    disaggregation.hostFloor.seconds +
    (request.promptMeanTokens * steps.cache.bytesPerToken) / disaggregation.transferRate.bytesPerSecond;
  const alone = steps.prefillSeconds(request.prefillMeanTokens);
  const tail = steps.prefillSeconds(request.prefillTailTokens) - alone;
  const rate = task.demand.requestsPerSecond;
  const variability = (1 / traffic.burstiness + request.prefillVariability) / 2;
  const fewest = Math.max(1, Math.ceil(rate / (promptsPerSecond * POOL_CEILING) - 1e-9));
  const z = Math.max(0, probit(traffic.percentile));
  for (let workers = fewest; workers <= fewest + MOST_EXTRA_WORKERS; workers += 1) {
    const load = rate / (promptsPerSecond * workers);
    const waits = load ** (Math.sqrt(2 * (workers + 1)) - 1);
    const ifWaiting = (perPrompt * variability) / (workers * (1 - load));
    const meanWait = waits * ifWaiting;
    const tailWait = z === 0 ? meanWait : Math.max(meanWait, ifWaiting * Math.log(waits / (1 - traffic.percentile)));
    const ttftSeconds =
      handOver + alone + queueScale.ratio * meanWait + Math.hypot(z === 0 ? 0 : tail, queueScale.ratio * (tailWait - meanWait), placeSeconds);
    if (task.ttftTargetSeconds === null || ttftSeconds * margin.ttft <= task.ttftTargetSeconds)
      return { candidate, workers, ttftSeconds, utilisation: load };
    // More workers shorten the wait and nothing else.
    if ((handOver + alone) * margin.ttft > task.ttftTargetSeconds) return null;
  }
  return null;
}
