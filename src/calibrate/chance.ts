// Chance: quantiles of few samples, and what is to be expected of the next one.
// In: degrees of freedom, or residuals and what was known before. Out: quantiles and ranges.
import { probit } from 'simple-statistics';

/** One-sided 90 %, so that two sides leave 80 % between them. */
const UPPER = 0.9;
export const NINETY_PERCENT_SCORE = probit(UPPER);

/**
 * The 90 % quantile of Student's t.
 * @param degrees - of freedom, 3 or more; off by less than 1 % there
 * @source Abramowitz and Stegun 26.7.5, the expansion around the normal quantile
 */
export function upperStudent(degrees: number): number {
  const z = NINETY_PERCENT_SCORE;
  return (
    z +
    (z ** 3 + z) / (4 * degrees) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * degrees ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * degrees ** 3)
  );
}

export interface LogRange {
  readonly low: number;
  readonly high: number;
}

/**
 * Where the next residual lies, four times in five, after `residuals` of points that the fit had not seen.
 * The range known before counts for `knownPoints` residuals around its middle. Few residuals narrow it little however small they
 * are, large ones widen it, and without any it stays.
 * @param residuals - logarithms of measured over predicted
 * @param known - the range stated before, in logarithms
 * @source posterior predictive of a normal with unknown mean and variance: Gelman et al., Bayesian Data Analysis, 3.3
 */
export function nextResidual(residuals: readonly number[], known: LogRange, knownPoints: number): LogRange {
  const n = residuals.length;
  if (n === 0) return known;
  const middleBefore = (known.high + known.low) / 2;
  const mean = residuals.reduce((sum, each) => sum + each, 0) / n;
  const deviation = (known.high - known.low) / 2 / NINETY_PERCENT_SCORE;
  const all = knownPoints + n;
  const squares =
    knownPoints * deviation ** 2 +
    residuals.reduce((sum, each) => sum + (each - mean) ** 2, 0) +
    ((knownPoints * n) / all) * (mean - middleBefore) ** 2;
  const half = upperStudent(all) * Math.sqrt((squares / all) * (1 + 1 / all));
  const middle = (n * mean + knownPoints * middleBefore) / all;
  return { low: middle - half, high: middle + half };
}
