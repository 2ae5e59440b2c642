// Cold start: how long a replica takes from being asked for to its first request.
// In: bytes of weights, where they are read from, the operations facts. Out: seconds by stage.
import type { Operations } from '../documents/catalog/sites.ts';

export interface ColdStart {
  /** Until the machine's container runtime is ready; 0 for a machine one owns. */
  readonly provisionSeconds: number;
  /** Weights ÷ read rate, from the farthest place on. */
  readonly readSeconds: number;
  /** Graph capture, compilation, first batches. */
  readonly warmUpSeconds: number;
  readonly totalSeconds: number;
}

/**
 * @param weightBytes - what one node reads
 * @param from - `object-store`: fetched to local NVMe and read from there; `network-disk`: fetched to it and read from it;
 * `local-disk`: already there
 */
export function coldStartOf(
  weightBytes: number,
  from: 'object-store' | 'network-disk' | 'local-disk',
  operations: Operations,
): ColdStart {
  const readSeconds =
    (from === 'local-disk' ? 0 : weightBytes / operations.objectStoreRead.bytesPerSecond) +
    weightBytes / (from === 'network-disk' ? operations.networkDiskRead : operations.localDiskRead).bytesPerSecond;
  const provisionSeconds = from === 'local-disk' ? 0 : operations.provisionCloud.seconds;
  const warmUpSeconds = operations.engineWarmUp.seconds;
  return { provisionSeconds, readSeconds, warmUpSeconds, totalSeconds: provisionSeconds + readSeconds + warmUpSeconds };
}
