// Engines: which engine serves which weights on which hardware, and with what flags.
import { z } from 'zod';
import { fact, identifier, sourcesSchema } from '../fact.ts';
import { OPERATOR_IDS } from '../operator-ids.ts';

export const engineIdSchema = z.enum(['vllm', 'sglang', 'tensorrt-llm', 'llama.cpp', 'ktransformers']);
export const computeDtypeSchema = z.enum(['bf16', 'fp8', 'int8', 'fp4']);

/** One row of the support matrix: these weights of these architectures run on these accelerators, computed in this dtype. */
const supportSchema = z.strictObject({
  /** Model architecture ids. */
  models: z.array(identifier).min(1),
  weightFormats: z.array(identifier).min(1),
  /** Accelerator architectures; `cpu` for the host's processors alone, `hybrid` for experts in host memory. */
  hardware: z.array(identifier).min(1),
  /** What routed experts are multiplied in; FP4 weights on Hopper are computed in BF16. */
  expertCompute: computeDtypeSchema,
  /** What everything else is multiplied in. */
  otherCompute: computeDtypeSchema,
  kvFormats: z.array(identifier).min(1),
  /** Largest tensor-parallel degree that makes sense, where an engine states one. */
  maximumTensorParallel: z.int().min(1).optional(),
  source: z.string(),
});

const imageSchema = z.strictObject({
  /** Accelerator vendor or `cpu`. */
  for: z.enum(['nvidia', 'amd', 'cpu', 'hybrid']),
  /** Carries the libraries of this fabric, which the engine's usual image does not. */
  fabric: z.enum(['efa']).optional(),
  /** Model architectures that need this image rather than the engine's usual one; the usual one where absent. */
  models: z.array(identifier).optional(),
  repository: z.string(),
  tag: z.string(),
  digest: z
    .string()
    .regex(/^sha256:[0-9a-f]{64}$/)
    .optional(),
  cpuArchitectures: z.array(z.enum(['x86_64', 'arm64'])).min(1),
  source: z.string(),
});

/** Arguments that follow from the model and not from the layout. */
const modelFlagsSchema = z.strictObject({
  models: z.array(identifier).min(1),
  hardware: z.array(identifier).optional(),
  flags: z.array(z.string()).min(1),
  source: z.string(),
});

/** Names under which an engine publishes what a fleet is watched by; histograms without their suffix. */
const metricsSchema = z.strictObject({
  path: z.string().regex(/^\/[a-z/]*$/),
  waitingRequests: z.string(),
  runningRequests: z.string(),
  /** Share of the cache in use, 0–1. */
  cacheUse: z.string(),
  ttftSeconds: z.string(),
  tpotSeconds: z.string(),
  outputTokens: z.string(),
  /** Time series one rank publishes of these: a histogram has one for each of its buckets. */
  seriesPerRank: z.int().min(1),
  source: z.string(),
});

export const engineSchema = z.strictObject({
  id: engineIdSchema,
  name: z.string(),
  /** Share of accelerator memory the engine takes for weights, activations and cache. */
  memoryShare: fact('ratio'),
  /** Kept free on every accelerator beside that: communicators, graphs, workspace. */
  reservePerAccelerator: fact('bytes'),
  /** Tokens of prefill one step takes at most. */
  prefillChunk: fact('tokens'),
  /** Tokens of one block of the cache. */
  blockTokens: fact('tokens'),
  /** Whether attention can be replicated over data-parallel ranks while experts stay sharded. */
  dataParallelAttention: z.boolean(),
  expertParallel: z.boolean(),
  pipelineParallel: z.boolean(),
  /** Whether it can draft with a model's own multi-token module. */
  speculation: z.boolean().default(false),
  /** Whether attention data parallelism can be asked for by flags alone; otherwise it takes an options file. */
  dataParallelByFlags: z.boolean().default(true),
  images: z.array(imageSchema).min(1),
  /** Absent where the engine publishes none that a scraper can read. */
  metrics: metricsSchema.optional(),
  supports: z.array(supportSchema).min(1),
  modelFlags: z.array(modelFlagsSchema).default([]),
});

const providerSchema = z.enum(['aws', 'azure', 'onprem']);

/** A container that runs beside the engine: fetches weights, reads counters, sends metrics on, ends TLS, fills the stores. */
export const companionSchema = z.strictObject({
  id: z.enum(['object-store-client', 'accelerator-metrics', 'metrics-agent', 'tls-proxy', 'seeder']),
  /** Where it is used. */
  for: z.array(providerSchema).min(1).default(['aws', 'azure', 'onprem']),
  repository: z.string(),
  tag: z.string(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  cpuArchitectures: z.array(z.enum(['x86_64', 'arm64'])).min(1),
  source: z.string(),
});

/** A controller of a cluster: a Helm chart. */
export const operatorSchema = z.strictObject({
  id: z.enum(OPERATOR_IDS),
  repository: z.string().regex(/^(https|oci):\/\/[a-z0-9./-]+$/, 'an https:// or oci:// address'),
  chart: z.string().regex(/^[a-z0-9-]+$/),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  namespace: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
  for: z.array(providerSchema).min(1),
  /** Vendor of the accelerators it is for; any where left out. */
  vendor: z.enum(['nvidia', 'amd']).optional(),
  source: z.string(),
});

export const enginesFileSchema = z.strictObject({
  schema: z.literal('seekstack/engines@1'),
  sources: sourcesSchema,
  companions: z.array(companionSchema).default([]),
  operators: z.array(operatorSchema).default([]),
  engines: z.array(engineSchema).default([]),
});

export type EngineId = z.infer<typeof engineIdSchema>;
export type ComputeDtype = z.infer<typeof computeDtypeSchema>;
export type Companion = z.infer<typeof companionSchema>;
export type Operator = z.infer<typeof operatorSchema>;
export type Engine = z.infer<typeof engineSchema>;
export type EngineSupport = z.infer<typeof supportSchema>;
