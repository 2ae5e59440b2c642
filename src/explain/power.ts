// Board power explained: prefill, decode and waiting of one accelerator, and their mix at a rate of requests.
// In: an option, a pool of it. Out: derivations in watts of one board, checked against src/physics/replica-power.ts.
import type { Accelerator } from '../documents/catalog/hardware.ts';
import type { ReplicaPower } from '../physics/replica-power.ts';
import type { Candidate } from '../search/candidates.ts';
import { type Derivation, derive, f } from './derive.ts';
import type { Busy } from './kernels.ts';
import { fitted, peakOf } from './model-facts.ts';
import { explainRequest } from './request.ts';
import { explainDecode, explainDecodeStep, explainPrefill, prefillGroups } from './step.ts';
import { once, type Subject } from './subject.ts';

const DOC = 'docs/economics.md#energy';

/** Replicas of one kind, and what they do. */
export interface PoolPower {
  readonly candidate: Candidate;
  readonly power: ReplicaPower;
  /** Sequences at full load. */
  readonly largestBatch: number;
  readonly does: 'both' | 'prefill' | 'decode';
}

function acceleratorOf({ priced }: Subject): Accelerator {
  const { accelerator } = priced.sizing.candidate.stack.machine;
  if (accelerator === null) throw new Error('a host has no boards');
  return accelerator;
}

export function boardFacts(subject: Subject) {
  const { ledger } = subject;
  const accelerator = acceleratorOf(subject);
  const curve = ledger.catalog.power(accelerator.architecture);
  const power = ledger.fact('nameplate of a board', 'watts', accelerator.boardPower, {
    row: accelerator.id,
    field: 'boardPower',
  });
  const share = (name: string, field: 'floor' | 'expertKernels' | 'otherKernels' | 'arithmetic' | 'idle' | 'loadedIdle') => {
    if (curve === undefined) throw new Error(`no power curve of ${accelerator.architecture}`);
    return ledger.fact(name, 'ratio', curve[field], { row: curve.id, field, basis: curve.basis });
  };
  return { accelerator, power, share };
}

function idleBoard(subject: Subject): Derivation {
  const { accelerator, power, share } = boardFacts(subject);
  return accelerator.idlePower === undefined
    ? derive('a board, idle', 'W', f`${power} × ${share('share of nameplate when idle', 'idle')}`, { doc: DOC })
    : subject.ledger.fact('a board, idle', 'watts', accelerator.idlePower, { row: accelerator.id, field: 'idlePower' });
}

function waitingBoard(subject: Subject): Derivation {
  const { power, share } = boardFacts(subject);
  return derive(
    'a board, waiting',
    'W',
    f`max(${idleBoard(subject)}, ${power} × ${share('share of nameplate with weights loaded', 'loadedIdle')})`,
    { doc: DOC },
  );
}

interface Work {
  readonly seconds: Derivation;
  readonly expertSeconds: Derivation | null;
  readonly otherSeconds: Derivation;
  readonly flop: Derivation;
}

function workingBoard(subject: Subject, name: string, { seconds, expertSeconds, otherSeconds, flop }: Work): Derivation {
  const { accelerator, power, share } = boardFacts(subject);
  const peak = peakOf(subject.ledger, accelerator, 'bf16');
  const others = f`${share('floor', 'floor')} + ${share('share in other kernels', 'otherKernels')} × min(${seconds}, ${otherSeconds}) ÷ ${seconds} + ${share('share in arithmetic', 'arithmetic')} × ${flop} ÷ ${seconds} ÷ ${peak}`;
  const of = derive(
    'share of nameplate',
    'ratio',
    expertSeconds === null
      ? others
      : f`${others} + ${share('share in experts', 'expertKernels')} × min(${seconds}, ${expertSeconds}) ÷ ${seconds}`,
    { doc: DOC },
  );
  return derive(name, 'W', f`${power} × min(1, max(${share('share of nameplate with weights loaded', 'loadedIdle')}, ${of}))`, {
    doc: DOC,
  });
}

function scaled({ expertSeconds, otherSeconds, flop }: Busy, seconds: Derivation, scale: Derivation): Work {
  return {
    seconds,
    flop,
    expertSeconds: expertSeconds === null ? null : derive('time in experts', 's', f`${scale} × ${expertSeconds}`),
    otherSeconds: derive('time in other kernels', 's', f`${scale} × ${otherSeconds}`),
  };
}

interface Point {
  readonly rate: Derivation;
  readonly watts: Derivation;
}

/** Decode at a batch: the rate it completes, and what a board draws. */
function decodePoint(subject: Subject, { candidate }: PoolPower, batch: number): Point {
  const { ledger } = subject;
  const request = explainRequest(subject);
  const context = derive('mean context', 'tokens', f`${request.prompt} + ${request.output} ÷ 2`);
  const sequences = ledger.rule(
    'batch looked at',
    batch,
    'sequences',
    'decode is looked at with 1, 2, 4 … in flight up to the batch at capacity',
  );
  const decode = explainDecode(ledger, candidate, sequences, context);
  const { seconds, busy } = explainDecodeStep(ledger, candidate, sequences, context);
  if (candidate.stack.calibration.kind !== 'accelerator' || candidate.steps.work === null)
    throw new Error('a host has no boards');
  const { efficiency } = candidate.stack.calibration;
  const work =
    candidate.stack.speculation.draftTokens > 0
      ? draftedWork(subject, candidate, sequences, context, seconds)
      : scaled(busy, seconds, fitted(ledger, efficiency, 'time inside the engine over alone', 'kernelScale'));
  return {
    rate: derive('rate at that batch', 'requests/s', f`${sequences} ÷ (${request.output} × ${decode})`),
    watts: workingBoard(subject, `a board in decode of ${batch}`, work),
  };
}

