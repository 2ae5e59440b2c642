// The plan document: the answer, with everything needed to check it. The spine that diff, emit, report and explain read.
// It holds no clock and no machine path: the same workload and catalogue give the same bytes.
import { z } from 'zod';
import { sourceSchema } from './fact.ts';
import { bindingSchema, constraintSchema, interval, number, optionSchema, ratio } from './plan-option.ts';
import { statementSchema, warningSchema } from './statement.ts';
import { workloadSourceSchema } from './workload-source.ts';

export type { Binding, Interval, PlanConstraint, PlanOption } from './plan-option.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const lengthPoints = z.array(z.strictObject({ probability: ratio, tokens: number })).min(1);

/** One machine and checkpoint that fell, with the nearest of its candidates and each other one. */
export const rejectedSchema = z.strictObject({
  provider: z.enum(['aws', 'azure', 'onprem']),
  machine: z.string(),
  checkpoint: z.string().nullable(),
  engine: z.string().nullable(),
  binding: bindingSchema,
  /** What was needed over what there was, or the other way round; 1 is just enough; null where no number tells. */
  missRatio: ratio.nullable(),
  /** In English. */
  reason: z.string(),
  /** The same apart from any language; absent in files of earlier versions. */
  statement: statementSchema.optional(),
  candidates: z.array(z.strictObject({ layout: z.string(), nodes: z.int(), constraint: constraintSchema, missRatio: ratio })),
});

const assumptionSchema = z.strictObject({
  field: z.string(),
  value: z.string(),
  source: sourceSchema,
  /** Of a rule of this planner: the title of its source, apart from any language. */
  statement: statementSchema.optional(),
});

