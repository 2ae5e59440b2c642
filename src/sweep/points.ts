// Points of a sweep: the full grid, or a Latin hypercube that covers every field's range evenly with few points.
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { SeekstackError } from '../errors.ts';
import type { Variation } from './parse-vary.ts';

/** One combination: a value for each varied field, in the order of the variations. */
export type Point = readonly unknown[];

/** More than this is a mistake, or a job for several runs. */
const MOST_POINTS = 100_000;

/** Every combination; the last field varies fastest. */
export function gridPoints(variations: readonly Variation[]): Point[] {
  refuseTooMany(variations.reduce((product, { values }) => product * values.length, 1));
  return variations.reduce<Point[]>(
    (points, { values }) => points.flatMap((point) => values.map((value) => [...point, value])),
    [[]],
  );
}

/**
 * A Latin hypercube: each field's range is cut into as many strata as there are points, and each stratum is met once.
 * Fields with listed values meet each of them equally often, to within one.
 * @source McKay, Beckman and Conover 1979
 */
export function sampledPoints(variations: readonly Variation[], count: number, seed: number): Point[] {
  refuseTooMany(count);
  const generator = xoroshiro128plus(seed | 0);
  const uniform = () => uniformFloat64(generator);
  const columns = variations.map(({ values, at }) =>
    shuffled(count, uniform).map((stratum) =>
      at === null ? values[Math.floor((stratum * values.length) / count)] : at((stratum + uniform()) / count),
    ),
  );
  return Array.from({ length: count }, (_, index) => columns.map((column) => column[index]));
}

/** 0 … count − 1 in an order of chance. */
function shuffled(count: number, uniform: () => number): number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last -= 1) {
    const chosen = Math.floor(uniform() * (last + 1));
    [order[last], order[chosen]] = [order[chosen] as number, order[last] as number];
  }
  return order;
}

/** A document with one field set; mappings on the way are made where they are missing. */
export function withField(document: unknown, field: string, value: unknown): unknown {
  const [name = '', ...rest] = field.split('.');
  const mapping = typeof document === 'object' && document !== null && !Array.isArray(document) ? document : {};
  return {
    ...mapping,
    [name]: rest.length === 0 ? value : withField((mapping as Record<string, unknown>)[name], rest.join('.'), value),
  };
}

function refuseTooMany(count: number): void {
  if (count > MOST_POINTS)
    throw new SeekstackError({
      code: 'E_USAGE',
      where: { field: '--vary' },
      got: `${count} points`,
      expected: `at most ${MOST_POINTS}`,
      fix: 'vary fewer fields, give fewer values, or draw a sample with --sample',
    });
}
