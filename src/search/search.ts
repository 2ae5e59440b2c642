// Search: every machine × checkpoint × engine × layout × batch, each sized; nothing pruned that could have won.
// In: machines, a model, limits, a sizing task. Out: the best sizing of each machine and checkpoint, and why the others fell.
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { EngineId } from '../documents/catalog/engines.ts';
import type { Model, ModelArchitecture, Precision } from '../documents/catalog/models.ts';
import { nameLayout } from '../physics/layout.ts';
import {
  type Candidate,
  compileCandidates,
  listStacks,
  REPLICA_NODES,
  type Stack,
  type WantedSpeculation,
} from './candidates.ts';
import { type PreparedHalves, prepareHalves, sizeDisaggregated } from './disaggregate.ts';
import type { Machine } from './machines.ts';
import {
  type Constraint,
  type PreparedCandidate,
  prepareCandidate,
  type Sizing,
  type SizingTask,
  sizeCandidate,
} from './size-candidate.ts';

export interface SearchLimits {
  /** Null allows all. */
  readonly precisions: readonly Precision[] | null;
  readonly engines: readonly EngineId[] | null;
  /** Fewest bits of a routed weight. */
  readonly minimumBits: number;
  readonly speculation: WantedSpeculation | null;
}

/** A candidate that fell: one constraint, what it takes, what there is. */
export interface Rejection {
  readonly layout: string;
  readonly nodesPerReplica: number;
  readonly constraint: Constraint;
  readonly needed: number;
  readonly got: number;
}

/** What became of one checkpoint and engine on one machine. */
export interface StackResult {
  readonly stack: Stack;
  /** Fewest nodes first, then the fastest. */
  readonly sizings: readonly Sizing[];
  readonly rejections: readonly Rejection[];
}

/** What became of one machine. */
export interface MachineResult {
  readonly machine: Machine;
  readonly stacks: readonly StackResult[];
  /** Why nothing was tried, where nothing was: no engine serves the model there, or the limits leave no published checkpoint. */
  readonly excluded: 'no-engine' | 'no-checkpoint' | null;
}

export interface SearchResult {
  readonly machines: readonly MachineResult[];
  /** Layouts × batch limits evaluated. */
  readonly evaluations: number;
}

/** Sizes the same machines for one task after another. */
export type Search = (task: SizingTask, onMachine?: (done: number, of: number) => void) => SearchResult;

/**
 * Prepares a search: stacks and layouts are compiled once, states are remembered.
 * Tasks may differ in targets, demand and confidence; request and traffic must stay the same.
 * Machines alike in everything physics reads share one evaluation.
 */
export function prepareSearch(
  catalog: Catalog,
  machines: readonly Machine[],
  model: Model,
  architecture: ModelArchitecture,
  limits: SearchLimits,
): Search {
  const entries = machines.map((machine) => {
    const stacks = listStacks(catalog, machine, model, architecture, limits.speculation);
    const allowed = stacks.filter((stack) => isAllowed(stack, limits));
    return { machine, allowed, excluded: allowed.length > 0 ? null : stacks.length > 0 ? 'no-checkpoint' : 'no-engine' } as const;
  });
  const compiled = new Map<Stack, Map<number, Prepared[]>>();
  return (task, onMachine = () => {}) => {
    const candidatesOf = (stack: Stack, nodes: number): Prepared[] => {
      const byNodes = compiled.get(stack) ?? new Map<number, Prepared[]>();
      compiled.set(stack, byNodes);
      const known = byNodes.get(nodes);
      if (known !== undefined) return known;
      const made = compileCandidates(stack, nodes).map((candidate) => prepare(candidate, task));
      byNodes.set(nodes, made);
      return made;
    };
    let evaluations = 0;
    const done = new Map<string, readonly StackResult[]>();
    const results = entries.map(({ machine, allowed, excluded }, index): MachineResult => {
      onMachine(index, machines.length);
      if (excluded !== null) return { machine, stacks: [], excluded };
      const alike = physicsKey(machine);
      const before = done.get(alike);
      if (before !== undefined) return { machine, stacks: before.map((result) => moveTo(result, machine)), excluded: null };
      const sized = allowed.map((stack) => {
        const { result, steps } = sizeStack(stack, task, candidatesOf);
        evaluations += steps;
        return result;
      });
      done.set(alike, sized);
      return { machine, stacks: sized, excluded: null };
    });
    return { machines: results, evaluations };
  };
}

/** One search, for one task. */
export function searchMachines(
  catalog: Catalog,
  machines: readonly Machine[],
  model: Model,
  architecture: ModelArchitecture,
  limits: SearchLimits,
  task: SizingTask,
): SearchResult {
  return prepareSearch(catalog, machines, model, architecture, limits)(task);
}

