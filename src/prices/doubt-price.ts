// Doubts: what makes a new price one that somebody should look at before it is taken.
// In: a listed price, the row it replaces, what else is known of the instance. Out: reasons, in words; none where nothing speaks against it.
import type { InstancePrice } from '../documents/catalog/prices.ts';
import type { ListedPrice } from '../documents/price-refresh.ts';

/** A price that moved further than this, either way, is taken only when it is accepted. */
export const MOVE_LIMIT = 0.3;
/** A region asks at most this many times what others ask; what is known goes up to 1.5. */
const REGION_FACTOR = 2;
/** Below these shares of the list price a term total was not one, or a unit changed. */
const LEAST_COMMITMENT_SHARE = 0.1;
const LEAST_SPOT_SHARE = 0.02;

export interface Surroundings {
  readonly before: InstancePrice | null;
  /** On-demand price of the same instance and region, of the same refresh where it brought one. */
  readonly listUsdPerHour: number | null;
  /** On-demand prices of the same instance in other regions, as the catalogue has them. */
  readonly elsewhereUsdPerHour: readonly number[];
}

export function doubtsOf(price: ListedPrice, { before, listUsdPerHour, elsewhereUsdPerHour }: Surroundings): string[] {
  const doubts = [...price.doubts];
  const { usdPerHour, purchase } = price;
  if (before !== null) {
    const moved = usdPerHour / before.usdPerHour - 1;
    if (Math.abs(moved) > MOVE_LIMIT)
      doubts.push(`moved by ${moved > 0 ? '+' : ''}${(moved * 100).toFixed(1)}%, more than ${MOVE_LIMIT * 100}%`);
  }
  if (purchase === 'on-demand') {
    if (before !== null) return doubts;
    const median = medianOf(elsewhereUsdPerHour);
    if (median === null) doubts.push('the first price known of this instance');
    else if (usdPerHour > median * REGION_FACTOR || usdPerHour < median / REGION_FACTOR)
      doubts.push(`new, and other regions ask about USD ${median}`);
    return doubts;
  }
  if (listUsdPerHour === null) {
    if (before === null) doubts.push('new, with no on-demand price to hold it against');
  } else if (usdPerHour > listUsdPerHour) doubts.push(`above the on-demand price of USD ${listUsdPerHour}`);
  else {
    const least = purchase === 'spot' ? LEAST_SPOT_SHARE : LEAST_COMMITMENT_SHARE;
    if (usdPerHour < listUsdPerHour * least)
      doubts.push(`less than ${least * 100}% of the on-demand price of USD ${listUsdPerHour}`);
  }
  return doubts;
}

function medianOf(values: readonly number[]): number | null {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? null;
}
