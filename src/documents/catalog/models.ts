// Models: what the arithmetic needs to know of an architecture, and which checkpoints of it can be downloaded.
import { z } from 'zod';
import { fact, identifier, isoDate, sourcesSchema } from '../fact.ts';

const size = z.int().min(1);

const indexerSchema = z.strictObject({ heads: size, dim: size, topK: size });

/** Shapes in elements; `kind` decides the cache and compute formulas, never a model's name. */
export const attentionSchema = z.discriminatedUnion('kind', [
  /** Grouped-query attention, optionally with a sliding window on all but `fullLayers` layers. */
  z.strictObject({
    kind: z.literal('gqa'),
    heads: size,
    kvHeads: size,
    headDim: size,
    windowTokens: size.optional(),
    fullLayers: size.optional(),
  }),
  /** Multi-head latent attention (DeepSeek-V3), with the sparse indexer of V3.2 where `indexer` is given. */
  z.strictObject({
    kind: z.literal('mla'),
    heads: size,
    queryRank: size,
    kvRank: size,
    nopeDim: size,
    ropeDim: size,
    valueDim: size,
    indexer: indexerSchema.optional(),
  }),
  /** DeepSeek-V4: layers with caches compressed 4:1 (indexed) and 128:1, and a sliding window on every layer. */
  z.strictObject({
    kind: z.literal('compressed'),
    heads: size,
    latentDim: size,
    ropeDim: size,
    queryRank: size,
    outputRank: size,
    outputGroups: size,
    windowTokens: size,
    ratio4Layers: z.int().min(0),
    ratio128Layers: z.int().min(0),
    indexer: indexerSchema,
  }),
  /** DeepSeek-V4.1: a few layers own a compressed cache that the others read; only its published size is known. */
  z.strictObject({
    kind: z.literal('shared-cache'),
    heads: size,
    latentDim: size,
    windowTokens: size,
    topK: size,
  }),
]);

export type AttentionKind = z.infer<typeof attentionSchema>['kind'];

/** How a cache entry is stored. Which field is read follows from the attention kind. */
const kvFormatSchema = z.strictObject({
  id: identifier,
  /** GQA: bytes of one cached element. */
  element: fact('bytes').optional(),
  /** MLA and V4: bytes of one latent entry (rope included) of one layer. */
  latentEntry: fact('bytes').optional(),
  /** Sparse indexer: bytes of one index entry of one layer. */
  indexEntry: fact('bytes').optional(),
  /** Where only a published size is known: bytes a token, whole model. */
  perToken: fact('bytes').optional(),
  /** Accelerator architectures that can store this format; all where absent. */
  architectures: z.array(identifier).optional(),
});

export const architectureSchema = z.strictObject({
  id: identifier,
  /** Source of every shape below. */
  source: z.string(),
  layers: size,
  denseLayers: z.int().min(0),
  hiddenSize: size,
  vocabularySize: size,
  attention: attentionSchema,
  feedForward: z.strictObject({
    /** Intermediate width of a dense layer; 0 where there is none. */
    denseSize: z.int().min(0),
    /** Intermediate width of one expert; 0 in a dense model. */
    expertSize: z.int().min(0),
    routedExperts: z.int().min(0),
    sharedExperts: z.int().min(0),
    expertsPerToken: z.int().min(0),
  }),
  parameters: z.strictObject({
    /** All weights of the backbone, draft module excluded. */
    total: fact('parameters'),
    /** Attention of all layers, indexers and compressors included. */
    attention: fact('parameters'),
    /** All routed experts of all layers; 0 in a dense model. */
    routedExperts: fact('parameters'),
    /** One embedding table; the output head is of the same size. */
    embedding: fact('parameters'),
    /** Multiplied for one token of prefill, input embedding excluded. */
    activePrefill: fact('parameters'),
    /** Multiplied for one token of decode, input embedding excluded. */
    activeDecode: fact('parameters'),
    /** Draft module for speculative decoding, where a checkpoint carries one. */
    draft: fact('parameters').optional(),
  }),
  /** A lookup table that may live in host memory instead of on the accelerator (V4.1's Engram). */
  hostTable: z.strictObject({ size: fact('bytes') }).optional(),
  /** Weights that every rank holds whole besides its share, where that was measured (V4.1). */
  replicatedWeights: fact('bytes').optional(),
  context: z.strictObject({ maximum: fact('tokens') }),
  kvFormats: z.array(kvFormatSchema).min(1),
});

/** Bits a weight of each class takes, scales included; `precision` is what a workload's limits speak of. */
export const weightFormatSchema = z.strictObject({
  id: identifier,
  precision: z.enum(['bf16', 'fp8', 'int8', 'fp4', 'int4', 'gguf']),
  routedExpertBits: fact('count'),
  attentionBits: fact('count'),
  otherBits: fact('count'),
  embeddingBits: fact('count'),
});

const checkpointSchema = z.strictObject({
  id: identifier,
  weightFormat: identifier,
  /** Repository on the Hugging Face hub; absent where nobody publishes this checkpoint under a known name. */
  hfId: z.string().optional(),
  /** File pattern inside the repository, for GGUF files that share one. */
  hfInclude: z.string().optional(),
  disk: fact('bytes'),
  /** `published` by the vendor, or `computed` from parameters × bits. */
  basis: z.enum(['published', 'computed']),
});

export const modelSchema = z.strictObject({
  id: identifier,
  name: z.string(),
  architecture: identifier,
  /** `comparator` models are not DeepSeek's and serve as the yardstick. */
  status: z.enum(['current', 'superseded', 'distill', 'comparator']),
  /** Whether the model writes reasoning tokens before its answer. */
  reasoning: z.enum(['always', 'optional', 'never']),
  released: isoDate.optional(),
  license: z.string(),
  source: z.string(),
  notes: z.string().optional(),
  checkpoints: z.array(checkpointSchema).min(1),
});

export const modelsFileSchema = z.strictObject({
  schema: z.literal('seekstack/models@1'),
  sources: sourcesSchema,
  weightFormats: z.array(weightFormatSchema).default([]),
  architectures: z.array(architectureSchema).default([]),
  models: z.array(modelSchema).default([]),
});

export type Attention = z.infer<typeof attentionSchema>;
export type ModelArchitecture = z.infer<typeof architectureSchema>;
export type WeightFormat = z.infer<typeof weightFormatSchema>;
export type Checkpoint = z.infer<typeof checkpointSchema>;
export type Model = z.infer<typeof modelSchema>;
export type KvFormat = z.infer<typeof kvFormatSchema>;
export type Precision = WeightFormat['precision'];
