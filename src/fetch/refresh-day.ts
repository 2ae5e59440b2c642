// The day prices are dated by: the day a vendor gave the answer, or the one that was asked for.

/** @param asked - stands in for the clock, so that a refresh can be repeated to the byte */
export function refreshDay(asked: string | null, retrieved: Date): string {
  return asked ?? retrieved.toISOString().slice(0, 10);
}
