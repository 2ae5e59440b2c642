// The run document: a benchmark's answer, with its manifest, its points and whether they are to be trusted (bench-run.json).
// It is made from manifest.json, points.jsonl and requests.jsonl beside it, and can be made again from them.
import { z } from 'zod';
import { benchManifestSchema } from './bench-manifest.ts';
import { benchPointSchema } from './bench-point.ts';

const number = z.number();

/** What a search for the highest rate within the targets came to. */
export const benchSearchSchema = z.strictObject({
  outcome: z.enum(['found', 'none-holds', 'all-hold', 'unfinished']),
  /** Highest rate that held, and lowest that did not, among those tried. */
  holdsRequestsPerSecond: number.nullable(),
  failsRequestsPerSecond: number.nullable(),
  /** Points of the rate that held; it is the median of these that is printed. */
  pointIds: z.array(z.string()),
  /** False where repeats of one rate differed in their verdict; the majority counts. */
  repeatsAgree: z.boolean(),
});

export const benchRunSchema = z.strictObject({
  schema: z.literal('seekstack/bench-run@1'),
  manifest: benchManifestSchema,
  /** False where the run was interrupted, or points are missing. */
  complete: z.boolean(),
  /** Planned points that were not measured. */
  missing: z.array(z.string()),
  /** Requests in all records, and records of attempts that a later one replaced. */
  requests: z.strictObject({ all: z.int(), replaced: z.int() }),
  /** In the order they were measured. */
  points: z.array(benchPointSchema),
  search: benchSearchSchema.nullable(),
  /** Every point that the answer rests on is valid. Of a search, points above the knee may have no steady state. */
  valid: z.boolean(),
  /** Whether the targets hold: at every point, or at some rate of a search; null without targets or where nothing can tell. */
  holds: z.boolean().nullable(),
  doubts: z.array(z.strictObject({ pointId: z.string().nullable(), id: z.string(), message: z.string() })),
  /** Seconds of load over all points, and what they cost; null without a price. */
  seconds: number,
  usd: number.nullable(),
});

export type BenchRun = z.infer<typeof benchRunSchema>;
export type BenchSearch = z.infer<typeof benchSearchSchema>;
