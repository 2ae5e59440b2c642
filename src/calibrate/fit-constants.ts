// The fit: constants that make predictions meet measurements, the catalogue's values as what was known before.
// In: constants with spreads, measured figures, predictions. Out: values, how well each is known now, what cannot be told apart.
// Everything is in logarithms: a factor of two is as far up as down. Deterministic.
import { levenbergMarquardt } from 'ml-levenberg-marquardt';
import { inverse, Matrix } from 'ml-matrix';
import { upperStudent } from './chance.ts';
import type { Constant } from './constants.ts';

/** One measured figure. */
export interface Observation {
  /** Figures of one kind share how far the model errs on them. */
  readonly kind: 'ttft' | 'tpot' | 'watts';
  /** Figures of one point and kind err together, and count as one. */
  readonly together: number;
  /** Points of one group are left out together. */
  readonly group: string;
  /** Logarithm of what was measured, and the standard deviation of its sampling. */
  readonly measured: number;
  readonly noise: number;
}

export interface FitProblem {
  readonly constants: readonly Constant[];
  readonly observations: readonly Observation[];
  /** Logarithms of the predictions of all observations, for values of all constants in canonical units. */
  readonly predict: (values: readonly number[]) => readonly number[];
  /** Standard deviation that the model itself errs by, the constants being right; learned anew from the residuals. */
  readonly modelError: Readonly<Record<Observation['kind'], number>>;
  /** How many points that error counts for. */
  readonly knownPoints: number;
}

/** A constant that moves no figure by a hundredth of its own change takes no part. */
const NO_INFLUENCE = 0.01;

/** Constants, by index, that move some figure. */
export function influential(problem: FitProblem): ReadonlySet<number> {
  const all = problem.constants.map((_, index) => index);
  const jacobian = slopes(
    problem,
    problem.constants.map(({ value }) => Math.log(value)),
    new Set(all),
  );
  return new Set(all.filter((index) => jacobian.getColumn(index).some((slope) => Math.abs(slope) >= NO_INFLUENCE)));
}

export interface Fit {
  /** In the order of the constants; those that were held keep their value. */
  readonly values: readonly number[];
  /** Ends of the 80 % interval. */
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** Standard deviation of the logarithm now over that before, 0–1. */
  readonly widths: readonly number[];
  /** Correlation of what is left unknown of each pair. */
  readonly correlation: (one: number, other: number) => number;
}

/** Rounds in which values and the model's error settle on each other. */
const ROUNDS = 2;
const ITERATIONS = 6;
const STEP = 1e-3;
/** Constants leave what was known before by at most so many of its standard deviations. */
const FARTHEST = 4;

/**
 * @param moving - constants, by index, that move some figure; slopes of the others are taken as 0
 * @param held - of these, the ones that keep the values they have
 * @param from - values to start from, where a fit to nearly the same is at hand
 */
export function fitConstants(
  problem: FitProblem,
  moving: ReadonlySet<number>,
  held: ReadonlySet<number> = new Set(),
  from?: readonly number[],
): Fit {
  const { constants, observations, knownPoints } = problem;
  const before = constants.map(({ value }) => Math.log(value));
  const free = [...moving].filter((index) => !held.has(index));
  let logs = from === undefined ? before : from.map(Math.log);
  const rounds = from === undefined ? ROUNDS : 1;
  let errors = problem.modelError;
  let degrees = knownPoints + pointsOf(observations);
  for (let round = 0; round < rounds && free.length > 0; round += 1) {
    const deviations = observations.map((each) => deviationOf(each, errors));
    logs = settle(problem, before, logs, free, deviations);
    const spent = told(problem, posterior(constants, slopes(problem, logs, moving), deviations), free);
    degrees = Math.max(3, knownPoints + pointsOf(observations) - spent);
    errors = learnErrors(problem, logs, spent);
  }
  const deviations = observations.map((each) => deviationOf(each, errors));
  const covariance = posterior(constants, slopes(problem, logs, moving), deviations);
  const widths = constants.map(({ spread }, index) => Math.min(1, Math.sqrt(covariance.get(index, index)) / spread));
  const quantile = upperStudent(degrees);
  const half = constants.map((_, index) => quantile * Math.sqrt(covariance.get(index, index)));
  return {
    values: logs.map(Math.exp),
    low: logs.map((each, index) => Math.exp(each - (half[index] as number))),
    high: logs.map((each, index) => Math.exp(each + (half[index] as number))),
    widths,
    correlation: (one, other) => covariance.get(one, other) / Math.sqrt(covariance.get(one, one) * covariance.get(other, other)),
  };
}

