// Simulated fleets: a sized fleet put into the simulator, whole or as a slice that sees its share of the requests.
// In: candidates, how many of each, demand. Out: percentiles as the simulator sees them.

import type { LengthDistribution } from '../physics/lengths.ts';
import type { Candidate } from '../search/candidates.ts';
import { type Failure, type Fleet, type SimulationResult, simulateFleet } from '../simulate/fleet.ts';
import { drawRequests, type RequestStream } from '../simulate/request-stream.ts';
import { decodeWorker, prefillWorker, type ReplicaParts, wholeWorker } from '../simulate/worker-model.ts';

/** A fleet as planned. */
export interface PlannedFleet {
  readonly candidate: Candidate;
  readonly replicas: number;
  /** Sequences one replica is let run at once. */
  readonly maximumSequences: number;
  readonly prefill: { readonly candidate: Candidate; readonly workers: number } | null;
}

/** Requests drawn from distributions. */
export interface DrawnDemand {
  readonly prompt: LengthDistribution;
  readonly output: LengthDistribution;
  readonly thinking: LengthDistribution;
  readonly cacheHitRatio: number;
  readonly burstiness: number;
  readonly maximumTokens: number;
}

/** The fleet in the simulator's terms. `prefixBlockTokens` is that of a trace with hashes, else 0. */
export function fleetOf(planned: PlannedFleet, prefixBlockTokens = 0): Fleet {
  const { candidate, prefill } = planned;
  const parts = partsOf(candidate);
  const { calibration } = candidate.stack;
  if (prefill === null || calibration.kind !== 'accelerator')
    return {
      entry: { model: wholeWorker(parts, planned.maximumSequences, prefixBlockTokens), workers: planned.replicas },
      decode: null,
      hostFloorSeconds: candidate.scheduling.hostFloorSeconds,
    };
  const { disaggregation } = calibration.efficiency;
  return {
    entry: { model: prefillWorker(partsOf(prefill.candidate), disaggregation, prefixBlockTokens), workers: prefill.workers },
    decode: {
      model: decodeWorker(parts, disaggregation, planned.maximumSequences),
      workers: planned.replicas,
      handOver: {
        floorSeconds: 0,
        secondsPerPromptToken: candidate.steps.cache.bytesPerToken / disaggregation.transferRate.bytesPerSecond,
      },
    },
    hostFloorSeconds: disaggregation.hostFloor.seconds,
  };
}

function partsOf(candidate: Candidate): ReplicaParts {
  const { stack } = candidate;
  return {
    steps: candidate.steps,
    scheduling: candidate.scheduling,
    memory: candidate.memory,
    layout: candidate.layout,
    speculation: stack.speculation,
    sequenceBytes: candidate.sequenceBytes,
    blockTokens: stack.engine.blockTokens.tokens,
  };
}

export interface FleetRun {
  readonly demand: { readonly requestsPerSecond: number } | { readonly concurrency: number };
  /** Either drawn with the seed, or a stream such as a trace. */
  readonly requests: DrawnDemand | RequestStream;
  readonly warmUpRequests: number;
  readonly countedRequests: number;
  readonly ttftTargetSeconds: number | null;
  readonly tpotTargetSeconds: number | null;
  readonly prefixBlockTokens?: number;
  readonly failures?: readonly Failure[];
  readonly seed: number;
  readonly onProgress?: (counted: number) => void;
}

/** Simulates a planned fleet. */
export function simulatePlanned(planned: PlannedFleet, run: FleetRun): SimulationResult {
  const open = 'requestsPerSecond' in run.demand ? run.demand.requestsPerSecond : null;
  const requests =
    'next' in run.requests
      ? run.requests
      : drawRequests(
          { ...run.requests, requests: Number.POSITIVE_INFINITY, requestsPerSecond: open ?? Number.POSITIVE_INFINITY },
          run.seed,
        );
  return simulateFleet({
    fleet: fleetOf(planned, run.prefixBlockTokens ?? 0),
    requests,
    concurrency: 'concurrency' in run.demand ? run.demand.concurrency : null,
    warmUpRequests: run.warmUpRequests,
    countedRequests: run.countedRequests,
    ttftTargetSeconds: run.ttftTargetSeconds,
    tpotTargetSeconds: run.tpotTargetSeconds,
    ...(run.failures === undefined ? {} : { failures: run.failures }),
    seed: run.seed,
    ...(run.onProgress === undefined ? {} : { onProgress: run.onProgress }),
  });
}

/**
 * A slice of a large fleet: so many replicas and their share of the demand.
 * Routing over fewer replicas evens out less, so a slice errs on the side of longer waits.
 */
export function sliceOf(
  planned: PlannedFleet,
  demand: FleetRun['demand'],
  mostReplicas: number,
): { readonly planned: PlannedFleet; readonly demand: FleetRun['demand'] } {
  const pools = planned.prefill;
  if (planned.replicas <= mostReplicas) return { planned, demand };
  const share = mostReplicas / planned.replicas;
  // Prefill workers come in whole numbers: the slice is as large as a whole number of them allows.
  const workers = pools === null ? 0 : Math.max(1, Math.round(pools.workers * share));
  const exact = pools === null ? share : workers / pools.workers;
  const replicas = Math.max(1, Math.round(planned.replicas * exact));
  return {
    planned: { ...planned, replicas, prefill: pools === null ? null : { ...pools, workers } },
    demand:
      'requestsPerSecond' in demand
        ? { requestsPerSecond: (demand.requestsPerSecond * replicas) / planned.replicas }
        : { concurrency: Math.max(1, Math.round((demand.concurrency * replicas) / planned.replicas)) },
  };
}
