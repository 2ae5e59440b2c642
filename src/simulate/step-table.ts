// Step table: decode times looked up instead of computed, since a simulation asks for them millions of times.
// In: step times of the performance model. Out: the same times, interpolated between context lengths.
import type { StepTimes } from '../physics/accelerator-step.ts';

/** Context lengths at which the model is asked, tokens; between them times are close to straight lines. */
const CONTEXT_TOKENS = [1, 512, 2048, 8192, 32_768, 131_072, 524_288, 2_097_152] as const;

/** Seconds a token for a number of sequences in flight at a mean context. */
export type DecodeTable = (sequences: number, contextTokens: number) => number;

/** Rows are worked out when first asked for; `sequences` is a whole number. */
export function tabulateDecode(steps: Pick<StepTimes, 'decodeSeconds'>): DecodeTable {
  const rows: (Float64Array | undefined)[] = [];
  return (sequences, contextTokens) => {
    let row = rows[sequences];
    if (row === undefined) {
      row = Float64Array.from(CONTEXT_TOKENS, (context) => steps.decodeSeconds(sequences, context));
      rows[sequences] = row;
    }
    let right = 1;
    while (right < CONTEXT_TOKENS.length - 1 && contextTokens > (CONTEXT_TOKENS[right] as number)) right += 1;
    const low = CONTEXT_TOKENS[right - 1] as number;
    const share = (contextTokens - low) / ((CONTEXT_TOKENS[right] as number) - low);
    const before = row[right - 1] as number;
    return before + share * ((row[right] as number) - before);
  };
}
