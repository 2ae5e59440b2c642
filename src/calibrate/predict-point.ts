// Predictions of measured points: the plan's own closed form at the load that really came, with the lengths that really came.
// So what differs from the measurement is speed, and not the workload.
// In: a compiled fleet and a point. Out: latencies at percentiles, throughput, watts of all boards.
import type { PowerCurve } from '../documents/catalog/calibration.ts';
import type { Accelerator } from '../documents/catalog/hardware.ts';
import { aggregatedLoop } from '../physics/closed-loop.ts';
import { quantileTokens, variabilityOf } from '../physics/lengths.ts';
import { prefillLoad } from '../physics/prefill-load.ts';
import { compileReplicaPower } from '../physics/replica-power.ts';
import type { SteadyState } from '../physics/steady-state.ts';
import type { PlannedFleet } from '../plan/simulate-fleet.ts';
import { prefillPoolAt, prepareHalves } from '../search/disaggregate.ts';
import { prepareCandidate, type SizingTask } from '../search/size-candidate.ts';
import type { MeasuredPoint } from './measured-points.ts';

/** What a fleet does at one percentile of one point. */
export interface Predicted {
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
  /** All replicas together. */
  readonly requestsPerSecond: number;
  /** Whether the plan thinks the load more than the fleet can carry; latencies are then drawn out beyond what it can. */
  readonly saturated: boolean;
}

/** Prefill beyond this share of the time is past what waits are foretold for. */
const PREFILL_CEILING = 0.98;
/** The same of a closed loop, somewhat below where its formula stops. */
const CLOSED_CEILING = 0.9;
/** Latencies beyond the highest load that can be foretold grow with this power of the load: steep, and smooth to a fit. */
const BEYOND_POWER = 4;
const BISECTIONS = 40;
const LEAST_IN_FLIGHT = 1e-3;
/** Rates this close, in logarithms, are the same. */
const SAME_RATE = 1e-8;

/** The point as a task of the search, so that the search's own states answer it. */
export function taskOfPoint(point: MeasuredPoint, probability: number, maximumTokens: number): SizingTask {
  const { prompt, output, promptMeanTokens, outputMeanTokens, load } = point;
  const computed = 1 - point.cacheHitRatio;
  const outputVariability = variabilityOf(output);
  return {
    request: {
      prefillMeanTokens: promptMeanTokens * computed,
      prefillTailTokens: quantileTokens(prompt, probability) * computed,
      prefillVariability: variabilityOf(prompt),
      promptMeanTokens,
      outputMeanTokens,
      outputVariability,
    },
    traffic: {
      arrivals: load.kind,
      percentile: probability,
      burstiness: load.kind === 'open' ? load.burstiness : 1,
    },
    ttftTargetSeconds: null,
    tpotTargetSeconds: null,
    demand: load.kind === 'open' ? { requestsPerSecond: load.requestsPerSecond } : { concurrency: load.concurrency },
    sequenceTokens: promptMeanTokens + outputMeanTokens * Math.max(1, (1 + outputVariability) / 2),
    sequenceDeviationTokens: Math.sqrt(
      variabilityOf(prompt) * promptMeanTokens ** 2 + (outputMeanTokens ** 2 * (1 + outputVariability)) / 3,
    ),
    confidence: 0.5,
    maximumTokens,
  };
}

/** Change of the load for which latencies are looked at twice. */
const LOAD_STEP = 0.02;

/**
 * By how many percent latencies grow where the rate grows by one: small at low load, without bounds near saturation.
 * Where it is large, an error of a few percent in speed shows as a large one in latency. A closed loop throttles itself.
 */
export function loadElasticity(
  fleet: PlannedFleet,
  point: MeasuredPoint,
  probability: number,
  maximumTokens: number,
): { readonly ttft: number; readonly tpot: number } {
  const { load } = point;
  if (load.kind === 'closed') return { ttft: 0, tpot: 0 };
  const scaled = (factor: number): MeasuredPoint => ({
    ...point,
    load: { ...load, requestsPerSecond: load.requestsPerSecond * factor },
  });
  const [less, more] = [1 - LOAD_STEP, 1 + LOAD_STEP].map((factor) =>
    predictPoint(fleet, scaled(factor), probability, maximumTokens),
  ) as [Predicted, Predicted];
  const slope = (low: number, high: number) => Math.abs(Math.log(high / low) / Math.log((1 + LOAD_STEP) / (1 - LOAD_STEP)));
  return { ttft: slope(less.ttftSeconds, more.ttftSeconds), tpot: slope(less.tpotSeconds, more.tpotSeconds) };
}

