// Facts: a number as its source prints it, with the unit beside it and the source behind it.
// In: `{ value: 80, unit: GiB, source: sheet }`. Out: `{ bytes: 85899345920, source: 'sheet', … }`, canonical unit in the name.
import { z } from 'zod';
import { type Dimension, toCanonical, unitsOf } from '../units.ts';

/** An ISO 8601 date, reduced to a month or a year where no more is known. */
export const isoDate = z
  .string()
  .regex(/^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$/, 'a date such as 2026-11-23, 2026-11 or 2026');

/** Lower-case identifier: letters, digits, dots, dashes. */
export const identifier = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,79}$/, 'lower-case letters, digits, dots and dashes');

/** Where facts come from; `assumed` and `derived` are listed in every report that uses them, `own` is marked as the buyer's. */
export const sourceSchema = z.strictObject({
  kind: z.enum(['datasheet', 'price-list', 'price-api', 'publication', 'repository', 'measured', 'derived', 'assumed', 'own']),
  /** What a reader should look for; for `derived` the formula, for `assumed` the reason, in words. */
  title: z.string().min(3),
  /** Where a reader can look: a web address, or a public repository and path. */
  url: z.string().min(3).optional(),
  /** Date of the fact, or of the copy that was read. */
  asOf: isoDate,
});
export type Source = z.infer<typeof sourceSchema>;

export const sourcesSchema = z.record(z.string().regex(/^[a-z0-9][a-z0-9._-]*$/), sourceSchema);

/** A canonical number with its low and high where the source gives a range, and its source's key. */
export type Fact<D extends Dimension> = { readonly [K in D]: number } & {
  readonly low: number;
  readonly high: number;
  readonly source: string;
  readonly asOf?: string | undefined;
  readonly note?: string | undefined;
  /** As the document states it, for derivations. */
  readonly stated: string;
};

/**
 * Schema of a fact of one dimension: either `value`, or `low` and `high` with `typical` between them.
 * Without `typical` the midpoint is taken and `stated` says so.
 */
export function fact<D extends Dimension>(dimension: D) {
  return z
    .strictObject({
      value: z.number().min(0).optional(),
      low: z.number().min(0).optional(),
      typical: z.number().min(0).optional(),
      high: z.number().min(0).optional(),
      unit: z.enum(unitsOf(dimension) as [string, ...string[]]),
      source: z.string(),
      asOf: isoDate.optional(),
      note: z.string().optional(),
    })
    .superRefine((stated, context) => {
      const { value, low, typical, high } = stated;
      const isRange = low !== undefined && high !== undefined;
      if ((value === undefined) === !isRange)
        context.addIssue({ code: 'custom', message: 'state either value, or low and high (with typical where it is known)' });
      else if (isRange && !(low <= (typical ?? low) && (typical ?? high) <= high))
        context.addIssue({ code: 'custom', message: 'low ≤ typical ≤ high must hold' });
    })
    .transform((stated): Fact<D> => {
      const canonical = (value: number) => toCanonical(dimension, value, stated.unit);
      const low = stated.low ?? stated.value ?? 0;
      const high = stated.high ?? stated.value ?? 0;
      const middle = stated.value ?? stated.typical ?? (low + high) / 2;
      const text =
        stated.value !== undefined
          ? `${stated.value} ${stated.unit}`
          : `${middle} ${stated.unit} (${low}–${high}${stated.typical === undefined ? ', midpoint' : ''})`;
      return {
        [dimension]: canonical(middle),
        low: canonical(low),
        high: canonical(high),
        source: stated.source,
        ...(stated.asOf === undefined ? {} : { asOf: stated.asOf }),
        ...(stated.note === undefined ? {} : { note: stated.note }),
        stated: text,
      } as unknown as Fact<D>;
    });
}
