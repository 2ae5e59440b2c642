// Held out: how far a fit errs on points it has not seen, each load left out in its turn.
// In: a fit's problem and the constants that stay. Out: residuals of every figure by a fit without its load.
import { type FitProblem, fitConstants, residualsOf } from './fit-constants.ts';

/** Residual of each observation, logarithm of measured over predicted; null with fewer than two loads. */
export function heldOutResiduals(
  problem: FitProblem,
  moving: ReadonlySet<number>,
  held: ReadonlySet<number>,
  fitted: readonly number[],
): number[] | null {
  const { observations } = problem;
  const groups = [...new Set(observations.map(({ group }) => group))];
  if (groups.length < 2) return null;
  const residuals: number[] = observations.map(() => 0);
  for (const group of groups) {
    const seen = observations.map((each) => each.group !== group);
    const without: FitProblem = {
      ...problem,
      observations: observations.filter((_, index) => seen[index]),
      predict: (values) => problem.predict(values).filter((_, index) => seen[index]),
    };
    const { values } = fitConstants(without, moving, held, fitted);
    const all = residualsOf(problem, values);
    observations.forEach((each, index) => {
      if (each.group === group) residuals[index] = all[index] as number;
    });
  }
  return residuals;
}

/** Whether points that were not seen are predicted better than before, each residual over what is to be expected of it. */
export function carriesOver(problem: FitProblem, heldOut: readonly number[]): boolean {
  const before = residualsOf(
    problem,
    problem.constants.map(({ value }) => value),
  );
  const misfit = (residuals: readonly number[]) =>
    problem.observations.reduce(
      (sum, { kind, together }, index) => sum + ((residuals[index] as number) / problem.modelError[kind]) ** 2 / together,
      0,
    );
  return misfit(heldOut) < misfit(before);
}
