// The open loop explained: how the number in flight, the rate and the prefill load settle on each other, round by round.
// In: a request, scheduling, step times of a replica, a batch limit. Out: derivations of rate and latencies, as docs/physics.md tells.
import { ELASTICITY_CEILING, ROUNDS } from '../physics/open-loop.ts';
import type { SteadyState } from '../physics/steady-state.ts';
import { type Derivation, derive, f } from './derive.ts';
import type { Ledger } from './ledger.ts';
import type { ExplainedRequest, ExplainedScheduling } from './request.ts';

const DOC = 'docs/physics.md#percentiles';

/** A state of a replica, each part a derivation. */
export interface ExplainedState {
  readonly mean: Derivation;
  readonly rate: Derivation;
  readonly ttft: Derivation;
  readonly tpot: Derivation;
}

export interface OpenLoopParts {
  readonly ledger: Ledger;
  readonly request: ExplainedRequest;
  readonly scheduling: ExplainedScheduling;
  /** The number in flight at the percentile. */
  readonly limit: Derivation;
  /** Most that the cache holds. */
  readonly places: Derivation;
  readonly decode: (sequences: Derivation) => Derivation;
  readonly prefill: (tokens: Derivation, prompts: Derivation | null) => Derivation;
  readonly groups: Derivation;
  readonly chunk: Derivation;
  readonly tokensPerStep: Derivation;
  readonly state: SteadyState;
}

interface Round {
  readonly mean: Derivation;
  readonly slowed: Derivation;
  readonly tpotMean: Derivation;
  readonly hold: Derivation;
  readonly rate: Derivation;
  readonly spread: Derivation;
  readonly seconds: Derivation;
  readonly utilisation: Derivation;
  readonly saturation: Derivation;
}

/** limit = m + z·√(m·spread), solved for m. */
function inFlight(name: string, limit: Derivation, z: Derivation | null, spread: Derivation): Derivation {
  if (z === null) return derive(name, 'sequences', f`${limit}`);
  return derive(name, 'sequences', f`((√(${z} ^ 2 × ${spread} + 4 × ${limit}) − ${z} × √(${spread})) ÷ 2) ^ 2`, { doc: DOC });
}

export function explainOpenLoop(parts: OpenLoopParts): ExplainedState {
  const { ledger, request, scheduling, limit, state } = parts;
  const { z } = request;
  const prefills = request.prefill.value > 0;
  const alone = parts.prefill(request.prefill, null);
  const before = derive(
    'spread of the number in flight before any slow-down',
    'ratio',
    f`max(0.1, 1 + (1 ÷ ${request.burstiness} − 1) ÷ (1 + ${request.outputVariability}))`,
    { doc: DOC },
  );
  const around = derive('time beside decoding', 's', f`${scheduling.hostFloor} + ${alone}`);
  const atLimit = parts.decode(limit);
  const firstMean = inFlight('mean in flight before any slow-down', limit, z, before);
  const first = z === null ? atLimit : parts.decode(firstMean);
  const none = ledger.rule('slow-down by one more', 0, 's', 'the mean is the limit');
  const slope =
    limit.value > firstMean.value
      ? derive('slow-down by one more', 's', f`(${atLimit} − ${first}) ÷ (${limit} − ${firstMean})`, { doc: DOC })
      : none;
  let mean = firstMean;
  let prompt = derive('prefill of a prompt', 's', f`${alone} ÷ ${parts.groups}`);
  let last: Round | null = null;
  for (let count = 1; count <= ROUNDS; count += 1) {
    last = settle(parts, { mean, prompt, around, first, firstMean, slope, before, alone }, `round ${count} of ${ROUNDS}`);
    prompt = derive('prefill of a prompt', 's', f`${last.utilisation} ÷ ${last.rate}`, { note: `round ${count} of ${ROUNDS}` });
    mean = z === null ? mean : inFlight('mean in flight', limit, z, last.spread);
  }
  if (last === null) throw new Error('a loop settles in at least one round');
  const rate = checked(last.rate, state.requestsPerSecond);
  const stall = derive('stall by one round', 's', f`${last.seconds} × ${scheduling.interference}`);
  const perSecond =
    last.seconds.value === 0
      ? ledger.rule('rounds a second', 0, 'rounds/s', 'nothing is prefilled here')
      : derive('rounds a second', 'rounds/s', f`${last.utilisation} ÷ ${last.seconds}`);
  const stalls = derive(
    'variance of stalls',
    's²',
    f`${perSecond} × ${last.tpotMean} × ${stall} ^ 2 × (1 + ${request.prefillVariability}) ÷ ${request.shortOutput}`,
    { doc: DOC },
  );
  const crowd = derive('crowd beyond the mean', 's', f`max(0, ${atLimit} × ${last.slowed} − ${last.tpotMean})`);
  const lives = derive('lives of a request', 'ratio', f`${before} ÷ ${last.spread}`);
  const averaged = derive('variance left in a request’s mean', 'ratio', f`2 × (${lives} − 1 + exp(−${lives})) ÷ ${lives} ^ 2`, {
    doc: DOC,
  });
  const tpot =
    z === null
      ? derive('TPOT', 's', f`${last.tpotMean} + √(${crowd} ^ 2 × ${averaged})`, { value: state.tpotSeconds, doc: DOC })
      : derive(
          'TPOT',
          's',
          f`${last.tpotMean} + ${last.utilisation} × ${stall} ÷ ${request.shortOutput} + √(${crowd} ^ 2 × ${averaged} + ${z} ^ 2 × ${stalls})`,
          { value: state.tpotSeconds, doc: DOC },
        );
  return { mean: checked(mean, state.meanSequences), rate, tpot, ttft: explainTtft(parts, last, mean, alone, prefills) };
}

