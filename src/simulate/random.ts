// Chance: seeded streams of uniform, normal and gamma numbers. The same seed gives the same numbers on every machine.
import { randomBeta, randomGamma, randomNormal } from 'd3-random';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A source of chance; independent ones come from different seeds. */
export interface Chance {
  /** 0 up to, not including, 1. */
  readonly uniform: () => number;
  /** Mean 0, variance 1. */
  readonly normal: () => number;
  /** Mean 1, and `1 / shape` of variance. */
  readonly gamma: (shape: number) => () => number;
  /** Between 0 and 1, mean alpha / (alpha + beta). */
  readonly beta: (alpha: number, beta: number) => () => number;
}

/** @param seed - any whole number; only its low 32 bits count */
export function seededChance(seed: number): Chance {
  const generator = xoroshiro128plus(seed | 0);
  const uniform = () => uniformFloat64(generator);
  return {
    uniform,
    normal: randomNormal.source(uniform)(0, 1),
    gamma: (shape) => randomGamma.source(uniform)(shape, 1 / shape),
    beta: (alpha, beta) => randomBeta.source(uniform)(alpha, beta),
  };
}
