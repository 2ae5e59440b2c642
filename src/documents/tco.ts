// The TCO document: owning against every way of renting, with what is not known, and what would change the answer.
// It holds no clock: the same workload, catalogue, seed and number of draws give the same bytes.
import { z } from 'zod';
import { sourceSchema } from './fact.ts';
import { warningSchema } from './statement.ts';

const number = z.number();
/** 10th, 50th and 90th percentile of the draws. */
const percentiles = z.strictObject({ p10: number, p50: number, p90: number });

/** One way to have the capacity. */
const waySchema = z.strictObject({
  id: z.enum(['owned', 'on-demand', 'on-demand-following', 'spot', 'commitment-1y', 'commitment-3y']),
  label: z.string(),
  machine: z.string(),
  region: z.string(),
  nodes: z.int(),
  /** Whether the workload's term and limits allow it. */
  allowed: z.boolean(),
  /** With every assumption at its typical value; months are 730 hours. */
  usdPerMonth: number,
  usdPerMillionOutputTokens: number,
  capexUsd: number,
  /** Paid each month beside what was bought at the start. */
  cashUsdPerMonth: number,
  /** All costs of the horizon at the cost of capital. */
  presentValueUsd: number,
  /** Over the draws. */
  monthly: percentiles,
  perMillionOutputTokens: percentiles,
  /** Share of the draws in which owning costs less; null of owning itself. */
  owningIsCheaper: number.nullable(),
  priceAsOf: z.string(),
});

const mixPart = z.strictObject({ id: z.string(), label: z.string(), replicas: z.int(), usdPerMonth: number });

export const tcoSchema = z.strictObject({
  schema: z.literal('seekstack/tco@1'),
  generator: z.strictObject({ name: z.literal('seekstack'), version: z.string() }),
  inputs: z.strictObject({
    workload: z.strictObject({ name: z.string(), sha256: z.string() }),
    draws: z.int(),
    seed: z.int(),
  }),
  name: z.string(),
  /** 730 hours a month, 8,760 a year, everywhere. */
  hoursPerMonth: z.int(),
  /** The life of the hardware; every way is counted over it. */
  horizonMonths: z.int(),
  costOfCapitalPerYear: number,
  outputTokensPerMonth: number,
  meanToPeakRatio: number,
  verdict: z.strictObject({ cheapest: z.string(), sentence: z.string() }),
  ways: z.array(waySchema),
  /** Owning against on-demand; null where one of them is missing. */
  breakEven: z
    .strictObject({
      against: z.string(),
      /** Share of the hours above which owning costs less, over the draws; null where owning never does. */
      utilisation: z.strictObject({ p10: number.nullable(), p50: number.nullable(), p90: number.nullable() }),
      /** Share of the draws in which owning pays off at some utilisation. */
      everPaysOff: number,
      /** Months until what was bought is earned back, renting at the workload's own load; null where it is not within the horizon. */
      paybackMonths: z.strictObject({ p10: number.nullable(), p50: number.nullable(), p90: number.nullable() }),
      /** Owned and rented by share of the hours in which the fleet is busy. */
      curve: z.array(
        z.strictObject({
          utilisation: number,
          usdPerMonth: z.record(z.string(), number),
          usdPerMillionOutputTokens: z.record(z.string(), number),
          cheapest: z.string(),
          /** Null where owning is never earned back within the horizon. */
          paybackMonths: number.nullable(),
        }),
      ),
    })
    .nullable(),
  /** What moves owning less renting most, USD a month; widest first. */
  tornado: z.array(
    z.strictObject({
      parameter: z.string(),
      label: z.string(),
      /** Of the values below. `position`: low or high ends of several facts together; `multiple`: of what the plan was made with. */
      unit: z.enum(['ratio', 'multiple', 'usd', 'usdPerKilowattHour', 'usdPerKilowattMonth', 'number', 'position']),
      low: z.strictObject({ stated: z.string(), value: number, differenceUsdPerMonth: number }),
      high: z.strictObject({ stated: z.string(), value: number, differenceUsdPerMonth: number }),
      swingUsdPerMonth: number,
      /** Whether the cheaper of the two changes on the way. */
      flips: z.boolean(),
      source: sourceSchema,
    }),
  ),
  /** Base load owned or committed, peaks by the hour; null where one source only is left. */
  hybrid: z
    .strictObject({
      parts: z.array(mixPart),
      usdPerMonth: number,
      bestPure: z.string(),
      bestPureUsdPerMonth: number,
      savesUsdPerMonth: number,
      sentence: z.string(),
    })
    .nullable(),
  /** Buying as demand grows; null without growth, or where nothing can be owned. */
  schedule: z
    .strictObject({
      unit: z.string(),
      presentValueUsd: number,
      atOnceUsd: number,
      savesUsd: number,
      firstUsd: number,
      atOnceFirstUsd: number,
      quarters: z.array(
        z.strictObject({
          month: z.int(),
          actions: z.array(z.string()),
          /** The same, to be told in other words. */
          changes: z.array(
            z.strictObject({ what: z.enum(['buy', 'swap', 'sell']), machine: z.string(), replicas: z.int(), usd: number }),
          ),
          /** Peak to be carried with spares, and what is running carries. */
          neededRequestsPerSecond: number,
          capacityRequestsPerSecond: number,
          running: z.array(z.strictObject({ machine: z.string(), replicas: z.int() })),
          parked: z.array(z.strictObject({ machine: z.string(), replicas: z.int() })),
        }),
      ),
      sentence: z.string(),
    })
    .nullable(),
  /** Sellers by the token, at the mean load: the reference line. */
  hosted: z.array(
    z.strictObject({ seller: z.string(), usdPerMonth: number, usdPerMillionOutputTokens: number, source: z.string() }),
  ),
  /** Dated quotes for capacity bought ahead; shown, never ranked. */
  capacityBlocks: z.array(
    z.strictObject({
      instance: z.string(),
      region: z.string(),
      usdPerHour: number,
      usdPerMonth: number,
      asOf: z.string(),
      source: z.string(),
    }),
  ),
  /** Prices of the buyer's own that the comparison rests on. */
  own: z.array(z.strictObject({ source: z.string(), title: z.string(), asOf: z.string() })),
  warnings: z.array(warningSchema),
});

export type Tco = z.infer<typeof tcoSchema>;
export type TcoWay = z.infer<typeof waySchema>;
