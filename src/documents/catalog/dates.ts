// Dates of facts: reduced dates count from their first day, and an age is a number of whole days.

const MILLISECONDS_PER_DAY = 86_400_000;

/** `2026` and `2026-10` as their first day. */
export function fullDate(date: string): string {
  return `${date}${'-01-01'.slice(date.length - 4)}`;
}

/** Days from a date to a day; below 0 for what is dated later. */
export function daysBetween(date: string, day: string): number {
  return Math.floor(
    (Date.parse(`${fullDate(day)}T00:00:00Z`) - Date.parse(`${fullDate(date)}T00:00:00Z`)) / MILLISECONDS_PER_DAY,
  );
}
