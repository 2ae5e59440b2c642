// The constant load explained: always as many in flight, as a queue that is worked off keeps them.
// In: a request, scheduling, step times of a replica, a batch. Out: derivations of rate and latencies.
import { derive, f } from './derive.ts';
import type { ExplainedState, OpenLoopParts } from './open-loop.ts';

const DOC = 'docs/physics.md#sharing-a-replica-between-prefill-and-decode';

export function explainClosedLoop(parts: Omit<OpenLoopParts, 'places'>): ExplainedState {
  const { ledger, request, scheduling, limit, state, groups } = parts;
  const { z, output, prefill } = request;
  const alone = parts.prefill(prefill, null);
  const others = derive('others in flight', 'sequences', f`max(0, ${limit} − 1)`);
  const prefills = prefill.value > 0;
  const sharing = Number.isFinite(scheduling.packing.value) ? f`1 + ${others} ÷ ${scheduling.packing}` : f`1`;
  const packed = prefills
    ? derive('prompts packed together', 'prompts', f`max(1, min(${parts.chunk} ÷ ${prefill}, ${sharing}))`, { doc: DOC })
    : null;
  const shared =
    packed === null
      ? alone
      : derive('prefill of one prompt among others', 's', f`${parts.prefill(prefill, packed)} ÷ ${packed}`, { doc: DOC });
  const atOnce =
    groups.value === 1 || !prefills
      ? ledger.rule('groups at once', 1, 'groups', 'one group prefills at a time')
      : derive('groups at once', 'groups', f`min(${groups}, 1 + ${others} × ${scheduling.overlap} ÷ ${groups})`, { doc: DOC });
  const perPrompt = derive('prefill of a prompt', 's', f`${shared} ÷ ${atOnce}`);
  const decode = parts.decode(limit);
  const tpotMean = derive(
    'mean TPOT',
    's',
    f`${decode} + ${limit} × ${perPrompt} × ${scheduling.interference} ÷ max(1, ${output})`,
    { value: state.tpotMeanSeconds, doc: DOC },
  );
  const hold = derive('time of a request', 's', f`${scheduling.hostFloor} + ${alone} + ${output} × ${tpotMean}`);
  const rate = derive('rate of a replica', 'requests/s', f`${limit} ÷ ${hold}`, { value: state.requestsPerSecond, doc: DOC });
  const utilisation = derive('share of the time in prefill', 'ratio', f`${rate} × ${perPrompt}`, {
    value: state.prefillUtilisation,
  });
  const stall = derive('stall by one prompt', 's', f`${shared} × ${scheduling.interference}`);
  const variance = derive(
    'variance of stalls',
    's²',
    f`${rate} ÷ ${atOnce} × ${tpotMean} × ${stall} ^ 2 × (1 + ${request.prefillVariability}) ÷ ${request.shortOutput}`,
    { doc: DOC },
  );
  const tpot =
    z === null
      ? derive('TPOT', 's', f`${tpotMean}`, { value: state.tpotSeconds, doc: DOC })
      : derive('TPOT', 's', f`${tpotMean} + ${z} × √(${variance})`, { value: state.tpotSeconds, doc: DOC });
  const ifWaiting = derive('wait of those that wait', 's', f`${shared} ÷ (2 × (1 − ${utilisation}))`, { doc: DOC });
  const wait =
    request.percentile.value <= 0.5
      ? derive('wait for prefill', 's', f`${utilisation} × ${ifWaiting}`, { doc: DOC })
      : derive('wait for prefill', 's', f`max(0, ${ifWaiting} × ln(${utilisation} ÷ (1 − ${request.percentile})))`, { doc: DOC });
  const tail = parts.prefill(request.prefillTail, null);
  const ttft =
    utilisation.value >= 1
      ? ledger.observed(
          'TTFT',
          state.ttftSeconds,
          's',
          'searched',
          'the queue for prefill grows without end',
          'prefill takes all of the time',
        )
      : derive(
          'TTFT',
          's',
          f`${scheduling.hostFloor} + ${tail} + ${scheduling.queueScale} × ${wait} + ${scheduling.waitSteps} × ${tpotMean} × ${parts.tokensPerStep}`,
          { value: state.ttftSeconds, doc: DOC },
        );
  return { mean: limit, rate, tpot, ttft };
}
