// Calibration overlays: constants of one engine on one accelerator architecture, replaced by what a run of the reader's own showed.
// One dated file a run, written by `seekstack calibrate`; it says which row it changes, what stood there, and how far it may be trusted.
import { z } from 'zod';
import type { Dimension } from '../../units.ts';
import { type Fact, fact, identifier, sourcesSchema } from '../fact.ts';
import { rangeSchema } from './calibration.ts';
import { engineIdSchema } from './engines.ts';

/** A constant's dimension, and the unit in which files state it. */
export interface ConstantUnit {
  readonly dimension: Dimension;
  readonly unit: string;
}

const ratio: ConstantUnit = { dimension: 'ratio', unit: 'ratio' };
const count: ConstantUnit = { dimension: 'count', unit: 'count' };
const microseconds: ConstantUnit = { dimension: 'seconds', unit: 'us' };
const milliseconds: ConstantUnit = { dimension: 'seconds', unit: 'ms' };

/** Fields of an efficiency row that a run can speak of; a dot leads into a section of the row. */
export const ACCELERATOR_CONSTANTS = {
  kernelScale: ratio,
  prefillScale: ratio,
  perLayer: microseconds,
  perLayerDataParallel: microseconds,
  perStep: milliseconds,
  perSequence: microseconds,
  expertImbalance: ratio,
  hostFloor: milliseconds,
  prefillInterference: ratio,
  packing: count,
  groupOverlap: ratio,
  waitSteps: count,
  waitStepsDataParallel: count,
  burstShare: ratio,
  queueScale: ratio,
  'speculation.cacheReread': ratio,
  'speculation.perStep': milliseconds,
  'speculation.perSequence': microseconds,
  'disaggregation.hostFloor': milliseconds,
  'disaggregation.transferRate': { dimension: 'bytesPerSecond', unit: 'GB/s' },
  'disaggregation.groupOverlap': ratio,
  'disaggregation.poolShare': ratio,
  'disaggregation.decodeScale': ratio,
} as const satisfies Record<string, ConstantUnit>;

/** The same of a row for serving from host memory. */
export const HOST_CONSTANTS = {
  memoryBandwidth: ratio,
  flopPerCore: { dimension: 'flopPerSecond', unit: 'GFLOP/s' },
  flopPerCoreAmx: { dimension: 'flopPerSecond', unit: 'GFLOP/s' },
  hostFloor: milliseconds,
} as const satisfies Record<string, ConstantUnit>;

/** The same of a power curve. */
export const POWER_CONSTANTS = {
  floor: ratio,
  expertKernels: ratio,
  otherKernels: ratio,
  arithmetic: ratio,
  loadedIdle: ratio,
} as const satisfies Record<string, ConstantUnit>;

/** A fact of whatever dimension its field has. */
export type AnyFact = Fact<Dimension>;
/** What a run showed, with the ends of its 80 % interval, and what stood in its place. */
export interface ReplacedConstant {
  readonly now: AnyFact;
  readonly before: AnyFact;
}

const constantsOf = (fields: Record<string, ConstantUnit>) =>
  z.strictObject(
    Object.fromEntries(
      Object.entries(fields).map(([field, { dimension }]) => [
        field,
        z.strictObject({ now: fact(dimension), before: fact(dimension) }).optional(),
      ]),
    ),
  ) as unknown as z.ZodType<Readonly<Record<string, ReplacedConstant>>>;

const share = z.number().min(0);
/** Median error of points that a fit without them predicts, as a share; null where a run has too few of them. */
const heldOutSchema = z.strictObject({ tpot: share.nullable(), ttft: share.nullable() });

const speedShape = {
  /** Row of the catalogue whose constants are replaced. */
  row: identifier,
  engine: engineIdSchema,
  /** Accelerator architecture; `cpu` without accelerators. */
  hardware: identifier,
  /** Release the row speaks of. */
  release: z.string(),
  /** Model architecture. */
  model: identifier,
  /** What was served; predictions of anything else keep the catalogue's interval. */
  mode: z.enum(['aggregated', 'disaggregated']),
  precision: z.enum(['bf16', 'fp8', 'int8', 'fp4', 'int4', 'gguf']),
  /** Measured over predicted, as a range for 80 % of points outside the fit. */
  interval: z.strictObject({ tpot: rangeSchema, ttft: rangeSchema, throughput: rangeSchema, points: z.int().min(1) }),
  heldOut: heldOutSchema,
};

export const calibrationOverlayFileSchema = z.strictObject({
  schema: z.literal('seekstack/calibration-overlay@1'),
  sources: sourcesSchema,
  run: z.strictObject({
    name: z.string().min(1).max(120),
    /** Instant of its first request, UTC. */
    startedAt: z.iso.datetime(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    /** The option that was measured, and the machine it ran on. */
    option: z.string(),
    machine: z.string(),
    accelerators: z.int().min(0),
    layout: z.string(),
    points: z.int().min(1),
    requests: z.int().min(1),
    source: z.string(),
  }),
  /** What engines add to kernels on accelerators. */
  accelerator: z.strictObject({ ...speedShape, constants: constantsOf(ACCELERATOR_CONSTANTS) }).optional(),
  /** Serving from host memory. */
  host: z.strictObject({ ...speedShape, constants: constantsOf(HOST_CONSTANTS) }).optional(),
  /** What boards draw. */
  power: z
    .strictObject({
      row: identifier,
      /** Accelerator architecture. */
      hardware: identifier,
      constants: constantsOf(POWER_CONSTANTS),
      /** Measured over predicted watts, as a range for 80 % of points. */
      error: rangeSchema,
      points: z.int().min(1),
    })
    .optional(),
});

export type CalibrationOverlayFile = z.infer<typeof calibrationOverlayFileSchema>;
export type SpeedOverlay = NonNullable<CalibrationOverlayFile['accelerator'] | CalibrationOverlayFile['host']>;
