// Reading a vendor's answer: a value and the form it is known for, or one clear error that says where it differs.
// In: parsed JSON and a schema. Out: the typed value. A form that changed is never guessed at.
import type { z } from 'zod';
import { SeekstackError } from '../errors.ts';

const TOLD_CHARACTERS = 60;
const ADDRESS_CHARACTERS = 160;

/** @throws SeekstackError E_SOURCE_SHAPE that names the first field which differs */
export function readAnswer<Schema extends z.ZodType>(value: unknown, schema: Schema, from: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = (issue?.path ?? []).map((part) => (typeof part === 'number' ? `[${part}]` : `.${sayText(String(part))}`)).join('');
  const found = (issue?.path ?? []).reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined),
    value,
  );
  throw shapeError(from, `${path.replace(/^\./, '') || 'the answer'} is ${sayValue(found)}`, expectedBy(issue));
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

function expectedBy(issue: z.core.$ZodIssue | undefined): string {
  if (issue?.code === 'invalid_type') return TYPES[issue.expected] ?? issue.expected;
  if (issue?.code === 'invalid_value') return issue.values.map((value) => JSON.stringify(value)).join(', ');
  return issue === undefined || issue.message.startsWith('Invalid') ? 'the form it is known for' : issue.message;
}

/** An answer in another form than it is known for. */
export function shapeError(from: string, got: string, expected: string): SeekstackError {
  return new SeekstackError({
    code: 'E_SOURCE_SHAPE',
    where: { file: from },
    got,
    expected,
    fix: 'nothing was written; if this stays, the vendor changed its answer: report it, and enter the price by hand meanwhile',
  });
}

/** A vendor's text, safe to print: no control characters, not longer than a line has room for. */
export function sayText(text: string, longest = TOLD_CHARACTERS): string {
  const clean = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '?');
  return clean.length <= longest ? clean : `${clean.slice(0, longest - 1)}…`;
}

/** An address as an error tells it: without a question that takes a screen. The source in the price file has all of it. */
export function shortAddress(href: string): string {
  return href.length <= ADDRESS_CHARACTERS ? href : `${href.split('?')[0]}?…`;
}

function sayValue(value: unknown): string {
  if (value === undefined) return 'absent';
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'a mapping';
  return sayText(JSON.stringify(value) ?? String(value));
}

/** Hours of a term as vendors count them. */
export const TERM_HOURS = { 1: 8760, 3: 26_280 } as const;

/** A term total as an hourly price, to a millionth of a dollar. */
export function perHour(totalUsd: number, years: 1 | 3): number {
  return roundMillionth(totalUsd / TERM_HOURS[years]);
}

export function roundMillionth(usd: number): number {
  return Number(usd.toFixed(6));
}
