// Stops of a dial: readable values over a range, the workload's own among them.
// In: a range and the value it is for. Out: ascending numbers and the index of that value.

export interface Stops {
  readonly stops: readonly number[];
  readonly ownIndex: number;
}

const STEPS = 32;

/** Equal steps between two ends, both included. */
export function linearStops(own: number, low: number, high: number, step: number): Stops {
  const count = Math.max(1, Math.round((high - low) / step));
  const values = Array.from({ length: count }, (_, index) => tidy(low + index * step, 9));
  return withOwn(own, [...values, high]);
}

/** Equal ratios between two ends, both included, each rounded to so many digits. */
export function geometricStops(own: number, low: number, high: number, digits: number): Stops {
  const ratio = (high / low) ** (1 / STEPS);
  const values = Array.from({ length: STEPS - 1 }, (_, index) => tidy(low * ratio ** (index + 1), digits));
  return withOwn(own, [low, ...values.filter((value) => value > low && value < high), high]);
}

function withOwn(own: number, values: readonly number[]): Stops {
  const stops = [...new Set([...values, own])].toSorted((one, other) => one - other);
  return { stops, ownIndex: stops.indexOf(own) };
}

/** A number of so many significant digits. */
export function tidy(value: number, digits: number): number {
  return Number(value.toPrecision(digits));
}
