// Power of a replica as a function of its load: boards share their time between prefill, decode and waiting.
// In: step times, the shape of a request, a board and its power curve. Out: watts of one board at a rate of requests.
import type { PowerCurve } from '../documents/catalog/calibration.ts';
import type { StepTimes } from './accelerator-step.ts';
import { type Board, idleWatts, loadedIdleWatts, workingWatts } from './board-power.ts';
import type { RequestShape } from './steady-state.ts';

/** Watts of one board in each phase; decode at the batch of full load. */
export interface PhaseWatts {
  readonly idle: number;
  readonly loadedIdle: number;
  readonly prefill: number;
  readonly decode: number;
}

export interface ReplicaPower {
  readonly phases: PhaseWatts;
  /** Mean watts of one board at that many requests a second; of prefill alone, of decode alone, or of both. */
  readonly boardWatts: (requestsPerSecond: number, does: 'both' | 'prefill' | 'decode') => number;
}

/** Sequences in flight at which decode is looked at: 1, 2, 4 … */
const DOUBLINGS = 15;

/**
 * P = ρ · prefill + (1 − ρ) · (busy · decode(batch) + (1 − busy) · loaded idle), ρ = rate · prefill time,
 * batch from rate = batch ÷ (output · TPOT(batch)) ÷ (1 − ρ); below one sequence in flight decode runs a share of the time.
 * @param largestBatch - sequences at full load
 * @returns null where power does not follow from work: hosts
 * @source docs/economics.md "Energy"
 */
export function compileReplicaPower(
  steps: StepTimes,
  request: RequestShape,
  board: Board,
  curve: PowerCurve,
  largestBatch: number,
): ReplicaPower | null {
  const { work } = steps;
  if (work === null) return null;
  const contextTokens = request.promptMeanTokens + request.outputMeanTokens / 2;
  const waiting = loadedIdleWatts(board, curve);
  const prefillSeconds = steps.prefillSeconds(request.prefillMeanTokens) / steps.prefillGroups;
  const prefillWatts =
    request.prefillMeanTokens > 0 ? workingWatts(work.prefill(request.prefillMeanTokens), board, curve) : waiting;
  const points: { rate: number; watts: number }[] = [];
  for (let doubling = 0; doubling < DOUBLINGS; doubling += 1) {
    const batch = Math.min(2 ** doubling, Math.max(1, largestBatch));
    const rate = batch / (request.outputMeanTokens * steps.decodeSeconds(batch, contextTokens));
    points.push({ rate, watts: workingWatts(work.decode(batch, contextTokens), board, curve) });
    if (batch >= largestBatch) break;
  }
  const first = points[0] ?? { rate: 1, watts: waiting };
  const last = points.at(-1) ?? first;
  const decodeWattsAt = (rate: number): number => {
    if (rate <= first.rate) return waiting + ((first.watts - waiting) * rate) / first.rate;
    const above = points.findIndex((point) => point.rate >= rate);
    const high = points[above];
    const low = points[above - 1];
    if (high === undefined || low === undefined) return last.watts;
    return low.watts + ((high.watts - low.watts) * (rate - low.rate)) / Math.max(1e-12, high.rate - low.rate);
  };
  return {
    phases: { idle: idleWatts(board, curve), loadedIdle: waiting, prefill: prefillWatts, decode: last.watts },
    boardWatts: (requestsPerSecond, does) => {
      const prefillShare = does === 'decode' ? 0 : Math.min(1, requestsPerSecond * prefillSeconds);
      const left = 1 - prefillShare;
      const decoding = does === 'prefill' || left <= 0 ? waiting : decodeWattsAt(requestsPerSecond / left);
      return prefillShare * prefillWatts + left * decoding;
    },
  };
}
