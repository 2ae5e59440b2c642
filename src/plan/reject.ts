// Rejections: every candidate that fell, with the one constraint that binds, told once a machine and checkpoint.
import type { Binding, PlanConstraint, PlanRejected } from '../documents/plan.ts';
import type { Machine } from '../search/machines.ts';
import type { MachineResult, Rejection, StackResult } from '../search/search.ts';
import { BYTES_PER_GIB } from '../units.ts';

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
  if (result.excluded !== null) return [rejectMachine(machine, result.excluded.constraint, result.excluded.reason)];
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
    reason: describeRejection(machine, result, nearest),
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
  reason: string,
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
    reason,
    candidates: [],
  };
}

function describeRejection(machine: Machine, result: StackResult, nearest: Rejection): string {
  const what = `${result.stack.checkpoint.id} on ${result.stack.engine.id}, ${nearest.layout}${nearest.nodesPerReplica > 1 ? ` over ${nearest.nodesPerReplica} nodes` : ''}`;
  const gib = (bytes: number) => `${(bytes / BYTES_PER_GIB).toFixed(1)} GiB`;
  const seconds = (value: number) => (value < 1 ? `${(value * 1000).toFixed(0)} ms` : `${value.toFixed(1)} s`);
  const holder = machine.accelerator === null || result.stack.mode !== 'accelerator' ? 'host memory' : 'an accelerator';
  switch (nearest.constraint) {
    case 'memory':
      return `${what}: weights and reserve take ${gib(nearest.needed)} of ${holder}, ${gib(nearest.got)} is usable`;
    case 'context':
      return `${what}: one sequence of the longest context takes ${gib(nearest.needed)} of cache, ${gib(nearest.got)} is left`;
    case 'tpot':
      return `${what}: ${seconds(nearest.got)} a token at the lightest load, the target is ${seconds(nearest.needed)}`;
    case 'ttft':
      return `${what}: ${Number.isFinite(nearest.got) ? seconds(nearest.got) : 'an endless wait'} to the first token at the lightest load, the target is ${seconds(nearest.needed)}`;
    case 'prefill':
      return `${what}: prefill alone takes ${(nearest.got * 100).toFixed(0)}% of the time`;
  }
}
