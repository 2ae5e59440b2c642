// Robust fit of positive constants: least absolute log error, near enough, by reweighted Levenberg-Marquardt.
// In: start values and a function from constants to residuals. Out: the constants. Deterministic.
import { levenbergMarquardt } from 'ml-levenberg-marquardt';

const REWEIGHTINGS = 6;
/** Residual below which weights stop growing, so that a perfect point does not take over. */
const SOFT_RESIDUAL = 0.03;

export interface FitProblem {
  /** Start values, positive. */
  readonly start: readonly number[];
  /** Weighted residuals in log space at those constants; as many at every call. */
  readonly residuals: (constants: readonly number[]) => number[];
  /** Residuals from here on are priors and keep their weight. */
  readonly priorsFrom: number;
  readonly iterations: number;
  /** Largest value of each constant, where there is one. */
  readonly most?: readonly (number | undefined)[];
}

/** @returns the constants that make the sum of absolute residuals smallest, near enough */
export function fitConstants(problem: FitProblem): number[] {
  let logs = problem.start.map(Math.log);
  const count = problem.residuals(problem.start).length;
  const x = Array.from({ length: count }, (_, index) => index);
  const y = x.map(() => 0);
  for (let round = 0; round < REWEIGHTINGS; round += 1) {
    const residuals = problem.residuals(logs.map(Math.exp));
    const weights = residuals.map((each, index) =>
      index >= problem.priorsFrom ? 1 : 1 / Math.sqrt(Math.max(SOFT_RESIDUAL, Math.abs(each))),
    );
    const fitted = levenbergMarquardt(
      { x, y },
      (parameters: number[]) => {
        const at = problem.residuals(parameters.map(Math.exp)).map((each, index) => each * (weights[index] as number));
        return (index: number) => at[index] as number;
      },
      {
        initialValues: logs,
        damping: 0.3,
        maxIterations: problem.iterations,
        gradientDifference: 1e-3,
        errorTolerance: 1e-9,
        minValues: logs.map((each) => each - 3),
        maxValues: logs.map((each, index) => Math.min(each + 3, Math.log(problem.most?.[index] ?? Number.POSITIVE_INFINITY))),
      },
    );
    logs = fitted.parameterValues;
  }
  return logs.map(Math.exp);
}