/** @param probability - 0.5 up to, not including, 1 */
export function predictPoint(fleet: PlannedFleet, point: MeasuredPoint, probability: number, maximumTokens: number): Predicted {
  const task = taskOfPoint(point, probability, maximumTokens);
  if (fleet.prefill !== null) return predictPools(fleet, fleet.prefill, point, task);
  const { mostSequences, stateAt } = prepareCandidate(fleet.candidate, task);
  const { load } = point;
  if (load.kind === 'open') {
    const found = stateAtRate(stateAt, load.requestsPerSecond / fleet.replicas, mostSequences);
    const { state, beyond } = found;
    return {
      ttftSeconds: state.ttftSeconds * beyond,
      tpotSeconds: state.tpotSeconds * beyond,
      requestsPerSecond: load.requestsPerSecond,
      saturated: beyond > 1,
    };
  }
  const wanted = Math.max(1, load.concurrency / fleet.replicas);
  const running = Math.min(wanted, mostSequences, fleet.maximumSequences);
  const state = closedLoop(fleet, task, stateAt, running);
  // Those that find no place wait for one: Little's law.
  const placeSeconds = (wanted - running) / state.requestsPerSecond;
  return {
    ttftSeconds: state.ttftSeconds + placeSeconds,
    tpotSeconds: state.tpotSeconds,
    requestsPerSecond: state.requestsPerSecond * fleet.replicas,
    saturated: prefillsAllTheTime(fleet, task, running, state.tpotSeconds),
  };
}

/** Whether prompts alone would take a closed loop's time: then how long they wait is capped, not foretold. */
function prefillsAllTheTime({ candidate }: PlannedFleet, { request }: SizingTask, running: number, tpotSeconds: number): boolean {
  const { sharedSeconds, groupsAtOnce } = prefillLoad(candidate.steps, request.prefillMeanTokens, running, candidate.scheduling);
  const promptSeconds = sharedSeconds / groupsAtOnce;
  return (running * promptSeconds) / (request.outputMeanTokens * tpotSeconds) >= CLOSED_CEILING;
}

/** Always so many in flight: on accelerators the closed loop that the catalogue's constants were fitted with. */
function closedLoop(
  { candidate }: PlannedFleet,
  { request }: SizingTask,
  stateAt: (inFlight: number) => SteadyState,
  running: number,
): { readonly ttftSeconds: number; readonly tpotSeconds: number; readonly requestsPerSecond: number } {
  const { calibration } = candidate.stack;
  if (calibration.kind === 'host') return stateAt(running);
  const cachedTokens = request.promptMeanTokens - request.prefillMeanTokens;
  const { steps } = candidate;
  // A cached prompt is not computed, and is read all the same.
  const reading = {
    ...steps,
    decodeSeconds: (sequences: number, context: number) => steps.decodeSeconds(sequences, context + cachedTokens),
  };
  return aggregatedLoop(
    reading,
    { promptTokens: request.prefillMeanTokens, outputTokens: request.outputMeanTokens },
    calibration.efficiency,
    running,
  );
}

/** Where the number in flight is looked for, and what is known at its ends. */
interface Bracket {
  at: number;
  /** Logarithm of the rate there over the one wanted; null beyond what can be foretold. */
  off: number | null;
}

/**
 * The state at a rate, by false position on logarithms, halving where the upper end cannot be foretold.
 * Where no number in flight carries the rate, the last that can be foretold.
 */
