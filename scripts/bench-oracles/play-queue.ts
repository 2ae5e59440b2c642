// The load generator as it is, played against a queue in virtual time.
// In: a load, a queue, seeds. Out: what it recorded and observed, and what the queue knows to be true.
import { closedArrivals, openArrivals } from '../../src/bench/arrivals.ts';
import { firstTokenSeconds } from '../../src/bench/request-figures.ts';
import type { BenchLoad } from '../../src/documents/bench-manifest.ts';
import type { BenchObservation } from '../../src/documents/bench-point.ts';
import type { BenchRequest } from '../../src/documents/bench-request.ts';
import { runPoint } from '../../src/drive/run-point.ts';
import { seededChance } from '../../src/simulate/random.ts';
import { calmWatch, Station, VirtualClock, type Visit } from './virtual-world.ts';

export interface Queue {
  readonly places: number;
  readonly serviceSeconds: number;
  readonly service: 'exponential' | 'fixed';
}

export interface Played {
  readonly observation: BenchObservation;
  readonly records: readonly BenchRequest[];
  readonly measured: readonly BenchRequest[];
  /** In order of arrival. */
  readonly visits: readonly Visit[];
}

/** Requests of one token in and two out, since the queue looks at neither. */
const LENGTHS = {
  prompt: [{ probability: 0.5, tokens: 1 }],
  output: [{ probability: 0.5, tokens: 2 }],
  thinking: [{ probability: 0.5, tokens: 0 }],
  maximumTokens: null,
  cacheHitRatio: 0,
  from: 'flags' as const,
};
const WARM_UP_SERVICES = 1000;
/** Nothing in virtual time takes so long. */
const PATIENT_SERVICES = 1e4;

/** Poisson arrivals at a rate. */
export function poissonLoad(requestsPerSecond: number): BenchLoad {
  return { kind: 'open', pattern: 'poisson', requestsPerSecond, burstiness: 1, rateScale: 1 };
}

/** @param requests - in the measured window, at least */
export async function playQueue(load: BenchLoad, queue: Queue, requests: number, seed: number): Promise<Played> {
  const clock = new VirtualClock();
  // A stream of its own: were it the arrivals', long gaps and long services would come together.
  const { uniform } = seededChance(seed + 1_000_003);
  const station = new Station(clock, queue.places, () =>
    queue.service === 'fixed' ? queue.serviceSeconds : -Math.log(1 - uniform()) * queue.serviceSeconds,
  );
  const records: BenchRequest[] = [];
  const warmUpSeconds = WARM_UP_SERVICES * queue.serviceSeconds;
  const source =
    load.kind === 'closed'
      ? closedArrivals(LENGTHS, seed)
      : openArrivals(load, LENGTHS, { rampSeconds: 1, day: null, trace: null }, seed);
  const observation = await clock.play(
    runPoint(
      {
        point: { id: 'queue', load, repeat: 1 },
        attempt: 1,
        phases: {
          warmUpLeastSeconds: warmUpSeconds,
          warmUpMostSeconds: warmUpSeconds,
          measureSeconds: warmUpSeconds,
          measureRequests: requests,
          drainSeconds: PATIENT_SERVICES * queue.serviceSeconds,
        },
        timeoutSeconds: PATIENT_SERVICES * queue.serviceSeconds,
        source,
        path: '/chat/completions',
        compose: () => '{}',
      },
      {
        clock,
        transport: station,
        clean: (message) => message,
        keep: (record) => records.push(record),
        watch: calmWatch,
        signal: new AbortController().signal,
        progress: () => {},
      },
    ),
  );
  return { observation, records, measured: records.filter(({ phase }) => phase === 'measured'), visits: station.visits };
}

/** Of any request that ended well, what its recorded start and end of service differ from the queue's own by, in seconds. */
export function farthestFromTruth({ records, visits }: Played): number {
  const sent = records.toSorted((one, other) => (one.sentSeconds ?? 0) - (other.sentSeconds ?? 0) || one.index - other.index);
  if (sent.length !== visits.length) return Number.POSITIVE_INFINITY;
  let farthest = 0;
  for (const [place, record] of sent.entries()) {
    // Those still out when the drain was over are ended by the client.
    if (record.outcome !== 'ok') continue;
    const visit = visits[place] as Visit;
    const first = (firstTokenSeconds(record) ?? Number.POSITIVE_INFINITY) - visit.begunSeconds;
    const last = (record.lastTokenSeconds ?? Number.POSITIVE_INFINITY) - visit.servedSeconds;
    farthest = Math.max(farthest, Math.abs(first), Math.abs(last));
  }
  return farthest;
}
