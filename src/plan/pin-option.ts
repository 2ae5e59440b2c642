// Pinning: the option that a fleet is, whether or not a plan would have chosen it: this machine, this many replicas, here.
// In: a workload, a catalogue, the fleet. Out: the option with its cost, capacity and latency; or why it cannot be told.
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Purchase } from '../documents/catalog/prices.ts';
import type { PlanOption } from '../documents/plan.ts';
import type { TraceSummary } from '../documents/trace-summary.ts';
import type { Workload } from '../documents/workload.ts';
import { reasoned } from '../language/say-statement.ts';
import { marginAt } from '../physics/margin.ts';
import type { SteadyState } from '../physics/steady-state.ts';
import { type Candidate, compileCandidates, listStacks } from '../search/candidates.ts';
import { listMachines } from '../search/machines.ts';
import {
  BATCH_GRID,
  type PreparedCandidate,
  prepareCandidate,
  type Sizing,
  type SizingTask,
  sizeCandidate,
} from '../search/size-candidate.ts';
import { buildOption } from './build-option.ts';
import { confirmSizing } from './confirm.ts';
import { withDiscount } from './discount-clouds.ts';
import type { Offer } from './offer.ts';
import { priceSizing } from './price-sizing.ts';
import { type ResolvedWorkload, resolveWorkload } from './resolve-workload.ts';
import { taskOf } from './sizing-task.ts';

export interface PinnedFleet {
  readonly provider: PlanOption['provider'];
  readonly machine: string;
  readonly region: string;
  readonly purchase: Purchase | 'owned';
  readonly engine: string;
  readonly weightFormat: string;
  /** Repository of the weights; empty where they have none. */
  readonly hfId: string;
  readonly layout: {
    readonly tensorParallel: number;
    readonly dataParallel: number;
    readonly expertParallel: number;
    readonly pipelineParallel: number;
  };
  readonly nodesPerReplica: number;
  /** All of them, spares included. */
  readonly replicas: number;
  readonly spareReplicas: number;
  readonly maximumSequences: number;
}

export interface PinInputs {
  readonly workload: Workload;
  readonly name: string;
  readonly catalog: Catalog;
  readonly trace: TraceSummary | null;
  readonly fleet: PinnedFleet;
  /** Whether it must keep its targets in the simulator too, as a plan's winner must; a cost alone does not ask for that. */
  readonly confirmed: boolean;
}

export interface Pinned {
  readonly option: PlanOption;
  readonly ttftTargetSeconds: number | null;
  readonly tpotTargetSeconds: number | null;
}

/** What cannot be told of a fleet, and why. */
export interface Unpinned {
  readonly what: string;
  readonly reason: string;
}

export function pinOption({ workload: given, name, catalog: listed, trace, fleet, confirmed }: PinInputs): Pinned | Unpinned {
  const resolved = resolveWorkload(given, listed, name, trace);
  const catalog = withDiscount(listed, resolved.cloudDiscountRatio);
  const workload = asBuilt(resolved, catalog, fleet);
  const task = taskOf(workload);
  const candidate = candidateOf(workload, catalog, fleet);
  if ('reason' in candidate) return candidate;
  const { memory } = candidate;
  if (memory.cacheBytes <= 0 || candidate.sequenceBytes(task.maximumTokens) > memory.cacheBytes)
    return { what: fleet.machine, reason: 'the weights and one sequence of the longest context do not fit its memory' };
  const sizing = sizingOf(candidate, task, fleet);
  const { offers, refused } = priceSizing(sizing, workload, catalog);
  const offer = offers.find((each) => each.region === fleet.region && each.purchase === fleet.purchase);
  if (offer === undefined)
    return {
      what: fleet.machine,
      reason:
        refused[0] === undefined
          ? `no price is known for ${fleet.machine} in ${fleet.region} as ${fleet.purchase}`
          : reasoned(refused[0]).reason,
    };
  return {
    option: judge(buildOption(sizing, [], [offer], offer, workload, catalog), sizing, offer, workload, confirmed),
    ttftTargetSeconds: workload.ttftTarget?.seconds ?? null,
    tpotTargetSeconds: workload.tpotTarget?.seconds ?? null,
  };
}

/** The workload as the fleet was built: its place and purchase are given, and so are its spares. */
function asBuilt(workload: ResolvedWorkload, catalog: Catalog, fleet: PinnedFleet): ResolvedWorkload {
  return {
    ...workload,
    budgetUsdPerMonth: null,
    budgetCapexUsd: null,
    regions: catalog.regions.filter((each) => each.provider === fleet.provider && each.id === fleet.region),
    spot: true,
    commitmentMonths: Number.POSITIVE_INFINITY,
    availability: { spareReplicas: sparesOf(fleet), survive: 'none', target: NO_TARGET },
    deployment: { ...workload.deployment, reservation: null },
  };
}

/** Any fleet keeps it, so that no spares are added to those that are there. */
const NO_TARGET = 1e-9;

/** One replica always serves. */
function sparesOf(fleet: PinnedFleet): number {
  return Math.min(fleet.spareReplicas, Math.max(0, fleet.replicas - 1));
}

