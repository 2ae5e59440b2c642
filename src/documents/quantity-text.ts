// Quantities as people write them: "p95 <= 2s", "40ms", "EUR 0.18/kWh", "15%", "32k".
// In: text with its unit. Out: a canonical number with the unit in its field's name. A number without a unit is refused.
import { z } from 'zod';

const DECIMAL = '(\\d{1,12}(?:[.,]\\d{1,9})?)';
const SUFFIX: Record<string, number> = { '': 1, k: 1e3, M: 1e6, G: 1e9 };
const SECONDS: Record<string, number> = { us: 1e-6, ms: 1e-3, s: 1, min: 60, h: 3600 };

function toNumber(digits: string): number {
  return Number(digits.replace(',', '.'));
}

/** Schema of a text that matches a pattern whole and reads as one value; `says` ends the sentence "must be …". */
function text<T>(pattern: RegExp, says: string, read: (groups: string[]) => T) {
  return z
    .string({ error: `must be ${says}` })
    .regex(pattern, `must be ${says}`)
    .transform((value) => read([...(pattern.exec(value) ?? [])].map((group) => group ?? '')))
    .meta({ title: `Text: ${says}` });
}

/** `"15%"` → 0.15. */
export const percentText = text(
  /^(\d{1,3}(?:[.,]\d{1,6})?)\s?%$/,
  'a percentage with its sign, such as "15%"',
  ([, digits = '']) => toNumber(digits) / 100,
);

/** `"15%"` that may not pass 100 % nor be 0 %. */
export const shareText = percentText.refine((ratio) => ratio > 0 && ratio <= 1, 'must be above 0% and at most 100%');

/** `"15kW"`, `"800W"` → watts. */
export const powerText = text(
  new RegExp(`^${DECIMAL}\\s?(W|kW|MW)$`),
  'a power with its unit, such as "15kW"',
  ([, digits = '', unit = '']) => toNumber(digits) * (unit === 'W' ? 1 : unit === 'kW' ? 1e3 : 1e6),
);

/** An amount in a currency; converted with the catalogue's rates when the plan is made. */
export interface Money {
  readonly currency: string;
  readonly amount: number;
}

/** `"USD 60k"`, `"EUR 1.2M"` → currency and amount. */
export const moneyText = text(
  new RegExp(`^([A-Z]{3})\\s?${DECIMAL}(k|M|G)?$`),
  'an amount with its currency, such as "USD 60k"',
  ([, currency = '', digits = '', suffix = '']): Money => ({ currency, amount: toNumber(digits) * (SUFFIX[suffix] ?? 1) }),
);

/** `"EUR 0.18/kWh"` → currency and amount a kilowatt-hour. */
export const energyPriceText = text(
  new RegExp(`^([A-Z]{3})\\s?${DECIMAL}\\s?/\\s?kWh$`),
  'an energy price, such as "EUR 0.18/kWh"',
  ([, currency = '', digits = '']): Money => ({ currency, amount: toNumber(digits) }),
);

/** `"USD 21.40/h"` → currency and amount an hour. */
export const hourPriceText = text(
  new RegExp(`^([A-Z]{3})\\s?${DECIMAL}\\s?/\\s?h$`),
  'a price an hour, such as "USD 21.40/h"',
  ([, currency = '', digits = '']): Money => ({ currency, amount: toNumber(digits) }),
);

/** `"180d"` → days. */
export const daysText = text(/^(\d{1,5})\s?d$/, 'a number of days, such as "180d"', ([, digits = '']) => Number(digits));

/** `"EUR 170/kW-month"` → currency and amount a kilowatt of provisioned power and month. */
export const spacePriceText = text(
  new RegExp(`^([A-Z]{3})\\s?${DECIMAL}\\s?/\\s?kW-month$`),
  'a price for space, such as "USD 150/kW-month"',
  ([, currency = '', digits = '']): Money => ({ currency, amount: toNumber(digits) }),
);

/** `"3y"`, `"18m"`, `"none"` → months; null for no commitment. */
export const termText = text(
  /^(?:none|(\d{1,3})\s?(y|m))$/,
  '"none", or a term such as "3y" or "18m"',
  ([, digits = '', unit = '']) => (digits === '' ? null : Number(digits) * (unit === 'y' ? 12 : 1)),
);

/** `"8h"`, `"2d"` → whole hours. */
export const hoursText = text(
  /^(\d{1,4})\s?(h|d)$/,
  'a number of hours or days, such as "8h" or "2d"',
  ([, digits = '', unit = '']) => Number(digits) * (unit === 'd' ? 24 : 1),
);

/** `"5y"` → years. */
export const yearsText = text(new RegExp(`^${DECIMAL}\\s?y$`), 'a number of years, such as "5y"', ([, digits = '']) =>
  toNumber(digits),
);

/** `900`, `"32k"`, `"1M"` → tokens. */
export const tokensText = z.union([
  z.int().min(0).max(1e9),
  text(
    new RegExp(`^${DECIMAL}(k|M|G)$`),
    'a number of tokens, such as 900 or "32k"',
    ([, digits = '', suffix = '']) => toNumber(digits) * (SUFFIX[suffix] ?? 1),
  ),
]);

/** `100000`, `"500M"`, `"14.8T"` → tokens of a training run, more than 0. */
export const trainingTokensText = z.union([
  z.int().min(1).max(1e15),
  text(
    new RegExp(`^${DECIMAL}(k|M|G|B|T)$`),
    'a number of tokens, such as "500M" or "14.8T"',
    ([, digits = '', suffix = '']) => toNumber(digits) * (TRAINING_SUFFIX[suffix] ?? 1),
  ).refine((tokens) => tokens >= 1, 'must be at least 1 token'),
]);
const TRAINING_SUFFIX: Record<string, number> = { k: 1e3, M: 1e6, G: 1e9, B: 1e9, T: 1e12 };

/** A bound on a latency at a percentile. */
export interface LatencyTarget {
  /** 0.5–0.99; null where the text names none. */
  readonly percentile: number | null;
  readonly seconds: number;
}

/** `"p95 <= 2s"` or `"2s"` → percentile and seconds. */
export const latencyTargetText = text(
  new RegExp(`^(?:p(50|90|95|99)\\s?<=?\\s?)?${DECIMAL}\\s?(us|ms|s|min|h)$`),
  'a bound such as "p95 <= 2s" (p50, p90, p95 or p99)',
  ([, percentile = '', digits = '', unit = '']): LatencyTarget => ({
    percentile: percentile === '' ? null : Number(percentile) / 100,
    seconds: toNumber(digits) * (SECONDS[unit] ?? Number.NaN),
  }),
).refine((target) => target.seconds > 0, 'must be longer than 0s');
