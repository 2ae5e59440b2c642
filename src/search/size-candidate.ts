// Sizing: the load one replica carries within the targets, and how many replicas the demand takes.
// In: a candidate, a request's shape, targets, demand. Out: a sizing, or the one constraint that binds and by how much.
import { probit } from 'simple-statistics';
import { type Margin, marginAt } from '../physics/margin.ts';
import { compileSteadyState, type RequestShape, type SteadyState, type Traffic } from '../physics/steady-state.ts';
import type { Candidate } from './candidates.ts';

/** Prefill may take at most this share of a replica's time; beyond it queues grow faster than the M/D/1 tail tells. */
const PREFILL_CEILING = 0.95;

export interface SizingTask {
  readonly request: RequestShape;
  readonly traffic: Traffic;
  /** Null where the workload sets none. */
  readonly ttftTargetSeconds: number | null;
  readonly tpotTargetSeconds: number | null;
  /** Peak demand: a rate of arrivals, or a number in flight. */
  readonly demand: { readonly requestsPerSecond: number } | { readonly concurrency: number };
  /** Mean tokens one sequence fills the cache with. */
  readonly sequenceTokens: number;
  /** How far one sequence strays from that, one standard deviation; read where arrivals vary. */
  readonly sequenceDeviationTokens: number;
  /** Confidence at which predictions are held against targets, one-sided; 0.5 takes them as they are. */
  readonly confidence: number;
  /** The longest sequence that must still fit alone. */
  readonly maximumTokens: number;
}

/** Workers that only prefill, beside a candidate that only decodes. */
export interface PrefillPool {
  readonly candidate: Candidate;
  readonly workers: number;
}

export interface Sizing {
  readonly candidate: Candidate;
  /** Null where replicas prefill what they decode. */
  readonly prefill: PrefillPool | null;
  /** Sequences decoded at once by one replica at the planned peak. */
  readonly batch: number;
  readonly replicas: number;
  /** The same before rounding up. */
  readonly peakReplicas: number;
  /** At the planned peak. */
  readonly operating: SteadyState;
  /** At the highest load within the targets. */
  readonly capacity: SteadyState;
  readonly capacityBatch: number;
  /** Sequences a replica is let run at once: beyond what it is planned for, since a cap at the percentile would queue the rest. */
  readonly maximumSequences: number;
}

export type Constraint = 'memory' | 'context' | 'ttft' | 'tpot' | 'prefill';

/** Why a candidate cannot serve at any load: one constraint, what it takes and what there is. */
export interface Miss {
  readonly constraint: Constraint;
  readonly needed: number;
  readonly got: number;
}

export type SizingResult = { readonly sizing: Sizing; readonly steps: number } | { readonly miss: Miss; readonly steps: number };

/** Batch limits tried: 1, 2, 3, 4, then about four to each doubling. */
export const BATCH_GRID: readonly number[] = [
  ...new Set(Array.from({ length: 58 }, (_, index) => Math.round(2 ** (index / 4)))),
].filter((batch) => batch <= 16_384);

/** A candidate with its states, each worked out once however often it is sized. */
export interface PreparedCandidate {
  readonly candidate: Candidate;
  /** Sequences the cache holds. */
  readonly mostSequences: number;
  readonly stateAt: (batch: number) => SteadyState;
}

/** Prepares a candidate for tasks that share a request's shape and traffic; targets and demand may differ. */
export function prepareCandidate(candidate: Candidate, task: SizingTask): PreparedCandidate {
  const perRank = candidate.memory.cacheBytes <= 0 ? 0 : Math.floor(sequencesThatFit(candidate, task));
  const mostSequences = Math.max(1, perRank) * candidate.layout.dataParallel;
  const known = new Map<number, SteadyState>();
  let compute: ((batch: number) => SteadyState) | undefined;
  return {
    candidate,
    mostSequences,
    stateAt: (batch) => {
      const before = known.get(batch);
      if (before !== undefined) return before;
      compute ??= compileSteadyState(candidate.steps, task.request, task.traffic, candidate.scheduling, mostSequences);
      const state = compute(batch);
      known.set(batch, state);
      return state;
    },
  };
}

/**
 * Sizes one candidate by trying every batch limit its cache can hold.
 * More replicas than the peak needs are never taken; among batch limits that carry the load the smallest is the fastest.
 */
