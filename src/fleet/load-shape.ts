// Load shape: how the load of a day and a week lies below its peak.
// In: 24 hours of a working day and a weekend's share. Out: the 168 hours of a week, relative to the peak.

export interface WeekShape {
  /** Load of each hour from Monday 00:00 on over the peak's, 0–1; 168 of them. */
  readonly hours: readonly number[];
  /** Mean of them. */
  readonly meanToPeakRatio: number;
}

const DAYS = 7;
const WEEKEND_DAYS = 2;

/**
 * A week whose mean is `meanToPeakRatio` times its peak: the hours' distance from the peak is stretched or shrunk to fit,
 * so that the form of the day comes from one source and the level from another.
 * @param hours - of a working day, any unit, the largest above 0
 */
export function weekOf(hours: readonly number[], weekendRatio: number, meanToPeakRatio: number | null): WeekShape {
  const busiest = Math.max(...hours);
  const week = Array.from({ length: DAYS * hours.length }, (_, index) => {
    const load = (hours[index % hours.length] ?? 0) / busiest;
    return Math.floor(index / hours.length) >= DAYS - WEEKEND_DAYS ? load * weekendRatio : load;
  });
  const peak = Math.max(...week);
  const relative = week.map((load) => load / peak);
  const mean = relative.reduce((sum, load) => sum + load, 0) / relative.length;
  if (meanToPeakRatio === null || mean >= 1) return { hours: relative, meanToPeakRatio: mean };
  const stretch = (1 - meanToPeakRatio) / (1 - mean);
  const fitted = relative.map((load) => Math.max(0, 1 - (1 - load) * stretch));
  return { hours: fitted, meanToPeakRatio: fitted.reduce((sum, load) => sum + load, 0) / fitted.length };
}
