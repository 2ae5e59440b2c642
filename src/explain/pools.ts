// Two pools explained: workers that prefill and hand over to workers that decode.
// In: an option whose pools are apart. Out: derivations of rate and latencies, as docs/physics.md "Prefill and decode apart" tells.
import type { SteadyState } from '../physics/steady-state.ts';
import { taskOf } from '../plan/sizing-task.ts';
import { POOL_CEILING, prepareHalves } from '../search/disaggregate.ts';
import { plannedPeak } from './demand.ts';
import { agree, type Derivation, derive, f } from './derive.ts';
import { cachePerToken } from './memory.ts';
import { degree } from './model-facts.ts';
import { type ExplainedState, explainOpenLoop } from './open-loop.ts';
import { type ExplainedRequest, explainPlaces, explainScheduling } from './request.ts';
import { explainDecode, explainPrefill, prefillGroups, tokensPerStep } from './step.ts';
import type { Subject } from './subject.ts';

const DOC = 'docs/physics.md#prefill-and-decode-apart';

/** The decode pool alone: nothing is prefilled, nothing waits but for a place. */
function decodeAlone(subject: Subject, batch: Derivation, request: ExplainedRequest): ExplainedState {
  const { ledger, priced, workload } = subject;
  const { candidate } = priced.sizing;
  const halves = prepareHalves(candidate, taskOf(workload));
  if (halves === null) throw new Error('a decode worker has halves');
  const elsewhere = (name: string, unit: string) => ledger.rule(name, 0, unit, 'prompts are prefilled by other workers');
  const none = elsewhere('prompt to be computed', 'tokens');
  const { decodeScale } = halves.efficiency.disaggregation;
  const steps = {
    ...candidate.steps,
    decodeSeconds: (sequences: number, context: number) => decodeScale.ratio * candidate.steps.decodeSeconds(sequences, context),
  };
  const scheduling = {
    ...explainScheduling(subject, candidate),
    hostFloor: elsewhere('host floor', 's'),
    waitSteps: elsewhere('steps until the scheduler looks', 'steps'),
    interference: elsewhere('interference of prefill', 'ratio'),
  };
  return explainOpenLoop({
    ledger,
    request: {
      ...request,
      prefill: none,
      prefillTail: none,
      prefillVariability: elsewhere('variability of the prompt', 'ratio'),
    },
    scheduling,
    limit: batch,
    places: explainPlaces(subject, candidate, request),
    decode: (sequences) => explainDecode(ledger, candidate, sequences, request.context, steps),
    prefill: () => elsewhere('prefill', 's'),
    groups: prefillGroups(ledger, candidate),
    chunk: elsewhere('chunk of prefill', 'tokens'),
    tokensPerStep: tokensPerStep(ledger, candidate),
    state: halves.decodeAt(batch.value),
  });
}

/** A state of two pools: TPOT of the decode pool, TTFT of the prefill pool, the rate of the slower. */
export function explainHandedOver(
  subject: Subject,
  state: SteadyState,
  batch: Derivation,
  request: ExplainedRequest,
): ExplainedState {
  const { ledger, priced } = subject;
  const { sizing } = priced;
  const decode = decodeAlone(subject, batch, request);
  const capacityBatch = ledger.observed(
    'batch at capacity',
    sizing.capacityBatch,
    'sequences',
    'searched',
    `batch ${sizing.capacityBatch}`,
    'of every batch the cache holds, the one that carries most within the targets',
  );
  const place = decodeAlone(subject, capacityBatch, request).ttft;
  const { ttft, most } = prefillPool(subject, place, state.ttftSeconds, request);
  const isCapacity = state === sizing.capacity;
  const rate = isCapacity
    ? derive('rate of a decode worker', 'requests/s', f`min(${decode.rate}, ${most})`, {
        value: state.requestsPerSecond,
        doc: DOC,
      })
    : decode.rate;
  return { mean: decode.mean, rate, tpot: decode.tpot, ttft };
}

