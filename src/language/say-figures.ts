// Figures in a reader's format: the only place where numbers are rounded. A speech in, a formatter a unit out.
import type { Speech } from './speak.ts';

export interface Figures {
  /** `USD 46,206`; decimals only below 10. */
  readonly usd: (amount: number) => string;
  /** `USD 23.87`, for rates by the hour. */
  readonly usdPerHour: (amount: number) => string;
  /** `46,206`, `3.48`, `0.0123`, `1.20e+15`: whole from 10 up, else three significant digits. */
  readonly amount: (amount: number) => string;
  /** `38 ms`, `1.24 s`, `24 min` */
  readonly seconds: (seconds: number) => string;
  /** `9.5%`, `31%` of a ratio. */
  readonly percent: (ratio: number) => string;
  readonly count: (count: number) => string;
  readonly gib: (bytes: number) => string;
  readonly kilowatts: (watts: number) => string;
  /** As many decimals as asked for, none dropped and no grouping. */
  readonly fixed: (value: number, decimals: number) => string;
}

/** Beyond this, digits say less than the power of ten. */
const LONGEST_WHOLE = 1e12;
const SHORTEST = 1e-6;
const BYTES_PER_GIB = 1024 ** 3;

export function figuresOf(speech: Speech): Figures {
  const { say, number } = speech;
  const count = (value: number) => number(value, { maximumFractionDigits: 0 });
  const fixed = (value: number, decimals: number) =>
    number(value, { minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping: false });
  const significant = (value: number, digits: number) =>
    number(value, { minimumSignificantDigits: digits, maximumSignificantDigits: digits, useGrouping: false });
  const scientific = (value: number) => {
    const [digits, power] = value.toExponential(2).split('e');
    return `${fixed(Number(digits), 2)}e${power}`;
  };
  const amount = (value: number) => {
    const size = Math.abs(value);
    if (size >= LONGEST_WHOLE || (size < SHORTEST && value !== 0)) return scientific(value);
    return size >= 10 || value === 0 ? count(value) : significant(value, 3);
  };
  return {
    usd: (value) => `USD ${amount(value)}`,
    usdPerHour: (value) => `USD ${number(value, { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`,
    amount,
    seconds: (value) => {
      if (!Number.isFinite(value)) return say('format.never');
      if (value < 0.9995) return `${significant(value * 1000, value * 1000 >= 99.5 ? 3 : 2)} ms`;
      return value < 120 ? `${significant(value, 3)} s` : `${count(value / 60)} min`;
    },
    percent: (ratio) => say('format.percent', { value: fixed(ratio * 100, ratio < 0.095 ? 1 : 0) }),
    count,
    gib: (bytes) => `${fixed(bytes / BYTES_PER_GIB, 1)} GiB`,
    kilowatts: (watts) => `${fixed(watts / 1000, 1)} kW`,
    fixed,
  };
}
