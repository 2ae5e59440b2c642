// The manifest of a benchmark: everything that was settled before the first request, written first, and what a resumed run goes by.
// It holds no secret and no path of the machine: an address without user and key, files by name and digest.
import { z } from 'zod';

const number = z.number();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const lengthPoints = z.array(z.strictObject({ probability: number, tokens: number })).min(1);
const file = z.strictObject({ name: z.string(), sha256 });

/** How requests arrive where their rate is given. Times are never stretched to fit a rate. */
export const PATTERNS = ['poisson', 'gamma', 'constant', 'ramp', 'day', 'trace'] as const;

export const patternSchema = z.enum(PATTERNS);

/** One load that is held and measured. */
export const benchLoadSchema = z.discriminatedUnion('kind', [
  /** Requests come at their own rate, whatever the server does. */
  z.strictObject({
    kind: z.literal('open'),
    pattern: patternSchema,
    /** Mean rate; of a ramp at its end, of a day at its peak; of a trace its own mean times `rateScale`. */
    requestsPerSecond: number.positive(),
    /** Shape of gamma-distributed gaps; 1 is Poisson, below 1 is burstier. */
    burstiness: number.positive(),
    /** Of traces: arrivals come so many times as fast. */
    rateScale: number.positive(),
  }),
  /** So many requests are always in flight: shows throughput, and proves no promise about arrivals. */
  z.strictObject({ kind: z.literal('closed'), concurrency: z.int().positive() }),
]);

/** A load with its name, unique in the run. */
export const plannedPointSchema = z.strictObject({ id: z.string(), load: benchLoadSchema, repeat: z.int().positive() });

export const benchTargetsSchema = z.strictObject({
  /** Share of all offered requests that has to be within each target, 0–1. */
  percentile: number,
  ttftSeconds: number.nullable(),
  tpotSeconds: number.nullable(),
  endToEndSeconds: number.nullable(),
});

export const benchManifestSchema = z.strictObject({
  schema: z.literal('seekstack/bench-manifest@1'),
  generator: z.strictObject({ name: z.literal('seekstack'), version: z.string() }),
  name: z.string(),
  /** Instant of the first start, UTC, to seconds. */
  startedAt: z.string(),
  endpoint: z.strictObject({
    /** Up to and including the version, such as `https://host/v1`. */
    url: z.string(),
    api: z.enum(['chat', 'completions']),
    /** Environment variable the key was read from; null where there was none. */
    keyVariable: z.string().nullable(),
  }),
  /** As requests name it. */
  model: z.string(),
  /** The plan whose option is measured; null where nobody gave one. */
  plan: z.strictObject({ name: z.string(), sha256, optionId: z.string() }).nullable(),
  /** What serves, as far as it is known. */
  deployment: z.strictObject({
    engine: z.string().nullable(),
    machine: z.string().nullable(),
    accelerator: z.string().nullable(),
    accelerators: z.int().nullable(),
    /** Replicas that were up for the benchmark. */
    replicas: z.int().nullable(),
    region: z.string().nullable(),
    label: z.string().nullable(),
  }),
  targets: benchTargetsSchema,
  /** Known beforehand; none where they are searched for. */
  points: z.array(plannedPointSchema),
  /** Bracket in which the highest rate that meets the targets is searched; null without a search. */
  search: z
    .strictObject({
      pattern: patternSchema,
      burstiness: number,
      lowRequestsPerSecond: number,
      highRequestsPerSecond: number,
      /** Ends where the bracket's upper end is within this share above its lower. */
      resolutionRatio: number,
      /** Runs that each rate gets. */
      repeats: z.int().positive(),
    })
    .nullable(),
  trace: z.strictObject({ name: z.string(), sha256, format: z.string(), requests: z.int() }).nullable(),
  /** Load in each hour of a day over that of the busiest, where the pattern is `day`. */
  dayShape: z.strictObject({ hours: z.array(number), daySeconds: number }).nullable(),
  /** Lengths by percentile; one point is a fixed length. */
  lengths: z.strictObject({
    prompt: lengthPoints,
    /** Reasoning and answer together are `output` plus `thinking`. */
    output: lengthPoints,
    thinking: lengthPoints,
    maximumTokens: z.int().nullable(),
    /** Share of each prompt that all requests have in common at its start. */
    cacheHitRatio: number,
    from: z.enum(['flags', 'plan', 'trace']),
  }),
  prompts: z.strictObject({
    tokenizer: z.string(),
    /** Of a tokenizer.json that was handed in. */
    tokenizerFile: file.nullable(),
    /** Tokens the server's chat template adds, as the probe showed; null where the server does not count. */
    templateTokens: z.int().nullable(),
    /** Drawn from the instant of the start, so that no earlier run has filled the prefix cache with these prompts. */
    salt: z.int(),
  }),
  output: z.strictObject({
    /** `exact`: ignore_eos, min_tokens and max_tokens; `limit`: max_tokens alone, and the lengths that came are reported. */
    control: z.enum(['exact', 'limit']),
    /** Whether the server was asked for usage in every chunk. */
    chunkUsage: z.boolean(),
    /** Further fields of each request's body. */
    extraBody: z.record(z.string(), z.unknown()),
  }),
  phases: z.strictObject({
    /** Warm-up ends when a slope test finds the load steady, and at the latest here. */
    warmUpLeastSeconds: number,
    warmUpMostSeconds: number,
    measureSeconds: number,
    /** The window is drawn out until so many requests fall into it; 0 where only the time counts. */
    measureRequests: z.int(),
    drainSeconds: number,
  }),
  requestTimeoutSeconds: number,
  seed: z.int(),
  /** What an hour of the deployment costs; null where nobody said. */
  price: z.strictObject({ usdPerHour: number, from: z.enum(['flag', 'plan']) }).nullable(),
  meter: z
    .strictObject({
      kind: z.enum(['exporter', 'prometheus']),
      url: z.string(),
      /** Name of the gauge, or the query; watts. */
      query: z.string(),
      everySeconds: number,
    })
    .nullable(),
  client: z.strictObject({ nodeVersion: z.string(), cores: z.int() }),
});

export type BenchManifest = z.infer<typeof benchManifestSchema>;
export type BenchLoad = z.infer<typeof benchLoadSchema>;
export type OpenLoad = Extract<BenchLoad, { kind: 'open' }>;
export type Pattern = z.infer<typeof patternSchema>;
export type PlannedPoint = z.infer<typeof plannedPointSchema>;
export type BenchTargets = z.infer<typeof benchTargetsSchema>;
