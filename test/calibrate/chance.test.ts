// Few samples: quantiles against tables, and ranges that hold what they promise.
import { describe, expect, test } from 'vitest';
import { nextResidual, upperStudent } from '../../src/calibrate/chance.ts';
import { seededChance } from '../../src/simulate/random.ts';

test.each([
  [3, 1.6377],
  [4, 1.5332],
  [5, 1.4759],
  [10, 1.3722],
  [30, 1.3104],
  [1000, 1.2824],
])('the 90 %% quantile of Student’s t with %i degrees of freedom is that of the tables', (degrees, table) => {
  expect(Math.abs(upperStudent(degrees) / table - 1)).toBeLessThan(0.01);
});

describe('the range of the next residual', () => {
  const known = { low: Math.log(0.8), high: Math.log(1.25) };
  const width = ({ low, high }: { low: number; high: number }) => high - low;

  test('is the one that was known where nothing was measured', () => {
    const range = nextResidual([], known, 5);
    expect(range.low).toBeCloseTo(known.low, 10);
    expect(range.high).toBeCloseTo(known.high, 10);
  });

  test('narrows with every residual that is small from the third on, and never to nothing', () => {
    let before = width(known);
    for (let n = 3; n <= 40; n += 1) {
      const now = width(
        nextResidual(
          Array.from({ length: n }, () => 0),
          known,
          5,
        ),
      );
      expect(now).toBeLessThan(before);
      // Five known points among n: the deviation is at least what they alone leave.
      expect(now).toBeGreaterThan(width(known) * Math.sqrt(5 / (5 + n)));
      before = now;
    }
  });

  test('is widened by residuals that are large, and moves to where they lie', () => {
    const scattered = nextResidual([0.8, -0.8, 0.7, -0.7], known, 5);
    expect(width(scattered)).toBeGreaterThan(width(known));
    const slow = nextResidual([0.3, 0.3, 0.3, 0.3, 0.3, 0.3], known, 5);
    expect((slow.low + slow.high) / 2).toBeGreaterThan(0.1);
  });

  test.each([3, 5, 8, 12])('holds four of five next points after %i of a scatter like the known one', (n) => {
    const { normal } = seededChance(17 + n);
    const deviation = width(known) / 2 / 1.2816;
    let inside = 0;
    const rounds = 4000;
    for (let round = 0; round < rounds; round += 1) {
      const range = nextResidual(
        Array.from({ length: n }, () => deviation * normal()),
        known,
        5,
      );
      const next = deviation * normal();
      if (next >= range.low && next <= range.high) inside += 1;
    }
    expect(inside / rounds).toBeGreaterThan(0.8);
    expect(inside / rounds).toBeLessThan(0.9);
  });
});
