// The workload document: what an architect knows about a deployment before it is sized.
// In: workload.yaml. Out: typed values in canonical units; what is left out stays out and becomes a printed assumption in plan.
import { z } from 'zod';
import { engineIdSchema } from './catalog/engines.ts';
import { identifier } from './fact.ts';
import {
  daysText,
  energyPriceText,
  hoursText,
  latencyTargetText,
  moneyText,
  percentText,
  powerText,
  shareText,
  spacePriceText,
  termText,
  tokensText,
  trainingTokensText,
  yearsText,
} from './quantity-text.ts';

const percentileNames = ['p1', 'p5', 'p10', 'p25', 'p50', 'p75', 'p90', 'p95', 'p99'] as const;

/** A length: one figure for all requests, or percentiles of it: the median and at least one above it. */
const lengthSchema = z.union([
  tokensText,
  z
    .strictObject({
      p1: tokensText.optional(),
      p5: tokensText.optional(),
      p10: tokensText.optional(),
      p25: tokensText.optional(),
      p50: tokensText,
      p75: tokensText.optional(),
      p90: tokensText.optional(),
      p95: tokensText.optional(),
      p99: tokensText.optional(),
    })
    .superRefine((length, context) => {
      const given = percentileNames.filter((name) => length[name] !== undefined);
      if (given.at(-1) === 'p50')
        context.addIssue({ code: 'custom', message: 'give a percentile above the median too, such as p95' });
      for (const [index, name] of given.entries()) {
        const before = given[index - 1];
        if (before !== undefined && (length[before] ?? 0) > (length[name] ?? 0))
          context.addIssue({ code: 'custom', message: `${before} may not be longer than ${name}` });
      }
    }),
]);

/** A length that cannot be nothing: prompt and output. */
const someLength = lengthSchema.refine(
  (length) => (typeof length === 'number' ? length : length.p50) >= 1,
  'must be at least 1 token',
);

const demandSchema = z
  .strictObject({
    /** People who may use the service. */
    users: z.int().min(1).max(1e9).optional(),
    /** Share of them active at the peak. */
    activeAtPeak: shareText.optional(),
    /** Requests one active person sends an hour; the use preset's figure where absent. */
    requestsPerHour: z.number().min(1e-3).max(1e6).optional(),
    /** Arrivals at the peak. */
    requestsPerSecond: z.number().min(1e-6).max(1e6).optional(),
    /** Requests in flight at the peak. */
    concurrency: z.int().min(1).max(1e7).optional(),
    /** Input and output together, averaged over the days of a week. */
    tokensPerDay: tokensText.optional(),
    /** A file of real requests, beside the workload: peak, burstiness and lengths are read from it. */
    trace: z.string().min(1).max(500).optional(),
    /** Mean load over peak load; that of `shape`, or the use preset's figure, where absent. */
    meanToPeak: shareText.optional(),
    /** Shape of the gamma-distributed gaps between arrivals, as vLLM's benchmark has it: 1 is Poisson, below 1 is burstier. */
    burstiness: z.number().min(0.02).max(100).optional(),
    /** Load over the hours of a day; the use preset's where absent. */
    shape: z
      .union([
        identifier,
        z.strictObject({
          /** Load in each hour from midnight on, in any unit: only proportions count. */
          hours: z
            .array(z.number().min(0))
            .length(24, 'give 24 numbers, one an hour')
            .refine((hours) => hours.some((load) => load > 0), 'one hour must be above 0'),
          /** Busiest hour of a weekend over that of a working day; 100% where absent. */
          weekend: percentText.optional(),
        }),
      ])
      .optional(),
    /** How much the peak grows in a year; the fleet is sized for the end of the term. */
    growthPerYear: percentText.refine((ratio) => ratio <= 9, 'must be at most 900% a year').optional(),
  })
  .superRefine((demand, context) => {
    const given = (['users', 'requestsPerSecond', 'concurrency', 'tokensPerDay', 'trace'] as const).filter(
      (kind) => demand[kind] !== undefined,
    );
    if (given.length !== 1)
      context.addIssue({
        code: 'custom',
        message: `give exactly one of users, requestsPerSecond, concurrency, tokensPerDay, trace (found ${given.length === 0 ? 'none' : given.join(' and ')})`,
      });
    if (demand.users !== undefined && demand.activeAtPeak === undefined)
      context.addIssue({ code: 'custom', path: ['activeAtPeak'], message: 'users need activeAtPeak, such as "15%"' });
    if (demand.users === undefined && demand.activeAtPeak !== undefined)
      context.addIssue({ code: 'custom', path: ['activeAtPeak'], message: 'activeAtPeak goes with users' });
    if (demand.users === undefined && demand.requestsPerHour !== undefined)
      context.addIssue({ code: 'custom', path: ['requestsPerHour'], message: 'requestsPerHour goes with users' });
    if (demand.tokensPerDay === 0) context.addIssue({ code: 'custom', path: ['tokensPerDay'], message: 'must be more than 0' });
  });

