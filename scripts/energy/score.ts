// Scores of energy predictions: rows beside what was predicted for them, by model and accelerator.
import { median, quantile } from 'simple-statistics';
import type { Efficiency, PowerCurve } from '../../src/documents/catalog/calibration.ts';
import type { ResolvedRow } from './model.ts';
import type { EnergyRow } from './rows.ts';

export interface EnergyScore {
  readonly row: EnergyRow;
  /** Predicted over measured, less 1. */
  readonly joules: number;
  readonly watts: number;
  readonly tokensPerSecond: number;
  /** Joules a token with the measured speed given: the power curve alone. */
  readonly joulesAtMeasuredSpeed: number;
}

export function scoreRow(resolved: ResolvedRow, efficiency: Efficiency, curve: PowerCurve): EnergyScore {
  const { row } = resolved;
  const point = resolved.serve(efficiency, curve);
  const atMeasured = resolved.serve(efficiency, curve, row.tpotSeconds);
  return {
    row,
    joules: point.boardJoulesPerOutputToken / row.joulesPerOutputToken - 1,
    watts: point.boardWatts / row.watts - 1,
    tokensPerSecond: point.tokensPerSecond / row.tokensPerSecond - 1,
    joulesAtMeasuredSpeed: atMeasured.boardWatts / row.tokensPerSecond / row.joulesPerOutputToken - 1,
  };
}

const METRICS = ['joules', 'joulesAtMeasuredSpeed', 'watts', 'tokensPerSecond'] as const;
export type Metric = (typeof METRICS)[number];

export interface EnergyGroup {
  readonly group: string;
  readonly rows: number;
  readonly medianErrorPercent: Record<Metric, number>;
  /** Of joules a token. */
  readonly p90ErrorPercent: number;
  readonly bias: number;
}

/** Median absolute error, P90 and median ratio by group, in the order of their names. */
export function scoreEnergy(scores: readonly EnergyScore[], groupOf: (row: EnergyRow) => string): EnergyGroup[] {
  const groups = [...new Set(scores.map(({ row }) => groupOf(row)))].toSorted((one, other) => one.localeCompare(other, 'en'));
  return groups.map((group) => {
    const own = scores.filter(({ row }) => groupOf(row) === group);
    const percent = (metric: Metric) => 100 * median(own.map((each) => Math.abs(each[metric])));
    return {
      group,
      rows: own.length,
      medianErrorPercent: {
        joules: percent('joules'),
        joulesAtMeasuredSpeed: percent('joulesAtMeasuredSpeed'),
        watts: percent('watts'),
        tokensPerSecond: percent('tokensPerSecond'),
      },
      p90ErrorPercent:
        100 *
        quantile(
          own.map((each) => Math.abs(each.joules)),
          0.9,
        ),
      bias: 1 + median(own.map((each) => each.joules)),
    };
  });
}
