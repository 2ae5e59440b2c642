// The policy document: what a change may do to cost, capacity and latency before somebody has to look, or may not do at all.
// In: policy.yaml. Out: guardrails in canonical units, and what was acknowledged, why and until when.
import { z } from 'zod';
import { moneyText, percentText } from './quantity-text.ts';

/** What a guardrail may bound, and which way is worse. */
export const MEASURES = {
  usdPerMonth: { unit: 'usd', label: 'cost a month' },
  usdPerMillionOutputTokens: { unit: 'usd', label: 'cost per million output tokens' },
  capexUsd: { unit: 'usd', label: 'paid at once' },
  kilowattHoursPerMonth: { unit: 'kilowattHours', label: 'energy a month' },
  kilogramsCo2ePerMonth: { unit: 'kilograms', label: 'carbon a month' },
  ttftHeadroom: { unit: 'ratio', label: 'TTFT headroom' },
  tpotHeadroom: { unit: 'ratio', label: 'TPOT headroom' },
  peakUtilisation: { unit: 'ratio', label: 'peak load over capacity' },
  priceAgeDays: { unit: 'days', label: 'age of the oldest price' },
  region: { unit: 'name', label: 'region' },
} as const;

export type Measure = keyof typeof MEASURES;

const usd = z.union([
  z.number().min(0).max(1e12),
  moneyText
    .refine((money) => money.currency === 'USD', 'must be in USD, as plans are')
    .transform((money): number => money.amount),
]);
const amount = z.number().min(0).max(1e12);
const headroom = z.union([
  percentText,
  z
    .string()
    .regex(/^-\d{1,3}(\.\d+)?%$/)
    .transform((text) => Number(text.slice(0, -1)) / 100),
]);
/** `"20%"` of what it was, or an amount. */
const increaseOf = <Amount extends z.ZodType>(of: Amount) =>
  z.union([percentText.transform((ratio) => ({ ratio })), of.transform((value) => ({ amount: value as number }))], {
    error: 'must be a percentage such as "20%", or an amount',
  });

const common = {
  /** Stable name: messages and acknowledgements use it. */
  id: z.string().regex(/^[a-z][a-z0-9-]{0,47}$/, 'lower-case letters, digits and dashes, beginning with a letter'),
  /** `fail` ends with exit code 4; `warn` is told. */
  severity: z.enum(['warn', 'fail']),
  /** Why the limit is there; told where it is broken. */
  reason: z.string().min(1).max(300).optional(),
};

const upper = <M extends string, Value extends z.ZodType>(measure: M, value: Value) =>
  z.strictObject({
    ...common,
    measure: z.literal(measure),
    /** Most it may be. */
    max: value.optional(),
    /** Most it may grow by. */
    maxIncrease: increaseOf(value).optional(),
  });

const guardrailSchema = z
  .discriminatedUnion('measure', [
    upper('usdPerMonth', usd),
    upper('usdPerMillionOutputTokens', usd),
    upper('capexUsd', usd),
    upper('kilowattHoursPerMonth', amount),
    upper('kilogramsCo2ePerMonth', amount),
    /** Share of the target that the prediction leaves free. */
    z.strictObject({ ...common, measure: z.literal('ttftHeadroom'), min: headroom }),
    z.strictObject({ ...common, measure: z.literal('tpotHeadroom'), min: headroom }),
    z.strictObject({ ...common, measure: z.literal('peakUtilisation'), max: percentText }),
    /** Days from the oldest price to the day it is judged on. */
    z.strictObject({ ...common, measure: z.literal('priceAgeDays'), max: z.int().min(0).max(36_500) }),
    /** Regions as the clouds spell them; countries for machines one owns. */
    z.strictObject({ ...common, measure: z.literal('region'), allowed: z.array(z.string().min(2).max(40)).min(1).max(100) }),
  ])
  .superRefine((guardrail, context) => {
    if ('maxIncrease' in guardrail || 'min' in guardrail || 'allowed' in guardrail) return;
    if (!('max' in guardrail)) context.addIssue({ code: 'custom', message: 'give max, maxIncrease or both' });
  });

const day = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'a day such as 2026-12-31');

export const policySchema = z
  .strictObject({
    $schema: z.string().optional(),
    schema: z.literal('seekstack/policy@1'),
    guardrails: z.array(guardrailSchema).min(1).max(200),
    /** Broken guardrails that somebody answers for. */
    acknowledgements: z
      .array(
        z.strictObject({
          guardrail: z.string(),
          reason: z.string().min(10, 'must be a reason of at least 10 characters').max(300),
          /** Last day on which it counts. */
          until: day,
          /** The value it was given for; a worse one is not covered. Any where absent. */
          upTo: z.union([usd, percentText]).optional(),
        }),
      )
      .max(200)
      .optional(),
  })
  .superRefine((policy, context) => {
    const ids = policy.guardrails.map((each) => each.id);
    for (const [index, id] of ids.entries())
      if (ids.indexOf(id) < index)
        context.addIssue({ code: 'custom', path: ['guardrails', index, 'id'], message: 'must be the only guardrail of that id' });
    for (const [index, { guardrail }] of (policy.acknowledgements ?? []).entries())
      if (!ids.includes(guardrail))
        context.addIssue({
          code: 'custom',
          path: ['acknowledgements', index, 'guardrail'],
          message: `must be the id of a guardrail: ${ids.join(', ')}`,
        });
  });

export type Policy = z.infer<typeof policySchema>;
export type Guardrail = Policy['guardrails'][number];
