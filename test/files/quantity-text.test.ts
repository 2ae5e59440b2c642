// Quantities as people write them: read with their unit, refused without.
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import {
  energyPriceText,
  latencyTargetText,
  moneyText,
  percentText,
  powerText,
  shareText,
  spacePriceText,
  termText,
  tokensText,
  yearsText,
} from '../../src/documents/quantity-text.ts';

const schemas = {
  latencyTargetText,
  energyPriceText,
  moneyText,
  percentText,
  shareText,
  powerText,
  spacePriceText,
  termText,
  tokensText,
  yearsText,
} satisfies Record<string, z.ZodType>;

type Kind = keyof typeof schemas;

/** The first word of a refusal, also where it lies inside a choice of two schemas. */
function refusalOf(kind: Kind, given: unknown): string {
  const result = schemas[kind].safeParse(given);
  if (result.success) return `taken as ${JSON.stringify(result.data)}`;
  const messages = (issue: z.core.$ZodIssue): string[] =>
    issue.code === 'invalid_union' ? issue.errors.flat().flatMap(messages) : [issue.message];
  const all = result.error.issues.flatMap(messages);
  return all.find((message) => message.startsWith('must be ')) ?? all.join('; ');
}

describe('what people write is read in canonical units', () => {
  const taken: readonly (readonly [Kind, unknown, unknown])[] = [
    ['latencyTargetText', 'p95 <= 2s', { percentile: 0.95, seconds: 2 }],
    ['latencyTargetText', 'p99<800ms', { percentile: 0.99, seconds: 0.8 }],
    ['latencyTargetText', 'p50 <= 1,5 min', { percentile: 0.5, seconds: 90 }],
    ['latencyTargetText', '40ms', { percentile: null, seconds: 0.04 }],
    ['latencyTargetText', '2h', { percentile: null, seconds: 7200 }],
    ['energyPriceText', 'EUR 0.18/kWh', { currency: 'EUR', amount: 0.18 }],
    ['energyPriceText', 'NOK 1,35 / kWh', { currency: 'NOK', amount: 1.35 }],
    ['spacePriceText', 'USD 150/kW-month', { currency: 'USD', amount: 150 }],
    ['moneyText', 'USD 60k', { currency: 'USD', amount: 60_000 }],
    ['moneyText', 'EUR1.2M', { currency: 'EUR', amount: 1_200_000 }],
    ['moneyText', 'USD 0', { currency: 'USD', amount: 0 }],
    ['percentText', '15%', 0.15],
    ['percentText', '0 %', 0],
    ['shareText', '100%', 1],
    ['powerText', '15kW', 15_000],
    ['powerText', '800 W', 800],
    ['powerText', '1.2MW', 1_200_000],
    ['tokensText', '32k', 32_000],
    ['tokensText', '2G', 2e9],
    ['tokensText', '1.5M', 1_500_000],
    ['tokensText', 900, 900],
    ['termText', '3y', 36],
    ['termText', '18m', 18],
    ['termText', 'none', null],
    ['yearsText', '5y', 5],
    ['yearsText', '2.5 y', 2.5],
  ];
  test.each(taken)('%s reads %j', (kind, given, expected) => {
    const parsed = schemas[kind].parse(given);
    if (typeof expected === 'number') expect(parsed).toBeCloseTo(expected, 9);
    else if (typeof expected === 'object' && expected !== null)
      expect(parsed).toEqual(
        Object.fromEntries(
          Object.entries(expected).map(([key, value]) => [key, typeof value === 'number' ? expect.closeTo(value, 9) : value]),
        ),
      );
    else expect(parsed).toBe(expected);
  });
});

describe('what cannot be read for sure is refused with what is allowed', () => {
  const latency = 'must be a bound such as "p95 <= 2s" (p50, p90, p95 or p99)';
  const money = 'must be an amount with its currency, such as "USD 60k"';
  const energy = 'must be an energy price, such as "EUR 0.18/kWh"';
  const percent = 'must be a percentage with its sign, such as "15%"';
  const power = 'must be a power with its unit, such as "15kW"';
  const tokens = 'must be a number of tokens, such as 900 or "32k"';
  const term = 'must be "none", or a term such as "3y" or "18m"';
  const years = 'must be a number of years, such as "5y"';
  const without: readonly (readonly [Kind, unknown, string])[] = [
    ['latencyTargetText', 'p95 <= 2', latency],
    ['latencyTargetText', 2, latency],
    ['moneyText', '60k', money],
    ['moneyText', 60_000, money],
    ['moneyText', '$60k', money],
    ['energyPriceText', '0.18', energy],
    ['energyPriceText', 'EUR 0.18', energy],
    ['percentText', '15', percent],
    ['percentText', 0.15, percent],
    ['powerText', 15, power],
    ['powerText', '15', power],
    ['tokensText', '32', tokens],
    ['termText', '3', term],
    ['termText', 36, term],
    ['yearsText', 5, years],
  ];
  test.each(without)('%s refuses %j, which has no unit', (kind, given, words) => expect(refusalOf(kind, given)).toBe(words));

  const twice: readonly (readonly [Kind, unknown, string])[] = [
    ['latencyTargetText', '2s 300ms', latency],
    ['latencyTargetText', 'p95 p99 <= 2s', latency],
    ['moneyText', 'USD EUR 60k', money],
    ['moneyText', 'USD 60kM', money],
    ['energyPriceText', 'EUR 0.18/kWh/kWh', energy],
    ['percentText', '15%%', percent],
    ['powerText', '15kWkW', power],
    ['tokensText', '32kk', tokens],
    ['termText', '3y6m', term],
  ];
  test.each(twice)('%s refuses %j, which has two units', (kind, given, words) => expect(refusalOf(kind, given)).toBe(words));

  const negative: readonly (readonly [Kind, unknown, string])[] = [
    ['latencyTargetText', 'p95 <= -2s', latency],
    ['moneyText', 'USD -60k', money],
    ['percentText', '-15%', percent],
    ['powerText', '-1kW', power],
    ['tokensText', '-32k', tokens],
    ['termText', '-3y', term],
    ['yearsText', '-5y', years],
  ];
  test.each(negative)('%s refuses %j, which is negative', (kind, given, words) => expect(refusalOf(kind, given)).toBe(words));

  test.each(Object.keys(schemas) as Kind[])('%s refuses what is no number, no text, or far too long', (kind) => {
    for (const given of [
      Number.NaN,
      Number.POSITIVE_INFINITY,
      'NaN',
      'NaNs',
      'Infinity%',
      '1e9s',
      'USD 1e9',
      '1e400k',
      `${'9'.repeat(400)}k`,
      `USD ${'9'.repeat(400)}`,
      `${'9'.repeat(400)}%`,
      '',
      ' ',
      null,
      true,
      [],
      {},
      '２s',
      'p95 <= 2s\n',
    ])
      expect(refusalOf(kind, given)).not.toMatch(/^taken/);
  });

  test('a bound of nothing, a share of nothing and a share above all are refused', () => {
    expect(refusalOf('latencyTargetText', '0s')).toBe('must be longer than 0s');
    expect(refusalOf('shareText', '0%')).toBe('must be above 0% and at most 100%');
    expect(refusalOf('shareText', '100.1%')).toBe('must be above 0% and at most 100%');
  });

  test('counts of tokens are whole, not negative, and below a billion', () => {
    for (const given of [-1, 1.5, 1e12]) expect(refusalOf('tokensText', given)).not.toMatch(/^taken/);
  });
});