interface Settling {
  readonly mean: Derivation;
  readonly prompt: Derivation;
  readonly around: Derivation;
  readonly first: Derivation;
  readonly firstMean: Derivation;
  readonly slope: Derivation;
  readonly before: Derivation;
  readonly alone: Derivation;
}

function settle(parts: OpenLoopParts, from: Settling, note: string): Round {
  const { ledger, request, scheduling, groups } = parts;
  const { output } = request;
  const { mean, around, slope } = from;
  const told = { note, doc: DOC };
  const decode = derive('decode beside others', 's', f`max(0, ${from.first} − ${slope} × (${from.firstMean} − ${mean}))`, told);
  const half = derive(
    'half of what decoding and prefill take',
    's',
    f`(${decode} × ${output} + ${scheduling.interference} × ${from.prompt} × ${mean} − ${around}) ÷ 2`,
    told,
  );
  const tpotMean = derive('mean TPOT', 's', f`(${half} + √(${half} ^ 2 + ${output} × ${decode} × ${around})) ÷ ${output}`, told);
  const slowed = derive('slow-down by prefill', 'ratio', f`${tpotMean} ÷ ${decode}`, { note });
  const hold = derive('time of a request', 's', f`${around} + ${output} × ${tpotMean}`, { note });
  const rate = derive('rate of a replica', 'requests/s', f`${mean} ÷ ${hold}`, told);
  const elasticity = derive(
    'elasticity',
    'ratio',
    f`min(${ledger.rule('elasticity at most', ELASTICITY_CEILING, 'ratio', 'beyond, a replica runs away')}, ${output} × ${slope} × ${slowed} × ${mean} ÷ ${hold})`,
    told,
  );
  const spread =
    request.z === null
      ? from.before
      : derive('spread of the number in flight', 'ratio', f`${from.before} ÷ (1 − ${elasticity})`, told);
  if (request.prefill.value <= 0) {
    const nothing = (name: string, unit: string) => ledger.rule(name, 0, unit, 'nothing is prefilled here');
    return {
      mean,
      slowed,
      tpotMean,
      hold,
      rate,
      spread,
      seconds: nothing('a round of prefill', 's'),
      utilisation: nothing('share of the time in prefill', 'ratio'),
      saturation: nothing('prefill over its limit', 'ratio'),
    };
  }
  const most = derive('prompts a chunk holds', 'prompts', f`max(1, ${parts.chunk} ÷ ${request.prefill})`);
  const fullPrompt = derive('prompt of a full round', 's', f`${parts.prefill(request.prefill, most)} ÷ ${most}`);
  const between = derive(
    'time between looks',
    's',
    f`max(2 × ${scheduling.waitSteps} × ${tpotMean} × ${parts.tokensPerStep}, ${from.alone})`,
    told,
  );
  const prompts = derive('prompts of a round', 'prompts', f`min(${most} × ${groups}, max(1, ${rate} × ${between}))`, told);
  const used = derive('groups that prefill', 'groups', f`min(${groups}, ${prompts})`, { note });
  const single = groups.value === 1;
  const atOnceAtMost = derive('groups at once at most', 'groups', f`1 + ${mean} × ${scheduling.overlap} ÷ ${groups}`, { note });
  const atOnce = single
    ? ledger.rule('groups at once', 1, 'groups', 'there is one group')
    : derive('groups at once', 'groups', f`min(${used}, ${atOnceAtMost})`, { note });
  const packed = derive('prompts of a group', 'prompts', f`${prompts} ÷ ${used}`, { note });
  const together = packed.value === 1 ? from.alone : parts.prefill(request.prefill, packed);
  const seconds = derive('a round of prefill', 's', f`${together} × ${used} ÷ ${atOnce}`, told);
  return {
    mean,
    slowed,
    tpotMean,
    hold,
    rate,
    spread,
    seconds,
    utilisation: derive('share of the time in prefill', 'ratio', f`${rate} ÷ ${prompts} × ${seconds}`, told),
    saturation: derive(
      'prefill over its limit',
      'ratio',
      single ? f`${rate} × ${fullPrompt}` : f`${rate} × ${fullPrompt} ÷ min(${groups}, ${atOnceAtMost})`,
      told,
    ),
  };
}

