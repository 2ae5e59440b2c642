// Memory between plans: what physics and the simulator found, for whoever plans one workload again and again with little changed.
// In: keys that hold everything an answer depends on. Out: the answer of before. Whoever plans once goes without.
import type { Candidate } from '../search/candidates.ts';
import type { Search, SearchResult } from '../search/search.ts';
import type { Confirmation } from './confirm.ts';

/** Searches that are ready for another demand or target, answers of searches, and simulations, the oldest forgotten first. */
export interface Memory {
  readonly searches: Recent<Search>;
  readonly results: Recent<SearchResult>;
  /** By candidate: a simulation never outlives the search that found what it simulates. */
  readonly confirmations: WeakMap<Candidate, Map<string, Confirmation>>;
}

/** Prepared searches hold the states of some thousand candidates each. */
const MOST_SEARCHES = 4;
/** A plan with its flips asks about fifty times. */
const MOST_RESULTS = 120;

export function newMemory(): Memory {
  return { searches: new Recent(MOST_SEARCHES), results: new Recent(MOST_RESULTS), confirmations: new WeakMap() };
}

/** The last values that were asked for, by key. */
export class Recent<Value> {
  readonly #values = new Map<string, Value>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** The value of before, or what `make` makes. */
  get(key: string, make: () => Value): Value {
    const known = this.#values.get(key);
    const value = known ?? make();
    this.#values.delete(key);
    this.#values.set(key, value);
    const oldest = this.#values.keys().next().value;
    if (this.#values.size > this.#most && oldest !== undefined) this.#values.delete(oldest);
    return value;
  }
}
