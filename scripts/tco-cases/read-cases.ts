// Published cases: a YAML file of inputs and published figures.
// In: a file. Out: cases, and prices of hosted APIs they are held against; or one error with file, line and field.
import { z } from 'zod';
import { SeekstackError } from '../../src/errors.ts';
import { parseLocated } from '../../src/files/located-document.ts';
import { readText } from '../../src/files/read-text.ts';
import type { ApiPrices } from './formulas.ts';

const LIMIT_BYTES = 4 * 1024 * 1024;
const numbers = z.record(z.string(), z.number());

export const caseSchema = z.looseObject({
  id: z.string().min(1),
  formula: z.string().min(1),
  source: z.string().default(''),
  inputs: z.record(z.string(), z.union([z.number(), z.string(), z.boolean(), z.null()])),
  published: z.record(z.string(), z.union([z.number(), z.string(), z.null()])),
  tolerance_rel: z.number().min(0).max(10).default(0.01),
  quirk: z.string().optional(),
});
const fileSchema = z.looseObject({ cases: z.array(caseSchema).min(1) });

export type TcoCase = z.infer<typeof caseSchema>;

export interface CasesFile {
  readonly cases: readonly TcoCase[];
  readonly prices: Readonly<Record<string, ApiPrices>>;
}

const priceSchema = z.looseObject({ input: z.number(), output: z.number() });

export function readCases(file: string): CasesFile {
  const document = parseLocated(readText(file, LIMIT_BYTES), file);
  const read = fileSchema.safeParse(document.value);
  if (!read.success)
    throw new SeekstackError(
      read.error.issues.map((issue) => ({
        code: 'E_VALUE' as const,
        where: document.locate(issue.path),
        got: issue.message,
        expected: 'cases, each with id, formula, inputs, published and perhaps source, tolerance_rel',
        fix: 'mend the field; examples/comparisons/published.yaml shows the shape',
      })),
    );
  const content = read.data;
  const prices: Record<string, ApiPrices> = {};
  // Prices stand under a name of the file's choice: any record of records with input and output.
  for (const value of Object.values(content)) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) continue;
    for (const [name, each] of Object.entries(value)) {
      const price = priceSchema.safeParse(each);
      if (price.success) prices[name] = { input: price.data.input, output: price.data.output };
    }
  }
  return { cases: content.cases, prices };
}

/** The numbers of a record; words beside them are notes. */
export function numbersOf(record: Readonly<Record<string, unknown>>): Record<string, number> {
  return numbers.parse(Object.fromEntries(Object.entries(record).filter(([, value]) => typeof value === 'number')));
}
