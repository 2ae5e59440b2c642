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
    users: z.int().min(1).max(1e9).optional().describe('People who may use the service.'),
    activeAtPeak: shareText.optional().describe('Share of them active at the peak.'),
    requestsPerHour: z
      .number()
      .min(1e-3)
      .max(1e6)
      .optional()
      .describe("Requests one active person sends an hour; the use preset's figure where absent."),
    requestsPerSecond: z.number().min(1e-6).max(1e6).optional().describe('Arrivals at the peak.'),
    concurrency: z.int().min(1).max(1e7).optional().describe('Requests in flight at the peak.'),
    tokensPerDay: tokensText.optional().describe('Input and output together, averaged over the days of a week.'),
    trace: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .describe('A file of real requests, beside the workload: peak, burstiness and lengths are read from it.'),
    meanToPeak: shareText
      .optional()
      .describe("Mean load over peak load; that of `shape`, or the use preset's figure, where absent."),
    burstiness: z
      .number()
      .min(0.02)
      .max(100)
      .optional()
      .describe(
        "Shape of the gamma-distributed gaps between arrivals, as vLLM's benchmark has it: 1 is Poisson, below 1 is burstier.",
      ),
    shape: z
      .union([
        identifier,
        z.strictObject({
          hours: z
            .array(z.number().min(0))
            .length(24, 'give 24 numbers, one an hour')
            .refine((hours) => hours.some((load) => load > 0), 'one hour must be above 0')
            .describe('Load in each hour from midnight on, in any unit: only proportions count.'),
          weekend: percentText.optional().describe('Busiest hour of a weekend over that of a working day; 100% where absent.'),
        }),
      ])
      .optional()
      .describe("Load over the hours of a day; the use preset's where absent."),
    growthPerYear: percentText
      .refine((ratio) => ratio <= 9, 'must be at most 900% a year')
      .optional()
      .describe('How much the peak grows in a year; the fleet is sized for the end of the term.'),
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
    name: z
      .string()
      .regex(/^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/, 'lower-case letters, digits and dashes, at most 32')
      .optional()
      .describe("Prefix of the names of emitted resources; the file's name where absent."),
    model: identifier.describe('Model id; `seekstack models` lists them.'),
    use: useSchema
      .optional()
      .describe('What it is used for: brings lengths, cache share and rhythm. Required unless `tokens` gives prompt and output.'),
    tokens: z
      .strictObject({
        prompt: someLength.optional().describe('Tokens of a prompt: one figure for all, or percentiles.'),
        output: someLength.optional().describe('Tokens of an answer, thinking apart: one figure for all, or percentiles.'),
        thinking: lengthSchema.optional().describe('Reasoning tokens written before the answer.'),
        cacheHit: percentText
          .refine((ratio) => ratio < 1, 'must be below 100%')
          .optional()
          .describe('Share of the prompt found in the prefix cache.'),
      })
      .optional()
      .describe('Length of one request; what is left out comes from `use`.'),
    demand: demandSchema.describe('Exactly one of users + activeAtPeak, requestsPerSecond, concurrency, tokensPerDay, trace.'),
    latency: z
      .strictObject({
        ttft: latencyTargetText.optional().describe('Time to first token of any kind.'),
        tpot: latencyTargetText.optional().describe('Time per output token after the first.'),
      })
      .optional()
      .describe('Required unless `use` is batch.'),
    confidence: percentText
      .refine((ratio) => ratio >= 0.5 && ratio <= 0.99, 'must be at least 50% and at most 99%')
      .optional()
      .describe(
        'Confidence that targets and capacity are met, one-sided: 50% takes predictions as they are, 90% their far ends.',
      ),
    speculation: z
      .strictObject({
        draftTokens: z.int().min(0).max(7).describe('Tokens drafted a step; 0 for none.'),
        acceptance: percentText
          .refine((ratio) => ratio < 1, 'must be below 100%')
          .optional()
          .describe('Probability that a drafted token is kept; what measured runs of the engine showed where absent.'),
      })
      .optional()
      .describe("Speculative decoding with the model's own draft module, where model and engine have one."),
    budget: z.strictObject({
      monthly: z
        .union([z.literal('unlimited'), moneyText], {
          error: 'must be "unlimited", or an amount with its currency, such as "USD 60k"',
        })
        .describe('All costs a month; `unlimited` sets no bound.'),
      capex: moneyText.optional().describe('Bound on what is bought at once.'),
      term: termText.describe('How long one may commit; costs are compared over it.'),
    }),
    place: z
      .strictObject({
        clouds: z
          .array(z.enum(['aws', 'azure']))
          .optional()
          .describe('Only these clouds; an empty list for none.'),
        regions: z.array(z.string().min(2).max(40)).min(1).optional().describe('Only these regions, as the clouds spell them.'),
        residency: z.array(countryCode).min(1).optional().describe('Countries or groups that data may not leave.'),
        onPremises: z
          .enum(['allowed', 'required', 'excluded'])
          .optional()
          .describe("Whether machines of one's own are considered."),
        rackLimit: powerText.optional().describe('Power one rack may draw.'),
      })
      .optional()
      .describe('Where the deployment may run.'),
    clouds: z
      .strictObject({
        discount: percentText
          .refine((ratio) => ratio < 1, 'must be below 100%')
          .optional()
          .describe('Negotiated off the list prices of AWS and Azure for machines on demand or committed to; not off spot.'),
      })
      .optional()
      .describe('What the clouds charge.'),
    onPremises: z
      .strictObject({
        country: z
          .string()
          .regex(/^[A-Z]{2}$/, 'a two-letter country code such as NO')
          .optional()
          .describe('Country of the hall: decides the electricity tariff and the carbon of the grid.'),
        electricity: energyPriceText
          .optional()
          .describe('What a kilowatt-hour costs, all in; a dated tariff of the country where absent.'),
        tariff: z
          .string()
          .min(1)
          .max(500)
          .optional()
          .describe('A file of prices by the hour, beside the workload; in place of `electricity`.'),
        pue: z.number().min(1).max(4).optional().describe('Facility energy over IT energy, 1 or more.'),
        cooling: z.enum(['air', 'liquid']).optional().describe('What the hall can cool.'),
        priceBasis: z
          .enum(['low', 'typical', 'high'])
          .optional()
          .describe('Which end of the price range of each machine counts.'),
        prices: z
          .enum(['street', 'list'])
          .optional()
          .describe('Whether servers are paid at street prices or at undiscounted list prices.'),
        quotes: z
          .record(z.string(), moneyText)
          .optional()
          .describe("Prices one was quoted, by server id; they replace the catalogue's."),
        costOfCapital: percentText
          .refine((ratio) => ratio <= 0.5, 'must be at most 50% a year')
          .optional()
          .describe('Return a year that the money would have to earn elsewhere.'),
        residual: percentText.optional().describe("Share of the servers' price that they fetch at the end of their life."),
        life: yearsText
          .refine((years) => years >= 1 && years <= 20, 'must be at least 1 and at most 20 years')
          .optional()
          .describe('Years over which hardware is written off.'),
        support: percentText
          .refine((ratio) => ratio <= 0.5, 'must be at most 50% a year')
          .optional()
          .describe('Maintenance a year as a share of the purchase.'),
        space: spacePriceText.optional().describe('What a kilowatt of provisioned power costs a month in the hall.'),
        staffFte: z.number().min(0).max(1000).optional().describe('Full-time equivalents that run the fleet.'),
      })
      .refine((given) => given.electricity === undefined || given.tariff === undefined, 'give electricity or tariff, not both')
      .optional()
      .describe('The hall and the money, for machines one owns.'),
    limits: z
      .strictObject({
        precisions: z
          .array(z.enum(['bf16', 'fp8', 'int8', 'fp4', 'int4', 'gguf']))
          .min(1)
          .optional()
          .describe('Only weights of these precisions.'),
        engines: z.array(engineIdSchema).min(1).optional().describe('Only these engines.'),
        machines: z.array(z.string().min(1).max(80)).min(1).optional().describe('Only these instance types or server ids.'),
        spot: z
          .enum(['never', 'allowed'])
          .optional()
          .describe('Whether capacity that can be taken away at any moment is considered.'),
        maxContext: tokensText
          .refine((tokens) => tokens >= 256, 'must be at least 256 tokens')
          .optional()
          .describe('Longest prompt and answer together.'),
        priceAge: daysText
          .refine((days) => days >= 1, 'must be at least "1d"')
          .optional()
          .describe('Oldest that a price may be, such as "180d"; a year where absent.'),
        oldPrices: z.enum(['warn', 'fail']).optional().describe('Whether older ones are told or refused.'),
        minimumBits: z.number().min(1).max(16).optional().describe('Fewest bits a routed weight may take.'),
      })
      .optional()
      .describe('What is considered at all.'),
    training: z
      .strictObject({
        method: z.enum(['lora', 'qlora', 'full', 'pretraining']).describe('How weights are trained.'),
        tokens: trainingTokensText.describe('Tokens of all epochs together.'),
        sequence: tokensText
          .refine((tokens) => tokens >= 128, 'must be at least 128 tokens')
          .optional()
          .describe('Length that samples are packed to; 4,096 where absent.'),
        rank: z.int().min(1).max(1024).optional().describe('Rank of adapters; 16 where absent.'),
      })
      .optional()
      .describe('Fine-tuning or continued pre-training on the same machines: what it takes is told beside each option.'),
    availability: z
      .strictObject({
        spareReplicas: z.int().min(0).max(1000).optional().describe('Whole replicas kept beyond what the peak needs.'),
        survive: z
          .enum(['none', 'node', 'zone'])
          .optional()
          .describe('What may go down at the peak with every target still met: one node, or a whole zone.'),
        target: percentText
          .refine((ratio) => ratio >= 0.5 && ratio < 1, 'must be at least 50% and below 100%')
          .optional()
          .describe('Share of the time with enough nodes up for the peak, such as "99.9%".'),
      })
      .optional()
      .describe('What may fail with every target still met.'),
    currencies: z
      .record(z.string().regex(/^[A-Z]{3}$/), z.number().positive().max(1e6))
      .optional()
      .describe("Rates that replace the catalogue's, in USD a unit of currency."),
    clients: z
      .array(z.string().regex(/^\d{1,3}(\.\d{1,3}){3}\/\d{1,2}$/, 'an IPv4 block such as 10.0.0.0/8'))
      .min(1)
      .max(20)
      .optional()
      .describe('Who may call the emitted endpoint.'),
    contact: z.email('must be an e-mail address').optional().describe('Who is told when the budget is passed.'),
    deployment: z
      .strictObject({
        purpose: z
          .enum(['serving', 'benchmark'])
          .optional()
          .describe('`benchmark` takes itself down after `timeToLive`; serving where absent.'),
        timeToLive: hoursText
          .refine((hours) => hours >= 1 && hours <= 720, 'must be between "1h" and "30d"')
          .optional()
          .describe('Whole hours from its creation; 8h where absent.'),
        reservation: z
          .string()
          .regex(
            /^(cr-[0-9a-f]{8,17}|\/subscriptions\/[0-9a-fA-F-]{36}\/resourceGroups\/[\w.()-]{1,90}\/providers\/Microsoft\.Compute\/capacityReservationGroups\/[\w.-]{1,80})$/,
            'a capacity reservation of AWS, such as cr-0123456789abcdef0, or the id of a capacity reservation group of Azure, which begins with /subscriptions/',
          )
          .optional()
          .describe("Capacity bought beforehand, in place of what the machine's price was quoted for."),
        reservationEnds: z
          .string()
          .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}Z$/, 'a time in UTC, such as 2026-12-24T11:30Z')
          .optional()
          .describe('Set for a capacity block: when it ends, UTC.'),
        zone: z
          .string()
          .regex(/^[a-z0-9-]{1,20}$/, 'a zone, such as us-east-1a on AWS or 1 on Azure')
          .optional()
          .describe('The zone the reservation is in.'),
        certificate: z
          .string()
          .regex(/^arn:aws:acm:[a-z0-9-]+:\d{12}:certificate\/[a-z0-9-]{1,64}$/, 'an ARN of a certificate in ACM')
          .optional()
          .describe('Certificate of the endpoint: an ARN of AWS Certificate Manager. Asked for at deployment where absent.'),
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
      .optional()
      .describe('How the emitted stack is run; nothing here changes the sizing.'),
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
