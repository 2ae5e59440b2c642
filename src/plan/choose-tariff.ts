// Tariffs: the price band a site pays follows from what it consumes in a year.
import type { Tariff } from '../documents/catalog/sites.ts';

/**
 * The all-in tariff of a country whose band holds a yearly consumption; else the one with the smallest band,
 * since a small site pays at least what a larger one does. Newer before older. Null where a country has none.
 * @param megawattHoursPerYear - at the facility's meter
 */
export function chooseTariff(tariffs: readonly Tariff[], country: string, megawattHoursPerYear: number): Tariff | null {
  let best: Tariff | null = null;
  for (const row of tariffs) {
    if (row.country !== country || row.kind !== 'all-in') continue;
    if (best === null || compareTariffs(row, best, megawattHoursPerYear) < 0) best = row;
  }
  return best;
}

/** Bands that hold the consumption first, then the smallest floor; national before local, newer before older. */
function compareTariffs(one: Tariff, other: Tariff, megawattHoursPerYear: number): number {
  return (
    bandOrder(one, megawattHoursPerYear) - bandOrder(other, megawattHoursPerYear) ||
    locality(one) - locality(other) ||
    other.period.localeCompare(one.period, 'en') ||
    one.id.localeCompare(other.id, 'en')
  );
}

function bandOrder(row: Tariff, megawattHoursPerYear: number): number {
  const floor = row.minimumMegawattHoursPerYear ?? 0;
  const ceiling = row.maximumMegawattHoursPerYear ?? Number.POSITIVE_INFINITY;
  return floor <= megawattHoursPerYear && megawattHoursPerYear <= ceiling ? 0 : 1 + floor;
}

function locality(row: Tariff): number {
  return row.area.includes('-') ? 1 : 0;
}
