// Queues whose theory is exact, built from the same workers that serve models.

import { type SimulationResult, type SimulationTask, simulateFleet } from '../../src/simulate/fleet.ts';
import { seededChance } from '../../src/simulate/random.ts';
import type { RequestStream } from '../../src/simulate/request-stream.ts';
import type { WorkerModel } from '../../src/simulate/worker.ts';

/** A worker with no limits and no overheads. */
export const plainWorker: WorkerModel = {
  role: 'whole',
  decodeSeconds: () => 0.001,
  tokensPerStep: 1,
  tokensPerStepVariance: 0,
  prefillSeconds: () => 0,
  prefillBudgetTokens: 1,
  prefillInterference: 0,
  waitSteps: 0,
  maximumSequences: Number.POSITIVE_INFINITY,
  cacheTokens: Number.POSITIVE_INFINITY,
  sequenceOverheadTokens: 0,
  blockTokens: 0,
  prefixBlockTokens: 0,
};

export interface Drawn {
  readonly promptTokens?: (uniform: () => number) => number;
  readonly outputTokens?: (uniform: () => number) => number;
  readonly cachedTokens?: number;
  readonly prefixBlocks?: (ordinal: number) => Int32Array;
}

/** Poisson arrivals at a rate. */
export function poisson(requestsPerSecond: number, seed: number, drawn: Drawn = {}): RequestStream {
  const { uniform } = seededChance(seed);
  let ordinal = -1;
  const stream = {
    arrivalSeconds: 0,
    promptTokens: 1,
    cachedTokens: drawn.cachedTokens ?? 0,
    outputTokens: 1,
    prefixBlocks: null as Int32Array | null,
    next: () => {
      ordinal += 1;
      stream.arrivalSeconds += -Math.log(1 - uniform()) / requestsPerSecond;
      stream.promptTokens = drawn.promptTokens?.(uniform) ?? 1;
      stream.outputTokens = drawn.outputTokens?.(uniform) ?? 1;
      stream.prefixBlocks = drawn.prefixBlocks?.(ordinal) ?? null;
      return true;
    },
  };
  return stream;
}

export function simulate(
  model: Partial<WorkerModel>,
  requests: RequestStream,
  task: Partial<SimulationTask> & { readonly workers?: number } = {},
): SimulationResult {
  const { workers = 1, ...rest } = task;
  return simulateFleet({
    fleet: { entry: { model: { ...plainWorker, ...model }, workers }, decode: null, hostFloorSeconds: 0 },
    requests,
    concurrency: null,
    warmUpRequests: 2000,
    countedRequests: 100_000,
    ttftTargetSeconds: null,
    tpotTargetSeconds: null,
    seed: 1,
    ...rest,
  });
}
