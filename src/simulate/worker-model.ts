// Worker models: a replica of the performance model, put into the terms of the simulator.
// In: step times, scheduling, memory of one replica, a limit on its sequences. Out: what a simulated worker needs to know.
import type { Efficiency } from '../documents/catalog/calibration.ts';
import type { StepTimes } from '../physics/accelerator-step.ts';
import type { Layout } from '../physics/layout.ts';
import type { MemoryMap } from '../physics/memory.ts';
import type { Scheduling } from '../physics/prefill-load.ts';
import { type Speculation, tokensPerStepVariance } from '../physics/speculation.ts';
import { tabulateDecode } from './step-table.ts';
import type { WorkerModel } from './worker.ts';

/** One replica, as the search compiles it. */
export interface ReplicaParts {
  readonly steps: StepTimes;
  readonly scheduling: Scheduling;
  readonly memory: Pick<MemoryMap, 'cacheBytes'>;
  readonly layout: Pick<Layout, 'dataParallel'>;
  readonly speculation: Speculation;
  /** Cache bytes of one sequence of that many tokens, on the rank that holds it. */
  readonly sequenceBytes: (tokens: number) => number;
  /** Tokens of one cache block of the engine. */
  readonly blockTokens: number;
}

/** A replica that prefills and decodes. */
export function wholeWorker(parts: ReplicaParts, maximumSequences: number, prefixBlockTokens = 0): WorkerModel {
  const { steps, scheduling } = parts;
  const groups = steps.prefillGroups;
  const shared = sharedModel(parts, maximumSequences, prefixBlockTokens);
  return {
    ...shared,
    role: 'whole',
    decodeSeconds: tabulateDecode(steps),
    prefillSeconds: (tokens, prompts, others) => {
      const used = Math.min(groups, prompts);
      const atOnce = Math.min(used, 1 + (others * scheduling.groupOverlap) / groups);
      return (steps.prefillSeconds(tokens / prompts, prompts / used) * used) / (groups === 1 ? 1 : atOnce);
    },
    // An engine that packs nothing takes one prompt at a time.
    prefillBudgetTokens: Number.isFinite(scheduling.packingRequests) ? shared.prefillBudgetTokens : 1,
    prefillInterference: scheduling.prefillInterference,
    waitSteps: scheduling.waitSteps,
  };
}

/** A replica that only prefills. */
export function prefillWorker(parts: ReplicaParts, pool: Efficiency['disaggregation'], prefixBlockTokens = 0): WorkerModel {
  const { steps } = parts;
  const groups = steps.prefillGroups;
  return {
    ...sharedModel(parts, Number.POSITIVE_INFINITY, prefixBlockTokens),
    role: 'prefill',
    decodeSeconds: () => Number.POSITIVE_INFINITY,
    prefillSeconds: (tokens, prompts) => {
      const used = Math.min(groups, prompts);
      const atOnce = 1 + (used - 1) * pool.groupOverlap.ratio;
      return (steps.prefillSeconds(tokens / prompts, prompts / used) * used) / atOnce / pool.poolShare.ratio;
    },
    prefillInterference: 0,
    waitSteps: 0,
  };
}

/** A replica that only decodes. */
export function decodeWorker(parts: ReplicaParts, pool: Efficiency['disaggregation'], maximumSequences: number): WorkerModel {
  const decode = tabulateDecode(parts.steps);
  return {
    ...sharedModel(parts, maximumSequences, 0),
    role: 'decode',
    decodeSeconds: (sequences, contextTokens) => pool.decodeScale.ratio * decode(sequences, contextTokens),
    prefillSeconds: () => 0,
    prefillInterference: 0,
    waitSteps: 0,
  };
}

function sharedModel(parts: ReplicaParts, maximumSequences: number, prefixBlockTokens: number) {
  const { steps, speculation, blockTokens } = parts;
  const bytesPerSequence = parts.sequenceBytes(0);
  const bytesPerToken = parts.sequenceBytes(1) - bytesPerSequence;
  return {
    tokensPerStep: steps.tokensPerStep,
    tokensPerStepVariance: tokensPerStepVariance(speculation),
    prefillBudgetTokens: steps.prefillChunkTokens * steps.prefillGroups,
    maximumSequences,
    cacheTokens: (parts.memory.cacheBytes / bytesPerToken) * parts.layout.dataParallel,
    // On average the last block of a sequence is half empty.
    sequenceOverheadTokens: bytesPerSequence / bytesPerToken + blockTokens / 2,
    blockTokens,
    prefixBlockTokens,
  };
}
