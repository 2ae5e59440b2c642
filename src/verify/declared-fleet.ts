// What a project declares, whatever it was emitted with: its machines, how many, where, how they are bought, and all else that
// is billed by being there. In: what was synthesized, recorded or written. Out: one value for every tier.
import type { Deployment } from '../documents/deployment.ts';

export interface DeclaredFleet {
  readonly machine: string;
  readonly region: string;
  readonly purchase: 'on-demand' | 'spot' | 'commitment-1y' | 'commitment-3y' | 'owned';
  /** Machines that serve. */
  readonly nodes: number;
  /** Replicas of each pool, in the order of the document. */
  readonly replicas: readonly number[];
  /**
   * Item of the price list → units a month, of all that is billed by being there; null where nothing was synthesized.
   * A fleet that is grown into is billed by a share of its nodes, 0–1.
   */
  readonly unitsAt: ((billedShare: number) => ReadonlyMap<string, number>) | null;
  /** What nobody here can price: a resource of a type, or with a property, that no bill knows. */
  readonly unknown: readonly UnknownResource[];
}

export interface UnknownResource {
  readonly what: string;
  readonly reason: string;
}

/** The document as one that bills a share of its nodes: what it says itself is of the plan, and perhaps of before an edit. */
export function billedAt(document: Deployment, share: number): Deployment {
  return { ...document, fleet: { ...document.fleet, billedNodes: document.fleet.nodes * share } };
}
