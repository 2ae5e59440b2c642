// Tariffs by the hour: what a kilowatt-hour costs, and emits, in each hour of a site's week.
// In: a YAML file that names CSV files, units, currency and time zones. Out of the file room: 168 prices and intensities.
import { z } from 'zod';
import { identifier, isoDate } from './fact.ts';
import { energyPriceText } from './quantity-text.ts';

export const HOURS_PER_WEEK = 168;

const column = z.string().min(1).max(100);
/** A column of a CSV file by the time it holds for. */
const seriesShape = {
  /** Beside the tariff's file. */
  file: z.string().min(1).max(500),
  /** Column with the beginning of each hour, half hour or quarter. */
  time: column,
  /** Column with the value, such as the bidding zone. */
  value: column,
  /** Zone of times that carry no offset; the site's where absent. */
  timeZone: z.string().min(1).max(60).optional(),
  delimiter: z.enum([',', ';', '\t', '|']).optional(),
  decimal: z.enum(['.', ',']).optional(),
} as const;

const hour = z.int().min(0).max(24);

export const hourlyTariffSchema = z.strictObject({
  $schema: z.string().optional(),
  schema: z.literal('seekstack/tariff@1'),
  name: identifier,
  /** Of the site; its load follows these clocks. */
  timeZone: z.string().min(1).max(60),
  asOf: isoDate,
  /** Exactly one of the three. */
  energy: z
    .strictObject({
      flat: energyPriceText.optional(),
      hourly: z.strictObject({ ...seriesShape, unit: z.string().regex(/^[A-Z]{3}\/(MWh|kWh)$/, 'such as EUR/MWh') }).optional(),
      /** The first that fits an hour counts; together they must cover the week. */
      timeOfUse: z
        .array(
          z
            .strictObject({
              price: energyPriceText,
              days: z.enum(['all', 'working', 'weekend']).optional(),
              /** Hours of the local clock, from inclusive, to exclusive; over midnight where from is the later. */
              from: hour.optional(),
              to: hour.optional(),
            })
            .refine((period) => (period.from === undefined) === (period.to === undefined), 'give from and to, or neither'),
        )
        .min(1)
        .optional(),
    })
    .refine(
      (energy) => [energy.flat, energy.hourly, energy.timeOfUse].filter((each) => each !== undefined).length === 1,
      'give exactly one of flat, hourly, timeOfUse',
    ),
  /** On top of every kilowatt-hour: grid, levies, supplier. */
  added: z.array(z.strictObject({ what: z.string().min(1).max(100), price: energyPriceText })).default([]),
  carbon: z.strictObject({ ...seriesShape, unit: z.enum(['gCO2e/kWh', 'kgCO2e/MWh']) }).optional(),
});
export type HourlyTariff = z.infer<typeof hourlyTariffSchema>;

/** A tariff as a week of the site's clock, Monday 00:00 first; amounts in their currencies. */
export interface TariffWeek {
  readonly name: string;
  readonly asOf: string;
  readonly currency: string;
  /** Without what is added. */
  readonly perKilowattHour: readonly number[];
  readonly added: readonly { readonly what: string; readonly currency: string; readonly amount: number }[];
  readonly gramsCo2ePerKilowattHour: readonly number[] | null;
  /** Days that the prices cover; null where they are no series. */
  readonly days: number | null;
}
