// Guardrails: each measure holds and breaks at its limit; acknowledgements cover what they were given for, while they last.
import { describe, expect, test } from 'vitest';
import { type Policy, policySchema } from '../../src/documents/policy.ts';
import { dayNumber, type Figures, judgePolicy } from '../../src/policy/judge-policy.ts';

const figures: Figures = {
  usdPerMonth: 10_000,
  usdPerMillionOutputTokens: 5,
  capexUsd: 300_000,
  kilowattHoursPerMonth: 4000,
  kilogramsCo2ePerMonth: 1500,
  ttftHeadroom: 0.3,
  tpotHeadroom: 0.02,
  peakUtilisation: 0.8,
  priceAsOf: '2026-09',
  region: 'eu-north-1',
};
const policyOf = (guardrails: unknown[], acknowledgements?: unknown[]): Policy =>
  policySchema.parse({
    schema: 'seekstack/policy@1',
    guardrails,
    ...(acknowledgements === undefined ? {} : { acknowledgements }),
  });
const judge = (
  guardrail: object,
  head: Partial<Figures> = {},
  base: Figures | null = figures,
  acknowledgements?: unknown[],
  today = '2026-11-24',
) =>
  judgePolicy({
    policy: policyOf([{ id: 'g', severity: 'fail', ...guardrail }], acknowledgements),
    base,
    head: { ...figures, ...head },
    today,
    where: (index) => ({ file: 'policy.yaml', line: index + 3 }),
  })[0];

describe('holds at its limit, and breaks beyond it:', () => {
  test.each([
    ['an amount a month', { measure: 'usdPerMonth', max: 'USD 60k' }, { usdPerMonth: 60_000 }, { usdPerMonth: 60_001 }],
    [
      'a share more than before',
      { measure: 'usdPerMonth', maxIncrease: '20%' },
      { usdPerMonth: 12_000 },
      { usdPerMonth: 12_001 },
    ],
    [
      'an amount more than before',
      { measure: 'usdPerMonth', maxIncrease: 'USD 500' },
      { usdPerMonth: 10_500 },
      { usdPerMonth: 10_501 },
    ],
    [
      'a price of tokens',
      { measure: 'usdPerMillionOutputTokens', max: 6 },
      { usdPerMillionOutputTokens: 6 },
      { usdPerMillionOutputTokens: 6.01 },
    ],
    ['what is paid at once', { measure: 'capexUsd', max: 'USD 1M' }, { capexUsd: 1e6 }, { capexUsd: 1_000_001 }],
    [
      'energy',
      { measure: 'kilowattHoursPerMonth', maxIncrease: 100 },
      { kilowattHoursPerMonth: 4100 },
      { kilowattHoursPerMonth: 4101 },
    ],
    ['carbon', { measure: 'kilogramsCo2ePerMonth', max: 2000 }, { kilogramsCo2ePerMonth: 2000 }, { kilogramsCo2ePerMonth: 2001 }],
    ['headroom of TTFT', { measure: 'ttftHeadroom', min: '10%' }, { ttftHeadroom: 0.1 }, { ttftHeadroom: 0.099 }],
    ['headroom of TPOT', { measure: 'tpotHeadroom', min: '-5%' }, { tpotHeadroom: -0.05 }, { tpotHeadroom: -1 }],
    ['load at the peak', { measure: 'peakUtilisation', max: '90%' }, { peakUtilisation: 0.9 }, { peakUtilisation: 0.91 }],
    ['age of prices', { measure: 'priceAgeDays', max: 84 }, { priceAsOf: '2026-09' }, { priceAsOf: '2026-08-31' }],
    ['region', { measure: 'region', allowed: ['eu-north-1', 'NO'] }, { region: 'NO' }, { region: 'us-east-1' }],
  ])('%s', (_name, guardrail, good, bad) => {
    expect(judge(guardrail, good as Partial<Figures>)?.outcome).toBe('passed');
    expect(judge(guardrail, bad as Partial<Figures>)).toMatchObject({
      outcome: 'failed',
      where: { file: 'policy.yaml', line: 3 },
    });
    expect(judge({ ...guardrail, severity: 'warn' }, bad as Partial<Figures>)?.outcome).toBe('warned');
  });
});

test('messages tell the value, how far beyond, and what it was', () => {
  expect(judge({ measure: 'usdPerMonth', max: 'USD 60k', maxIncrease: '20%' }, { usdPerMonth: 63_480 })?.message).toBe(
    'cost a month is USD 63,480, USD 51,480 above the limit of USD 12,000 (20% more than USD 10,000)',
  );
  expect(judge({ measure: 'ttftHeadroom', min: '50%' })?.message).toBe('TTFT headroom is 30%, below 50%');
  expect(judge({ measure: 'priceAgeDays', max: 10 })?.message).toMatch(
    /^age of the oldest price is 84 days, 74 days above the limit of 10 days \(on 2026-11-24\)$/,
  );
});

test('what cannot be judged is neither broken nor held', () => {
  expect(judge({ measure: 'ttftHeadroom', min: '10%' }, { ttftHeadroom: null })?.outcome).toBe('not-judged');
  expect(judge({ measure: 'usdPerMonth', maxIncrease: '1%' }, {}, null)?.outcome).toBe('not-judged');
  expect(judge({ measure: 'usdPerMonth', max: 1 }, { usdPerMonth: null })?.outcome).toBe('not-judged');
  // An absolute bound holds without anything to compare with.
  expect(judge({ measure: 'usdPerMonth', max: 1, maxIncrease: '1%' }, {}, null)?.outcome).toBe('failed');
});

describe('an acknowledgement', () => {
  const dear = { measure: 'usdPerMonth', max: 9000 };
  const given = (changes: object = {}) => [{ guardrail: 'g', reason: 'a pilot of two weeks', until: '2026-12-31', ...changes }];

  test('covers a broken guardrail until its last day, and says so after it', () => {
    expect(judge(dear, {}, figures, given())).toMatchObject({
      outcome: 'acknowledged',
      acknowledgement: { reason: 'a pilot of two weeks', until: '2026-12-31', expired: false },
    });
    expect(judge(dear, {}, figures, given(), '2026-12-31')?.outcome).toBe('acknowledged');
    expect(judge(dear, {}, figures, given(), '2027-01-01')).toMatchObject({
      outcome: 'failed',
      acknowledgement: { expired: true },
    });
  });

  test('covers no worse a value than it was given for', () => {
    expect(judge(dear, {}, figures, given({ upTo: 'USD 10k' }))?.outcome).toBe('acknowledged');
    expect(judge(dear, { usdPerMonth: 10_001 }, figures, given({ upTo: 'USD 10k' }))).toMatchObject({
      outcome: 'failed',
      acknowledgement: null,
    });
    const slow = { measure: 'tpotHeadroom', min: '5%' };
    expect(judge(slow, { tpotHeadroom: 0.02 }, figures, given({ upTo: '2%' }))?.outcome).toBe('acknowledged');
    expect(judge(slow, { tpotHeadroom: 0.01 }, figures, given({ upTo: '2%' }))?.outcome).toBe('failed');
  });

  test('of what holds is nothing', () =>
    expect(judge({ measure: 'usdPerMonth', max: 1e6 }, {}, figures, given())).toMatchObject({
      outcome: 'passed',
      acknowledgement: null,
    }));
});

test('days are counted over months and leap years', () => {
  expect(dayNumber('2028-03-01') - dayNumber('2028-02-28')).toBe(2);
  expect(dayNumber('2026') - dayNumber('2025-12-31')).toBe(1);
});
