// The value of money over time: discounting, monthly equivalents, resale.
// In: amounts, months, a cost of capital a year. Out: present values and what a month of ownership costs.
import type { Finance } from '../documents/catalog/sites.ts';

const MONTHS_PER_YEAR = 12;

/** Rate a month that compounds to a rate a year: (1 + r)^(1/12) − 1. */
export function monthlyRate(ratioPerYear: number): number {
  return (1 + ratioPerYear) ** (1 / MONTHS_PER_YEAR) - 1;
}

/** What an amount due after some months is worth now: amount ÷ (1 + r)^(months ÷ 12). */
export function presentValue(usd: number, months: number, ratioPerYear: number): number {
  return usd / (1 + ratioPerYear) ** (months / MONTHS_PER_YEAR);
}

/** What equal payments at the end of each month are worth now: a · (1 − (1 + i)^−n) ÷ i, with i the monthly rate. */
export function presentValueOfMonths(usdPerMonth: number, months: number, ratioPerYear: number): number {
  const rate = monthlyRate(ratioPerYear);
  return rate === 0 ? usdPerMonth * months : (usdPerMonth * (1 - (1 + rate) ** -months)) / rate;
}

/** The equal monthly payment that an amount paid now is worth: the inverse of `presentValueOfMonths`. */
export function monthlyEquivalent(usd: number, months: number, ratioPerYear: number): number {
  return usd / presentValueOfMonths(1, months, ratioPerYear);
}

export interface Residual {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

/** Share of the new price at an age: straight lines between the known ages, 1 when new, the last known share from there on. */
export function residualAt(rows: Finance['residual'], years: number): Residual {
  let before = { years: 0, ratio: 1, low: 1, high: 1 };
  for (const { age, share } of rows) {
    const next = { years: age.years, ratio: share.ratio, low: share.low, high: share.high };
    if (years <= next.years) {
      const part = (years - before.years) / (next.years - before.years);
      const between = (from: number, to: number) => from + (to - from) * part;
      return {
        ratio: between(before.ratio, next.ratio),
        low: between(before.low, next.low),
        high: between(before.high, next.high),
      };
    }
    before = next;
  }
  return { ratio: before.ratio, low: before.low, high: before.high };
}
