// Cumulative cash: what owning and renting have taken by each month, in today's money.
// In: the comparison of a plan. Out: a line a way, and when what was bought is earned back.
import { presentValueOfMonths } from '../cost/capital-value.ts';
import type { Tco, TcoWay } from '../documents/tco.ts';

export interface CashFlowData {
  readonly horizonMonths: number;
  readonly costOfCapitalPerYear: number;
  readonly against: string;
  readonly lines: readonly {
    readonly id: TcoWay['id'];
    readonly label: string;
    /** Paid by then, discounted to today. */
    readonly points: readonly { readonly month: number; readonly usd: number }[];
    /** At the horizon, less what the hardware is sold for; null of what is rented. */
    readonly afterResaleUsd: number | null;
  }[];
  /** Over the draws, against renting by the hour; null where it is not within the horizon. */
  readonly paybackMonths: { readonly p10: number | null; readonly p50: number | null; readonly p90: number | null };
}

const MONTHS_A_POINT = 3;

/** @returns null where nothing owned is compared with renting by the hour */
export function cashFlowData(tco: Tco | null): CashFlowData | null {
  if (tco?.breakEven == null) return null;
  const { horizonMonths, costOfCapitalPerYear } = tco;
  const months = Array.from({ length: Math.floor(horizonMonths / MONTHS_A_POINT) + 1 }, (_, index) => index * MONTHS_A_POINT);
  if (months.at(-1) !== horizonMonths) months.push(horizonMonths);
  const cheapestRented = tco.ways
    .filter((way) => way.id !== 'owned' && way.id !== 'on-demand' && way.allowed)
    .toSorted((one, other) => one.usdPerMonth - other.usdPerMonth)[0];
  const told = tco.ways.filter((way) => way.id === 'owned' || way.id === 'on-demand' || way.id === cheapestRented?.id);
  return {
    horizonMonths,
    costOfCapitalPerYear,
    against: tco.breakEven.against,
    lines: told.map((way) => ({
      id: way.id,
      label: `${way.nodes} × ${way.machine}`,
      points: months.map((month) => ({
        month,
        usd: way.capexUsd + presentValueOfMonths(way.cashUsdPerMonth, month, costOfCapitalPerYear),
      })),
      afterResaleUsd: way.id === 'owned' ? way.presentValueUsd : null,
    })),
    paybackMonths: tco.breakEven.paybackMonths,
  };
}
