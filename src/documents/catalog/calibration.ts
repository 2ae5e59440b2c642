// Calibration: how much of its peak hardware reaches, what engines add, how lengths of draft are accepted, how far predictions err.
import { z } from 'zod';
import { fact, identifier, sourcesSchema } from '../fact.ts';
import { computeDtypeSchema, engineIdSchema } from './engines.ts';

const basisSchema = z.enum(['measured', 'interpolated', 'extrapolated']);

/** One kind of kernel: time = launch + √((bytes ÷ (peak · bandwidth))² + (operations ÷ (peak · compute))²). */
const curveSchema = z.strictObject({
  /** What the smallest instance takes. */
  launch: fact('seconds'),
  /** Share of peak memory bandwidth. */
  bandwidth: fact('ratio'),
  /** Share of the dense peak of the dtype. */
  compute: fact('ratio'),
});

/** Grouped products of routed experts: each expert that is touched is multiplied as if it had that many tokens more. */
const expertCurveSchema = z.strictObject({ ...curveSchema.shape, padding: fact('tokens') });

/** A collective: time = latency + bytes on the wire ÷ (link's peak · share). */
const wireSchema = z.strictObject({ latency: fact('seconds'), bandwidth: fact('ratio') });

/** How much of its peak one accelerator architecture reaches in each kind of kernel, whatever engine launches it. */
export const kernelsSchema = z.strictObject({
  id: identifier,
  /** Accelerator architectures. */
  hardware: z.array(identifier).min(1),
  /** Projections, dense and shared-expert products, head; BF16 must be there. */
  products: z.partialRecord(computeDtypeSchema, curveSchema).refine((rows) => rows.bf16 !== undefined, 'bf16 must be given'),
  /** Attention of one decoded token over its cache; compute is a share of the BF16 peak. */
  decodeAttention: curveSchema,
  /** Share of the BF16 peak that attention reaches over a whole prompt. */
  prefillAttention: fact('ratio'),
  /** Grouped products of routed experts. */
  experts: z.partialRecord(computeDtypeSchema, expertCurveSchema),
  /** All-reduce over the node's links. */
  reduce: wireSchema,
  /** Dispatch and combine together over the node's links. */
  exchange: wireSchema,
  /** Latency that a collective over the fabric between nodes has on top, and the share of the fabric it reaches. */
  fabric: wireSchema,
  basis: basisSchema,
});

/** Tokens an engine yields a step when it drafts that many beside the one it computes. */
const acceptanceSchema = z.strictObject({ draft: fact('count'), accepted: fact('count') });

/**
 * What one engine adds to the kernels on one accelerator architecture, and how it schedules.
 * Fitted to measured runs, or taken over from a neighbour with `basis` saying so.
 */
export const efficiencySchema = z.strictObject({
  id: identifier,
  engines: z.array(engineIdSchema).min(1),
  /** Accelerator architectures. */
  hardware: z.array(identifier).min(1),
  /** Model architectures; all where absent. */
  models: z.array(identifier).min(1).optional(),
  /** Engine releases the row speaks of, as a year or a version; plans use the row marked `current`. */
  release: z.string(),
  current: z.boolean(),
  /** Time of the kernels inside the engine over their time measured alone: in decode, and in prefill. */
  kernelScale: fact('ratio'),
  prefillScale: fact('ratio'),
  /** Factor on prefill where the release lacks a tuned path for a dtype of routed experts. */
  prefillPenalty: z.partialRecord(computeDtypeSchema, fact('ratio')).optional(),
  /** Factor on the decode time of routed experts by the dtype they compute in, where an engine's kernels are not those of the tables. */
  expertScale: z.partialRecord(computeDtypeSchema, fact('ratio')).optional(),
  /** Added to every layer of every step: norms, routing, quantisation, gaps between kernels. */
  perLayer: fact('seconds'),
  /** Added to that where attention is data-parallel. */
  perLayerDataParallel: fact('seconds'),
  /** Added to every decode step: scheduler, sampler. */
  perStep: fact('seconds'),
  /** Added to that for every sequence in flight: scheduling, sampling, detokenising in the host. */
  perSequence: fact('seconds').optional(),
  /** Tokens routed to the busiest of eight ranks over the mean, less one; grows with the logarithm of the ranks. */
  expertImbalance: fact('ratio'),
  /** From request to first kernel and from last kernel to client: HTTP, tokenizer, scheduler. */
  hostFloor: fact('seconds'),
  /** Share of prefill time that decoding sequences wait for; 1 means prefill stops decode. */
  prefillInterference: fact('ratio'),
  /** Requests in flight for each further prompt that shares a prefill step, in closed loop. */
  packing: fact('count'),
  /** Share of data-parallel groups that prefill at once for each request a group. */
  groupOverlap: fact('ratio'),
  /** Decode steps a new request waits before the scheduler takes it up. */
  waitSteps: fact('count'),
  /** Added to that where attention is data-parallel and groups wait for one another. */
  waitStepsDataParallel: fact('count'),
  /** Share of a closed loop's other requests found waiting in front, start-up burst included. */
  burstShare: fact('ratio'),
  /** Factor on the M/D/1 wait for prefill. */
  queueScale: fact('ratio'),
  speculation: z.strictObject({
    acceptance: z.array(acceptanceSchema).min(1),
    /** Cache reads repeated for each drafted token, as a share of a whole read. */
    cacheReread: fact('ratio'),
    perStep: fact('seconds'),
    /** Added to a step for every sequence a group drafts for. */
    perSequence: fact('seconds'),
  }),
  disaggregation: z.strictObject({
    /** Router, prefill engine, hand-over and decode engine together, from request to first token. */
    hostFloor: fact('seconds'),
    /** Rate at which one request's cache moves from prefill to decode. */
    transferRate: fact('bytesPerSecond'),
    /** Share of data-parallel groups of a prefill worker that are busy when requests queue. */
    groupOverlap: fact('ratio'),
    /** Share of a prefill pool's rate that is reached. */
    poolShare: fact('ratio'),
    /** Factor on decode steps beside those of an aggregated replica. */
    decodeScale: fact('ratio'),
    burstShare: fact('ratio'),
  }),
  basis: basisSchema,
});

