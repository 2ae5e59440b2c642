// The bill of a benchmark before it is made: by the hour, for its time to live, and for what is moved or kept once.
// In: the option as it will be emitted, hours, the most that may be spent. Out: the bill in USD, and whether it is within.
import type { PlanOption } from '../documents/plan.ts';
import { HOURS_PER_MONTH } from '../units.ts';

export interface BillLine {
  readonly label: string;
  /** Null where no price was found. */
  readonly usd: number | null;
}

export interface BenchmarkBill {
  readonly usdPerHour: number;
  readonly timeToLiveHours: number;
  /** Hours times the rate. */
  readonly usdForTimeToLive: number;
  readonly maximumUsd: number;
  readonly within: boolean;
  /** Hours after which the maximum is spent. */
  readonly affordableHours: number;
  /** Each part's share of the time to live, dearest first; parts without a price last. */
  readonly lines: readonly BillLine[];
  readonly purchase: PlanOption['purchase'];
  readonly priceAsOf: string;
}

/** Every line of a bill is by the month, its nodes as many as a week's load needs on average; a benchmark's nodes all stand. */
export function billBenchmark(option: PlanOption, timeToLiveHours: number, maximumUsd: number): BenchmarkBill {
  const { lines, priceAsOf } = option.cost;
  const rateOf = ({ id, quantity, usdPerMonth }: (typeof lines)[number]): number | null => {
    if (id === 'compute' && quantity !== null) return option.nodes * quantity.usdPerUnit;
    return usdPerMonth === null ? null : usdPerMonth / HOURS_PER_MONTH;
  };
  const usdPerHour = lines.reduce((sum, line) => sum + (rateOf(line) ?? 0), 0);
  const usdForTimeToLive = usdPerHour * timeToLiveHours;
  return {
    usdPerHour,
    timeToLiveHours,
    usdForTimeToLive,
    maximumUsd,
    within: usdForTimeToLive <= maximumUsd,
    affordableHours: maximumUsd / usdPerHour,
    lines: lines
      .map((line) => {
        const rate = rateOf(line);
        return { label: line.label, usd: rate === null ? null : rate * timeToLiveHours };
      })
      .toSorted((one, other) => (other.usd ?? -1) - (one.usd ?? -1)),
    purchase: option.purchase,
    priceAsOf,
  };
}
