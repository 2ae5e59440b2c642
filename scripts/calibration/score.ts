// Scores of predictions against measured runs: how many, how far off, how often inside the stated interval.
// In: pairs of measured and predicted figures. Out: one row of figures a group.
import { mean, median, quantile } from 'simple-statistics';
import type { Interval } from '../../src/documents/catalog/calibration.ts';
import type { LoopState } from '../../src/physics/closed-loop.ts';
import type { MeasuredRun } from './measurements.ts';
import { tokensPerSecondPerAccelerator } from './run-model.ts';

export const METRICS = ['tpot', 'ttft', 'throughput'] as const;
export type Metric = (typeof METRICS)[number];

/** A run with its prediction, or without one. */
export interface Scored {
  readonly run: MeasuredRun;
  readonly predicted: Record<Metric, number> | null;
  readonly measured: Record<Metric, number>;
  readonly interval: Interval | null;
}

export function scored(run: MeasuredRun, state: LoopState | null, interval: Interval | null): Scored {
  const figures = (ttft: number, tpot: number) => ({ tpot, ttft, throughput: tokensPerSecondPerAccelerator(run, ttft, tpot) });
  return {
    run,
    predicted: state === null ? null : figures(state.ttftSeconds, state.tpotSeconds),
    measured: figures(run.ttftSeconds, run.tpotSeconds),
    interval,
  };
}

export interface MetricScore {
  readonly medianErrorPercent: number;
  readonly meanErrorPercent: number;
  readonly p90ErrorPercent: number;
  /** Median of predicted over measured. */
  readonly bias: number;
  /** Share of runs inside the stated 80 % interval. */
  readonly insideIntervalPercent: number;
}

export interface GroupScore {
  readonly group: string;
  readonly runs: number;
  readonly predictedPercent: number;
  readonly metrics: Record<Metric, MetricScore> | null;
}

/** One group's figures; absent where nothing of it was predicted. */
export function scoreGroup(group: string, all: readonly Scored[]): GroupScore {
  const predicted = all.filter((each) => each.predicted !== null);
  const predictedPercent = (100 * predicted.length) / Math.max(1, all.length);
  if (predicted.length === 0) return { group, runs: all.length, predictedPercent, metrics: null };
  const metricScore = (metric: Metric): MetricScore => {
    const ratios = predicted.map((each) => (each.predicted as Record<Metric, number>)[metric] / each.measured[metric]);
    const errors = ratios.map((ratio) => 100 * Math.abs(ratio - 1));
    const inside = predicted.map((each, index) => {
      const actual = 1 / (ratios[index] as number);
      const range = each.interval?.[metric];
      return range !== undefined && actual >= range.low && actual <= range.high ? 100 : 0;
    });
    return {
      medianErrorPercent: median(errors),
      meanErrorPercent: mean(errors),
      p90ErrorPercent: quantile(errors, 0.9),
      bias: median(ratios),
      insideIntervalPercent: mean(inside),
    };
  };
  return {
    group,
    runs: all.length,
    predictedPercent,
    metrics: { tpot: metricScore('tpot'), ttft: metricScore('ttft'), throughput: metricScore('throughput') },
  };
}

/** Groups in the order of their names. */
export function scoreGroups(all: readonly Scored[], nameOf: (run: MeasuredRun) => string): GroupScore[] {
  const names = [...new Set(all.map(({ run }) => nameOf(run)))].toSorted();
  return names.map((name) =>
    scoreGroup(
      name,
      all.filter(({ run }) => nameOf(run) === name),
    ),
  );
}

/**
 * Decision quality: among runs that differ only in how the model is spread and loaded, the one the model would choose
 * at a limit on TPOT (most tokens a second an accelerator among those predicted within it) against the best measured.
 * @returns share of throughput lost by each choice, 0 where the best was chosen; a choice that breaks the limit by over 10 % loses all
 */
export function decisionRegrets(all: readonly Scored[], limitsSeconds: readonly number[]): number[] {
  const regrets: number[] = [];
  const names = [...new Set(all.map(({ run }) => decisionOf(run)))].toSorted();
  for (const name of names) {
    const rows = all.filter((each) => decisionOf(each.run) === name && each.predicted !== null);
    for (const limit of limitsSeconds) {
      const good = rows.filter((each) => each.measured.tpot <= limit);
      const chosen = rows
        .filter((each) => (each.predicted as Record<Metric, number>).tpot <= limit)
        .toSorted((one, other) => (other.predicted?.throughput ?? 0) - (one.predicted?.throughput ?? 0))[0];
      if (good.length < 2 || chosen === undefined || rows.length < 4) continue;
      const best = Math.max(...good.map((each) => each.measured.throughput));
      const broken = chosen.measured.tpot > limit * 1.1;
      regrets.push(broken ? 1 : Math.max(0, 1 - chosen.measured.throughput / best));
    }
  }
  return regrets;
}

function decisionOf(run: MeasuredRun): string {
  return [run.mode, run.system, run.backend, run.precision, run.islTokens, run.oslTokens, run.speculation].join(' ');
}
