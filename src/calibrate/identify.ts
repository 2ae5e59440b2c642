// Identification: which constants a run can tell, which only together with others, and which it cannot tell at all.
// In: a fit's problem. Out: constants with verdicts; those the run cannot tell keep the catalogue's values.
import type { Constant } from './constants.ts';
import { type Fit, type FitProblem, fitConstants, influential } from './fit-constants.ts';

export type Verdict = 'identified' | 'partly' | 'not-identified' | 'no-part';

export interface Identified {
  readonly constant: Constant;
  readonly verdict: Verdict;
  /** Canonical; the catalogue's where it was not moved. */
  readonly value: number;
  readonly low: number;
  readonly high: number;
  /** What is left of its spread, 0–1. */
  readonly width: number;
  /** Fields that the run moves against this one without a difference in any figure. */
  readonly entangledWith: readonly string[];
}

export interface Identification {
  readonly constants: readonly Identified[];
  /** Values of all constants. */
  readonly values: readonly number[];
  /** Indices of the constants that move some figure, and of all that stay. */
  readonly moving: ReadonlySet<number>;
  readonly held: ReadonlySet<number>;
}

/** A spread that the run halves is told; one it takes less than a fifth off is not. */
const IDENTIFIED_WIDTH = 0.5;
const PARTLY_WIDTH = 0.8;
const ENTANGLED = 0.6;

export function identifyConstants(problem: FitProblem): Identification {
  const { constants } = problem;
  const moving = influential(problem);
  const whole = fitConstants(problem, moving);
  const verdicts = constants.map((_, index) => (moving.has(index) ? verdictOf(whole, index) : 'no-part'));
  const held = new Set(constants.map((_, index) => index).filter((index) => !isMoved(verdicts[index] as Verdict)));
  const fit =
    held.size === constants.length
      ? null
      : fitConstants(
          problem,
          moving,
          held,
          whole.values.map((value, index) => (held.has(index) ? (constants[index] as Constant).value : value)),
        );
  const values = constants.map(({ value }, index) => (held.has(index) ? value : (fit?.values[index] ?? value)));
  return {
    values,
    moving,
    held,
    constants: constants.map((constant, index): Identified => {
      const moved = fit !== null && !held.has(index);
      return {
        constant,
        verdict: verdicts[index] as Verdict,
        value: values[index] as number,
        low: moved ? (fit.low[index] as number) : constant.value,
        high: moved ? (fit.high[index] as number) : constant.value,
        width: whole.widths[index] as number,
        entangledWith: entangled(whole, constants, verdicts, index),
      };
    }),
  };
}

export function isMoved(verdict: Verdict): boolean {
  return verdict === 'identified' || verdict === 'partly';
}

function verdictOf({ widths }: Fit, index: number): Verdict {
  const width = widths[index] as number;
  if (width <= IDENTIFIED_WIDTH) return 'identified';
  return width <= PARTLY_WIDTH ? 'partly' : 'not-identified';
}

function entangled(fit: Fit, constants: readonly Constant[], verdicts: readonly Verdict[], index: number): string[] {
  if (verdicts[index] === 'no-part' || verdicts[index] === 'identified') return [];
  return constants.flatMap(({ field }, other) =>
    other !== index && verdicts[other] !== 'no-part' && Math.abs(fit.correlation(index, other)) >= ENTANGLED ? [field] : [],
  );
}