export const planSchema = z.strictObject({
  schema: z.literal('seekstack/plan@1'),
  generator: z.strictObject({ name: z.literal('seekstack'), version: z.string() }),
  /** Newest date among the facts used. */
  asOf: z.string(),
  inputs: z.strictObject({
    workload: z.strictObject({
      name: z.string(),
      sha256,
      /** As it was written; null where it was handed over as values, and in plans of versions before this was kept. */
      source: workloadSourceSchema.nullable().default(null),
      /** The file as it was written, for whoever edits it; absent where the plan was made from something else. */
      text: z.string().optional(),
    }),
    catalog: z.array(z.strictObject({ path: z.string(), sha256 })),
  }),
  name: z.string(),
  workload: z.strictObject({
    model: z.string(),
    use: z.string(),
    /** Peak rate; null where the demand is a number in flight. */
    peakRequestsPerSecond: number.nullable(),
    peakConcurrency: number.nullable(),
    meanToPeakRatio: ratio,
    /** `demand` of the plan is the peak at the end of the term. */
    growthPerYear: ratio,
    /** Shape of gamma-distributed gaps between arrivals; 1 is Poisson. */
    burstiness: ratio,
    promptMeanTokens: number,
    outputMeanTokens: number,
    thinkingMeanTokens: number,
    /** Lengths by percentile; one point is a fixed length. */
    lengths: z.strictObject({ prompt: lengthPoints, output: lengthPoints, thinking: lengthPoints }),
    cacheHitRatio: ratio,
    ttftTargetSeconds: number.nullable(),
    tpotTargetSeconds: number.nullable(),
    percentile: ratio,
    /** Confidence at which targets are met, one-sided; 0.5 takes predictions as they are. */
    confidence: ratio,
    budgetUsdPerMonth: number.nullable(),
    horizonMonths: z.int(),
    maximumTokens: z.int(),
    clients: z.array(z.string()),
    contact: z.string().nullable(),
    /** How the emitted stack is run. */
    deployment: z.strictObject({
      purpose: z.enum(['serving', 'benchmark']),
      timeToLiveHours: z.int().nullable(),
      reservation: z
        .strictObject({
          provider: z.enum(['aws', 'azure']),
          id: z.string(),
          zone: z.string(),
          endsAt: z.string().nullable(),
        })
        .nullable(),
      certificate: z.string().nullable(),
    }),
  }),
  /** Winner and runner-up in the simulator, at the planned peak and without spares. */
  confirmation: z.array(
    z.strictObject({
      optionId: z.string(),
      role: z.enum(['winner', 'runner-up']),
      /** Requests counted, and the seed they were drawn with. */
      requests: z.int(),
      seed: z.int(),
      percentile: ratio,
      ttftSeconds: number,
      tpotSeconds: number,
      /** Simulated over predicted, less 1. */
      ttftDifference: ratio,
      tpotDifference: ratio,
      /** The same of requests a second where a number is always in flight; null where they come at their own rate. */
      throughputDifference: ratio.nullable(),
      /** Share of requests within both targets. */
      goodRatio: ratio,
      preemptions: z.int(),
      saturated: z.boolean(),
      /** Whether the targets hold in the simulator. */
      holds: z.boolean(),
      replicas: z.int(),
      /** Fewest replicas with which they do; null where half as many again do not. */
      replicasThatHold: z.int().nullable(),
    }),
  ),
  assumptions: z.array(assumptionSchema),
  warnings: z.array(warningSchema),
  verdict: z.strictObject({
    feasible: z.boolean(),
    winner: z.string().nullable(),
    /** Best feasible option of each provider. */
    best: z.strictObject({ aws: z.string().nullable(), azure: z.string().nullable(), onprem: z.string().nullable() }),
    sentence: z.string(),
    /** Where nothing is feasible: the nearest candidate, and what to relax. */
    nearestMiss: z.strictObject({ machine: z.string(), reason: z.string(), relax: z.string() }).nullable(),
  }),
  /** Owning against renting by the hour. */
  breakEven: z
    .strictObject({
      owned: z.string(),
      rented: z.strictObject({
        machine: z.string(),
        nodes: z.int(),
        region: z.string(),
        purchase: z.string(),
        usdPerMonth: number,
      }),
      /** Share of the hours above which owning is cheaper; null where it never is. */
      utilisationShare: ratio.nullable(),
      sentence: z.string(),
    })
    .nullable(),
  /** How far one thing may move, all else held, until another machine wins; found by search. */
  flips: z.array(
    z.strictObject({
      variable: z.enum(['requestsPerSecond', 'concurrency', 'tpotSeconds', 'ttftSeconds', 'usdPerMonth']),
      from: number,
      at: number,
      factor: ratio,
      /** Machine that wins beyond; null where none serves. */
      becomes: z.string().nullable(),
      becomesName: z.string(),
    }),
  ),
  /** Two machine types side by side, where that costs less than either alone. */
  mixedFleets: z.array(
    z.strictObject({
      provider: z.enum(['aws', 'azure', 'onprem']),
      region: z.string(),
      purchase: z.string(),
      parts: z.array(z.strictObject({ optionId: z.string(), machine: z.string(), nodes: z.int() })),
      usdPerMonth: number,
      savesUsdPerMonth: number,
    }),
  ),
  /** Hosted APIs that sell the same model, as the reference line. */
  hosted: z.array(
    z.strictObject({
      seller: z.string(),
      usdPerMonth: number,
      usdPerMillionOutputTokens: number,
      inputUsdPerMillionTokens: number,
      outputUsdPerMillionTokens: number,
      source: z.string(),
    }),
  ),
  /** The run that the workload asks for beside serving; null without one. */
  training: z
    .strictObject({
      method: z.enum(['lora', 'qlora', 'full', 'pretraining']),
      tokens: number,
      sequenceTokens: z.int(),
      rank: z.int(),
      trainedParameters: number,
      /** All accelerators together: frozen weights, and weights, gradients and optimizer states of what is trained. */
      baseBytes: number,
      stateBytes: number,
      /** On each accelerator. */
      activationBytes: number,
      /** Cheapest first. */
      options: z.array(
        z.strictObject({
          optionId: z.string(),
          machine: z.string(),
          region: z.string(),
          purchase: z.string(),
          nodes: z.int(),
          extraNodes: z.int(),
          accelerators: z.int(),
          acceleratorHours: interval,
          wallClockHours: interval,
          /** At the facility's meter. */
          kilowattHours: number,
          usd: interval,
        }),
      ),
      /** Why nothing holds it. */
      reason: z.string(),
      statement: statementSchema.optional(),
    })
    .nullable(),
  options: z.array(optionSchema),
  /** Cheapest way to each speed: no other option is both cheaper and faster. */
  pareto: z.array(
    z.strictObject({
      optionId: z.string(),
      nodes: z.int(),
      usdPerMonth: number,
      tpotSeconds: number,
      tokensPerSecondPerUser: number,
    }),
  ),
  rejected: z.array(rejectedSchema),
  search: z.strictObject({ machines: z.int(), evaluations: z.int(), offers: z.int() }),
  /** How old the prices are, and which are the buyer's own. */
  prices: z.strictObject({
    /** What ages count to: the day prices were asked for, else the plan's `asOf`. */
    day: z.string(),
    /** Set where prices were asked for as of a day. */
    asOf: z.string().nullable(),
    limitDays: z.int(),
    /** Prices behind the winner, oldest first. */
    winner: z.array(z.strictObject({ source: z.string(), asOf: z.string(), ageDays: z.int() })),
    /** Prices older than the limit behind the best option of any provider. */
    old: z.array(z.strictObject({ source: z.string(), asOf: z.string(), ageDays: z.int() })),
    /** Prices of the buyer's own behind any option. */
    own: z.array(z.strictObject({ source: z.string(), title: z.string(), asOf: z.string() })),
  }),
  /** Runs of the reader's own that speeds or watts of this model rest on; absent without one. */
  calibrations: z
    .array(
      z.strictObject({
        name: z.string(),
        /** Key of the source behind its constants. */
        source: z.string(),
        run: z.string(),
        asOf: z.string(),
        points: z.int(),
        /** Constants that the run replaced. */
        constants: z.array(z.string()),
        /** Options whose speed or power rests on it. */
        options: z.array(z.string()),
        /** Constants that stood otherwise when it was fitted beside them. */
        stale: z.array(z.string()),
      }),
    )
    .optional(),
  /** Sources of every key that appears above. */
  sources: z.record(z.string(), sourceSchema),
});

export type Plan = z.infer<typeof planSchema>;
export type PlanRejected = z.infer<typeof rejectedSchema>;
