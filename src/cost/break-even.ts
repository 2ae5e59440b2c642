// Break-even: at which share of the hours renting by the hour costs as much as owning.

/**
 * Share of the hours of a month above which owning is cheaper than renting the same fleet by the hour.
 * @param ownedUsdPerMonth - all costs of owning, which do not fall when the fleet idles
 * @param rentedUsdPerHour - the rented fleet while it runs
 * @returns 0–1, or null when owning never pays off
 * @source owned = rented per hour × 730 × share
 */
export function breakEvenShare(ownedUsdPerMonth: number, rentedUsdPerHour: number, hoursPerMonth: number): number | null {
  const share = ownedUsdPerMonth / (rentedUsdPerHour * hoursPerMonth);
  return share <= 1 ? share : null;
}
