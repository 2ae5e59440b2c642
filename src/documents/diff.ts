// The diff document: what changes between two plans, why, and what stands against it. What a comment, a test report and a
// table are rendered from. It holds no clock and no machine path: the same inputs give the same bytes.
import { z } from 'zod';
import { MEASURES } from './policy.ts';

const usd = z.number();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** Something that keeps a side from having a total: never counted as 0. */
const missingSchema = z.strictObject({ what: z.string(), reason: z.string(), fix: z.string() });

const optionSummarySchema = z.strictObject({
  id: z.string(),
  feasible: z.boolean(),
  provider: z.enum(['aws', 'azure', 'onprem']),
  machine: z.string(),
  accelerator: z.string().nullable(),
  accelerators: z.int(),
  nodes: z.int(),
  region: z.string(),
  purchase: z.string(),
  engine: z.string(),
  checkpoint: z.string(),
  layout: z.string(),
  latencyBasis: z.enum(['measured', 'interpolated', 'extrapolated']),
  powerBasis: z.enum(['measured', 'interpolated', 'extrapolated', 'nameplate']),
  /** Oldest date among the prices used. */
  priceAsOf: z.string(),
});

export const sideSchema = z.strictObject({
  kind: z.enum(['plan', 'workload', 'project', 'none']),
  /** As it was named on the command line. */
  label: z.string(),
  /** Commit it was read from; null for files as they lie there. */
  revision: z.string().nullable(),
  sha256: sha256.nullable(),
  /** Version of the planner that made it; null for none. */
  plannerVersion: z.string().nullable(),
  /** Newest date among its facts; null for none. */
  asOf: z.string().nullable(),
  option: optionSummarySchema.nullable(),
  missing: z.array(missingSchema),
  /** Why it has no option, where it has none: what the plan says. */
  reason: z.string().nullable(),
});

export const rowIdSchema = z.enum([
  'usdPerMonth',
  'usdPerMillionOutputTokens',
  'capacityRequestsPerSecond',
  'ttftSeconds',
  'tpotSeconds',
  'accelerators',
  'capexUsd',
  'kilowattHoursPerMonth',
  'kilogramsCo2ePerMonth',
]);

const rowSchema = z.strictObject({
  id: rowIdSchema,
  before: z.number().nullable(),
  after: z.number().nullable(),
  /** Null where either side has no value. */
  delta: z.number().nullable(),
  /** After over before, less 1. */
  ratio: z.number().nullable(),
  /** Latencies: what the targets are and what is left of them, 0–1; below 0 where they are missed. */
  target: z.strictObject({ before: z.number().nullable(), after: z.number().nullable() }).nullable(),
  headroom: z.strictObject({ before: z.number().nullable(), after: z.number().nullable() }).nullable(),
});

export const causeKindSchema = z.enum([
  'workload',
  'prices',
  'hardware',
  'models',
  'engines',
  'calibration',
  'sites',
  'catalogue',
  'planner',
  'option',
  'project',
]);

export const causeSchema = z.strictObject({
  kind: causeKindSchema,
  /** A field, or the files of the catalogue that changed. */
  name: z.string(),
  /** What it was and what it is; null where it is not there, or more than a value. */
  before: z.string().nullable(),
  after: z.string().nullable(),
  /** Where it stands in the newer input, else in the older; null where that is not known. */
  where: z.strictObject({ file: z.string(), line: z.int().nullable() }).nullable(),
  /** Its part of the change of cost, in whole cents; all parts add up to the whole. Null where the whole is not known. */
  usdPerMonth: usd.nullable(),
});

export const attributionSchema = z.strictObject({
  /**
   * none: nothing to tell apart. single: one cause, which is the whole. all-orders: mean over every order of the causes.
   * two-orders: mean over an order and its reverse. grouped: some causes could only be told together.
   */
  method: z.enum(['none', 'single', 'all-orders', 'two-orders', 'grouped']),
  /** Whole cents; null where a side has no total. */
  usdPerMonth: usd.nullable(),
  causes: z.array(causeSchema),
  /** Rankings made for it. */
  rankings: z.int(),
  notes: z.array(z.string()),
});

export const fixSchema = z.strictObject({
  /** A field of the workload and its value, another option of the plan, or a field of the project. */
  change: z.string(),
  optionId: z.string().nullable(),
  value: z.number().nullable(),
  usdPerMonth: usd,
  /** Against the head; below 0 where the change costs more. */
  savesUsdPerMonth: usd,
});

export const judgementSchema = z.strictObject({
  id: z.string(),
  measure: z.enum(Object.keys(MEASURES) as [keyof typeof MEASURES, ...(keyof typeof MEASURES)[]]),
  severity: z.enum(['warn', 'fail']),
  outcome: z.enum(['passed', 'warned', 'failed', 'acknowledged', 'not-judged']),
  /** In the unit of the measure; null where it is a name, or unknown. */
  value: z.number().nullable(),
  limit: z.number().nullable(),
  /** What is wrong, or that nothing is, in one sentence without markup. */
  message: z.string(),
  reason: z.string().nullable(),
  where: z.strictObject({ file: z.string(), line: z.int() }),
  acknowledgement: z.strictObject({ reason: z.string(), until: z.string(), expired: z.boolean() }).nullable(),
  /** The cheapest change that was found to satisfy it; null where none was, and for what holds. */
  fix: fixSchema.nullable(),
});

export const diffSchema = z.strictObject({
  schema: z.literal('seekstack/diff@1'),
  generator: z.strictObject({ name: z.literal('seekstack'), version: z.string() }),
  name: z.string(),
  /** Instant and commit of the head, for whoever must tell an older run from a newer; null outside a repository. */
  moment: z.strictObject({ validAt: z.string().nullable(), commit: z.string().nullable() }),
  verdict: z.enum(['unchanged', 'changed', 'guardrail-failed', 'infeasible', 'incomplete']),
  /** Day that ages and expiries are judged on. */
  today: z.string(),
  base: sideSchema,
  head: sideSchema,
  rows: z.array(rowSchema),
  attribution: attributionSchema,
  guardrails: z.array(judgementSchema),
  lines: z.strictObject({
    moved: z.array(
      z.strictObject({
        id: z.string(),
        label: z.string(),
        before: usd.nullable(),
        after: usd.nullable(),
        delta: usd.nullable(),
        basis: z.string(),
      }),
    ),
    unmoved: z.int(),
  }),
  /** What the answer of the newer plan rests on, widest first. */
  assumptions: z.strictObject({
    ranges: z.array(z.strictObject({ label: z.string(), lowUsdPerMonth: usd, highUsdPerMonth: usd })),
    flips: z.array(z.string()),
  }),
  /** The command that gives this again. */
  reproduce: z.string(),
});

export type PlanDiff = z.infer<typeof diffSchema>;
export type DiffSide = z.infer<typeof sideSchema>;
export type DiffRow = z.infer<typeof rowSchema>;
export type Cause = z.infer<typeof causeSchema>;
export type CauseKind = z.infer<typeof causeKindSchema>;
export type Attribution = z.infer<typeof attributionSchema>;
export type Judgement = z.infer<typeof judgementSchema>;
export type Fix = z.infer<typeof fixSchema>;
