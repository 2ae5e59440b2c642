// Results of a sweep: one line a point, short enough for a table and complete enough to choose by.
import type { Plan } from '../documents/plan.ts';

export interface SweepResult {
  readonly point: number;
  readonly values: readonly unknown[];
  readonly feasible: boolean;
  readonly winner: string | null;
  readonly machine: string | null;
  readonly nodes: number | null;
  readonly layout: string | null;
  readonly usdPerMonth: number | null;
  readonly usdPerMonthLow: number | null;
  readonly usdPerMonthHigh: number | null;
  readonly usdPerMillionOutputTokens: number | null;
  readonly ttftSeconds: number | null;
  readonly tpotSeconds: number | null;
  readonly peakUtilisation: number | null;
  readonly joulesPerOutputToken: number | null;
  /** Best of each provider. */
  readonly awsUsdPerMonth: number | null;
  readonly azureUsdPerMonth: number | null;
  readonly onpremUsdPerMonth: number | null;
  readonly breakEvenShare: number | null;
  /** What to relax where nothing is feasible, or why the point could not be planned. */
  readonly note: string | null;
}

/** What of a plan stands in a sweep. */
export function resultOf(point: number, values: readonly unknown[], plan: Plan): SweepResult {
  const winner = plan.options.find((option) => option.rank === 1);
  const best = (id: string | null) => plan.options.find((option) => option.id === id)?.cost.usdPerMonth.typical ?? null;
  return {
    point,
    values,
    feasible: plan.verdict.feasible,
    winner: winner?.id ?? null,
    machine: winner?.machine.id ?? null,
    nodes: winner?.nodes ?? null,
    layout: winner?.layout.name ?? null,
    usdPerMonth: winner?.cost.usdPerMonth.typical ?? null,
    usdPerMonthLow: winner?.cost.usdPerMonth.low ?? null,
    usdPerMonthHigh: winner?.cost.usdPerMonth.high ?? null,
    usdPerMillionOutputTokens: winner?.cost.usdPerMillionOutputTokens.typical ?? null,
    ttftSeconds: winner?.latency.ttftSeconds.typical ?? null,
    tpotSeconds: winner?.latency.tpotSeconds.typical ?? null,
    peakUtilisation: winner?.capacity.peakUtilisation ?? null,
    joulesPerOutputToken: winner?.energy.joulesPerOutputToken ?? null,
    awsUsdPerMonth: best(plan.verdict.best.aws),
    azureUsdPerMonth: best(plan.verdict.best.azure),
    onpremUsdPerMonth: best(plan.verdict.best.onprem),
    breakEvenShare: plan.breakEven?.utilisationShare ?? null,
    note: plan.verdict.nearestMiss === null ? null : `${plan.verdict.nearestMiss.reason}. ${plan.verdict.nearestMiss.relax}`,
  };
}

/** A point that could not be planned. */
export function failedResult(point: number, values: readonly unknown[], note: string): SweepResult {
  const none = null;
  return {
    point,
    values,
    feasible: false,
    winner: none,
    machine: none,
    nodes: none,
    layout: none,
    usdPerMonth: none,
    usdPerMonthLow: none,
    usdPerMonthHigh: none,
    usdPerMillionOutputTokens: none,
    ttftSeconds: none,
    tpotSeconds: none,
    peakUtilisation: none,
    joulesPerOutputToken: none,
    awsUsdPerMonth: none,
    azureUsdPerMonth: none,
    onpremUsdPerMonth: none,
    breakEvenShare: none,
    note,
  };
}
