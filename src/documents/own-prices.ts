// Own prices: what a buyer pays in place of what the catalogue says. Discounts, negotiated rates, private offers, quotes, tariffs.
// In: a YAML file, or `--price` texts brought into the same form. Out: typed entries; amounts keep their currency until they are applied.
import { z } from 'zod';
import { purchaseSchema } from './catalog/prices.ts';
import { identifier, isoDate } from './fact.ts';
import { energyPriceText, hourPriceText, moneyText, percentText } from './quantity-text.ts';

const cloud = z.enum(['aws', 'azure']);
const note = z.string().min(1).max(200);
/** What every entry may say of itself. */
const about = {
  /** Where it comes from, such as the number of a contract or a quote; printed with the plan. */
  note: note.optional(),
  /** When it was agreed; the file's date where absent. */
  asOf: isoDate.optional(),
  /** Last day it holds. */
  until: isoDate.optional(),
};

export const ownPricesSchema = z.strictObject({
  $schema: z.string().optional(),
  schema: z.literal('seekstack/own-prices@1'),
  /** When these prices held. */
  asOf: isoDate,
  /** Off the catalogue's hourly prices; of several that fit a row the first one counts. */
  discounts: z
    .array(
      z.strictObject({
        provider: cloud,
        percent: percentText.refine((ratio) => ratio > 0 && ratio < 1, 'must be above 0% and below 100%'),
        /** All where absent. */
        instances: z.array(z.string()).min(1).optional(),
        regions: z.array(z.string()).min(1).optional(),
        purchases: z.array(purchaseSchema).min(1).optional(),
        ...about,
      }),
    )
    .default([]),
  /** Negotiated rates and private offers; no discount is taken off them. */
  rates: z
    .array(z.strictObject({ instance: z.string(), region: z.string(), purchase: purchaseSchema, price: hourPriceText, ...about }))
    .default([]),
  /** Prices of disks, gateways, control planes and the like, by the unit the catalogue counts them in. */
  services: z.array(z.strictObject({ provider: cloud, item: identifier, price: moneyText, ...about })).default([]),
  /** Quotes for one server each. */
  servers: z.array(z.strictObject({ server: z.string(), price: moneyText, ...about })).default([]),
  /** What a kilowatt-hour costs in a country, all in. */
  electricity: z
    .array(
      z.strictObject({
        country: z.string().regex(/^[A-Z]{2}$/, 'a two-letter country code such as NO'),
        price: energyPriceText,
        ...about,
      }),
    )
    .default([]),
});
export type OwnPrices = z.infer<typeof ownPricesSchema>;
