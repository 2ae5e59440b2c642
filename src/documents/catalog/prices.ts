// Prices: rows as sellers list them. A missing price is a missing row; no row ever holds 0 for "unknown".
import { z } from 'zod';
import { identifier, isoDate, sourcesSchema } from '../fact.ts';

export const purchaseSchema = z.enum(['on-demand', 'spot', 'commitment-1y', 'commitment-3y']);

/** Hourly price of one instance in one region under one way of buying. */
export const instancePriceSchema = z.strictObject({
  instance: z.string(),
  region: z.string(),
  purchase: purchaseSchema,
  /** USD an hour, term totals already divided by the hours of the term. */
  usdPerHour: z.number().positive(),
  source: z.string(),
  /** When the price was last seen; the source's date where absent. */
  asOf: isoDate.optional(),
  /** When it was first seen at this amount; `asOf` where absent. */
  since: isoDate.optional(),
  notes: z.string().optional(),
});

/** A dated quote for capacity bought ahead; shown, never ranked, since it expires. */
export const capacityQuoteSchema = z.strictObject({
  instance: z.string(),
  region: z.string(),
  usdPerHour: z.number().positive(),
  source: z.string(),
  asOf: isoDate.optional(),
});

/** Everything else a stack is billed for: disks, gateways, load balancers, control planes. */
export const servicePriceSchema = z.strictObject({
  provider: z.enum(['aws', 'azure']),
  region: z.string(),
  item: identifier,
  /** What one unit is, such as `hour` or `GB-month`. */
  per: z.string(),
  usdPerUnit: z.number().min(0),
  source: z.string(),
  asOf: isoDate.optional(),
});

/** What a hosted API asks for the same model. */
export const hostedPriceSchema = z.strictObject({
  provider: z.string(),
  service: z.string(),
  model: identifier,
  inputUsdPerMillionTokens: z.number().min(0),
  cachedInputUsdPerMillionTokens: z.number().min(0).optional(),
  outputUsdPerMillionTokens: z.number().min(0),
  source: z.string(),
  asOf: isoDate.optional(),
  notes: z.string().optional(),
});

export const pricesFileSchema = z.strictObject({
  schema: z.literal('seekstack/prices@1'),
  sources: sourcesSchema,
  instances: z.array(instancePriceSchema).default([]),
  capacityQuotes: z.array(capacityQuoteSchema).default([]),
  services: z.array(servicePriceSchema).default([]),
  hosted: z.array(hostedPriceSchema).default([]),
});

/** Prices that were true once: what a refresh replaced, kept so that a plan can be priced as of a day. */
export const priceHistoryFileSchema = z.strictObject({
  schema: z.literal('seekstack/price-history@1'),
  sources: sourcesSchema,
  instances: z.array(instancePriceSchema.required({ asOf: true, since: true })).default([]),
});

export type Purchase = z.infer<typeof purchaseSchema>;
export type InstancePrice = z.infer<typeof instancePriceSchema>;
export type CapacityQuote = z.infer<typeof capacityQuoteSchema>;
export type ServicePrice = z.infer<typeof servicePriceSchema>;
export type HostedPrice = z.infer<typeof hostedPriceSchema>;
