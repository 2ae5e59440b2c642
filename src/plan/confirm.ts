// Confirming: the winner and the runner-up in the simulator, beside what the closed form said of them.
// In: sized options and the workload. Out: both percentiles, how far they are apart, and whether the promise holds.
import type { Plan } from '../documents/plan.ts';
import { type Margin, marginAt } from '../physics/margin.ts';
import type { Sizing } from '../search/size-candidate.ts';
import type { SimulationResult } from '../simulate/fleet.ts';
import type { ResolvedWorkload } from './resolve-workload.ts';
import { type PlannedFleet, simulatePlanned, sliceOf } from './simulate-fleet.ts';

/** The two may differ by so much before the plan says so. */
export const DISAGREEMENT = 0.1;
const SLICE_REPLICAS = 8;
const SEED = 1;
const COUNTED = { least: 20_000, perInFlight: 5, most: 50_000 };
/** Replicas added at most, as a share, in search of a fleet that holds the promise in the simulator too. */
const MOST_ADDED = 0.5;

export type Confirmation = Plan['confirmation'][number];

/** Simulates one sizing at the planned peak, spares left out: the promise must hold without them. */
export function confirmSizing(
  optionId: string,
  role: Confirmation['role'],
  sizing: Sizing,
  workload: ResolvedWorkload,
): Confirmation {
  const planned = plannedOf(sizing);
  const result = runAtPeak(planned, sizing, workload);
  const margin = marginAt(sizing.candidate.stack.interval, workload.confidence);
  const predictedRate =
    (sizing.prefill === null
      ? sizing.operating.requestsPerSecond
      : Math.min(sizing.operating.requestsPerSecond, sizing.capacity.requestsPerSecond)) * slicedReplicas(planned);
  const steady = 'concurrency' in workload.demand || workload.use === 'batch';
  const holds = holdsIn(result, planned, workload, margin);
  const ttftSeconds = result.ttft.quantileSeconds(workload.percentile);
  const tpotSeconds = result.tpot.quantileSeconds(workload.percentile);
  return {
    optionId,
    role,
    requests: result.requests,
    seed: SEED,
    percentile: workload.percentile,
    ttftSeconds,
    tpotSeconds,
    ttftDifference: ttftSeconds / sizing.operating.ttftSeconds - 1,
    tpotDifference: tpotSeconds / sizing.operating.tpotSeconds - 1,
    throughputDifference: steady ? result.requestsPerSecond / predictedRate - 1 : null,
    goodRatio: result.goodRatio,
    preemptions: result.preemptions,
    saturated: result.saturated,
    holds,
    replicas: planned.replicas,
    replicasThatHold: holds ? planned.replicas : moreReplicas(planned, sizing, workload, margin),
  };
}

/** A sizing as the simulator takes it. */
export function plannedOf(sizing: Sizing): PlannedFleet {
  return {
    candidate: sizing.candidate,
    replicas: sizing.replicas,
    maximumSequences: sizing.maximumSequences,
    prefill: sizing.prefill,
  };
}

function runAtPeak(planned: PlannedFleet, sizing: Sizing, workload: ResolvedWorkload): SimulationResult {
  const slice = sliceOf(planned, demandOf(workload, planned, sizing), SLICE_REPLICAS);
  const inFlight = sizing.operating.meanSequences * slice.planned.replicas;
  const counted = Math.round(Math.min(COUNTED.most, Math.max(COUNTED.least, COUNTED.perInFlight * inFlight)));
  return simulatePlanned(slice.planned, {
    demand: slice.demand,
    requests: {
      prompt: workload.prompt,
      output: workload.output,
      thinking: workload.thinking,
      cacheHitRatio: workload.cacheHitRatio,
      burstiness: workload.burstiness,
      maximumTokens: workload.maximumTokens,
    },
    warmUpRequests: Math.round(Math.max(1000, 2 * inFlight)),
    countedRequests: counted,
    ttftTargetSeconds: workload.ttftTarget?.seconds ?? null,
    tpotTargetSeconds: workload.tpotTarget?.seconds ?? null,
    seed: SEED,
  });
}

/** A queue that is worked off keeps every replica at its batch; anything else comes at its own rate. */
function demandOf(workload: ResolvedWorkload, planned: PlannedFleet, sizing: Sizing) {
  if ('concurrency' in workload.demand) return workload.demand;
  return workload.use === 'batch' ? { concurrency: sizing.batch * planned.replicas } : workload.demand;
}

function slicedReplicas({ replicas }: PlannedFleet): number {
  return Math.min(replicas, SLICE_REPLICAS);
}

/** A percentile of some ten thousand requests is itself uncertain by about this much. */
const SAMPLING = 1.02;

/** Share of a queue's rate that counts as keeping up; the rest is the simulation's own chance. */
const KEEPING_UP = 0.98;

function holdsIn(result: SimulationResult, planned: PlannedFleet, workload: ResolvedWorkload, margin: Margin): boolean {
  const within = (target: { seconds: number; percentile: number } | null, latencies: SimulationResult['ttft'], factor: number) =>
    target === null ||
    latencies.count === 0 ||
    latencies.quantileSeconds(target.percentile) * factor <= target.seconds * SAMPLING;
  return (
    !result.saturated &&
    keepsUp(result, planned, workload, margin) &&
    within(workload.ttftTarget, result.ttft, margin.ttft) &&
    within(workload.tpotTarget, result.tpot, margin.tpot)
  );
}

/** Whether a queue that is worked off keeps up with what comes in; other demand comes at its own rate. */
function keepsUp(result: SimulationResult, planned: PlannedFleet, workload: ResolvedWorkload, margin: Margin): boolean {
  if (workload.use !== 'batch' || !('requestsPerSecond' in workload.demand)) return true;
  const wanted = (workload.demand.requestsPerSecond * slicedReplicas(planned)) / planned.replicas;
  return result.requestsPerSecond * margin.throughput >= wanted * KEEPING_UP;
}

/** Fewest replicas that hold the promise in the simulator; null where half as many again do not. */
function moreReplicas(planned: PlannedFleet, sizing: Sizing, workload: ResolvedWorkload, margin: Margin): number | null {
  const grown = (replicas: number): PlannedFleet => ({
    ...planned,
    replicas,
    prefill:
      planned.prefill === null
        ? null
        : { ...planned.prefill, workers: Math.ceil((planned.prefill.workers * replicas) / planned.replicas) },
  });
  const holds = (replicas: number) => {
    const fleet = grown(replicas);
    return holdsIn(runAtPeak(fleet, sizing, workload), fleet, workload, margin);
  };
  const most = planned.replicas + Math.max(2, Math.ceil(planned.replicas * MOST_ADDED));
  if (!holds(most)) return null;
  let low = planned.replicas;
  let high = most;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
