// Days on the command line: a full date that exists, or one clear error.
import { SeekstackError } from '../errors.ts';

/** @returns the same text, once it is known to be a day */
export function readDay(text: string, option: string): string {
  const at = Date.parse(`${text}T00:00:00Z`);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at) && new Date(at).toISOString().startsWith(text)) return text;
  throw new SeekstackError({
    code: 'E_USAGE',
    where: { field: option },
    got: text,
    expected: 'a date such as 2026-11-23',
    fix: 'write year, month and day',
  });
}
