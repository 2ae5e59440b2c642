// Energy by the hour: what a kilowatt-hour costs, or emits, on average over the energy that is drawn.
// In: watts and prices of each hour of a week. Out: their mean, weighted by energy.

/**
 * Mean of hourly values weighted by the energy of each hour: Σ watts · value ÷ Σ watts.
 * @param values - a kilowatt-hour's price or grams, one an hour
 * @param watts - mean power of the same hours, 0 or more
 */
export function weightedByEnergy(values: readonly number[], watts: readonly number[]): number {
  const [first = 0] = values;
  // One value all week is that value, to the last digit.
  if (values.every((value) => value === first)) return first;
  const energy = watts.reduce((sum, each) => sum + each, 0);
  if (energy === 0) return values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value, hour) => sum + value * (watts[hour] ?? 0), 0) / energy;
}

/** Mean of hours that count alike. */
export function meanOf(values: readonly number[]): number {
  return weightedByEnergy(
    values,
    values.map(() => 1),
  );
}