/** Residuals of a fit, logarithms of measured over predicted. */
export function residualsOf({ observations, predict }: FitProblem, values: readonly number[]): number[] {
  const predicted = predict(values);
  return observations.map((each, index) => each.measured - (predicted[index] as number));
}

function pointsOf(observations: readonly Observation[]): number {
  return observations.reduce((sum, each) => sum + 1 / each.together, 0);
}

function deviationOf({ kind, together, noise }: Observation, errors: FitProblem['modelError']): number {
  return Math.sqrt(together * (errors[kind] ** 2 + noise ** 2));
}

/** The likeliest logarithms: least squares of residuals and of departures from what was known, each over its deviation. */
function settle(
  { constants, observations, predict }: FitProblem,
  before: readonly number[],
  start: readonly number[],
  free: readonly number[],
  deviations: readonly number[],
): number[] {
  const whole = (parameters: readonly number[]) => {
    const logs = [...start];
    free.forEach((index, place) => {
      logs[index] = parameters[place] as number;
    });
    return logs;
  };
  const spreadOf = (index: number) => (constants[index] as Constant).spread;
  const bound = (sign: number) => free.map((index) => (before[index] as number) + sign * FARTHEST * spreadOf(index));
  const x = Array.from({ length: observations.length + free.length }, (_, index) => index);
  const fitted = levenbergMarquardt(
    { x, y: x.map(() => 0) },
    (parameters: number[]) => {
      const predicted = predict(whole(parameters).map(Math.exp));
      return (row: number) => {
        const observation = observations[row];
        if (observation !== undefined) return ((predicted[row] as number) - observation.measured) / (deviations[row] as number);
        const place = row - observations.length;
        const index = free[place] as number;
        return ((parameters[place] as number) - (before[index] as number)) / spreadOf(index);
      };
    },
    {
      initialValues: free.map((index) => start[index] as number),
      damping: 0.01,
      maxIterations: ITERATIONS,
      gradientDifference: STEP,
      errorTolerance: 1e-9,
      minValues: bound(-1),
      maxValues: bound(1),
    },
  );
  return whole(fitted.parameterValues);
}

/** Change of every prediction's logarithm with every constant's; 0 for those that do not move any. */
function slopes({ constants, observations, predict }: FitProblem, logs: readonly number[], moving: ReadonlySet<number>): Matrix {
  const at = (index: number, step: number) => predict(logs.map((each, other) => Math.exp(other === index ? each + step : each)));
  const jacobian = Matrix.zeros(observations.length, constants.length);
  for (const index of moving) {
    const [up, down] = [at(index, STEP), at(index, -STEP)];
    observations.forEach((__, row) => {
      jacobian.set(row, index, ((up[row] as number) - (down[row] as number)) / (2 * STEP));
    });
  }
  return jacobian;
}

/** (JᵀWJ + P⁻¹)⁻¹: what is not known of the constants after the run, whether they were free or held. */
function posterior(constants: readonly Constant[], jacobian: Matrix, deviations: readonly number[]): Matrix {
  const weighted = jacobian.clone();
  deviations.forEach((deviation, row) => {
    weighted.mulRow(row, 1 / deviation);
  });
  const known = Matrix.diag(constants.map(({ spread }) => 1 / spread ** 2));
  return inverse(weighted.transpose().mmul(weighted).add(known));
}

/** Degrees of freedom that the data has put into the free constants: Σ (1 − variance now ÷ variance before). */
function told(problem: FitProblem, covariance: Matrix, free: readonly number[]): number {
  return free.reduce(
    (sum, index) => sum + 1 - covariance.get(index, index) / (problem.constants[index] as Constant).spread ** 2,
    0,
  );
}

/**
 * The model's error on each kind of figure: what was known counts for so many points, residuals for one each.
 * @param spent - degrees of freedom that the constants took, shared among kinds by their points
 */
function learnErrors(problem: FitProblem, logs: readonly number[], spent: number): FitProblem['modelError'] {
  const { observations, modelError, knownPoints } = problem;
  const residuals = residualsOf(problem, logs.map(Math.exp));
  const all = pointsOf(observations);
  const learn = (kind: Observation['kind']) => {
    const points = pointsOf(observations.filter((each) => each.kind === kind));
    if (points === 0) return modelError[kind];
    const squares = observations.reduce(
      (sum, each, index) => (each.kind === kind ? sum + (residuals[index] as number) ** 2 / each.together : sum),
      0,
    );
    const left = Math.max(1, points * (1 - spent / all));
    return Math.sqrt((knownPoints * modelError[kind] ** 2 + (squares * left) / points) / (knownPoints + left));
  };
  return { ttft: learn('ttft'), tpot: learn('tpot'), watts: learn('watts') };
}
