// Comparing: what the plan's physics say of each measured point beside what was measured, quantity by quantity.
// In: a deployment, measured points, rows to predict with. Out: rows with the interval that the plan states.

import type { BenchRun } from '../documents/bench-run.ts';
import type { Compared } from '../documents/calibration-report.ts';
import type { Interval, PowerCurve } from '../documents/catalog/calibration.ts';
import { around } from '../documents/catalog/intervals.ts';
import type { PlannedFleet } from '../plan/simulate-fleet.ts';
import { prepareCandidate, sizeCandidate } from '../search/size-candidate.ts';
import type { Deployment } from './deployment.ts';
import type { MeasuredPoint } from './measured-points.ts';
import { predictPoint, predictWatts, taskOfPoint } from './predict-point.ts';

/** A deployment with one set of constants. */
export interface Predictor {
  readonly fleet: PlannedFleet;
  readonly curve: PowerCurve | null;
}

interface Row {
  readonly pointId: string;
  readonly quantity: Compared['quantity'];
  readonly percentile: number | null;
  readonly unit: Compared['unit'];
  readonly measured: Compared['measured'];
  readonly predicted: number;
  readonly saturated: boolean;
}

/** Boards whose watts the meter must have added up, for watts to mean the same on both sides. */
export function boardsOf({ candidate, replicas, prefill }: PlannedFleet): number {
  const nodes =
    replicas * candidate.nodesPerReplica + (prefill === null ? 0 : prefill.workers * prefill.candidate.nodesPerReplica);
  return nodes * candidate.stack.machine.acceleratorCount;
}

/** The interval that a plan states for the deployment. */
export function statedInterval({ fleet }: Deployment): Interval {
  const { stack } = fleet.candidate;
  return fleet.prefill === null ? stack.interval : stack.disaggregatedInterval;
}

/**
 * Plan beside measurement.
 * @param after - the run's constants; null where none was taken over
 */
export function comparePoints(
  deployment: Deployment,
  run: BenchRun,
  points: readonly MeasuredPoint[],
  before: Predictor,
  after: Predictor | null,
): Compared[] {
  const rows = rowsOf(deployment, run, points, before);
  const later = after === null ? null : rowsOf(deployment, run, points, after);
  const interval = statedInterval(deployment);
  return rows.map(({ predicted, saturated, ...row }, index): Compared => {
    const range =
      row.quantity === 'power' || row.quantity === 'energy'
        ? (before.curve?.error ?? { low: 1, high: 1 })
        : interval[row.quantity === 'capacity' ? 'throughput' : row.quantity];
    const plan = around(predicted, range);
    return {
      ...row,
      plan,
      saturated,
      inside: row.measured.typical >= plan.low && row.measured.typical <= plan.high,
      after: later?.[index]?.predicted ?? null,
    };
  });
}

function rowsOf(deployment: Deployment, run: BenchRun, points: readonly MeasuredPoint[], { fleet, curve }: Predictor): Row[] {
  const { maximumTokens } = deployment.plan.workload;
  const exactly = (typical: number) => ({ typical, low: typical, high: typical });
  const ofPoints = points.flatMap((point): Row[] => {
    const latencies = point.figures.map(({ metric, probability, typical, low, high }): Row => {
      const predicted = predictPoint(fleet, point, probability, maximumTokens);
      return {
        pointId: point.id,
        quantity: metric,
        percentile: probability,
        unit: 'seconds',
        measured: { typical, low, high },
        predicted: metric === 'ttft' ? predicted.ttftSeconds : predicted.tpotSeconds,
        saturated: predicted.saturated,
      };
    });
    const middle = predictPoint(fleet, point, 0.5, maximumTokens);
    const throughput: Row[] =
      point.load.kind === 'closed'
        ? [
            {
              pointId: point.id,
              quantity: 'throughput',
              percentile: null,
              unit: 'outputTokensPerSecond',
              measured: exactly(point.requestsPerSecond * point.outputMeanTokens),
              predicted: middle.requestsPerSecond * point.outputMeanTokens,
              saturated: middle.saturated,
            },
          ]
        : [];
    return [...latencies, ...throughput, ...powerRows(deployment, point, fleet, curve, middle.saturated)];
  });
  return [...ofPoints, ...capacityRow(deployment, run, points, fleet)];
}

function powerRows(
  deployment: Deployment,
  point: MeasuredPoint,
  fleet: PlannedFleet,
  curve: PowerCurve | null,
  saturated: boolean,
): Row[] {
  if (curve === null || !isMetered(point, fleet)) return [];
  const { plan, option } = deployment;
  const predicted = predictWatts(fleet, point, curve, option.batch.atCapacity, plan.workload.maximumTokens);
  if (predicted === null || point.power === null) return [];
  const { meanWatts } = point.power;
  const tokensPerSecond = point.requestsPerSecond * point.outputMeanTokens;
  const row = { pointId: point.id, percentile: null, saturated };
  const watts = { typical: meanWatts, low: meanWatts, high: meanWatts };
  const joules = meanWatts / tokensPerSecond;
  return [
    { ...row, quantity: 'power', unit: 'watts', measured: watts, predicted },
    ...(tokensPerSecond > 0
      ? [
          {
            ...row,
            quantity: 'energy' as const,
            unit: 'joulesPerOutputToken' as const,
            measured: { typical: joules, low: joules, high: joules },
            predicted: predicted / tokensPerSecond,
          },
        ]
      : []),
  ];
}

/** Whether the meter added up every board of the fleet and nothing else. */
export function isMetered({ power }: MeasuredPoint, fleet: PlannedFleet): boolean {
  return power !== null && power.meanWatts > 0 && power.gauges === boardsOf(fleet);
}

/** The highest rate within the targets that a search found, beside the one the plan foretells for the same lengths. */
function capacityRow(deployment: Deployment, run: BenchRun, points: readonly MeasuredPoint[], fleet: PlannedFleet): Row[] {
  const { search, manifest } = run;
  const holds = search?.holdsRequestsPerSecond ?? null;
  const point = points.find((each) => search?.pointIds.includes(each.id) ?? false);
  if (search?.outcome !== 'found' || holds === null || point === undefined || fleet.prefill !== null) return [];
  const task = {
    ...taskOfPoint(point, manifest.targets.percentile, deployment.plan.workload.maximumTokens),
    ttftTargetSeconds: manifest.targets.ttftSeconds,
    tpotTargetSeconds: manifest.targets.tpotSeconds,
  };
  const sized = sizeCandidate(prepareCandidate(fleet.candidate, task), task);
  const predicted = 'sizing' in sized ? sized.sizing.capacity.requestsPerSecond * fleet.replicas : 0;
  return [
    {
      pointId: point.id,
      quantity: 'capacity',
      percentile: manifest.targets.percentile,
      unit: 'requestsPerSecond',
      measured: { typical: holds, low: holds, high: search.failsRequestsPerSecond ?? holds },
      predicted,
      saturated: predicted === 0,
    },
  ];
}
