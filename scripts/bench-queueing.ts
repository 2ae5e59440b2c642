// npm run bench:queueing [-- --requests N --seed N]: the load generator played against queues whose theory is exact, in virtual time.
// Out: mean waits beside Erlang and Pollaczek–Khinchine, each wait beside the queue's own, arrivals, Little's law; exit code 4 beyond a bar.
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { mean, sampleStandardDeviation } from 'simple-statistics';
import { littleOf } from '../src/bench/flow.ts';
import { firstTokenSeconds } from '../src/bench/request-figures.ts';
import { EXIT } from '../src/errors.ts';
import { farthestFromTruth, type Played, playQueue, poissonLoad, type Queue } from './bench-oracles/play-queue.ts';
import { erlangWaitSeconds, gapsOf, kolmogorovProbability, pollaczekWaitSeconds } from './bench-oracles/theory.ts';

const WITHIN = 0.03;
/** Below it arrivals are not what they are said to be; one run in a thousand by chance. */
const LEAST_PROBABILITY = 0.001;
const LITTLE_RATIO = 1e-6;
/** Between what the client recorded of a request and what the queue did with it: rounding. */
const TRUTH_SECONDS = 1e-6;
const SERVICE_SECONDS = 0.02;

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
});
const requests = Number(values.requests);
const seed = Number(values.seed);
let failed = 0;
/** So that no two runs see the same arrivals. */
let drawn = 0;

const table = new Table({
  head: [
    'queue',
    'load',
    'requests',
    'mean wait',
    'in theory',
    'off by',
    '± by chance',
    'farthest from truth',
    'Poisson: p',
    'Little: off by',
  ],
  style: { head: [], border: [], compact: true },
});
const exponential = (places: number): Queue => ({ places, serviceSeconds: SERVICE_SECONDS, service: 'exponential' });
const fixed: Queue = { places: 1, serviceSeconds: SERVICE_SECONDS, service: 'fixed' };
// The more places, the rarer and the more alike the waits: so many more runs until chance is well within the bar.
await tell('M/M/1', exponential(1), 0.5, 2, erlangWaitSeconds(1, 0.5, SERVICE_SECONDS));
await tell('M/M/4', exponential(4), 0.6, 6, erlangWaitSeconds(4, 0.6, SERVICE_SECONDS));
await tell('M/D/1', fixed, 0.7, 2, pollaczekWaitSeconds(0.7, SERVICE_SECONDS, 0));
// A closed loop keeps every place busy once it has more in flight than places: time in the system is in flight over the rate.
await tell('10 on 4', exponential(4), null, 2, (10 * SERVICE_SECONDS) / 4 - SERVICE_SECONDS);
console.log(table.toString());
console.log(
  `Waits and Little's law are the client's own, from its records; bars: waits ${WITHIN * 100}%, p ${LEAST_PROBABILITY}, Little ${LITTLE_RATIO} beyond the window's edges.`,
);
if (failed > 0) process.exitCode = EXIT.thresholdFailed;

/** @param load - null for a closed loop of ten */
async function tell(name: string, queue: Queue, load: number | null, runs: number, theorySeconds: number): Promise<void> {
  const rate = ((load ?? 1) * queue.places) / queue.serviceSeconds;
  const played: Sums[] = [];
  for (let run = 0; run < runs; run += 1) {
    drawn += 1;
    const offered = load === null ? ({ kind: 'closed', concurrency: 10 } as const) : poissonLoad(rate);
    played.push(sumUp(await playQueue(offered, queue, requests, seed * 1000 + drawn), rate));
  }
  row(name, load, played, theorySeconds);
}

/** What is kept of a run, so that its records need not be. */
interface Sums {
  readonly requests: number;
  readonly waitSeconds: number;
  readonly farthestSeconds: number;
  readonly probability: number;
  readonly little: number;
}

function sumUp(played: Played, rate: number): Sums {
  const sent = played.records.flatMap(({ sentSeconds }) => (sentSeconds === null ? [] : [sentSeconds]));
  const { differenceRatio, edgeRatio } = littleOf(played.records, played.observation);
  return {
    requests: played.measured.length,
    waitSeconds: mean(played.measured.map((each) => (firstTokenSeconds(each) ?? Number.NaN) - each.intendedSeconds)),
    farthestSeconds: farthestFromTruth(played),
    probability: kolmogorovProbability(gapsOf(sent.toSorted((one, other) => one - other)), rate),
    little: Math.abs((differenceRatio ?? Number.NaN) - (edgeRatio ?? Number.NaN)),
  };
}

function row(name: string, load: number | null, runs: readonly Sums[], theorySeconds: number): void {
  const waits = runs.map(({ waitSeconds }) => waitSeconds);
  const off = mean(waits) / theorySeconds - 1;
  const chance = sampleStandardDeviation(waits) / Math.sqrt(waits.length) / theorySeconds;
  const farthest = Math.max(...runs.map(({ farthestSeconds }) => farthestSeconds));
  // The least of several is smaller by chance.
  const probability = Math.min(1, Math.min(...runs.map((run) => run.probability)) * runs.length);
  const little = Math.max(...runs.map((run) => run.little));
  const isKept =
    Math.abs(off) <= WITHIN &&
    farthest <= TRUTH_SECONDS &&
    little <= LITTLE_RATIO &&
    (load === null || probability >= LEAST_PROBABILITY);
  if (!isKept) failed += 1;
  const milliseconds = (seconds: number) => `${(seconds * 1000).toFixed(3)} ms`;
  table.push([
    `${isKept ? '✔' : '✘'} ${name}`,
    load === null ? 'closed' : load.toFixed(2),
    runs.reduce((sum, run) => sum + run.requests, 0),
    milliseconds(mean(waits)),
    milliseconds(theorySeconds),
    `${(off * 100).toFixed(2)}%`,
    `${(chance * 100).toFixed(2)}%`,
    `${(farthest * 1e9).toFixed(1)} ns`,
    load === null ? '' : probability.toFixed(3),
    little.toExponential(1),
  ]);
}