/** With a draft the shares of a step are the step's own tally; its kernels are told under the step. */
function draftedWork(
  { ledger }: Subject,
  candidate: Candidate,
  sequences: Derivation,
  context: Derivation,
  seconds: Derivation,
): Work {
  const work = candidate.steps.work?.decode(sequences.value, context.value);
  if (work === undefined) throw new Error('a host has no boards');
  const tally = (name: string, value: number, unit: string) =>
    ledger.rule(name, value, unit, 'tallied over the kernels of a step and of its draft');
  return {
    seconds,
    expertSeconds: tally('time in experts', work.expertSeconds, 's'),
    otherSeconds: tally('time in other kernels', work.otherSeconds, 's'),
    flop: tally('operations of a step', work.flop, 'FLOP'),
  };
}

/** Sequences at which decode is looked at: 1, 2, 4 … */
const DOUBLINGS = 15;

function pointsOf(subject: Subject, pool: PoolPower): Point[] {
  const batches: number[] = [];
  for (let doubling = 0; doubling < DOUBLINGS; doubling += 1) {
    const batch = Math.min(2 ** doubling, Math.max(1, pool.largestBatch));
    batches.push(batch);
    if (batch >= pool.largestBatch) break;
  }
  return batches.map((batch) => decodePoint(subject, pool, batch));
}

const points = new WeakMap<PoolPower['power'], Point[]>();

function knownPoints(subject: Subject, pool: PoolPower): Point[] {
  const known = points.get(pool.power) ?? pointsOf(subject, pool);
  points.set(pool.power, known);
  return known;
}

function prefillBoard(subject: Subject, { candidate }: PoolPower): Derivation {
  const { ledger } = subject;
  const request = explainRequest(subject);
  if (request.prefill.value <= 0 || candidate.steps.work === null) return waitingBoard(subject);
  return once(candidate, 'prefill board', () => {
    const work = candidate.steps.work?.prefill(request.prefill.value);
    const seconds = explainPrefill(ledger, candidate, request.prefill);
    const tally = (name: string, value: number, unit: string) =>
      ledger.rule(name, value, unit, 'tallied over the kernels of the prefill; they are told under it');
    return workingBoard(subject, 'a board in prefill', {
      seconds,
      expertSeconds: tally('time in experts', work?.expertSeconds ?? 0, 's'),
      otherSeconds: tally('time in other kernels', work?.otherSeconds ?? 0, 's'),
      flop: tally('operations of the prefill', work?.flop ?? 0, 'FLOP'),
    });
  });
}

/** One board in one phase; decode at the batch of full load. */
export function phaseWatts(subject: Subject, pool: PoolPower, phase: 'idle' | 'loadedIdle' | 'prefill' | 'decode'): Derivation {
  switch (phase) {
    case 'idle':
      return idleBoard(subject);
    case 'loadedIdle':
      return waitingBoard(subject);
    case 'prefill':
      return prefillBoard(subject, pool);
    case 'decode':
      return knownPoints(subject, pool).at(-1)?.watts ?? waitingBoard(subject);
  }
}

/** Between two batches the board draws in proportion to the rate; below one sequence it decodes a share of the time. */
function decodeAt(subject: Subject, pool: PoolPower, rate: Derivation): Derivation {
  const all = knownPoints(subject, pool);
  const [first] = all as [Point, ...Point[]];
  const waiting = waitingBoard(subject);
  const name = 'a board while nothing is prefilled';
  if (rate.value <= first.rate.value)
    return derive(name, 'W', f`${waiting} + (${first.watts} − ${waiting}) × ${rate} ÷ ${first.rate}`, { doc: DOC });
  const above = all.findIndex((point) => point.rate.value >= rate.value);
  const high = all[above];
  const low = all[above - 1];
  if (high === undefined || low === undefined) return all.at(-1)?.watts ?? waiting;
  return derive(
    name,
    'W',
    f`${low.watts} + (${high.watts} − ${low.watts}) × (${rate} − ${low.rate}) ÷ (${high.rate} − ${low.rate})`,
    { doc: DOC },
  );
}

/** Mean watts of one board at a rate of its replica. */
export function boardWatts(subject: Subject, pool: PoolPower, rate: Derivation): Derivation {
  const { ledger } = subject;
  const { candidate, power, does } = pool;
  const value = power.boardWatts(rate.value, does);
  const request = explainRequest(subject);
  const prefill = prefillBoard(subject, pool);
  const never = ledger.rule('share of the time in prefill', 0, 'ratio', 'prompts are prefilled by other workers');
  const share =
    does === 'decode' || request.prefill.value <= 0
      ? never
      : derive(
          'share of the time in prefill',
          'ratio',
          f`min(1, ${rate} × ${explainPrefill(ledger, candidate, request.prefill)} ÷ ${prefillGroups(ledger, candidate)})`,
          { doc: DOC },
        );
  const left = 1 - share.value;
  const decoding =
    does === 'prefill' || left <= 0
      ? waitingBoard(subject)
      : decodeAt(subject, pool, derive('rate while nothing is prefilled', 'requests/s', f`${rate} ÷ (1 − ${share})`));
  return derive('a board at that load', 'W', f`${share} × ${prefill} + (1 − ${share}) × ${decoding}`, { value, doc: DOC });
}
