// Tariffs: the price band a site pays follows from what it consumes in a year.
import type { Tariff } from '../documents/catalog/sites.ts';

/**
 * The all-in tariff of a country whose band holds a yearly consumption; else the one with the smallest band,
 * since a small site pays at least what a larger one does. Newer before older. Null where a country has none.
 * @param megawattHoursPerYear - at the facility's meter
 */
export function chooseTariff(tariffs: readonly Tariff[], country: string, megawattHoursPerYear: number): Tariff | null {
  const candidates = tariffs.filter((row) => row.country === country && row.kind === 'all-in');
  const order = (row: Tariff) => {
    const floor = row.minimumMegawattHoursPerYear ?? 0;
    const ceiling = row.maximumMegawattHoursPerYear ?? Number.POSITIVE_INFINITY;
    const inside = floor <= megawattHoursPerYear && megawattHoursPerYear <= ceiling;
    return inside ? 0 : 1 + floor;
  };
  const national = (row: Tariff) => (row.area.includes('-') ? 1 : 0);
  return (
    candidates.toSorted(
      (one, other) =>
        order(one) - order(other) ||
        national(one) - national(other) ||
        other.period.localeCompare(one.period, 'en') ||
        one.id.localeCompare(other.id, 'en'),
    )[0] ?? null
  );
}