/** Sizes one stack on one node, on more nodes only where fewer cannot serve at all, and with its pools apart. */
function sizeStack(
  stack: Stack,
  task: SizingTask,
  candidatesOf: (stack: Stack, nodes: number) => readonly Prepared[],
): { result: StackResult; steps: number } {
  const sizings: Sizing[] = [];
  const rejections: Rejection[] = [];
  let steps = 0;
  for (const nodesPerReplica of REPLICA_NODES) {
    for (const { whole } of candidatesOf(stack, nodesPerReplica)) {
      const sized = sizeCandidate(whole, task);
      steps += Math.max(1, sized.steps);
      if ('sizing' in sized) sizings.push(sized.sizing);
      else rejections.push({ layout: nameLayout(whole.candidate.layout), nodesPerReplica, ...sized.miss });
    }
    if (sizings.length > 0) break;
  }
  const apart = disaggregate(stack, task, candidatesOf, () => {
    steps += 1;
  });
  if (apart !== null) sizings.push(apart);
  sizings.sort(compareSizings);
  return { result: { stack, sizings, rejections }, steps };
}

/** The same stack with prefill and decode on workers of their own, which takes a fabric between nodes. */
function disaggregate(
  stack: Stack,
  task: SizingTask,
  candidatesOf: (stack: Stack, nodes: number) => readonly Prepared[],
  onEvaluation: () => void,
): Sizing | null {
  if (stack.calibration.kind !== 'accelerator' || (stack.machine.fabric.bandwidth?.bytesPerSecond ?? 0) === 0) return null;
  if ('concurrency' in task.demand) return null;
  // A worker spans nodes only where none fits on fewer, as a whole replica does.
  for (const nodes of REPLICA_NODES) {
    const apart = sizeDisaggregated(
      stack,
      candidatesOf(stack, nodes).flatMap(({ halves }) => halves() ?? []),
      task,
      onEvaluation,
    );
    if (apart !== null) return apart;
  }
  return null;
}

/** A candidate as a whole replica and as two halves. */
interface Prepared {
  readonly whole: PreparedCandidate;
  readonly halves: () => PreparedHalves | null;
}

function prepare(candidate: Candidate, task: SizingTask): Prepared {
  let halves: PreparedHalves | null | undefined;
  return {
    whole: prepareCandidate(candidate, task),
    halves: () => {
      halves ??= prepareHalves(candidate, task);
      return halves;
    },
  };
}

/** Nodes a sizing takes, spares apart. */
export function nodesOf(sizing: Sizing): number {
  const { prefill } = sizing;
  return (
    sizing.replicas * sizing.candidate.nodesPerReplica +
    (prefill === null ? 0 : prefill.workers * prefill.candidate.nodesPerReplica)
  );
}

/** What flags alone can start and emit can write first, then fewer nodes, then less time per token, then by name, so that equal sizings never swap places. */
export function compareSizings(one: Sizing, other: Sizing): number {
  return (
    Number(needsOptionsFile(one)) - Number(needsOptionsFile(other)) ||
    nodesOf(one) - nodesOf(other) ||
    one.operating.tpotSeconds - other.operating.tpotSeconds ||
    describe(one.candidate).localeCompare(describe(other.candidate), 'en')
  );
}

/** Whether flags alone cannot start it, so that emit refuses it. */
export function needsOptionsFile(sizing: Sizing): boolean {
  const { stack, layout } = sizing.candidate;
  return !stack.engine.dataParallelByFlags && (layout.dataParallel > 1 || stack.speculation.draftTokens > 0);
}

function describe(candidate: Candidate): string {
  return `${candidate.stack.engine.id} ${nameLayout(candidate.layout)}`;
}

function isAllowed(stack: Stack, limits: SearchLimits): boolean {
  return (
    // What nobody publishes cannot be deployed from a plan.
    stack.checkpoint.hfId !== undefined &&
    (limits.precisions === null || limits.precisions.includes(stack.format.precision)) &&
    (limits.engines === null || limits.engines.includes(stack.engine.id)) &&
    stack.format.routedExpertBits.count >= limits.minimumBits
  );
}

function physicsKey(machine: Machine): string {
  return [
    machine.accelerator?.id,
    machine.acceleratorCount,
    machine.processor?.id,
    machine.sockets,
    machine.hostBytes,
    machine.fabric.bandwidth?.bytesPerSecond,
  ].join('|');
}

function moveTo(result: StackResult, machine: Machine): StackResult {
  const stack = { ...result.stack, machine };
  return {
    ...result,
    stack,
    sizings: result.sizings.map((sizing) => ({ ...sizing, candidate: { ...sizing.candidate, stack } })),
  };
}
