// How many nodes a pool has.
// In: a pool and the bounds of the whole fleet. Out: bounds of the pool, in whole replicas.
import type { Deployment, Pool } from '../../../src/documents/deployment.ts';

export interface PoolSize {
  minimumNodes: number;
  desiredNodes: number;
  maximumNodes: number;
}

/** A pool's share of the fleet's bounds; half a replica serves nothing, so bounds are rounded towards the planned count. */
export function measurePool({ replicas, nodesPerReplica }: Pool, fleet: Deployment['fleet']): PoolSize {
  const share = (nodes: number) => (replicas * nodes) / fleet.nodes;
  return {
    minimumNodes: Math.ceil(share(fleet.minimumNodes)) * nodesPerReplica,
    desiredNodes: replicas * nodesPerReplica,
    maximumNodes: Math.floor(share(fleet.maximumNodes)) * nodesPerReplica,
  };
}
