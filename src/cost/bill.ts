// A bill: lines a month of 730 hours, and what they add up to.
// A line without a price stays without one, and a bill with such a line has no total.

export interface BillLine {
  readonly id: string;
  readonly label: string;
  /** Null where no price was found. */
  readonly usdPerMonth: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** How the amount came about, in words and figures. */
  readonly basis: string;
  /** Units a month and what one costs; null where the amount is not a product. */
  readonly quantity: { readonly units: number; readonly unit: string; readonly usdPerUnit: number } | null;
  /** Source keys of the prices behind it. */
  readonly sources: readonly string[];
}

/** A line whose amount is certain within its price. */
export function line(id: string, label: string, usdPerMonth: number | null, basis: string, sources: readonly string[]): BillLine {
  return { id, label, usdPerMonth, low: usdPerMonth, high: usdPerMonth, basis, quantity: null, sources };
}

/** A line that is units times a price. */
export function product(
  id: string,
  label: string,
  quantity: NonNullable<BillLine['quantity']>,
  basis: string,
  sources: readonly string[],
): BillLine {
  return { ...line(id, label, quantity.units * quantity.usdPerUnit, basis, sources), quantity };
}

export interface BillTotal {
  readonly usdPerMonth: number;
  readonly low: number;
  readonly high: number;
}

/** The sum; null when any line has no price. */
export function totalBill(lines: readonly BillLine[]): BillTotal | null {
  let usdPerMonth = 0;
  let low = 0;
  let high = 0;
  for (const entry of lines) {
    if (entry.usdPerMonth === null || entry.low === null || entry.high === null) return null;
    usdPerMonth += entry.usdPerMonth;
    low += entry.low;
    high += entry.high;
  }
  return { usdPerMonth, low, high };
}