export const useSchema = z.enum(['chat', 'rag', 'code', 'agent', 'reasoning', 'batch']);

const countryCode = z.string().regex(/^[A-Z]{2,8}$/, 'a country code such as NO, or a group such as EU or EEA');

export const workloadSchema = z
  .strictObject({
    $schema: z.string().optional(),
    schema: z.literal('seekstack/workload@1'),
    /** Prefix of the names of emitted resources; the file's name where absent. */
    name: z
      .string()
      .regex(/^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/, 'lower-case letters, digits and dashes, at most 32')
      .optional(),
    /** Model id; `seekstack models` lists them. */
    model: identifier,
    /** What it is used for: brings lengths, cache share and rhythm. Required unless `tokens` gives prompt and output. */
    use: useSchema.optional(),
    /** Length of one request; what is left out comes from `use`. */
    tokens: z
      .strictObject({
        prompt: someLength.optional(),
        output: someLength.optional(),
        /** Reasoning tokens written before the answer. */
        thinking: lengthSchema.optional(),
        /** Share of the prompt found in the prefix cache. */
        cacheHit: percentText.refine((ratio) => ratio < 1, 'must be below 100%').optional(),
      })
      .optional(),
    /** Exactly one of users + activeAtPeak, requestsPerSecond, concurrency, tokensPerDay, trace. */
    demand: demandSchema,
    /** Required unless `use` is batch. */
    latency: z
      .strictObject({
        /** Time to first token of any kind. */
        ttft: latencyTargetText.optional(),
        /** Time per output token after the first. */
        tpot: latencyTargetText.optional(),
      })
      .optional(),
    /** Confidence that targets and capacity are met, one-sided: 50% takes predictions as they are, 90% their far ends. */
    confidence: percentText.refine((ratio) => ratio >= 0.5 && ratio <= 0.99, 'must be at least 50% and at most 99%').optional(),
    /** Speculative decoding with the model's own draft module, where model and engine have one. */
    speculation: z
      .strictObject({
        /** Tokens drafted a step; 0 for none. */
        draftTokens: z.int().min(0).max(7),
        /** Probability that a drafted token is kept; what measured runs of the engine showed where absent. */
        acceptance: percentText.refine((ratio) => ratio < 1, 'must be below 100%').optional(),
      })
      .optional(),
    budget: z.strictObject({
      /** All costs a month; `unlimited` sets no bound. */
      monthly: z.union([z.literal('unlimited'), moneyText], {
        error: 'must be "unlimited", or an amount with its currency, such as "USD 60k"',
      }),
      /** Bound on what is bought at once. */
      capex: moneyText.optional(),
      /** How long one may commit; costs are compared over it. */
      term: termText,
    }),
    place: z
      .strictObject({
        clouds: z.array(z.enum(['aws', 'azure'])).optional(),
        /** Only these regions, as the clouds spell them. */
        regions: z.array(z.string().min(2).max(40)).min(1).optional(),
        /** Countries or groups that data may not leave. */
        residency: z.array(countryCode).min(1).optional(),
        onPremises: z.enum(['allowed', 'required', 'excluded']).optional(),
        /** Power one rack may draw. */
        rackLimit: powerText.optional(),
      })
      .optional(),
    onPremises: z
      .strictObject({
        country: z
          .string()
          .regex(/^[A-Z]{2}$/, 'a two-letter country code such as NO')
          .optional(),
        electricity: energyPriceText.optional(),
        /** A file of prices by the hour, beside the workload; in place of `electricity`. */
        tariff: z.string().min(1).max(500).optional(),
        /** Facility energy over IT energy, 1 or more. */
        pue: z.number().min(1).max(4).optional(),
        cooling: z.enum(['air', 'liquid']).optional(),
        priceBasis: z.enum(['low', 'typical', 'high']).optional(),
        /** Whether servers are paid at street prices or at undiscounted list prices. */
        prices: z.enum(['street', 'list']).optional(),
        /** Prices one was quoted, by server id; they replace the catalogue's. */
        quotes: z.record(z.string(), moneyText).optional(),
        /** Return a year that the money would have to earn elsewhere. */
        costOfCapital: percentText.refine((ratio) => ratio <= 0.5, 'must be at most 50% a year').optional(),
        /** Share of the servers' price that they fetch at the end of their life. */
        residual: percentText.optional(),
        /** Years over which hardware is written off. */
        life: yearsText.refine((years) => years >= 1 && years <= 20, 'must be at least 1 and at most 20 years').optional(),
        /** Maintenance a year as a share of the purchase. */
        support: percentText.refine((ratio) => ratio <= 0.5, 'must be at most 50% a year').optional(),
        space: spacePriceText.optional(),
        staffFte: z.number().min(0).max(1000).optional(),
      })
      .refine((given) => given.electricity === undefined || given.tariff === undefined, 'give electricity or tariff, not both')
      .optional(),
    limits: z
      .strictObject({
        precisions: z
          .array(z.enum(['bf16', 'fp8', 'int8', 'fp4', 'int4', 'gguf']))
          .min(1)
          .optional(),
        engines: z.array(engineIdSchema).min(1).optional(),
        /** Only these instance types or server ids. */
        machines: z.array(z.string().min(1).max(80)).min(1).optional(),
        spot: z.enum(['never', 'allowed']).optional(),
        /** Longest prompt and answer together. */
        maxContext: tokensText.refine((tokens) => tokens >= 256, 'must be at least 256 tokens').optional(),
        /** Oldest that a price may be, such as "180d"; a year where absent. */
        priceAge: daysText.refine((days) => days >= 1, 'must be at least "1d"').optional(),
        /** Whether older ones are told or refused. */
        oldPrices: z.enum(['warn', 'fail']).optional(),
        /** Fewest bits a routed weight may take. */
        minimumBits: z.number().min(1).max(16).optional(),
      })
      .optional(),
    /** Fine-tuning or continued pre-training on the same machines: what it takes is told beside each option. */
    training: z
      .strictObject({
        method: z.enum(['lora', 'qlora', 'full', 'pretraining']),
        /** Tokens of all epochs together. */
        tokens: trainingTokensText,
        /** Length that samples are packed to; 4,096 where absent. */
        sequence: tokensText.refine((tokens) => tokens >= 128, 'must be at least 128 tokens').optional(),
        /** Rank of adapters; 16 where absent. */
        rank: z.int().min(1).max(1024).optional(),
      })
      .optional(),
    availability: z
      .strictObject({
        /** Whole replicas kept beyond what the peak needs. */
        spareReplicas: z.int().min(0).max(1000).optional(),
        /** What may go down at the peak with every target still met: one node, or a whole zone. */
        survive: z.enum(['none', 'node', 'zone']).optional(),
        /** Share of the time with enough nodes up for the peak, such as "99.9%". */
        target: percentText.refine((ratio) => ratio >= 0.5 && ratio < 1, 'must be at least 50% and below 100%').optional(),
      })
      .optional(),
    /** Rates that replace the catalogue's, in USD a unit of currency. */
    currencies: z.record(z.string().regex(/^[A-Z]{3}$/), z.number().positive().max(1e6)).optional(),
    /** Who may call the emitted endpoint. */
    clients: z
      .array(z.string().regex(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, 'an IPv4 block such as 10.0.0.0/8'))
      .min(1)
      .max(20)
      .optional(),
    /** Who is told when the budget is passed. */
    contact: z.email('must be an e-mail address').optional(),
    /** How the emitted stack is run; nothing here changes the sizing. */
    deployment: z
      .strictObject({
        /** `benchmark` takes itself down after `timeToLive`; serving where absent. */
        purpose: z.enum(['serving', 'benchmark']).optional(),
        /** Whole hours from its creation; 8h where absent. */
        timeToLive: hoursText.refine((hours) => hours >= 1 && hours <= 720, 'must be between "1h" and "30d"').optional(),
        /** Capacity bought beforehand, in place of what the machine's price was quoted for. */
        reservation: z
          .string()
          .regex(
            /^(cr-[0-9a-f]{8,17}|\/subscriptions\/[0-9a-fA-F-]{36}\/resourceGroups\/[\w.()-]{1,90}\/providers\/Microsoft\.Compute\/capacityReservationGroups\/[\w.-]{1,80})$/,
            'a capacity reservation of AWS, such as cr-0123456789abcdef0, or the id of a capacity reservation group of Azure, which begins with /subscriptions/',
          )
          .optional(),
        /** Set for a capacity block: when it ends, UTC. */
        reservationEnds: z
          .string()
          .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z$/, 'a time in UTC, such as 2026-12-24T11:30Z')
          .optional(),
        /** The zone the reservation is in. */
        zone: z
          .string()
          .regex(/^[a-z0-9-]{1,20}$/, 'a zone, such as us-east-1a on AWS or 1 on Azure')
          .optional(),
        /** Certificate of the endpoint: an ARN of AWS Certificate Manager. Asked for at deployment where absent. */
        certificate: z
          .string()
          .regex(/^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate\/[a-z0-9-]{1,64}$/, 'an ARN of a certificate in ACM')
          .optional(),
      })
      .superRefine((deployment, context) => {
        const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
        if (deployment.timeToLive !== undefined && deployment.purpose !== 'benchmark')
          refuse('timeToLive', 'is for purpose: benchmark only');
        if (deployment.reservationEnds !== undefined && deployment.reservation === undefined)
          refuse('reservationEnds', 'needs the reservation it ends');
        if (deployment.reservationEnds !== undefined && deployment.reservation?.startsWith('/') === true)
          refuse('reservationEnds', 'is for capacity blocks of AWS only');
        if (deployment.reservation !== undefined && deployment.zone === undefined)
          refuse('reservation', 'needs zone, the one it was made in');
      })
      .optional(),
  })
  .superRefine((workload, context) => {
    const { use, tokens, latency } = workload;
    if (use === undefined && workload.demand.trace === undefined && (tokens?.prompt === undefined || tokens.output === undefined))
      context.addIssue({
        code: 'custom',
        path: ['use'],
        message: 'give use (chat, rag, code, agent, reasoning or batch), or tokens.prompt and tokens.output',
      });
    if (use !== 'batch' && latency?.ttft === undefined && latency?.tpot === undefined)
      context.addIssue({
        code: 'custom',
        path: ['latency'],
        message: 'give latency.ttft and latency.tpot, such as "p95 <= 2s" and "p95 <= 40ms"; only use: batch goes without',
      });
  });

export type Workload = z.infer<typeof workloadSchema>;
export type Use = z.infer<typeof useSchema>;
export type Length = z.infer<typeof lengthSchema>;