function candidateOf(workload: ResolvedWorkload, catalog: Catalog, fleet: PinnedFleet): Candidate | Unpinned {
  const machine = listMachines(catalog).find((each) => each.id === fleet.machine && each.provider === fleet.provider);
  if (machine === undefined) return { what: fleet.machine, reason: 'no machine of the catalogue is called so' };
  const stack = listStacks(catalog, machine, workload.model, workload.architecture, workload.speculation).find(
    (each) =>
      each.checkpoint.weightFormat === fleet.weightFormat &&
      each.engine.id === fleet.engine &&
      (each.checkpoint.hfId ?? '') === fleet.hfId,
  );
  if (stack === undefined)
    return {
      what: fleet.machine,
      reason: `${fleet.engine} is not known to serve ${workload.model.id} in ${fleet.weightFormat} on it`,
    };
  const found = compileCandidates(stack, fleet.nodesPerReplica).find(
    ({ layout }) =>
      layout.tensorParallel === fleet.layout.tensorParallel &&
      layout.dataParallel === fleet.layout.dataParallel &&
      layout.expertParallel === fleet.layout.expertParallel &&
      layout.pipelineParallel === fleet.layout.pipelineParallel,
  );
  return (
    found ?? {
      what: fleet.machine,
      reason: `the layout of deployment.json does not fit its ${machine.acceleratorCount} accelerators`,
    }
  );
}

/** What each replica does when all that serve share the peak, and the most it does within the targets. */
function sizingOf(candidate: Candidate, task: SizingTask, fleet: PinnedFleet): Sizing {
  const prepared = prepareCandidate(candidate, task);
  const serving = fleet.replicas - sparesOf(fleet);
  const sized = sizeCandidate(prepared, task);
  const planned = 'sizing' in sized ? sized.sizing : null;
  const operating = planned !== null && planned.replicas === serving ? planned.operating : stateAtShare(prepared, task, serving);
  const batch =
    planned !== null && planned.replicas === serving ? planned.batch : Math.max(1, Math.round(operating.meanSequences));
  return {
    candidate,
    prefill: null,
    batch,
    replicas: serving,
    peakReplicas: Math.min(planned?.peakReplicas ?? serving, serving),
    operating,
    // Where no load is light enough for the targets, nothing is served within them.
    capacity: planned?.capacity ?? { ...prepared.stateAt(1), requestsPerSecond: 0 },
    capacityBatch: planned?.capacityBatch ?? 1,
    maximumSequences: fleet.maximumSequences,
  };
}

/** The lightest state that carries one replica's share of the peak; beyond what the cache holds the queue grows without end. */
function stateAtShare({ candidate, mostSequences, stateAt }: PreparedCandidate, task: SizingTask, replicas: number): SteadyState {
  const margin = marginAt(candidate.stack.interval, task.confidence);
  const wanted = ('concurrency' in task.demand ? task.demand.concurrency : task.demand.requestsPerSecond) / replicas;
  const batches = [...BATCH_GRID.filter((batch) => batch < mostSequences), mostSequences];
  for (const batch of batches) {
    const state = stateAt(batch);
    const carried = 'concurrency' in task.demand ? batch : state.requestsPerSecond * margin.throughput;
    if (carried >= wanted - 1e-12) return state;
  }
  return { ...stateAt(mostSequences), ttftSeconds: Number.POSITIVE_INFINITY };
}

/** A fleet that does not keep the targets is told as one that is not feasible, with what it misses. */
function judge(built: PlanOption, sizing: Sizing, offer: Offer, workload: ResolvedWorkload, confirmed: boolean): PlanOption {
  // What stands, stands for other reasons than what is planned.
  const { statement: _, ...option } = built;
  const { operating } = sizing;
  const margin = marginAt(sizing.candidate.stack.interval, workload.confidence);
  const late = (target: { seconds: number } | null, seconds: number) => target !== null && seconds > target.seconds * TOLERANCE;
  const fail = (constraint: 'ttft' | 'tpot', got: number, needed: number, reason: string): PlanOption => ({
    ...option,
    feasible: false,
    binding: { constraint, needed, got, unit: 'seconds' },
    reason,
  });
  const { ttftTarget, tpotTarget } = workload;
  const { peakRequestsPerSecond } = offer.load;
  if (operating.ttftSeconds === Number.POSITIVE_INFINITY)
    return fail(
      'ttft',
      operating.ttftSeconds,
      ttftTarget?.seconds ?? 0,
      `it cannot carry the peak of ${peakRequestsPerSecond.toPrecision(3)} requests/s: the queue grows without end`,
    );
  if (late(tpotTarget, operating.tpotSeconds * margin.tpot))
    return fail('tpot', operating.tpotSeconds * margin.tpot, tpotTarget?.seconds ?? 0, 'TPOT misses its target at the peak');
  if (late(ttftTarget, operating.ttftSeconds * margin.ttft))
    return fail('ttft', operating.ttftSeconds * margin.ttft, ttftTarget?.seconds ?? 0, 'TTFT misses its target at the peak');
  if (confirmed) {
    const { holds, saturated, ttftSeconds, tpotSeconds } = confirmSizing(option.id, 'winner', sizing, workload);
    if (!holds)
      return {
        ...option,
        feasible: false,
        binding: { constraint: 'simulation', needed: null, got: null, unit: 'none' },
        reason: saturated
          ? 'in the simulator its queue grows without end at the peak'
          : `in the simulator it misses the targets at the peak: TTFT ${ttftSeconds.toPrecision(3)} s, TPOT ${(tpotSeconds * 1000).toPrecision(2)} ms`,
      };
  }
  return { ...option, feasible: true, binding: null, reason: 'as it is built', rank: 1 };
}

/** Binary fractions. */
const TOLERANCE = 1 + 1e-9;
