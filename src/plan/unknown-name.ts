// One problem for every name that leads nowhere, with the nearest names that do.
import { distance } from 'fastest-levenshtein';
import type { Problem } from '../errors.ts';

/** @param fallback - what to do when no known name is near */
export function unknownName(field: string, got: string, known: readonly string[], fallback: string): Problem {
  const nearest = known.toSorted((one, other) => distance(one, got) - distance(other, got)).slice(0, 3);
  const first = nearest[0];
  const close = first !== undefined && distance(first, got) <= Math.max(3, got.length / 2);
  return {
    code: 'E_REFERENCE',
    where: { field },
    got,
    expected: `a name in the catalogue, such as ${nearest.join(', ')}`,
    fix: close ? `did you mean ${first}?` : fallback,
  };
}
