// Values after flags that several commands share: counts, days, instants, factors. Commander tells the user what was wrong.
import { InvalidArgumentError, Option } from 'commander';
import { LANGUAGES } from '../language/catalogue.ts';

/** `0.9` or `90%`. */
export function parseConfidence(text: string): number {
  const digits = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
  const share = digits === null ? Number.NaN : Number(digits[1]) / (digits[2] === '%' ? 100 : 1);
  if (!(share >= 0.5 && share <= 0.99)) throw new InvalidArgumentError('It must be 0.5 to 0.99, such as 0.9 or 90%.');
  return share;
}

/** Language of what people read. */
export function languageOption(): Option {
  return new Option('--lang <language>', 'English or Norwegian').choices([...LANGUAGES]).default('en');
}

/** A whole number within bounds. */
export function parseCount(least: number, most: number): (text: string) => number {
  return (text) => {
    const count = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(count >= least && count <= most)) throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    return count;
  };
}

export function parseDay(text: string): string {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : new Date(Number.NaN);
  if (Number.isNaN(day.getTime()) || !day.toISOString().startsWith(text))
    throw new InvalidArgumentError('It must be a day, such as 2026-11-23.');
  return text;
}

/** Any instant of ISO 8601, in UTC to seconds. */
export function parseInstant(text: string): string {
  const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text) ? new Date(text) : new Date(Number.NaN);
  if (Number.isNaN(instant.getTime())) throw new InvalidArgumentError('It must be an instant, such as 2026-11-23T10:00:00Z.');
  return instant.toISOString().replace(/\.\d+Z$/, 'Z');
}

export function parseFactor(text: string): number {
  const factor = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(factor > 0 && factor <= 1e6)) throw new InvalidArgumentError('It must be a number above 0, such as 1.5.');
  return factor;
}

/** Options that may be given again. */
export function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}
