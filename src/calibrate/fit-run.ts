// Fitting a run: its figures as observations of the speed row, then its watts as observations of the power curve.
// In: a deployment and measured points. Out: rows with the run's constants, verdicts, residuals of loads left out.
import type { Basis, Fitting, PowerCurve } from '../documents/catalog/calibration.ts';
import {
  ACCELERATOR_CONSTANTS,
  type ConstantUnit,
  HOST_CONSTANTS,
  POWER_CONSTANTS,
} from '../documents/catalog/calibration-overlay.ts';
import { toCanonical } from '../units.ts';
import { isMetered, type Predictor } from './compare.ts';
import { type Constant, constantsIn, withValues } from './constants.ts';
import type { Deployment, SpeedRow } from './deployment.ts';
import type { FitProblem, Observation } from './fit-constants.ts';
import { carriesOver, heldOutResiduals } from './hold-out.ts';
import { type Identified, identifyConstants, isMoved } from './identify.ts';
import type { MeasuredPoint } from './measured-points.ts';
import { loadElasticity, type Predicted, predictPoint, predictWatts } from './predict-point.ts';

export interface RowFit<Row> {
  readonly constants: readonly Identified[];
  /** With the run's constants, rounded as the overlay states them; the catalogue's own row where none is taken over. */
  readonly row: Row;
  /** Whether any constant is taken over. */
  readonly taken: boolean;
  /** Whether loads that the fit had not seen came out better than before; null with fewer than two loads. */
  readonly carries: boolean | null;
  readonly observations: readonly Observation[];
  readonly heldOut: readonly number[] | null;
}

/** Significant digits that an overlay states. */
export const DIGITS = 4;
const MIDDLE = 0.5;
/** A 95 % interval reaches so many standard deviations to each side. */
const NINETY_FIVE_PERCENT = 1.96;

export function fitSpeed(
  deployment: Deployment,
  points: readonly MeasuredPoint[],
  fitting: Fitting,
  basis: Basis,
): RowFit<SpeedRow> {
  const isAccelerator = deployment.fleet.candidate.stack.calibration.kind === 'accelerator';
  const fields: Readonly<Record<string, ConstantUnit>> = isAccelerator ? ACCELERATOR_CONSTANTS : HOST_CONSTANTS;
  const constants = constantsIn(deployment.row, fields, fitting, basis);
  const { maximumTokens } = deployment.plan.workload;
  // What the plan thinks beyond the fleet's reach it does not foretell, and nothing can be fitted to it.
  const within = points.filter((point) => !predictPoint(deployment.fleet, point, MIDDLE, maximumTokens).saturated);
  const observations = within.flatMap((point) => {
    const probabilities = [...new Set(point.figures.map(({ probability }) => probability))];
    const elasticity = new Map(
      probabilities.map((each) => [each, loadElasticity(deployment.fleet, point, each, maximumTokens)] as const),
    );
    return point.figures.map(({ metric, probability, typical, low, high }): Observation => {
      const sampling = low > 0 && high > low ? Math.log(high / low) / (2 * NINETY_FIVE_PERCENT) : 0;
      const steep = (elasticity.get(probability)?.[metric] ?? 0) * fitting.modelError.tpot.ratio;
      return {
        kind: metric,
        together: point.figures.filter((each) => each.metric === metric).length,
        group: point.group,
        measured: Math.log(typical),
        noise: Math.hypot(sampling, steep),
      };
    });
  });
  const predict = (values: readonly number[]) => {
    const fleet = deployment.fleetWith(withValues(deployment.row, constants, values));
    return within.flatMap((point) => {
      const known = new Map<number, Predicted>();
      return point.figures.map(({ metric, probability }) => {
        const predicted = known.get(probability) ?? predictPoint(fleet, point, probability, maximumTokens);
        known.set(probability, predicted);
        return Math.log(metric === 'ttft' ? predicted.ttftSeconds : predicted.tpotSeconds);
      });
    });
  };
  return settleRow(deployment.row, problemOf(constants, observations, predict, fitting));
}

/** @returns null where no point was metered board by board */
export function fitPower(
  deployment: Deployment,
  { fleet, curve }: Predictor,
  points: readonly MeasuredPoint[],
  fitting: Fitting,
): RowFit<PowerCurve> | null {
  const metered = points.filter((point) => isMetered(point, fleet));
  if (curve === null || metered.length === 0) return null;
  const constants = constantsIn(curve, POWER_CONSTANTS, fitting, curve.basis);
  const { option, plan } = deployment;
  const observations = metered.map(
    ({ group, power }): Observation => ({
      kind: 'watts',
      together: 1,
      group,
      measured: Math.log(power?.meanWatts ?? 1),
      noise: 0,
    }),
  );
  const predict = (values: readonly number[]) => {
    const changed = withValues(curve, constants, values);
    return metered.map((point) =>
      Math.log(predictWatts(fleet, point, changed, option.batch.atCapacity, plan.workload.maximumTokens) ?? 1),
    );
  };
  return settleRow(curve, problemOf(constants, observations, predict, fitting));
}

function problemOf(
  constants: readonly Constant[],
  observations: readonly Observation[],
  predict: FitProblem['predict'],
  fitting: Fitting,
): FitProblem {
  const { tpot, ttft, watts } = fitting.modelError;
  return {
    constants,
    observations,
    predict,
    modelError: { tpot: tpot.ratio, ttft: ttft.ratio, watts: watts.ratio },
    knownPoints: fitting.knownPoints.count,
  };
}

function settleRow<Row extends object>(row: Row, problem: FitProblem): RowFit<Row> {
  const identified = identifyConstants(problem);
  const heldOut = heldOutResiduals(problem, identified.moving, identified.held, identified.values);
  const carries = heldOut === null ? null : carriesOver(problem, heldOut);
  const constants = identified.constants.map(asStated);
  const taken = carries !== false && constants.some(({ verdict }) => isMoved(verdict));
  const values = constants.map(({ value }) => value);
  return {
    constants,
    row: taken ? withValues(row, problem.constants, values) : row,
    taken,
    carries,
    observations: problem.observations,
    heldOut,
  };
}

/** Rounded as a file states it, so that what is told is what the next plan reads. */
function asStated(each: Identified): Identified {
  if (!isMoved(each.verdict)) return each;
  const { dimension, unit } = each.constant.unit;
  const round = (canonical: number) => toCanonical(dimension, statedNumber(each.constant, canonical), unit);
  return { ...each, value: round(each.value), low: round(each.low), high: round(each.high) };
}

/** A canonical number in the unit and digits that files state. */
export function statedNumber({ unit: { dimension, unit } }: Constant, canonical: number): number {
  return Number((canonical / toCanonical(dimension, 1, unit)).toPrecision(DIGITS));
}
