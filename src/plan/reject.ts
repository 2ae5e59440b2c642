// Rejections: every candidate that fell, with the one constraint that binds, told once a machine and checkpoint.
import type { Binding, PlanConstraint, PlanRejected } from '../documents/plan.ts';
import type { Statement } from '../documents/statement.ts';
import { reasoned, state } from '../language/say-statement.ts';
import type { Machine } from '../search/machines.ts';
import type { MachineResult, Rejection, StackResult } from '../search/search.ts';

const UNITS: Record<Rejection['constraint'], Binding['unit']> = {
  memory: 'bytes',
  context: 'bytes',
  ttft: 'seconds',
  tpot: 'seconds',
  prefill: 'ratio',
};

/** How far a rejection misses: 1.3 means 30 % too much of what is bounded. Always above 1. */
export function missRatio(rejection: Pick<Rejection, 'constraint' | 'needed' | 'got'>): number {
  const isCeiling = rejection.constraint === 'ttft' || rejection.constraint === 'tpot' || rejection.constraint === 'prefill';
  return isCeiling ? rejection.got / rejection.needed : rejection.needed / Math.max(1, rejection.got);
}

/** What fits and is only too slow comes before what does not fit: a target can be relaxed, memory cannot. */
function severity(rejection: Rejection): number {
  return rejection.constraint === 'memory' ? 2 : rejection.constraint === 'context' ? 1 : 0;
}

/** Rejections of a machine on which no sizing was found for a checkpoint and engine. */
export function rejectStacks(result: MachineResult): PlanRejected[] {
  const { machine } = result;
  if (result.excluded === 'no-checkpoint') return [rejectMachine(machine, 'precision', state('reason.noCheckpoint'))];
  if (result.excluded === 'no-engine') return [rejectMachine(machine, 'engine', noEngineOn(machine))];
  return result.stacks
    .filter((stack) => stack.sizings.length === 0 && stack.rejections.length > 0)
    .map((stack) => rejectStack(machine, stack));
}

function rejectStack(machine: Machine, result: StackResult): PlanRejected {
  const sorted = result.rejections.toSorted(
    (one, other) =>
      severity(one) - severity(other) ||
      missRatio(one) - missRatio(other) ||
      one.nodesPerReplica - other.nodesPerReplica ||
      one.layout.localeCompare(other.layout, 'en'),
  );
  const nearest = sorted[0] as Rejection;
  return {
    provider: machine.provider,
    machine: machine.id,
    checkpoint: result.stack.checkpoint.id,
    engine: result.stack.engine.id,
    binding: { constraint: nearest.constraint, needed: nearest.needed, got: nearest.got, unit: UNITS[nearest.constraint] },
    missRatio: missRatio(nearest),
    ...reasoned(describeRejection(machine, result, nearest)),
    candidates: sorted.map((each) => ({
      layout: each.layout,
      nodes: each.nodesPerReplica,
      constraint: each.constraint,
      missRatio: missRatio(each),
    })),
  };
}

/** A machine that was not sized at all, or that was sized and may not be used. */
export function rejectMachine(
  machine: Machine,
  constraint: PlanConstraint,
  statement: Statement,
  binding?: Omit<Binding, 'constraint'>,
  checkpoint: string | null = null,
): PlanRejected {
  return {
    provider: machine.provider,
    machine: machine.id,
    checkpoint,
    engine: null,
    binding: { constraint, needed: null, got: null, unit: 'none', ...binding },
    missRatio: binding?.needed == null || binding.got == null || binding.got === 0 ? null : binding.needed / binding.got,
    ...reasoned(statement),
    candidates: [],
  };
}

function noEngineOn({ accelerator }: Machine): Statement {
  return accelerator === null
    ? state('reason.noEngineOnProcessors')
    : state('reason.noEngine', { accelerator: accelerator.name });
}

function describeRejection(machine: Machine, result: StackResult, nearest: Rejection): Statement {
  const what = {
    checkpoint: result.stack.checkpoint.id,
    engine: result.stack.engine.id,
    layout: nearest.layout,
    nodes: { count: nearest.nodesPerReplica },
  };
  const { needed, got } = nearest;
  switch (nearest.constraint) {
    case 'memory':
      return state('reason.memory', {
        ...what,
        needed: { bytes: needed },
        got: { bytes: got },
        holder: machine.accelerator === null || result.stack.mode !== 'accelerator' ? 'host' : 'accelerator',
      });
    case 'context':
      return state('reason.context', { ...what, needed: { bytes: needed }, got: { bytes: got } });
    case 'tpot':
      return state('reason.tpot', { ...what, needed: { seconds: needed }, got: { seconds: got } });
    case 'ttft':
      return Number.isFinite(got)
        ? state('reason.ttft', { ...what, needed: { seconds: needed }, got: { seconds: got } })
        : state('reason.ttftEndless', { ...what, needed: { seconds: needed } });
    case 'prefill':
      return state('reason.prefill', { ...what, got: { ratio: got } });
  }
}
