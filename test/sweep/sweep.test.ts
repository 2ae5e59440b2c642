// What a sweep varies and where its points lie.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseVariation } from '../../src/sweep/parse-vary.ts';
import { gridPoints, sampledPoints, withField } from '../../src/sweep/points.ts';

describe('values', () => {
  test.each([
    ['tokens.cacheHit=0%,30%,60%', ['0%', '30%', '60%']],
    ['demand.users=100, 1000', [100, 1000]],
    ['latency.tpot="p95 <= 30ms","p95 <= 50ms"', ['p95 <= 30ms', 'p95 <= 50ms']],
    ['place.clouds=[aws],[aws, azure]', [['aws'], ['aws', 'azure']]],
    ['budget.term=none,1y,3y', ['none', '1y', '3y']],
    ['demand.users=100..500:3', [100, 300, 500]],
    ['demand.users=100..10000:3:log', [100, 1000, 10_000]],
    ['tokens.cacheHit=10%..60%:6', ['10%', '20%', '30%', '40%', '50%', '60%']],
    ['latency.tpot="p95 <= 20ms..60ms:3"', ['p95 <= 20ms', 'p95 <= 40ms', 'p95 <= 60ms']],
    ['budget.monthly=USD 50k..150k:3', ['USD 50k', 'USD 100k', 'USD 150k']],
    ['demand.requestsPerSecond=0.5..1.5:3', [0.5, 1, 1.5]],
  ])('%s', (text, values) => {
    expect(parseVariation(text).values).toEqual(values);
  });
  test.each(['', 'demand.users', '=3', 'demand.users=', 'a=10..5:3', 'a=1ms..5s:3', 'a=1..5:1', 'a=[1'])(
    '%s is refused',
    (text) => {
      expect(() => parseVariation(text)).toThrow(/E_USAGE/);
    },
  );
});

test('a grid holds every combination once, the last field fastest', () => {
  const variations = ['a=1,2', 'b=x,y,z'].map(parseVariation);
  expect(gridPoints(variations)).toEqual([
    [1, 'x'],
    [1, 'y'],
    [1, 'z'],
    [2, 'x'],
    [2, 'y'],
    [2, 'z'],
  ]);
  expect(() => gridPoints(['a=1..1000:1000', 'b=1..1000:1000'].map(parseVariation))).toThrow(/E_USAGE/);
});

test('a Latin hypercube meets every stratum of every range once, and listed values equally often', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 60 }), fc.integer(), (count, seed) => {
      const points = sampledPoints(['a=0.0..1.0:2', 'b=x,y,z'].map(parseVariation), count, seed);
      const strata = points.map(([share]) => Math.min(count - 1, Math.floor(Number(share) * count + 1e-4)));
      expect(new Set(strata).size).toBeGreaterThanOrEqual(count - 1);
      for (const value of ['x', 'y', 'z'])
        expect(Math.abs(points.filter(([, listed]) => listed === value).length - count / 3)).toBeLessThan(1);
      expect(sampledPoints(['a=0.0..1.0:2', 'b=x,y,z'].map(parseVariation), count, seed)).toEqual(points);
    }),
  );
});

test('a field is set without touching its neighbours', () => {
  expect(withField({ a: { b: 1, c: 2 } }, 'a.b', 9)).toEqual({ a: { b: 9, c: 2 } });
  expect(withField({}, 'x.y.z', 'new')).toEqual({ x: { y: { z: 'new' } } });
});
