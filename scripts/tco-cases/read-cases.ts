// Published cases: a YAML file of inputs and published figures.
// In: a file. Out: cases, and prices of hosted APIs they are held against; or one error with file, line and field.
import { isScalar, parseDocument } from 'yaml';
import { z } from 'zod';
import { SeekstackError } from '../../src/errors.ts';
import { parseLocated } from '../../src/files/located-document.ts';
import { readText } from '../../src/files/read-text.ts';
import type { ApiPrices } from './formulas.ts';

const LIMIT_BYTES = 4 * 1024 * 1024;
const value = z.union([z.number(), z.string(), z.boolean(), z.null()], { error: 'must be a number, or a word' });

const caseSchema = z.looseObject({
  id: z.string({ error: 'must be a text' }).min(1),
  formula: z.string({ error: 'must be a text' }).min(1),
  source: z.string({ error: 'must be a text' }).default(''),
  inputs: z.record(z.string(), value, { error: 'must be a mapping of names to numbers' }),
  published: z
    .record(z.string(), value, { error: 'must be a mapping of names to numbers' })
    .refine((figures) => Object.keys(figures).length > 0, { error: 'must hold one figure or more' }),
  tolerance_rel: z
    .number({ error: 'must be a number from 0 to 10' })
    .min(0, { error: 'must be a number from 0 to 10' })
    .max(10, { error: 'must be a number from 0 to 10' })
    .default(0.01),
  quirk: z.string({ error: 'must be a text' }).optional(),
});
const fileSchema = z.looseObject({
  cases: z.array(caseSchema, { error: 'must be a list of cases' }).min(1, { error: 'must hold one case or more' }),
});
const priceSchema = z.looseObject({ input: z.number(), output: z.number() });

export interface PublishedFigure {
  readonly name: string;
  /** Null where the publication says that it never comes about. */
  readonly value: number | null;
  /** Half a unit of the last digit as it stands in the file: 34.0 is known more closely than 34. */
  readonly halfDigit: number;
  /** The words, where they are no number. */
  readonly words?: string;
}

export interface TcoCase {
  readonly id: string;
  readonly formula: string;
  readonly source: string;
  readonly inputs: Readonly<Record<string, number>>;
  /** Inputs that are words: notes, and names of machines. */
  readonly notes: Readonly<Record<string, string>>;
  readonly published: readonly PublishedFigure[];
  readonly toleranceRatio: number;
}

export interface CasesFile {
  readonly cases: readonly TcoCase[];
  readonly prices: Readonly<Record<string, ApiPrices>>;
}

export function readCases(file: string): CasesFile {
  const text = readText(file, LIMIT_BYTES);
  const document = parseLocated(text, file);
  const read = fileSchema.safeParse(document.value);
  if (!read.success)
    throw new SeekstackError(
      read.error.issues.map((issue) => ({
        code: 'E_VALUE' as const,
        where: document.locate(issue.path),
        got: described(valueAt(document.value, issue.path)),
        expected: issue.message.startsWith('must ') ? issue.message.replace(/^must (be )?/, '') : 'a file with a list of cases',
        fix: 'each case has id, formula, inputs, published; examples/comparisons/published.yaml shows the shape',
      })),
    );
  const ids = read.data.cases.map((each) => each.id);
  const again = ids.findIndex((id, index) => ids.indexOf(id) !== index);
  if (again !== -1)
    throw new SeekstackError({
      code: 'E_VALUE',
      where: document.locate(['cases', again, 'id']),
      got: `a second case ${ids[again]}`,
      expected: 'an id of its own for each case',
      fix: 'rename one of the two',
    });
  // Digits as printed are lost once a number is parsed.
  const printed = parseDocument(text);
  return {
    cases: read.data.cases.map((each, index) => ({
      id: each.id,
      formula: each.formula,
      source: each.source,
      inputs: Object.fromEntries(
        Object.entries(each.inputs).flatMap(([name, given]) => {
          const number = numberIn(given);
          return number === null ? [] : [[name, number]];
        }),
      ),
      notes: Object.fromEntries(
        Object.entries(each.inputs).flatMap(([name, given]) => (numberIn(given) === null ? [[name, String(given)]] : [])),
      ),
      published: Object.entries(each.published).map(([name, given]) => {
        const number = numberIn(given);
        const node = printed.getIn(['cases', index, 'published', name], true);
        const digits = typeof given === 'string' || !isScalar(node) ? String(given) : (node.source ?? String(given));
        const isNever = given === null || /^(never|none|n\/?a|infinite|infinity)$/i.test(String(given).trim());
        return {
          name,
          value: number,
          halfDigit: number === null ? 0 : halfDigitOf(digits),
          ...(number === null && !isNever ? { words: String(given) } : {}),
        };
      }),
      toleranceRatio: each.tolerance_rel,
    })),
    prices: pricesIn(read.data),
  };
}

/** Prices stand under a name of the file's choice: any record of records with input and output. */
function pricesIn(content: Readonly<Record<string, unknown>>): Record<string, ApiPrices> {
  const prices: Record<string, ApiPrices> = {};
  for (const group of Object.values(content)) {
    if (typeof group !== 'object' || group === null || Array.isArray(group)) continue;
    for (const [name, each] of Object.entries(group)) {
      const price = priceSchema.safeParse(each);
      if (price.success) prices[name] = { input: price.data.input, output: price.data.output };
    }
  }
  return prices;
}

/** A number, also one in quotes, with a currency, thousands or a percent sign. */
function numberIn(given: unknown): number | null {
  if (typeof given === 'number') return given;
  if (typeof given !== 'string') return null;
  const plain = given
    .trim()
    .replace(/^(usd|\$)\s*/i, '')
    .replaceAll(/(?<=\d)[,_](?=\d{3})/g, '');
  const match = /^([+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*(%?)$/i.exec(plain);
  return match === null ? null : Number(match[1]) / (match[2] === '%' ? 100 : 1);
}

/** Half a unit of the last digit of a number as it is written. */
export function halfDigitOf(digits: string): number {
  const match = /^[^\d]*[\d,_]*(?:\.(\d*))?(?:e([+-]?\d+))?\s*(%?)$/i.exec(digits.trim());
  const decimals = (match?.[1]?.length ?? 0) + (match?.[3] === '%' ? 2 : 0);
  return 0.5 * 10 ** (Number(match?.[2] ?? 0) - decimals);
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined),
    root,
  );
}

function described(found: unknown): string {
  if (found === undefined || found === null) return 'nothing';
  if (Array.isArray(found)) return found.length === 0 ? 'an empty list' : 'a list';
  return typeof found === 'object' ? (Object.keys(found).length === 0 ? 'an empty mapping' : 'a mapping') : JSON.stringify(found);
}
