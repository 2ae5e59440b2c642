// Lengths by percentile: quantiles run through the points, means are those of the curve.
import fc from 'fast-check';
import { probit } from 'simple-statistics';
import { expect, test } from 'vitest';
import { fixedLength, lengthOf, meanTokens, quantileTokens, tokensAtScore, variabilityOf } from '../../src/physics/lengths.ts';

test('median and 95th percentile alone make the lognormal through both', () => {
  const length = lengthOf(1000, 4000);
  const sigma = Math.log(4) / probit(0.95);
  expect(quantileTokens(length, 0.5)).toBeCloseTo(1000, 6);
  expect(quantileTokens(length, 0.95)).toBeCloseTo(4000, 6);
  expect(meanTokens(length) / (1000 * Math.exp(sigma ** 2 / 2))).toBeCloseTo(1, 4);
  expect(variabilityOf(length) / (Math.exp(sigma ** 2) - 1)).toBeCloseTo(1, 3);
});

test('a fixed length is what it says', () => {
  expect([meanTokens(fixedLength(700)), quantileTokens(fixedLength(700), 0.99), variabilityOf(fixedLength(700))]).toEqual([
    700, 700, 0,
  ]);
  expect(meanTokens(fixedLength(0))).toBe(0);
  expect(lengthOf(500, 500)).toEqual(fixedLength(500));
});

const percentiles = fc
  .uniqueArray(fc.constantFrom(0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99), { minLength: 2 })
  .chain((probabilities) =>
    fc
      .array(fc.integer({ min: 1, max: 50_000 }), { minLength: probabilities.length, maxLength: probabilities.length })
      .map((tokens) => {
        const sorted = tokens.toSorted((one, other) => one - other);
        return {
          points: probabilities
            .toSorted((one, other) => one - other)
            .map((probability, index) => ({ probability, tokens: sorted[index] as number })),
        };
      }),
  );

test('quantiles run through every point and never fall', () => {
  fc.assert(
    fc.property(percentiles, (length) => {
      for (const point of length.points) expect(quantileTokens(length, point.probability) / point.tokens).toBeCloseTo(1, 6);
      let before = 0;
      for (let z = -3; z <= 3; z += 0.1) {
        const tokens = tokensAtScore(length, z);
        expect(tokens).toBeGreaterThanOrEqual(before * (1 - 1e-12));
        before = tokens;
      }
    }),
  );
});

test('the mean is the integral over the curve', () => {
  const length = {
    points: [
      { probability: 0.1, tokens: 50 },
      { probability: 0.5, tokens: 400 },
      { probability: 0.9, tokens: 900 },
      { probability: 0.99, tokens: 6000 },
    ],
  };
  let sum = 0;
  const step = 0.001;
  for (let z = -8; z < 8; z += step) sum += (tokensAtScore(length, z) * Math.exp((-z * z) / 2) * step) / Math.sqrt(2 * Math.PI);
  expect(meanTokens(length) / sum).toBeCloseTo(1, 3);
});
