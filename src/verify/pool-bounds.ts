// How far a pool may shrink and grow: worked out apart from the programs that build it, so that one checks the other.
import type { Deployment, Pool } from '../documents/deployment.ts';

export interface PoolBounds {
  /** Replicas. */
  readonly minimum: number;
  readonly maximum: number;
}

/** A pool's share of the fleet's bounds in whole replicas, rounded towards the planned count. */
export function poolBounds({ fleet }: Deployment, { replicas }: Pool): PoolBounds {
  const share = (nodes: number) => (replicas * nodes) / fleet.nodes;
  return { minimum: Math.ceil(share(fleet.minimumNodes)), maximum: Math.floor(share(fleet.maximumNodes)) };
}
