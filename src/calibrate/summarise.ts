// Summaries: how far off predictions are, one line a quantity.
import { median } from 'simple-statistics';
import { type CalibrationReport, type Compared, QUANTITIES } from '../documents/calibration-report.ts';

/** Median of |predicted ÷ measured − 1| over logarithms of measured over predicted; null over none. */
export function medianError(residuals: readonly number[]): number | null {
  return residuals.length === 0 ? null : median(residuals.map((each) => Math.abs(Math.exp(-each) - 1)));
}

/** @param heldOut - median errors of loads that a fit had not seen */
export function summarise(
  compared: readonly Compared[],
  heldOut: Readonly<Partial<Record<Compared['quantity'], number | null>>>,
): CalibrationReport['summary'] {
  return QUANTITIES.flatMap((quantity) => {
    const rows = compared.filter((each) => each.quantity === quantity);
    if (rows.length === 0) return [];
    const errors = (predicted: (row: Compared) => number | null) =>
      rows.flatMap((row) => {
        const of = predicted(row);
        return of === null ? [] : [Math.abs(of / row.measured.typical - 1)];
      });
    const after = errors((row) => row.after);
    return [
      {
        quantity,
        figures: rows.length,
        inside: rows.filter((row) => row.inside).length,
        medianErrorBefore: median(errors((row) => row.plan.typical)),
        medianErrorAfter: after.length === 0 ? null : median(after),
        medianErrorHeldOut: heldOut[quantity] ?? null,
      },
    ];
  });
}
