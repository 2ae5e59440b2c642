// Claims: statements that people repeat, as data: what was said, by whom, and which computation can check it.
// In: claims.yaml. Out: typed claims; their results carry a verdict and the figures behind it.
import { z } from 'zod';
import { identifier, sourcesSchema } from './fact.ts';
import { workloadSchema } from './workload.ts';

const share = z.strictObject({ low: z.number(), high: z.number() });
const batches = z.array(z.int().min(1).max(16_384)).min(1).max(20);

/** A model as energy benchmarks serve it: tensor-parallel over so many accelerators. */
const serverSchema = z.strictObject({
  name: z.string().optional(),
  /** Model architecture, as `seekstack catalog show` lists them. */
  architecture: identifier,
  weightFormat: identifier,
  accelerator: identifier,
  accelerators: z.int().min(1).max(1024),
  /** Measured joules of boards an output token, by batch; they go before what is computed. */
  measuredJoules: z.record(z.string().regex(/^\d+$/, 'a batch size'), z.number().positive()).optional(),
});
const servingSchema = {
  engine: z.enum(['vllm', 'sglang', 'tensorrt-llm']).default('vllm'),
  /** Calibration of the engine: `current`, or the release of the energy benchmark. */
  release: z.string().default('current'),
  promptTokens: z.int().min(1),
  outputTokens: z.int().min(1),
};

const testSchema = z.discriminatedUnion('kind', [
  /** So many kilowatt-hours against so many: what work that would be. */
  z.strictObject({
    kind: z.literal('energy-without-work'),
    kilowattHours: z.number().positive(),
    againstKilowattHours: z.number().positive(),
    server: serverSchema,
    batches,
    ...servingSchema,
  }),
  /** Less energy a token than other models, at equal batch and at equal service. */
  z.strictObject({
    kind: z.literal('energy-ratio'),
    server: serverSchema,
    against: z.array(serverSchema).min(1),
    batches,
    /** Time per output token that both must meet, seconds; the largest batch that does is compared. */
    tpotSeconds: z.number().positive().optional(),
    /** Claimed saving: 1 − joules ÷ joules of the other. */
    saving: share,
    ...servingSchema,
  }),
  /** Smaller cache a token than grouped-query attention of the same width. */
  z.strictObject({
    kind: z.literal('cache-ratio'),
    architecture: identifier,
    kvFormat: identifier,
    /** Key-value heads and their width that it is held against, in BF16. */
    kvHeads: z.int().min(1),
    headDim: z.int().min(1),
    /** Claimed: at least so many times smaller. */
    atLeast: z.number().positive(),
  }),
  /** A machine serves a workload at all. */
  z.strictObject({ kind: z.literal('serves'), machine: z.string(), workload: workloadSchema }),
  /** What hardware for a workload costs to buy. */
  z.strictObject({
    kind: z.literal('hardware-price'),
    usd: z.number().positive(),
    toleranceRatio: z.number().min(0).max(1),
    workload: workloadSchema,
  }),
  /** Growing by the quarter and switching off what is idle takes less energy than everything from the first day. */
  z.strictObject({ kind: z.literal('growth-energy'), workload: workloadSchema }),
  /** Renting needs less money at the start; energy is in its price. */
  z.strictObject({ kind: z.literal('upfront'), workload: workloadSchema }),
]);

export const claimSchema = z.strictObject({
  id: identifier,
  /** In one's own words. */
  statement: z.string().min(3),
  source: z.string(),
  /** What had to be assumed to compute anything at all. */
  assumptions: z.array(z.string()).default([]),
  test: testSchema,
});

export const claimsFileSchema = z.strictObject({
  $schema: z.string().optional(),
  schema: z.literal('seekstack/claims@1'),
  sources: sourcesSchema,
  claims: z.array(claimSchema).min(1),
});

export type Claim = z.infer<typeof claimSchema>;
export type ClaimTest = z.infer<typeof testSchema>;
export type ClaimsFile = z.infer<typeof claimsFileSchema>;

export interface ClaimFigure {
  readonly label: string;
  readonly value: number;
  readonly unit: string;
}

export type ClaimVerdict = 'holds' | 'holds in part' | 'does not hold' | 'not testable';

export interface ClaimResult {
  readonly id: string;
  readonly statement: string;
  readonly source: string;
  readonly verdict: ClaimVerdict;
  /** Why, in one or two sentences with the figures that decide. */
  readonly reason: string;
  readonly assumptions: readonly string[];
  readonly figures: readonly ClaimFigure[];
}
