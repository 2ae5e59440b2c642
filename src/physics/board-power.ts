// Board power: what an accelerator draws while it decodes, prefills, waits, or lies idle.
// In: the work of a step, the power curve of its architecture. Out: watts of one board.
import type { PowerCurve } from '../documents/catalog/calibration.ts';
import type { Accelerator } from '../documents/catalog/hardware.ts';
import type { StepWork } from './accelerator-step.ts';

export type Board = Pick<Accelerator, 'boardPower' | 'idlePower' | 'rates'>;

/**
 * Watts of one board while steps of this kind follow one another.
 * @param seconds - what one step takes with all its waiting; the step's own time where absent
 * @source catalogs/calibration/power.yaml, docs/economics.md "Energy"
 */
export function workingWatts(work: StepWork, board: Board, curve: PowerCurve, seconds = work.seconds): number {
  const share =
    curve.floor.ratio +
    (curve.expertKernels.ratio * Math.min(seconds, work.expertSeconds)) / seconds +
    (curve.otherKernels.ratio * Math.min(seconds, work.otherSeconds)) / seconds +
    (curve.arithmetic.ratio * work.flop) / seconds / board.rates.bf16.flopPerSecond;
  return board.boardPower.watts * Math.min(1, Math.max(curve.loadedIdle.ratio, share));
}

/** Watts of a board that is on, with nothing loaded. */
export function idleWatts(board: Board, curve: PowerCurve): number {
  return board.idlePower?.watts ?? board.boardPower.watts * curve.idle.ratio;
}

/** Watts of a board that holds weights and waits for requests. */
export function loadedIdleWatts(board: Board, curve: PowerCurve): number {
  return Math.max(idleWatts(board, curve), board.boardPower.watts * curve.loadedIdle.ratio);
}