function explainTtft(parts: OpenLoopParts, last: Round, mean: Derivation, alone: Derivation, prefills: boolean): Derivation {
  const { ledger, request, scheduling, state } = parts;
  const { z, percentile } = request;
  const told = { value: state.ttftSeconds, doc: DOC };
  const look = derive('wait for the scheduler', 's', f`${scheduling.waitSteps} × ${last.tpotMean} × ${parts.tokensPerStep}`, {
    doc: DOC,
  });
  if (last.saturation.value >= 1)
    return ledger.observed(
      'TTFT',
      state.ttftSeconds,
      's',
      'searched',
      'the queue for prefill grows without end',
      'prefill over its limit is 1 or more',
    );
  const zero = ledger.rule('wait for prefill', 0, 's', 'nothing is prefilled here');
  const ifWaiting = prefills
    ? derive(
        'wait of those that wait',
        's',
        f`${last.seconds} × (1 ÷ ${request.burstiness} + ${request.prefillVariability}) ÷ (2 × (1 − ${last.saturation}))`,
        { doc: DOC },
      )
    : zero;
  const waits = prefills ? derive('share that waits', 'ratio', f`min(1, ${last.utilisation})`) : zero;
  const meanWait = prefills ? derive('mean wait for prefill', 's', f`${waits} × ${ifWaiting}`, { doc: DOC }) : zero;
  const usual = f`${scheduling.hostFloor} + ${last.seconds} + ${scheduling.queueScale} × ${meanWait} + ${look}`;
  if (z === null) return derive('TTFT', 's', usual, told);
  const tailWait = prefills
    ? derive('wait at the percentile', 's', f`max(${meanWait}, ${ifWaiting} × ln(${waits} ÷ (1 − ${percentile})))`, { doc: DOC })
    : zero;
  const long = prefills
    ? derive('a long prompt beyond the mean', 's', f`${parts.prefill(request.prefillTail, null)} − ${alone}`)
    : zero;
  const tail = derive(
    'tail beyond the mean',
    's',
    f`hypot(${long}, ${scheduling.queueScale} × (${tailWait} − ${meanWait}), ${look} × (2 × ${percentile} − 1), ${placeWait(parts, last, mean)})`,
    { doc: DOC, note: 'own prompt, queue, scheduler and cache are not at their worst together' },
  );
  return derive('TTFT', 's', f`${usual} + ${tail}`, told);
}

/** Wait for a place in the cache at the percentile (Halfin and Whitt). */
function placeWait({ ledger, request, places }: OpenLoopParts, last: Round, mean: Derivation): Derivation {
  const slack = derive('places left', 'sequences', f`max(0.000000001, ${places} − ${mean})`);
  const beta = derive('deviations until the cache is full', 'ratio', f`${slack} ÷ √(${mean} × ${last.spread})`, { doc: DOC });
  if (beta.value > 5)
    return derive('wait for a place', 's', f`0 × ${beta}`, { doc: DOC, note: 'nobody waits beyond five deviations' });
  const density = derive(
    'density there',
    'ratio',
    f`exp(−(${beta} ^ 2) ÷ 2) ÷ √(2 × ${ledger.rule('π', Math.PI, 'ratio', 'by definition')})`,
  );
  const waits = derive('share that waits for a place', 'ratio', f`1 ÷ (1 + ${beta} × Φ(${beta}) ÷ ${density})`, { doc: DOC });
  return derive(
    'wait for a place',
    's',
    f`max(0, ${last.hold} × ${last.spread} ÷ ${slack} × ln(${waits} ÷ (1 − ${request.percentile})))`,
    { doc: DOC },
  );
}

/** The planner's own value on a derivation that was made without it. */
function checked(given: Derivation, value: number): Derivation {
  return given.formula === null
    ? given
    : derive(
        given.name,
        given.unit,
        { text: given.formula, inputs: given.inputs },
        { value, ...(given.doc === null ? {} : { doc: given.doc }), note: given.note ?? undefined },
      );
}
