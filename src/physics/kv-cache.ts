// Cache: bytes one token and one sequence add, how they are sharded, and how many of them a decoded token reads.
// In: architecture and cache format. Out: bytes, before and after sharding.
import type { KvFormat, ModelArchitecture } from '../documents/catalog/models.ts';

/** What a cache costs, for the whole model before any sharding. */
export interface CacheCost {
  /** Bytes one further token adds. */
  readonly bytesPerToken: number;
  /** Bytes a sequence takes whatever its length (sliding windows). */
  readonly bytesPerSequence: number;
  /** Ranks a cache can be split over by tensor parallelism; 1 where every rank holds a copy. */
  readonly tensorShards: number;
}

/**
 * Bytes of cache by attention kind.
 * - gqa: 2 · layers · kvHeads · headDim · element, windowed layers counted once a sequence
 * - mla: layers · (latent + index entry)
 * - compressed: ratio4/4 · (latent + index) + ratio128/128 · latent a token, layers · window · latent a sequence
 * - shared-cache: as published
 * @throws RangeError when the format lacks the entry its attention kind needs
 * @source DeepSeek-V3 and V4 configs; vLLM post of 2026-04-24 on V4, appendix
 */
export function cacheCost(model: ModelArchitecture, format: KvFormat): CacheCost {
  const { attention, layers } = model;
  switch (attention.kind) {
    case 'gqa': {
      const layerBytes = 2 * attention.kvHeads * attention.headDim * required(format, 'element');
      const fullLayers = attention.fullLayers ?? layers;
      const windowBytes = (layers - fullLayers) * layerBytes * (attention.windowTokens ?? 0);
      return { bytesPerToken: fullLayers * layerBytes, bytesPerSequence: windowBytes, tensorShards: attention.kvHeads };
    }
    case 'mla': {
      const indexBytes = attention.indexer === undefined ? 0 : required(format, 'indexEntry');
      return { bytesPerToken: layers * (required(format, 'latentEntry') + indexBytes), bytesPerSequence: 0, tensorShards: 1 };
    }
    case 'compressed': {
      const latentBytes = required(format, 'latentEntry');
      const indexed = (attention.ratio4Layers / 4) * (latentBytes + required(format, 'indexEntry'));
      return {
        bytesPerToken: indexed + (attention.ratio128Layers / 128) * latentBytes,
        bytesPerSequence: layers * attention.windowTokens * latentBytes,
        tensorShards: 1,
      };
    }
    case 'shared-cache':
      return { bytesPerToken: required(format, 'perToken'), bytesPerSequence: 0, tensorShards: 1 };
  }
}

/** What one decoded token costs in attention, for one sequence at one context length, all layers, unsharded. */
export interface AttentionWork {
  readonly readBytes: number;
  readonly flop: number;
}

/**
 * Cache bytes read and operations done to decode one token.
 * Latent attention is counted in its absorbed form, in which every head works on the latent itself.
 * Sparse kinds read at most `topK` entries and scan the index of all.
 * @param contextTokens - tokens already in the sequence
 */
export function decodeAttentionWork(model: ModelArchitecture, format: KvFormat, contextTokens: number): AttentionWork {
  const { attention, layers } = model;
  switch (attention.kind) {
    case 'gqa': {
      const fullLayers = attention.fullLayers ?? layers;
      const windowTokens = Math.min(contextTokens, attention.windowTokens ?? contextTokens);
      const attended = fullLayers * contextTokens + (layers - fullLayers) * windowTokens;
      return {
        readBytes: attended * 2 * attention.kvHeads * attention.headDim * required(format, 'element'),
        flop: attended * 4 * attention.heads * attention.headDim,
      };
    }
    case 'mla': {
      const { indexer } = attention;
      const attended = indexer === undefined ? contextTokens : Math.min(contextTokens, indexer.topK);
      const scan = indexer === undefined ? 0 : contextTokens;
      const indexBytes = indexer === undefined ? 0 : required(format, 'indexEntry');
      return {
        readBytes: layers * (attended * required(format, 'latentEntry') + scan * indexBytes),
        flop:
          layers *
          (attended * 2 * attention.heads * (2 * attention.kvRank + attention.ropeDim) +
            scan * 2 * (indexer?.heads ?? 0) * (indexer?.dim ?? 0)),
      };
    }
    case 'compressed': {
      const latentBytes = required(format, 'latentEntry');
      const windowTokens = Math.min(contextTokens, attention.windowTokens);
      const entries4 = contextTokens / 4;
      const chosen4 = Math.min(entries4, attention.indexer.topK);
      const attended =
        attention.ratio4Layers * chosen4 + attention.ratio128Layers * (contextTokens / 128) + layers * windowTokens;
      const scan = attention.ratio4Layers * entries4;
      return {
        readBytes: attended * latentBytes + scan * required(format, 'indexEntry'),
        flop: attended * 4 * attention.heads * attention.latentDim + scan * 2 * attention.indexer.heads * attention.indexer.dim,
      };
    }
    case 'shared-cache': {
      const attended = layers * (Math.min(contextTokens, attention.topK) + Math.min(contextTokens, attention.windowTokens));
      return {
        // Entries of the shared cache are stored at about a byte an element; the index scan stays below the cache's own size.
        readBytes: attended * attention.latentDim + contextTokens * required(format, 'perToken'),
        flop: attended * 4 * attention.heads * attention.latentDim,
      };
    }
  }
}

/**
 * Operations of attention proper to prefill one token at one context length, all layers, unsharded.
 * Latent attention is expanded to full heads here, which is cheaper than the absorbed form when queries are many.
 */
export function prefillAttentionFlop(model: ModelArchitecture, contextTokens: number): number {
  const { attention, layers } = model;
  switch (attention.kind) {
    case 'gqa': {
      const fullLayers = attention.fullLayers ?? layers;
      const windowTokens = Math.min(contextTokens, attention.windowTokens ?? contextTokens);
      return (fullLayers * contextTokens + (layers - fullLayers) * windowTokens) * 4 * attention.heads * attention.headDim;
    }
    case 'mla': {
      const { indexer } = attention;
      const attended = indexer === undefined ? contextTokens : Math.min(contextTokens, indexer.topK);
      const perHead = 2 * (attention.nopeDim + attention.ropeDim + attention.valueDim);
      const scan = indexer === undefined ? 0 : contextTokens * 2 * indexer.heads * indexer.dim;
      return layers * (attended * attention.heads * perHead + scan);
    }
    case 'compressed': {
      const entries4 = contextTokens / 4;
      const attended =
        attention.ratio4Layers * Math.min(entries4, attention.indexer.topK) +
        attention.ratio128Layers * (contextTokens / 128) +
        layers * Math.min(contextTokens, attention.windowTokens);
      const scan = attention.ratio4Layers * entries4 * 2 * attention.indexer.heads * attention.indexer.dim;
      return attended * 4 * attention.heads * attention.latentDim + scan;
    }
    case 'shared-cache':
      return (
        layers *
        (Math.min(contextTokens, attention.topK) + Math.min(contextTokens, attention.windowTokens)) *
        4 *
        attention.heads *
        attention.latentDim
      );
  }
}

function required(format: KvFormat, field: 'element' | 'latentEntry' | 'indexEntry' | 'perToken'): number {
  const stated = format[field];
  if (stated === undefined) throw new RangeError(`cache format ${format.id} has no ${field}`);
  return stated.bytes;
}
