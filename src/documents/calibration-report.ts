// The calibration report: a plan beside a measured run, quantity by quantity, and what the run says of the model's constants.
import { z } from 'zod';
import { interval } from './plan-option.ts';

const number = z.number();
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

export const QUANTITIES = ['ttft', 'tpot', 'throughput', 'capacity', 'power', 'energy'] as const;

const comparedSchema = z.strictObject({
  pointId: z.string(),
  quantity: z.enum(QUANTITIES),
  /** Of latencies, 0–1; null of what has none. */
  percentile: number.nullable(),
  unit: z.enum(['seconds', 'outputTokensPerSecond', 'requestsPerSecond', 'watts', 'joulesPerOutputToken']),
  /** With its 95 % bootstrap interval, where the run tells one. */
  measured: interval,
  /** At the same load and lengths with the catalogue's constants, and the interval the plan states. */
  plan: interval,
  /** The plan thinks the load more than the fleet can carry. */
  saturated: z.boolean(),
  /** Whether the measurement lies within that interval. */
  inside: z.boolean(),
  /** With the run's constants; null where none was taken over. */
  after: number.nullable(),
});

const summarySchema = z.strictObject({
  quantity: z.enum(QUANTITIES),
  figures: z.int(),
  inside: z.int(),
  /** Median of |predicted ÷ measured − 1|: with the catalogue, with the run's constants, and of loads a fit had not seen. */
  medianErrorBefore: number,
  medianErrorAfter: number.nullable(),
  medianErrorHeldOut: number.nullable(),
});

const constantSchema = z.strictObject({
  field: z.string(),
  of: z.enum(['speed', 'power']),
  /** `partly`: moved, though the run cannot wholly tell it from others; `no-part`: it changes no figure of this run. */
  verdict: z.enum(['identified', 'partly', 'not-identified', 'no-part']),
  unit: z.string(),
  /** In that unit. */
  before: number,
  /** With its 80 % interval; null where it stays. */
  after: interval.nullable(),
  /** What is left of what was not known, 0–1. */
  widthRatio: number,
  entangledWith: z.array(z.string()),
  /** A run that would tell it; null where it was told. */
  wouldTell: z.string().nullable(),
});

export const calibrationReportSchema = z.strictObject({
  schema: z.literal('seekstack/calibration-report@1'),
  generator: z.strictObject({ name: z.literal('seekstack'), version: z.string() }),
  run: z.strictObject({
    name: z.string(),
    startedAt: z.string(),
    sha256,
    points: z.int(),
    requests: z.int(),
    leftOut: z.array(z.strictObject({ pointId: z.string(), reason: z.string() })),
  }),
  plan: z.strictObject({ name: z.string(), sha256 }),
  option: z.strictObject({
    id: z.string(),
    engine: z.string(),
    machine: z.string(),
    layout: z.string(),
    replicas: z.int(),
    checkpoint: z.string(),
    /** Row of the calibration whose constants these are. */
    row: z.string(),
  }),
  compared: z.array(comparedSchema),
  summary: z.array(summarySchema),
  constants: z.array(constantSchema),
  /** What the run is taken over as; null where nothing of it is. */
  overlay: z
    .strictObject({
      name: z.string(),
      /** Range of measured over predicted for 80 % of further points, before and now. */
      intervals: z.array(
        z.strictObject({
          quantity: z.enum(['ttft', 'tpot', 'throughput', 'power']),
          before: z.strictObject({ low: number, high: number }),
          after: z.strictObject({ low: number, high: number }),
        }),
      ),
    })
    .nullable(),
  notes: z.array(z.strictObject({ id: z.string(), message: z.string() })),
});

export type CalibrationReport = z.infer<typeof calibrationReportSchema>;
export type Compared = CalibrationReport['compared'][number];
export type ConstantReport = CalibrationReport['constants'][number];
