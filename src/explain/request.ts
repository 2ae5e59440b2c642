// The request explained: what one request asks of a replica, how requests come, how an engine schedules them.
// In: a plan in detail, a candidate. Out: derivations that open and closed loops are made of.
import { probit } from 'simple-statistics';
import { LOW_SHARE } from '../physics/open-loop.ts';
import { taskOf } from '../plan/sizing-task.ts';
import type { Candidate } from '../search/candidates.ts';
import { sequencesThatFit } from '../search/size-candidate.ts';
import { outputTokens } from './demand.ts';
import { type Derivation, derive, f } from './derive.ts';
import { explainMean, explainQuantile, explainVariability } from './lengths.ts';
import { cachePerToken, explainMemory } from './memory.ts';
import { degree, fitted } from './model-facts.ts';
import { once, type Planned } from './subject.ts';

const DOC = 'docs/physics.md#percentiles';

/** What docs/physics.md calls a request, its scheduling and its arrivals; each a derivation. */
export interface ExplainedRequest {
  readonly prompt: Derivation;
  readonly output: Derivation;
  readonly outputVariability: Derivation;
  readonly prefill: Derivation;
  readonly prefillTail: Derivation;
  readonly prefillVariability: Derivation;
  readonly context: Derivation;
  readonly shortOutput: Derivation;
  readonly burstiness: Derivation;
  readonly percentile: Derivation;
  /** Null where the middle request is judged. */
  readonly z: Derivation | null;
}

/** Variance of answer and thinking together over their squared mean. */
function outputVariability(planned: Planned): Derivation {
  const part = (kind: 'output' | 'thinking') => f`${explainVariability(planned, kind)} × ${explainMean(planned, kind)} ^ 2`;
  return derive('variability of answers', 'ratio', f`(${part('output')} + ${part('thinking')}) ÷ ${outputTokens(planned)} ^ 2`, {
    value: taskOf(planned.workload).request.outputVariability,
    doc: DOC,
  });
}

export function percentileOf(planned: Planned): Derivation {
  const { ledger, workload } = planned;
  const field = workload.ttftTarget?.percentile === workload.percentile ? 'latency.ttft' : 'latency.tpot';
  return ledger.field(
    'percentile',
    workload.percentile,
    'ratio',
    field,
    'the middle request is judged where no target asks for more',
  );
}

export function explainRequest(planned: Planned): ExplainedRequest {
  const { ledger, workload } = planned;
  const { request, traffic } = taskOf(workload);
  const hit = ledger.field(
    'found in the cache',
    workload.cacheHitRatio,
    'ratio',
    ledger.isGiven('tokens.cacheHit') || !planned.plan.inputs.workload.source?.trace ? 'tokens.cacheHit' : 'demand.trace',
  );
  const prompt = explainMean(planned, 'prompt');
  const output = outputTokens(planned);
  const variability = once(ledger, 'output variability', () => outputVariability(planned));
  const { percentile } = traffic;
  const z = traffic.arrivals === 'open' ? (percentile > 0.5 ? probit(percentile) : 0) : Math.max(0, probit(percentile));
  const low = ledger.rule(
    'normal score of short answers',
    probit(LOW_SHARE),
    'ratio',
    `short answers are those at the ${LOW_SHARE * 100}th percentile`,
  );
  const log = derive('variance of the logarithm', 'ratio', f`ln(1 + ${variability})`);
  return {
    prompt,
    output,
    outputVariability: variability,
    prefill: derive('prompt to be computed', 'tokens', f`${prompt} × (1 − ${hit})`, { value: request.prefillMeanTokens }),
    prefillTail: derive(
      'long prompt to be computed',
      'tokens',
      f`${explainQuantile(planned, 'prompt', percentile)} × (1 − ${hit})`,
      { value: request.prefillTailTokens },
    ),
    prefillVariability: explainVariability(planned, 'prompt'),
    context: derive('mean context', 'tokens', f`${prompt} + ${output} ÷ 2 × (1 + ${variability})`, { doc: DOC }),
    shortOutput: derive('short answer', 'tokens', f`max(1, ${output} × exp(${low} × √(${log}) − ${log} ÷ 2))`, { doc: DOC }),
    burstiness: ledger.field(
      'burstiness',
      traffic.burstiness,
      'ratio',
      ledger.isGiven('demand.burstiness') || !planned.plan.inputs.workload.source?.trace ? 'demand.burstiness' : 'demand.trace',
    ),
    percentile: percentileOf(planned),
    z:
      z === 0
        ? null
        : ledger.rule(
            'normal score of the percentile',
            z,
            'ratio',
            `quantile of the standard normal distribution at ${percentile}`,
          ),
  };
}

/** How an engine schedules prefill beside decode; see `Scheduling` in src/physics. */
export interface ExplainedScheduling {
  readonly hostFloor: Derivation;
  readonly interference: Derivation;
  readonly packing: Derivation;
  readonly overlap: Derivation;
  readonly waitSteps: Derivation;
  readonly queueScale: Derivation;
}