/** Time to first token of the prefill pool, and the rate it carries for each decode worker. */
function prefillPool(
  subject: Subject,
  place: Derivation,
  ttftSeconds: number,
  request: ExplainedRequest,
): { ttft: Derivation; most: Derivation } {
  const { ledger, priced } = subject;
  const { prefill, candidate: decoding, replicas } = priced.sizing;
  if (prefill === null || prefill.candidate.stack.calibration.kind !== 'accelerator')
    throw new Error('pools apart have prefill workers');
  const { candidate } = prefill;
  const { efficiency } = prefill.candidate.stack.calibration as Extract<
    typeof prefill.candidate.stack.calibration,
    { kind: 'accelerator' }
  >;
  const { disaggregation, id, basis } = efficiency;
  const at = (field: string) => ({ row: id, field: `disaggregation.${field}`, basis });
  const alone = explainPrefill(ledger, candidate, request.prefill);
  const chunk = ledger.fact('chunk of prefill', 'tokens', candidate.stack.engine.prefillChunk, {
    row: candidate.stack.engine.id,
    field: 'prefillChunk',
  });
  const together = derive('prompts a chunk holds', 'prompts', f`max(1, ${chunk} ÷ max(1, ${request.prefill}))`);
  const packed = derive(
    'prompt of a full chunk',
    's',
    f`${explainPrefill(ledger, candidate, request.prefill, together)} ÷ ${together}`,
  );
  const perPrompt = derive(
    'time of a prompt in the pool',
    's',
    f`${packed} ÷ ${ledger.fact('share of the pool’s rate', 'ratio', disaggregation.poolShare, at('poolShare'))}`,
    { doc: DOC },
  );
  const groups = derive('groups', 'groups', f`${degree(ledger, candidate, 'DP')} × ${degree(ledger, candidate, 'PP')}`);
  const busy = derive(
    'groups that are busy',
    'groups',
    f`1 + (${groups} − 1) × ${ledger.fact('overlap of groups', 'ratio', disaggregation.groupOverlap, at('groupOverlap'))}`,
    { doc: DOC },
  );
  const perWorker = derive('prompts of a worker a second', 'requests/s', f`${busy} ÷ ${perPrompt}`, { doc: DOC });
  const handOver = derive(
    'hand-over',
    's',
    f`${ledger.fact('host floor apart', 'seconds', disaggregation.hostFloor, at('hostFloor'))} + ${request.prompt} × ${cachePerToken(ledger, candidate)} ÷ ${ledger.fact('transfer rate', 'bytesPerSecond', disaggregation.transferRate, at('transferRate'))}`,
    { doc: DOC },
  );
  const queueScale = ledger.fact('factor on the queue', 'ratio', efficiency.queueScale, { row: id, field: 'queueScale', basis });
  const variability = derive(
    'variability of gaps and prompts',
    'ratio',
    f`(1 ÷ ${request.burstiness} + ${request.prefillVariability}) ÷ 2`,
    { doc: DOC },
  );
  const ttftOf = (count: number, value?: number) => {
    const workers = ledger.observed(
      'prefill workers',
      count,
      'workers',
      'searched',
      `${count}`,
      'the fewest that keep the time to first token',
    );
    const load = derive('load of the pool', 'ratio', f`${plannedPeak(subject)} ÷ (${perWorker} × ${workers})`, { doc: DOC });
    const waits = derive('share that waits', 'ratio', f`${load} ^ (√(2 × (${workers} + 1)) − 1)`, { doc: DOC });
    const ifWaiting = derive('wait of those that wait', 's', f`${perPrompt} × ${variability} ÷ (${workers} × (1 − ${load}))`, {
      doc: DOC,
    });
    const meanWait = derive('mean wait for prefill', 's', f`${waits} × ${ifWaiting}`, { doc: DOC });
    const usual = f`${handOver} + ${alone} + ${queueScale} × ${meanWait}`;
    if (request.z === null) return derive('TTFT', 's', f`${usual} + ${place}`, { value, doc: DOC });
    const tailWait = derive(
      'wait at the percentile',
      's',
      f`max(${meanWait}, ${ifWaiting} × ln(${waits} ÷ (1 − ${request.percentile})))`,
      { doc: DOC },
    );
    const tail = derive(
      'tail beyond the mean',
      's',
      f`hypot(${explainPrefill(ledger, candidate, request.prefillTail)} − ${alone}, ${queueScale} × (${tailWait} − ${meanWait}), ${place})`,
      { doc: DOC },
    );
    return derive('TTFT', 's', f`${usual} + ${tail}`, { value, doc: DOC });
  };
  // Where the simulator asked for more workers, the prediction is that of the search before.
  let count = prefill.workers;
  while (count > 1 && !agree(ttftOf(count).value, ttftSeconds)) count -= 1;
  const planned = ledger.observed(
    'prefill workers',
    count,
    'workers',
    'searched',
    `${count}`,
    'the fewest that keep the time to first token',
  );
  const decodeWorkers = ledger.observed(
    'decode workers',
    replicas,
    'workers',
    'searched',
    `${replicas}`,
    'the fewest that carry the peak',
  );
  return {
    ttft: ttftOf(count, ttftSeconds),
    most: derive(
      'what the prefill pool carries for each',
      'requests/s',
      f`${perWorker} × ${ledger.rule('load of a pool at most', POOL_CEILING, 'ratio', 'wait tails are trusted up to this share of a pool’s rate')} × ${planned} ÷ ${decodeWorkers}`,
      {
        doc: DOC,
        note: decoding.layout === candidate.layout ? undefined : 'prefill has a layout of its own',
      },
    ),
  };
}