function stateAtRate(
  stateAt: (inFlight: number) => SteadyState,
  requestsPerSecond: number,
  mostSequences: number,
): { state: SteadyState; beyond: number } {
  const offAt = (at: number): number | null => {
    const state = stateAt(Math.exp(at));
    const isForetold = state.prefillUtilisation <= PREFILL_CEILING && Number.isFinite(state.ttftSeconds);
    return isForetold ? Math.log(state.requestsPerSecond / requestsPerSecond) : null;
  };
  const end = (at: number): Bracket => ({ at, off: offAt(at) });
  const [low, high] = [end(Math.log(LEAST_IN_FLIGHT)), end(Math.log(mostSequences))];
  for (let round = 0; round < BISECTIONS && high.at - low.at > 1e-9; round += 1) {
    if (high.off !== null && high.off <= 0) break;
    const isStraight = high.off !== null && low.off !== null && round % 3 !== 2;
    const share = isStraight ? (low.off as number) / ((low.off as number) - (high.off as number)) : 0.5;
    const at = low.at + (high.at - low.at) * Math.min(0.999, Math.max(0.001, share));
    const off = offAt(at);
    const side = off === null || off > 0 ? high : low;
    side.at = at;
    side.off = off;
    if (off !== null && Math.abs(off) < SAME_RATE) {
      low.at = at;
      break;
    }
  }
  const state = stateAt(Math.exp(high.off !== null && high.off <= 0 ? high.at : low.at));
  const missing = requestsPerSecond / state.requestsPerSecond;
  return { state, beyond: missing > 1 + 1e-3 ? missing ** BEYOND_POWER : 1 };
}

/** Pools apart: TTFT from the prefill workers, TPOT from the decode workers, at the same rate. */
function predictPools(
  fleet: PlannedFleet,
  prefill: NonNullable<PlannedFleet['prefill']>,
  { load }: MeasuredPoint,
  task: SizingTask,
): Predicted {
  const [decoding, prefilling] = [prepareHalves(fleet.candidate, task), prepareHalves(prefill.candidate, task)];
  if (decoding === null || prefilling === null) throw new RangeError('a pool of the plan does not hold its own weights');
  const at = (rate: number) => {
    const { state, beyond } = stateAtRate(decoding.decodeAt, rate / fleet.replicas, decoding.places);
    const pool = prefillPoolAt(prefilling, prefill.workers, rate, state.ttftSeconds, task);
    const over = Math.max(1, pool.load / PREFILL_CEILING) ** BEYOND_POWER;
    const ttftSeconds =
      pool.load < PREFILL_CEILING
        ? pool.ttftSeconds
        : prefillPoolAt(prefilling, prefill.workers, (rate * PREFILL_CEILING) / pool.load, state.ttftSeconds, task).ttftSeconds;
    return {
      ttftSeconds: ttftSeconds * Math.max(over, beyond),
      tpotSeconds: state.tpotSeconds * beyond,
      requestsPerSecond: rate,
      saturated: over > 1 || beyond > 1,
    };
  };
  if (load.kind === 'open') return at(load.requestsPerSecond);
  // So many in flight: the rate at which prefill and decode together hold as many (Little's law).
  let low = 1e-6;
  let high = load.concurrency / (task.request.outputMeanTokens * decoding.decodeAt(1).tpotSeconds);
  for (let round = 0; round < BISECTIONS; round += 1) {
    const rate = Math.sqrt(low * high);
    const state = at(rate);
    if (rate * (state.ttftSeconds + task.request.outputMeanTokens * state.tpotSeconds) > load.concurrency) high = rate;
    else low = rate;
  }
  return at(low);
}

/** Mean watts of all boards of the fleet; null where power does not follow work. */
export function predictWatts(
  fleet: PlannedFleet,
  point: MeasuredPoint,
  curve: PowerCurve,
  largestBatch: number,
  maximumTokens: number,
): number | null {
  const { candidate, prefill, replicas } = fleet;
  const { accelerator } = candidate.stack.machine;
  if (accelerator === null) return null;
  const { request } = taskOfPoint(point, 0.5, maximumTokens);
  const rate =
    point.load.kind === 'open' ? point.load.requestsPerSecond : predictPoint(fleet, point, 0.5, maximumTokens).requestsPerSecond;
  const boards = (of: PlannedFleet['candidate']) => of.nodesPerReplica * of.stack.machine.acceleratorCount;
  const wattsOf = (of: PlannedFleet['candidate'], workers: number, batch: number, does: 'both' | 'prefill' | 'decode') =>
    (compileReplicaPower(of.steps, request, accelerator, curve, batch)?.boardWatts(rate / workers, does) ?? 0) *
    boards(of) *
    workers;
  const board: Accelerator = accelerator;
  if (board.boardPower.watts <= 0) return null;
  if (prefill === null) return wattsOf(candidate, replicas, largestBatch, 'both');
  return wattsOf(candidate, replicas, largestBatch, 'decode') + wattsOf(prefill.candidate, prefill.workers, 1, 'prefill');
}
