// Memory: whether a replica fits, and how many sequences its cache holds.
// In: weights, cache cost, layout, memory of one accelerator and of the host. Out: the map of one accelerator, or what is missing.
import type { CacheCost } from './kv-cache.ts';
import type { Layout } from './layout.ts';
import { type WeightClasses, weightBytesPerRank } from './weights.ts';

/** One accelerator's memory, or one host's, in bytes. */
export interface MemoryMap {
  readonly capacityBytes: number;
  /** What the engine may use of it. */
  readonly usableBytes: number;
  readonly weightBytes: number;
  readonly reserveBytes: number;
  /** Left for the cache; negative where weights do not fit. */
  readonly cacheBytes: number;
  /** Host memory the lookup table takes on every node; 0 where it sits on accelerators or there is none. */
  readonly hostTableBytes: number;
}

export interface AcceleratorMemoryInput {
  readonly weights: WeightClasses;
  readonly layout: Layout;
  readonly acceleratorBytes: number;
  readonly memoryShare: number;
  readonly reserveBytes: number;
  /** Host memory of one node; null where unknown. */
  readonly hostBytes: number | null;
  /** Share of host memory that may be filled. */
  readonly hostShare: number;
}

/** The memory map of the fullest rank. The lookup table goes to host memory where that has room, else onto accelerators. */
export function mapAcceleratorMemory(input: AcceleratorMemoryInput): MemoryMap {
  const { weights, layout } = input;
  const tableBytes = weights.hostTableBytes;
  const onHost = tableBytes > 0 && input.hostBytes !== null && tableBytes <= input.hostBytes * input.hostShare;
  const weightBytes = weightBytesPerRank(weights, layout, onHost);
  const usableBytes = input.acceleratorBytes * input.memoryShare;
  return {
    capacityBytes: input.acceleratorBytes,
    usableBytes,
    weightBytes,
    reserveBytes: input.reserveBytes,
    cacheBytes: usableBytes - input.reserveBytes - weightBytes,
    hostTableBytes: onHost ? tableBytes : 0,
  };
}

/** Cache bytes one sequence takes on one rank of its data-parallel group. */
export function sequenceCacheBytesPerRank(cache: CacheCost, layout: Layout, tokens: number): number {
  const shards = Math.min(layout.tensorParallel, cache.tensorShards) * layout.pipelineParallel;
  return (cache.bytesPerToken * tokens + cache.bytesPerSequence) / shards;
}
