// States explained: what a replica does at a batch limit, whole or as two pools.
// In: an option of a plan. Out: derivations of its rate and latencies at the peak and at capacity.
import type { SteadyState } from '../physics/steady-state.ts';
import { taskOf } from '../plan/sizing-task.ts';
import { explainClosedLoop } from './closed-loop.ts';
import type { Derivation } from './derive.ts';
import { type ExplainedState, explainOpenLoop } from './open-loop.ts';
import { explainHandedOver } from './pools.ts';
import { explainPlaces, explainRequest, explainScheduling } from './request.ts';
import { explainDecode, explainPrefill, prefillGroups, tokensPerStep } from './step.ts';
import type { Subject } from './subject.ts';

const states = new WeakMap<object, ExplainedState>();

/** At the planned peak. */
export function operatingState(subject: Subject): ExplainedState {
  const { operating, batch } = subject.priced.sizing;
  return stateOf(subject, operating, batch, 'batch at the peak');
}

/** At the highest load within the targets. */
export function capacityState(subject: Subject): ExplainedState {
  const { capacity, capacityBatch } = subject.priced.sizing;
  return stateOf(subject, capacity, capacityBatch, 'batch at capacity');
}

/** The batch that the search settled on. */
export function batchOf({ ledger }: Subject, name: string, batch: number): Derivation {
  return ledger.observed(
    name,
    batch,
    'sequences',
    'searched',
    `batch ${batch}`,
    name === 'batch at capacity'
      ? 'of every batch the cache holds, the one that carries most within the targets'
      : 'of every batch, the smallest that carries the load',
  );
}

function stateOf(subject: Subject, state: SteadyState, batch: number, name: string): ExplainedState {
  const known = states.get(state);
  if (known !== undefined) return known;
  const made = makeState(subject, state, batch, name);
  states.set(state, made);
  return made;
}

function makeState(subject: Subject, state: SteadyState, batch: number, name: string): ExplainedState {
  const { ledger, priced, workload } = subject;
  const { candidate, prefill } = priced.sizing;
  const limit = batchOf(subject, name, batch);
  const request = explainRequest(subject);
  const chunk = ledger.fact('chunk of prefill', 'tokens', candidate.stack.engine.prefillChunk, {
    row: candidate.stack.engine.id,
    field: 'prefillChunk',
  });
  if (prefill !== null) return explainHandedOver(subject, state, limit, request);
  const scheduling = explainScheduling(subject, candidate);
  const common = {
    ledger,
    request,
    scheduling,
    limit,
    state,
    chunk,
    groups: prefillGroups(ledger, candidate),
    tokensPerStep: tokensPerStep(ledger, candidate),
    decode: (sequences: Derivation) => explainDecode(ledger, candidate, sequences, request.context),
    prefill: (tokens: Derivation, prompts: Derivation | null) => explainPrefill(ledger, candidate, tokens, prompts),
  };
  return taskOf(workload).traffic.arrivals === 'open'
    ? explainOpenLoop({ ...common, places: explainPlaces(subject, candidate, request) })
    : explainClosedLoop(common);
}
