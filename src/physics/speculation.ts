// Speculative decoding: how many tokens a step yields when a draft module proposes some and the model checks them.
// In: drafted tokens, and a rate of acceptance or a calibration row. Out: mean tokens a step for each sequence.
import type { Efficiency } from '../documents/catalog/calibration.ts';

/** Speculation of one replica; `draftTokens` 0 is none. */
export interface Speculation {
  readonly draftTokens: number;
  /** Tokens a step yields for each sequence on average, the model's own included. */
  readonly acceptedTokens: number;
}

export const NO_SPECULATION: Speculation = { draftTokens: 0, acceptedTokens: 1 };

/**
 * Mean tokens a step when each drafted token is kept with the same probability and the first miss ends the run.
 * @param rate - probability that a drafted token is accepted, 0–1
 * @source Leviathan et al. 2023, equation 1: Σ rate^i for i = 0 … draftTokens
 */
export function tokensFromRate(draftTokens: number, rate: number): number {
  let sum = 0;
  for (let index = 0; index <= draftTokens; index += 1) sum += rate ** index;
  return sum;
}

/** Mean tokens a step that runs of an engine showed, of the row for that many drafted tokens or the nearest below. */
export function tokensFromRuns(efficiency: Efficiency, draftTokens: number): number {
  const rows = efficiency.speculation.acceptance
    .filter((row) => row.draft.count <= draftTokens)
    .toSorted((one, other) => other.draft.count - one.draft.count);
  return rows[0]?.accepted.count ?? 1;
}

const BISECTIONS = 40;

/**
 * Variance of the tokens a step yields for one sequence: every drafted token is kept at one rate, which follows from the mean.
 * @returns tokens², 0 without speculation
 */
export function tokensPerStepVariance({ draftTokens, acceptedTokens }: Speculation): number {
  if (draftTokens === 0 || acceptedTokens <= 1) return 0;
  let low = 0;
  let high = 1;
  for (let round = 0; round < BISECTIONS; round += 1) {
    const rate = (low + high) / 2;
    if (tokensFromRate(draftTokens, rate) > acceptedTokens) high = rate;
    else low = rate;
  }
  // E[n²] − E[n]², where more than i tokens come with probability rateⁱ.
  let secondMoment = 0;
  for (let index = 0; index <= draftTokens; index += 1) secondMoment += (2 * index + 1) * low ** index;
  return Math.max(0, secondMoment - acceptedTokens ** 2);
}