/** Measured over predicted, as a range that 80 % of runs outside the fit fell into. */
export const rangeSchema = z.strictObject({ low: z.number().gt(0), high: z.number().gt(0), unit: z.literal('ratio') });

/** How far predictions of one class err. The first row that matches is used, so narrow classes stand first. */
export const intervalSchema = z.strictObject({
  id: identifier,
  /** Each absent field matches anything; `models` are model architectures. */
  models: z.array(identifier).optional(),
  hardware: z.array(identifier).optional(),
  engines: z.array(engineIdSchema).optional(),
  mode: z.enum(['aggregated', 'disaggregated']).optional(),
  precision: z.enum(['bf16', 'fp8', 'int8', 'fp4', 'int4', 'gguf']).optional(),
  tpot: rangeSchema,
  ttft: rangeSchema,
  throughput: rangeSchema,
  /** Runs outside the fit the ranges were taken from; 0 where they were set by hand. */
  runs: z.int().min(0),
  source: z.string(),
});

/**
 * Power of an accelerator's board while it serves, as shares of its board power:
 * floor + expertKernels · share of the step in routed experts + otherKernels · share in other kernels
 * + arithmetic · operations a second over the dense BF16 peak, at most 1.
 */
export const powerSchema = z.strictObject({
  id: identifier,
  /** Accelerator architectures. */
  hardware: z.array(identifier).min(1),
  floor: fact('ratio'),
  expertKernels: fact('ratio'),
  otherKernels: fact('ratio'),
  arithmetic: fact('ratio'),
  /** Powered with nothing loaded, and with weights loaded and no request. */
  idle: fact('ratio'),
  loadedIdle: fact('ratio'),
  /** Measured over predicted energy a token, 10th to 90th percentile. */
  error: rangeSchema,
  basis: basisSchema,
});

/** Serving from host memory: CPU-only and hybrid engines. */
export const hostEfficiencySchema = z.strictObject({
  id: identifier,
  engine: engineIdSchema,
  mode: z.enum(['cpu', 'hybrid']),
  /** Model architectures; all where absent. */
  models: z.array(identifier).min(1).optional(),
  /** Sockets of the host; a second socket buys memory, not speed. */
  sockets: z.int().min(1).max(2),
  /** Share of the sockets' summed peak bandwidth at batch 1. */
  memoryBandwidth: fact('ratio'),
  /** Sustained multiply rate of one core in prefill, without and with AMX. */
  flopPerCore: fact('flopPerSecond'),
  flopPerCoreAmx: fact('flopPerSecond').optional(),
  /** Share of host memory that weights and cache may fill. */
  memoryShare: fact('ratio'),
  hostFloor: fact('seconds'),
  basis: basisSchema,
});

/**
 * How a run of the reader's own is weighed against the catalogue when constants are fitted to it.
 * Spreads are standard deviations of logarithms, so that 0.5 means "within half as much again, two times in three".
 */
export const fittingSchema = z.strictObject({
  id: identifier,
  /** How far constants of another deployment may lie from the catalogue's; the first row that names a field counts. */
  spreads: z.array(z.strictObject({ fields: z.array(z.string()).min(1), spread: fact('ratio') })).min(1),
  /** Factor on all of them by what the replaced row rests on. */
  basisFactor: z.strictObject({ measured: fact('ratio'), interpolated: fact('ratio'), extrapolated: fact('ratio') }),
  /** What the model itself errs on one point, its constants being right. */
  modelError: z.strictObject({ tpot: fact('ratio'), ttft: fact('ratio'), watts: fact('ratio') }),
  /** Points that what was known before counts for, beside those of a run. */
  knownPoints: fact('count'),
});

export const calibrationFileSchema = z.strictObject({
  schema: z.literal('seekstack/calibration@1'),
  sources: sourcesSchema,
  kernels: z.array(kernelsSchema).default([]),
  efficiencies: z.array(efficiencySchema).default([]),
  hostEfficiencies: z.array(hostEfficiencySchema).default([]),
  powers: z.array(powerSchema).default([]),
  intervals: z.array(intervalSchema).default([]),
  fittings: z.array(fittingSchema).default([]),
});

export type KernelCurves = z.infer<typeof kernelsSchema>;
export type KernelCurve = z.infer<typeof curveSchema>;
export type WireShare = z.infer<typeof wireSchema>;
/** Rows that a calibration overlay made name it; rows of files never do. */
interface Overlaid {
  readonly overlay?: string;
}
export type Efficiency = z.infer<typeof efficiencySchema> & Overlaid;
export type HostEfficiency = z.infer<typeof hostEfficiencySchema> & Overlaid;
export type PowerCurve = z.infer<typeof powerSchema> & Overlaid;
export type Interval = z.infer<typeof intervalSchema> & Overlaid;
export type Fitting = z.infer<typeof fittingSchema>;
export type Basis = z.infer<typeof basisSchema>;
