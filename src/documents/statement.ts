// Statements: sentences apart from any language, for documents that are read in several.
// A statement names a message of the catalogue in src/language and holds what stands in it, each number under its unit.
import { z } from 'zod';

/** One number with its unit: of counts the message chooses the plural. */
const quantitySchema = z.union([
  z.strictObject({ count: z.number() }),
  z.strictObject({ seconds: z.number() }),
  z.strictObject({ bytes: z.number() }),
  z.strictObject({ watts: z.number() }),
  z.strictObject({ usd: z.number() }),
  z.strictObject({ ratio: z.number() }),
  /** Of two ratios, told with its sign: 0.13 is "+13%". */
  z.strictObject({ difference: z.number() }),
]);
const plainSchema = z.union([z.string(), quantitySchema]);

/** A part of a sentence. */
const phraseSchema = z.strictObject({ key: z.string(), values: z.record(z.string(), plainSchema) });

/** Phrases within it stand side by side, with commas; they hold none themselves, so that no file nests without end. */
export const statementSchema = z
  .strictObject({
    key: z.string(),
    values: z.record(z.string(), z.union([plainSchema, z.array(phraseSchema)])),
  })
  .meta({ id: 'statement', description: 'A sentence apart from any language: a message and what stands in it.' });

export type Quantity = z.infer<typeof quantitySchema>;
export type Phrase = z.infer<typeof phraseSchema>;
export type Statement = z.infer<typeof statementSchema>;

/** A warning, in English and apart from any language; files of earlier versions have the English alone. */
export const warningSchema = z.strictObject({ id: z.string(), message: z.string(), statement: statementSchema.optional() });
export type Warning = z.infer<typeof warningSchema>;
