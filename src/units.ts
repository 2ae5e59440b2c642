// Units: what a source may print, and the one canonical unit each dimension has inside the program.
// In: a number and the unit beside it. Out: the number in the canonical unit, which is also the last word of every name.
// GB is 10^9 bytes, GiB is 2^30 bytes, TFLOP/s is 10^12; a month is 730 hours and a year 8,760.

const KIBI = 1024;

/** Canonical unit → the units a document may state it in → factor to the canonical unit. */
export const UNITS = {
  bytes: {
    B: 1,
    kB: 1e3,
    MB: 1e6,
    GB: 1e9,
    TB: 1e12,
    MiB: KIBI ** 2,
    GiB: KIBI ** 3,
    TiB: KIBI ** 4,
  },
  bytesPerSecond: { 'B/s': 1, 'MB/s': 1e6, 'GB/s': 1e9, 'TB/s': 1e12, 'Gbit/s': 1e9 / 8 },
  flopPerSecond: { 'FLOP/s': 1, 'GFLOP/s': 1e9, 'TFLOP/s': 1e12, 'PFLOP/s': 1e15 },
  parameters: { parameters: 1, 'million parameters': 1e6, 'billion parameters': 1e9 },
  seconds: { s: 1, ms: 1e-3, us: 1e-6, min: 60, h: 3600 },
  years: { years: 1, months: 1 / 12 },
  tokens: { tokens: 1, 'thousand tokens': 1e3 },
  tokensPerSecond: { 'tokens/s': 1 },
  requestsPerHour: { 'requests/h': 1 },
  watts: { W: 1, kW: 1e3 },
  usd: { USD: 1 },
  usdPerHour: { 'USD/h': 1 },
  usdPerYear: { 'USD/year': 1 },
  usdPerKilowattHour: { 'USD/kWh': 1 },
  usdPerKilowattMonth: { 'USD/kW-month': 1 },
  usdPerMillionTokens: { 'USD/Mtok': 1 },
  usdPerGigabyte: { 'USD/GB': 1 },
  gramsCo2ePerKilowattHour: { 'gCO2e/kWh': 1 },
  fullTimeEquivalents: { FTE: 1 },
  ratio: { ratio: 1, percent: 0.01 },
  ratioPerYear: { 'ratio/year': 1, 'percent/year': 0.01 },
  count: { count: 1 },
} as const;

export type Dimension = keyof typeof UNITS;

/** Hours of an average month; published comparisons mix 720 and 730. */
export const HOURS_PER_MONTH = 730;
export const HOURS_PER_YEAR = 8760;
export const SECONDS_PER_HOUR = 3600;
export const SECONDS_PER_DAY = 86_400;
export const WATTS_PER_KILOWATT = 1000;
export const BYTES_PER_GIB = KIBI ** 3;
export const TOKENS_PER_MILLION = 1e6;

/** The units in which a dimension may be stated. */
export function unitsOf(dimension: Dimension): string[] {
  return Object.keys(UNITS[dimension]);
}

/**
 * A stated number in the dimension's canonical unit.
 * @throws RangeError when the unit does not belong to the dimension
 */
export function toCanonical(dimension: Dimension, value: number, unit: string): number {
  const factor = (UNITS[dimension] as Record<string, number>)[unit];
  if (factor === undefined) throw new RangeError(`${unit} is not a unit of ${dimension}`);
  return value * factor;
}
