// Fit of calibration constants to measured runs, and what the fit does on whole cells it has not seen.
// In: resolved runs and priors. Out: values of the constants; predictions of held-out runs.
import type { Catalog } from '../../src/documents/catalog/catalog.ts';
import type { LoopState } from '../../src/physics/closed-loop.ts';
import { efficiencyRows, type Priors, statedRows } from './constants.ts';
import type { MeasuredRun } from './measurements.ts';
import { fitConstants } from './robust-fit.ts';
import { type CalibrationRows, type ResolvedRun, resolveRun } from './run-model.ts';

/** Weight of a TTFT residual beside a TPOT residual: TTFT is noisier by about that much. */
const TTFT_WEIGHT = 1;
/** Weight of a run whose speculation is unknown; it counts as whichever it resembles. */
const UNKNOWN_WEIGHT = 0.5;
const PRIOR_WEIGHT = 0.8;
const ITERATIONS = 8;

/** A run and what a calibration that did not see it predicts. */
export interface Prediction {
  readonly resolved: ResolvedRun;
  readonly state: LoopState;
}

/** Rows that values make, beside the catalogue's kernels. */
export function rowsFor(catalog: Catalog, priors: Priors, values: readonly number[]): CalibrationRows {
  return { kernels: catalog.kernels, efficiencies: efficiencyRows(statedRows(priors, values, 'fit')) };
}

/** The catalogue with the rows of the priors instead of its own. */
export function catalogFor(catalog: Catalog, priors: Priors): Catalog {
  return { ...catalog, ...rowsFor(catalog, priors, startOf(priors)) };
}

export function startOf(priors: Priors): number[] {
  return priors.constants.map((constant) => constant.value);
}

/** The prediction of a run; of one whose speculation is unknown, the likelier of the two. */
export function predictRun(resolved: ResolvedRun, rows: CalibrationRows): LoopState {
  const { run } = resolved;
  if (run.speculation !== 'unknown') return resolved.predict(rows);
  const [plain, drafted] = [resolved.predict(rows, 'none'), resolved.predict(rows, 'mtp')];
  const miss = (state: LoopState) => Math.abs(Math.log(state.tpotSeconds / run.tpotSeconds));
  return miss(plain) <= miss(drafted) ? plain : drafted;
}

/** Values of the constants that make runs least wrong, priors included. */
export function fitRuns(catalog: Catalog, priors: Priors, runs: readonly ResolvedRun[], start: readonly number[]): number[] {
  const centre = startOf(priors);
  const residuals = (values: readonly number[]) => {
    const rows = rowsFor(catalog, priors, values);
    const ofRuns = runs.flatMap((resolved) => {
      const { run } = resolved;
      const state = predictRun(resolved, rows);
      const weight = run.speculation === 'unknown' ? UNKNOWN_WEIGHT : 1;
      return [
        weight * Math.log(state.tpotSeconds / run.tpotSeconds),
        weight * TTFT_WEIGHT * Math.log(state.ttftSeconds / run.ttftSeconds),
      ];
    });
    const ofPriors = priors.constants.map(
      ({ spread }, index) => (PRIOR_WEIGHT * Math.log((values[index] as number) / (centre[index] as number))) / spread,
    );
    return [...ofRuns, ...ofPriors];
  };
  return fitConstants({ start, residuals, priorsFrom: runs.length * 2, iterations: ITERATIONS });
}

/** A cell: what a benchmark sweeps as one, held out whole. */
export function cellOf(run: MeasuredRun): string {
  return [run.mode, run.system, run.backend, run.precision, run.islTokens, run.oslTokens].join(' ');
}

/** Predictions of every run by a fit that saw nothing of its group. */
export function crossPredict(
  catalog: Catalog,
  priors: Priors,
  runs: readonly ResolvedRun[],
  groupOf: (run: MeasuredRun) => string,
  folds: number,
  start: readonly number[],
): Prediction[] {
  const groups = [...new Set(runs.map(({ run }) => groupOf(run)))].toSorted();
  const foldOf = new Map(groups.map((group, index) => [group, index % folds]));
  return Array.from({ length: Math.min(folds, groups.length) }, (_, fold) => fold).flatMap((fold) => {
    const held = (resolved: ResolvedRun) => foldOf.get(groupOf(resolved.run)) === fold;
    const rows = rowsFor(
      catalog,
      priors,
      fitRuns(
        catalog,
        priors,
        runs.filter((each) => !held(each)),
        start,
      ),
    );
    return runs.filter(held).map((resolved) => ({ resolved, state: predictRun(resolved, rows) }));
  });
}

/** Runs of a file that a fit may use, resolved against the rows of the priors. */
export function usableRuns(catalog: Catalog, runs: readonly MeasuredRun[]): ResolvedRun[] {
  return runs
    .filter((run) => ['ok', 'repaired'].includes(run.quality) && run.prefillWorkers > 0 && run.decodeWorkers > 0)
    .map((run) => resolveRun(catalog, run))
    .filter((resolved): resolved is ResolvedRun => !('reason' in resolved));
}
