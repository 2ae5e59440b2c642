// Sharing: parts are the whole, what changes nothing gets nothing, equals get the same, and what does not exist is gone around.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { apportion, type Player, shareAmount } from '../../src/diff/share-amount.ts';

const alone = (count: number): Player[] => Array.from({ length: count }, (_, index) => [index]);
const levels = (count: number) => [alone(count), [alone(count).flat()]];
const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);

describe('over every order', () => {
  test('two that need each other share what they make together', () => {
    // 10 apart, 20 apart, and 6 more when both are there: 3 of it each.
    const cost = (set: ReadonlySet<number>) => 100 + (set.has(0) ? 10 : 0) + (set.has(1) ? 20 : 0) + (set.size === 2 ? 6 : 0);
    const shared = shareAmount(levels(2), cost, 100, 136);
    expect(shared).toEqual({ method: 'all-orders', players: [[0], [1]], amounts: [13, 23] });
  });

  test('the glove game: who has the only left glove gets two thirds', () => {
    const cost = (set: ReadonlySet<number>) => (set.has(0) && (set.has(1) || set.has(2)) ? 1 : 0);
    const { amounts } = shareAmount(levels(3), cost, 0, 1);
    expect(amounts.map((amount) => Number(amount.toFixed(12)))).toEqual(
      [2 / 3, 1 / 6, 1 / 6].map((each) => Number(each.toFixed(12))),
    );
  });

  test('parts add up, idle causes get nothing, and equals the same', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 6 }),
        fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 64, maxLength: 64 }),
        (count, table) => {
          // The last cause changes nothing, and the first two are alike.
          const twin = (mask: number) => ((mask & 3) === 2 ? (mask & ~3) | 1 : mask);
          const cost = (set: ReadonlySet<number>) => {
            const mask = [...set].filter((index) => index < count - 1).reduce((bits, index) => bits | (1 << index), 0);
            return table[twin(mask)] ?? 0;
          };
          const [before, after] = [cost(new Set()), cost(new Set(alone(count).flat()))];
          const { amounts } = shareAmount(levels(count), cost, before, after);
          expect(sum(amounts)).toBeCloseTo(after - before, 6);
          expect(amounts[count - 1]).toBeCloseTo(0, 9);
          if (count > 3) expect(amounts[0]).toBeCloseTo(amounts[1] as number, 6);
        },
      ),
    );
  });

  test('orders through plans that do not exist are left out', () => {
    // The second cannot come first.
    const cost = (set: ReadonlySet<number>) => (set.has(1) && !set.has(0) ? null : set.size * 10);
    expect(shareAmount(levels(2), cost, 0, 25).amounts).toEqual([10, 15]);
  });

  test('causes that exist only together are told together', () => {
    const cost = (set: ReadonlySet<number>) => (set.has(0) === set.has(1) ? 100 + set.size : null);
    const shared = shareAmount([alone(3), [[0, 1], [2]], [[0, 1, 2]]], cost, 100, 103);
    expect(shared.players).toEqual([[0, 1], [2]]);
    expect(shared.amounts).toEqual([2, 1]);
  });

  test('where nothing in between exists, the whole is one', () => {
    expect(shareAmount(levels(3), () => null, 1, 5)).toEqual({ method: 'single', players: [[0, 1, 2]], amounts: [4] });
  });
});

test('beyond six causes two orders are enough, and asked for no more than twice each', () => {
  let asked = 0;
  const cost = (set: ReadonlySet<number>) => {
    asked += 1;
    return [...set].reduce((total, index) => total + index, 0);
  };
  const shared = shareAmount(levels(9), cost, 0, 36);
  expect(shared.method).toBe('two-orders');
  expect(shared.amounts).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(asked).toBe(16);
});

test('whole units add up to the whole, and none is a unit off', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 12 }), (amounts) => {
      const total = Math.round(sum(amounts)) + 0;
      const parts = apportion(amounts, total);
      expect(sum(parts) + 0).toBe(total);
      for (const [index, part] of parts.entries()) expect(Math.abs(part - (amounts[index] as number))).toBeLessThan(1.0001);
    }),
  );
});
