// Intervals: how far a prediction of a class may err, by the first matching row of the calibration.
// In: the calibration's intervals and what is predicted. Out: the row, or a low and high around a prediction.
import type { Interval } from './calibration.ts';

/** What decides how well a deployment is predicted. */
export interface PredictionClass {
  /** Model architecture. */
  readonly model: string;
  /** Accelerator architecture, or `cpu`. */
  readonly hardware: string;
  readonly engine: string;
  readonly mode: 'aggregated' | 'disaggregated';
  readonly precision: string;
}

/**
 * The first row whose every stated field matches; rows stand from narrow to wide.
 * @throws RangeError when no row matches, which the catalogue's last row should prevent
 */
export function intervalFor(intervals: readonly Interval[], wanted: PredictionClass): Interval {
  const found = intervals.find(
    (row) =>
      (row.models?.includes(wanted.model) ?? true) &&
      (row.hardware?.includes(wanted.hardware) ?? true) &&
      (row.engines?.some((engine) => engine === wanted.engine) ?? true) &&
      (row.mode === undefined || row.mode === wanted.mode) &&
      (row.precision === undefined || row.precision === wanted.precision),
  );
  if (found === undefined) throw new RangeError(`no interval for ${wanted.engine} on ${wanted.hardware}`);
  return found;
}

/** A prediction with the ends of its 80 % interval. */
export function around(typical: number, range: { readonly low: number; readonly high: number }) {
  return { typical, low: typical * range.low, high: typical * range.high };
}
