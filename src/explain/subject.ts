// The subject of explanations: one option of a plan with everything it was made from.
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Plan, PlanOption } from '../documents/plan.ts';
import type { Workload } from '../documents/workload.ts';
import type { Priced } from '../plan/price-machines.ts';
import type { ResolvedWorkload } from '../plan/resolve-workload.ts';
import type { Derivation } from './derive.ts';
import type { Ledger } from './ledger.ts';

/** A plan made again in detail. */
export interface Planned {
  readonly plan: Plan;
  /** As it was written, units read. */
  readonly given: Workload;
  readonly workload: ResolvedWorkload;
  readonly ledger: Ledger;
  /** The catalogue before the workload's discount was taken off its prices. */
  readonly listed: Catalog;
}

export interface Subject extends Planned {
  readonly option: PlanOption;
  readonly priced: Priced;
}

const kept = new WeakMap<object, Map<string, Derivation>>();

/** The same derivation each time it is asked for, so that figures share it. */
export function once(of: object, key: string, make: () => Derivation): Derivation {
  const known = kept.get(of) ?? new Map<string, Derivation>();
  kept.set(of, known);
  const made = known.get(key) ?? make();
  known.set(key, made);
  return made;
}
