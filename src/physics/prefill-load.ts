// Prefill under load: what one prompt costs when others share its steps, and how many groups prefill at once.
// In: step times, prompt, requests in flight, scheduling constants. Out: seconds a prompt of one group, groups at once.
import type { Efficiency } from '../documents/catalog/calibration.ts';
import type { StepTimes } from './accelerator-step.ts';

/** How an engine schedules prefill beside decode. */
export interface Scheduling {
  /** From request to first kernel and from last kernel to client. */
  readonly hostFloorSeconds: number;
  /** Share of prefill time that decoding sequences wait for. */
  readonly prefillInterference: number;
  /** Requests in flight for each further prompt that shares a prefill step. */
  readonly packingRequests: number;
  /** Share of groups that prefill at once for each request a group. */
  readonly groupOverlap: number;
  /** Decode steps until the scheduler takes up a new request. */
  readonly waitSteps: number;
  /** Factor on the M/D/1 wait. */
  readonly queueScale: number;
}

/** An engine that serves one request at a time from host memory: nothing is packed, nothing overlaps. */
export function serialScheduling(hostFloorSeconds: number): Scheduling {
  return {
    hostFloorSeconds,
    prefillInterference: 1,
    packingRequests: Number.POSITIVE_INFINITY,
    groupOverlap: 0,
    waitSteps: 1,
    queueScale: 1,
  };
}

/** The scheduling of a calibration row; groups of data-parallel attention wait for one another on top. */
export function schedulingOf(efficiency: Efficiency, dataParallel: boolean): Scheduling {
  return {
    hostFloorSeconds: efficiency.hostFloor.seconds,
    prefillInterference: efficiency.prefillInterference.ratio,
    packingRequests: efficiency.packing.count,
    groupOverlap: efficiency.groupOverlap.ratio,
    waitSteps: efficiency.waitSteps.count + (dataParallel ? efficiency.waitStepsDataParallel.count : 0),
    queueScale: efficiency.queueScale.ratio,
  };
}

export interface PrefillLoad {
  /** Time of one group for one prompt, other prompts sharing its steps. */
  readonly sharedSeconds: number;
  /** Data-parallel groups prefilling at the same time. */
  readonly groupsAtOnce: number;
}

/** Short prompts are packed into one step, the more of them the more requests are in flight, up to the chunk. */
export function prefillLoad(steps: StepTimes, promptTokens: number, inFlight: number, scheduling: Scheduling): PrefillLoad {
  if (promptTokens <= 0) return { sharedSeconds: 0, groupsAtOnce: 1 };
  const others = Math.max(0, inFlight - 1);
  const packed = Math.max(1, Math.min(steps.prefillChunkTokens / promptTokens, 1 + others / scheduling.packingRequests));
  const groups = steps.prefillGroups;
  const groupsAtOnce = Math.min(groups, 1 + (others * scheduling.groupOverlap) / groups);
  return {
    sharedSeconds: steps.prefillSeconds(promptTokens, packed) / packed,
    groupsAtOnce: groups === 1 ? 1 : groupsAtOnce,
  };
}