export function sizeCandidate(prepared: PreparedCandidate, task: SizingTask): SizingResult {
  const { candidate, mostSequences, stateAt } = prepared;
  const { memory } = candidate;
  if (memory.cacheBytes <= 0) return miss('memory', memory.weightBytes + memory.reserveBytes, memory.usableBytes, 0);
  const longest = candidate.sequenceBytes(task.maximumTokens);
  if (longest > memory.cacheBytes) return miss('context', longest, memory.cacheBytes, 0);

  const margin = marginAt(candidate.stack.interval, task.confidence);
  const tried: { batch: number; state: SteadyState }[] = [];
  let first: SteadyState | undefined;
  let steps = 0;
  for (const batch of BATCH_GRID) {
    if (batch > mostSequences) break;
    const state = stateAt(batch);
    steps += 1;
    first ??= state;
    if (meetsTargets(state, task, margin)) tried.push({ batch, state });
    // Time per token only grows with the batch, so nothing beyond the first limit that breaks it can win.
    else if (task.tpotTargetSeconds !== null && state.tpotSeconds * margin.tpot > task.tpotTargetSeconds) break;
  }
  const edge = refine(stateAt, tried.at(-1)?.batch ?? 0, mostSequences, task, margin);
  steps += edge.steps;
  tried.push(...edge.found);
  const best = tried.reduce<{ batch: number; state: SteadyState } | undefined>(
    (most, next) => (most === undefined || next.state.requestsPerSecond > most.state.requestsPerSecond ? next : most),
    undefined,
  );
  if (best === undefined || first === undefined) return { ...bindingMiss(first, task, margin), steps };

  const load = (entry: { batch: number; state: SteadyState }) =>
    'concurrency' in task.demand ? entry.batch : entry.state.requestsPerSecond * margin.throughput;
  const wanted = 'concurrency' in task.demand ? task.demand.concurrency : task.demand.requestsPerSecond;
  const replicas = Math.max(1, Math.ceil(wanted / load(best) - 1e-9));
  const operating = tried.find((entry) => load(entry) >= wanted / replicas - 1e-12) ?? best;
  return {
    sizing: {
      candidate,
      prefill: null,
      batch: operating.batch,
      replicas,
      peakReplicas: wanted / load(best),
      operating: operating.state,
      capacity: best.state,
      capacityBatch: best.batch,
      maximumSequences: Math.min(mostSequences, roomFor(best.state, best.batch)),
    },
    steps,
  };
}

/**
 * Sequences that the cache of one rank holds: together they stray less than each of them, and at the percentile they must fit,
 * n·mean + z·deviation·√n = cache.
 */
export function sequencesThatFit(
  { memory, sequenceBytes }: Candidate,
  { sequenceTokens, sequenceDeviationTokens, traffic }: SizingTask,
): number {
  const mean = Math.max(1, sequenceBytes(sequenceTokens));
  const z = traffic.arrivals === 'open' ? Math.max(0, probit(traffic.percentile)) : 0;
  const stray = z * (sequenceBytes(sequenceTokens + sequenceDeviationTokens) - mean);
  return ((Math.sqrt(stray * stray + 4 * mean * memory.cacheBytes) - stray) / (2 * mean)) ** 2;
}

/** Deviations of the number in flight that a replica leaves room for. */
const ROOM_DEVIATIONS = 4;

function roomFor(state: SteadyState, batch: number): number {
  return Math.max(batch, Math.ceil(state.meanSequences + ROOM_DEVIATIONS * Math.sqrt(state.meanSequences * state.spread)));
}

/**
 * Between the last limit of the grid that meets the targets and the next one: the largest whole number that does.
 * Latencies only grow with the limit, so halving finds what trying every one would.
 */
function refine(
  stateAt: (batch: number) => SteadyState,
  last: number,
  mostSequences: number,
  task: SizingTask,
  margin: Margin,
): { found: { batch: number; state: SteadyState }[]; steps: number } {
  const found: { batch: number; state: SteadyState }[] = [];
  const beyond = BATCH_GRID.find((batch) => batch > last);
  if (last === 0 || beyond === undefined) return { found, steps: 0 };
  let low = last;
  let high = Math.min(beyond, mostSequences + 1);
  let steps = 0;
  while (high - low > 1) {
    const batch = Math.floor((low + high) / 2);
    const state = stateAt(batch);
    steps += 1;
    if (meetsTargets(state, task, margin)) {
      found.push({ batch, state });
      low = batch;
    } else high = batch;
  }
  return { found, steps };
}

function meetsTargets(state: SteadyState, task: SizingTask, margin: Margin): boolean {
  return (
    state.prefillUtilisation <= PREFILL_CEILING &&
    (task.tpotTargetSeconds === null || state.tpotSeconds * margin.tpot <= task.tpotTargetSeconds) &&
    (task.ttftTargetSeconds === null || state.ttftSeconds * margin.ttft <= task.ttftTargetSeconds)
  );
}

/** The constraint missed by the larger factor at the lightest load. */
function bindingMiss(lightest: SteadyState | undefined, task: SizingTask, margin: Margin): { miss: Miss } {
  if (lightest === undefined) return { miss: { constraint: 'memory', needed: 1, got: 0 } };
  const misses: Miss[] = [];
  if (task.tpotTargetSeconds !== null)
    misses.push({ constraint: 'tpot', needed: task.tpotTargetSeconds, got: lightest.tpotSeconds * margin.tpot });
  if (task.ttftTargetSeconds !== null)
    misses.push({ constraint: 'ttft', needed: task.ttftTargetSeconds, got: lightest.ttftSeconds * margin.ttft });
  misses.push({ constraint: 'prefill', needed: PREFILL_CEILING, got: lightest.prefillUtilisation });
  const worst = misses.reduce((most, next) => (next.got / next.needed > most.got / most.needed ? next : most));
  return { miss: worst };
}

function miss(constraint: Constraint, needed: number, got: number, steps: number): SizingResult {
  return { miss: { constraint, needed, got }, steps };
}