export function explainScheduling(planned: Planned, candidate: Candidate): ExplainedScheduling {
  const { ledger } = planned;
  const { calibration } = candidate.stack;
  const { scheduling } = candidate;
  if (calibration.kind === 'host') {
    const serial = (name: string, value: number, unit: string) =>
      ledger.rule(name, value, unit, 'an engine on a host serves one request after the other');
    const { efficiency } = calibration;
    return {
      hostFloor: ledger.fact('host floor', 'seconds', efficiency.hostFloor, {
        row: efficiency.id,
        field: 'hostFloor',
        basis: efficiency.basis,
      }),
      interference: serial('interference of prefill', scheduling.prefillInterference, 'ratio'),
      packing: serial('requests for a further prompt', scheduling.packingRequests, 'requests'),
      overlap: serial('overlap of groups', scheduling.groupOverlap, 'ratio'),
      waitSteps: serial('steps until the scheduler looks', scheduling.waitSteps, 'steps'),
      queueScale: serial('factor on the queue', scheduling.queueScale, 'ratio'),
    };
  }
  const { efficiency } = calibration;
  const wait = fitted(ledger, efficiency, 'steps until the scheduler looks', 'waitSteps');
  const further = fitted(ledger, efficiency, 'further steps with groups', 'waitStepsDataParallel');
  return {
    hostFloor: fitted(ledger, efficiency, 'host floor', 'hostFloor'),
    interference: fitted(ledger, efficiency, 'interference of prefill', 'prefillInterference'),
    packing: fitted(ledger, efficiency, 'requests for a further prompt', 'packing'),
    overlap: fitted(ledger, efficiency, 'overlap of groups', 'groupOverlap'),
    waitSteps:
      candidate.layout.dataParallel > 1
        ? derive('steps until the scheduler looks', 'steps', f`${wait} + ${further}`, { value: scheduling.waitSteps })
        : wait,
    queueScale: fitted(ledger, efficiency, 'factor on the queue', 'queueScale'),
  };
}

/** Sequences that the cache of a replica holds: n·mean + z·deviation·√n = cache, by rank. */
export function explainPlaces(planned: Planned, candidate: Candidate, request: ExplainedRequest): Derivation {
  return once(candidate, 'places', () => {
    const { ledger, workload } = planned;
    const task = taskOf(workload);
    const perToken = cachePerToken(ledger, candidate);
    const { cache } = candidate.steps;
    const shards = ledger.rule(
      'ranks that can share a cache',
      cache.tensorShards,
      'ranks',
      'key and value heads; 1 where every rank holds a copy',
    );
    const split =
      candidate.stack.mode === 'accelerator'
        ? f`(min(${degree(ledger, candidate, 'TP')}, ${shards}) × ${degree(ledger, candidate, 'PP')})`
        : f`1`;
    const fixed = ledger.rule(
      'cache of any sequence',
      cache.bytesPerSequence,
      'bytes',
      'sliding windows: layers × window × entry',
    );
    const tokens = derive(
      'tokens of a sequence in the cache',
      'tokens',
      f`${request.prompt} + ${request.output} × max(1, (1 + ${request.outputVariability}) ÷ 2)`,
      { value: task.sequenceTokens, doc: DOC },
    );
    const bytes = derive('cache of a sequence', 'bytes', f`max(1, (${perToken} × ${tokens} + ${fixed}) ÷ ${split})`, {
      value: Math.max(1, candidate.sequenceBytes(task.sequenceTokens)),
      doc: 'docs/physics.md#memory',
    });
    const free = explainMemory(ledger, candidate, 'cacheBytes');
    const dp = degree(ledger, candidate, 'DP');
    const fit = Math.floor(sequencesThatFit(candidate, task));
    const told = { value: Math.max(1, fit) * candidate.layout.dataParallel, doc: 'docs/physics.md#percentiles' };
    if (task.traffic.arrivals !== 'open' || request.z === null)
      return derive(
        'sequences the cache holds',
        'sequences',
        f`max(1, floor((√(4 × ${bytes} × ${free}) ÷ (2 × ${bytes})) ^ 2)) × ${dp}`,
        told,
      );
    const deviation = derive(
      'deviation of a sequence',
      'tokens',
      f`√(${request.prefillVariability} × ${request.prompt} ^ 2 + ${request.output} ^ 2 × (1 + ${request.outputVariability}) ÷ 3)`,
      { value: task.sequenceDeviationTokens, doc: DOC },
    );
    const stray = derive(
      'stray of a sequence',
      'bytes',
      f`${request.z} × ((${perToken} × (${tokens} + ${deviation}) + ${fixed}) ÷ ${split} − ${bytes})`,
      { doc: DOC },
    );
    return derive(
      'sequences the cache holds',
      'sequences',
      f`max(1, floor(((√(${stray} ^ 2 + 4 × ${bytes} × ${free}) − ${stray}) ÷ (2 × ${bytes})) ^ 2)) × ${dp}`,
      told,
    );
  });
}
