// What the newer answer rests on: price ranges of its cost lines, widest first, and how far things may move until another wins.
// In: the plan and its option. Out: the tornado of a diff. Nothing is computed anew: these are the plan's own ranges.
import type { PlanDiff } from '../documents/diff.ts';
import type { Plan, PlanOption } from '../documents/plan.ts';

const RANGES_TOLD = 5;
const FLIPS_TOLD = 4;

/** Below a dollar a month a range says nothing. */
const LEAST_SWING_USD = 1;

export function weighAssumptions(plan: Plan | null, option: PlanOption | null): PlanDiff['assumptions'] {
  const ranges = (option?.cost.lines ?? [])
    .flatMap(({ label, usdPerMonth, low, high }) =>
      usdPerMonth === null || low === null || high === null
        ? []
        : [{ label, lowUsdPerMonth: low - usdPerMonth, highUsdPerMonth: high - usdPerMonth }],
    )
    .filter((each) => each.highUsdPerMonth - each.lowUsdPerMonth >= LEAST_SWING_USD)
    .toSorted(
      (one, other) =>
        other.highUsdPerMonth - other.lowUsdPerMonth - (one.highUsdPerMonth - one.lowUsdPerMonth) ||
        one.label.localeCompare(other.label, 'en'),
    )
    .slice(0, RANGES_TOLD);
  return { ranges, flips: option?.rank === 1 ? (plan?.flips ?? []).slice(0, FLIPS_TOLD).map(sayFlip) : [] };
}

function sayFlip({ variable, at, factor, becomesName }: Plan['flips'][number]): string {
  const change = `${factor >= 1 ? '+' : ''}${((factor - 1) * 100).toFixed(0)}%`;
  const beyond = `${becomesName} wins`;
  switch (variable) {
    case 'requestsPerSecond':
      return `${factor > 1 ? 'above' : 'below'} ${at.toPrecision(3)} requests/s (${change}) ${beyond}`;
    case 'concurrency':
      return `${factor > 1 ? 'above' : 'below'} ${Math.round(at)} in flight (${change}) ${beyond}`;
    case 'tpotSeconds':
      return `with TPOT ≤ ${(at * 1000).toPrecision(2)} ms (${change}) ${beyond}`;
    case 'ttftSeconds':
      return `with TTFT ≤ ${at.toPrecision(3)} s (${change}) ${beyond}`;
    case 'usdPerMonth':
      return `${change} on its bill, and ${becomesName} costs the same`;
  }
}
