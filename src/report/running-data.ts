// What a reader asks next about the winner: how it is run, what its prices are worth, what stands beside it.
// In: a plan, a speech. Out: the sentences that the terminal prints, by subject.
import type { Plan } from '../documents/plan.ts';
import { figuresOf } from '../language/say-figures.ts';
import type { Speech } from '../language/speak.ts';
import { sayMixes, sayOperations, sayPrices, sayTraining } from '../render/plan-sentences.ts';
import { sayWinnerDetails } from '../render/winner-lines.ts';

export interface RunningData {
  readonly winner: readonly string[];
  readonly operations: readonly string[];
  readonly prices: readonly string[];
  /** Mixed fleets, sellers by the token, training. */
  readonly beside: readonly string[];
}

/** @returns null where nothing is feasible */
export function runningData(plan: Plan, speech: Speech): RunningData | null {
  if (plan.verdict.winner === null) return null;
  const { usd, amount } = figuresOf(speech);
  const hosted = plan.hosted.map((seller) =>
    speech.say('report.hosted', {
      seller: seller.seller,
      month: usd(seller.usdPerMonth),
      million: amount(seller.usdPerMillionOutputTokens),
    }),
  );
  return {
    winner: sayWinnerDetails(plan, speech),
    operations: sayOperations(plan, speech),
    prices: sayPrices(plan, speech),
    beside: [...sayMixes(plan, speech), ...hosted, ...sayTraining(plan, speech)],
  };
}
