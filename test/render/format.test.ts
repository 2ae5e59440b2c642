// Formatting: each number is rounded once, in a way a reader can trust.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  clip,
  formatAmount,
  formatCount,
  formatGib,
  formatKilowatts,
  formatPercent,
  formatSeconds,
  formatUsd,
  formatUsdPerHour,
} from '../../src/render/format.ts';
import { wrap } from '../../src/render/terminal.ts';

test.each([
  [46_206.4, '46,206'],
  [46_206.5, '46,207'],
  [10, '10'],
  [9.996, '10.0'],
  [3.4849, '3.48'],
  [0.012_34, '0.0123'],
  [0, '0'],
  [-46_206.4, '-46,206'],
  [1_234_567_890, '1,234,567,890'],
  [1.2e15, '1.20e+15'],
  [-3e300, '-3.00e+300'],
  [1e-300, '1.00e-300'],
])('the amount %d reads %s', (amount, text) => {
  expect(formatAmount(amount)).toBe(text);
  expect(formatUsd(amount)).toBe(`USD ${text}`);
});

test.each([
  [23.866, 'USD 23.87'],
  [1234.5, 'USD 1,234.50'],
  [0, 'USD 0.00'],
])('the rate %d reads %s', (amount, text) => expect(formatUsdPerHour(amount)).toBe(text));

test.each([
  [0.0381, '38 ms'],
  [0.0091, '9.1 ms'],
  [0.5171, '517 ms'],
  [0.9994, '999 ms'],
  [0.9996, '1.00 s'],
  [1.244, '1.24 s'],
  [60, '60.0 s'],
  [119.9, '120 s'],
  [120, '2 min'],
  [1440, '24 min'],
  [Number.POSITIVE_INFINITY, 'never'],
  [Number.NaN, 'never'],
])('%d seconds read %s', (seconds, text) => expect(formatSeconds(seconds)).toBe(text));

test.each([
  [0.16, '16%'],
  [0.089, '8.9%'],
  [0.0949, '9.5%'],
  [0.096, '10%'],
  [1, '100%'],
  [0, '0.0%'],
  [1.5, '150%'],
])('the ratio %d reads %s', (ratio, text) => expect(formatPercent(ratio)).toBe(text));

test('counts, memory and power carry their units', () => {
  expect(formatCount(2441.4)).toBe('2,441');
  expect(formatGib(80 * 1024 ** 3)).toBe('80.0 GiB');
  expect(formatGib(80e9)).toBe('74.5 GiB');
  expect(formatKilowatts(3270)).toBe('3.3 kW');
});

test('what is longer never reads shorter', () => {
  const milliseconds = (text: string) => {
    const [number = '', unit] = text.split(' ');
    return Number(number.replaceAll(',', '')) * (unit === 'ms' ? 1 : unit === 's' ? 1000 : 60_000);
  };
  const seconds = fc.double({ min: 1e-4, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(seconds, seconds, (one, other) => {
      const [shorter, longer] = one < other ? [one, other] : [other, one];
      expect(milliseconds(formatSeconds(longer))).toBeGreaterThanOrEqual(milliseconds(formatSeconds(shorter)));
    }),
  );
});

describe('clip', () => {
  test('leaves what fits', () => expect(clip('twelve chars', 12)).toBe('twelve chars'));
  test('marks what it cuts, within the width', () => {
    expect(clip('thirteen chars', 12)).toBe('thirteen ch…');
    fc.assert(fc.property(fc.string(), fc.integer({ min: 1, max: 50 }), (text, width) => clip(text, width).length <= width));
  });
});

describe('wrap', () => {
  test('breaks at spaces', () => expect(wrap('one two three four', 9)).toEqual(['one two', 'three', 'four']));
  test('fills a line to its last column', () => expect(wrap('one two', 7)).toEqual(['one two']));
  test('leaves a word alone that is longer than the line', () =>
    expect(wrap('a incomprehensibilities b', 10)).toEqual(['a', 'incomprehensibilities', 'b']));
  test('of nothing is one empty line', () => expect(wrap('', 10)).toEqual(['']));
  test('loses no word, and passes the width only for one word', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 40 }), (list, width) => {
        const lines = wrap(list.join(' '), width);
        expect(lines.join(' ')).toBe(list.join(' '));
        for (const line of lines) expect(line.length <= width || !line.includes(' ')).toBe(true);
      }),
    );
  });
});
