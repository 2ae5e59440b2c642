// npm run bench:queueing [-- --requests N]: the load generator played against queues whose theory is exact, in virtual time.
// Out: mean waits beside Erlang and Pollaczek–Khinchine, each wait beside the queue's own, arrivals, Little's law; exit code 4 beyond a bar.
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { mean } from 'simple-statistics';
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
  options: { requests: { type: 'string', default: '150000' }, seed: { type: 'string', default: '1' } },
});
const requests = Number(values.requests);
const seed = Number(values.seed);
let failed = 0;
/** So that no two queues see the same arrivals. */
let drawn = 0;

const table = new Table({
  head: ['queue', 'load', 'requests', 'mean wait', 'in theory', 'off by', 'farthest from truth', 'Poisson: p', 'Little: off by'],
  style: { head: [], border: [], compact: true },
});
for (const [places, load] of [
  [1, 0.5],
  [2, 0.5],
  [4, 0.6],
] as const) {
  const queue: Queue = { places, serviceSeconds: SERVICE_SECONDS, service: 'exponential' };
  await tell(`M/M/${places}`, queue, load, erlangWaitSeconds(places, load, SERVICE_SECONDS));
}
const fixed: Queue = { places: 1, serviceSeconds: SERVICE_SECONDS, service: 'fixed' };
await tell('M/D/1', fixed, 0.7, pollaczekWaitSeconds(0.7, SERVICE_SECONDS, 0));
await tellClosed({ places: 4, serviceSeconds: SERVICE_SECONDS, service: 'exponential' }, 10);
console.log(table.toString());
console.log(
  `Waits and Little's law are the client's own, from its records; bars: waits ${WITHIN * 100}%, p ${LEAST_PROBABILITY}, Little ${LITTLE_RATIO} beyond the window's edges.`,
);
if (failed > 0) process.exitCode = EXIT.thresholdFailed;

async function tell(name: string, queue: Queue, load: number, theorySeconds: number): Promise<void> {
  const rate = (load * queue.places) / queue.serviceSeconds;
  drawn += 1;
  const played = await playQueue(poissonLoad(rate), queue, requests, seed * 1000 + drawn);
  const wait = mean(played.measured.map((each) => (firstTokenSeconds(each) ?? Number.NaN) - each.intendedSeconds));
  const sent = played.records.flatMap(({ sentSeconds }) => (sentSeconds === null ? [] : [sentSeconds]));
  const probability = kolmogorovProbability(gapsOf(sent.toSorted((one, other) => one - other)), rate);
  row(name, load, played, wait, theorySeconds, probability);
}

/** A closed loop keeps every place busy once it has more in flight than places: time in the system is in flight over the rate. */
async function tellClosed(queue: Queue, concurrency: number): Promise<void> {
  const played = await playQueue({ kind: 'closed', concurrency }, queue, requests, seed);
  const wait = mean(played.measured.map((each) => (firstTokenSeconds(each) ?? Number.NaN) - each.intendedSeconds));
  row(
    `${concurrency} on ${queue.places}`,
    1,
    played,
    wait,
    (concurrency * queue.serviceSeconds) / queue.places - queue.serviceSeconds,
    null,
  );
}

function row(name: string, load: number, played: Played, wait: number, theory: number, probability: number | null): void {
  const { differenceRatio, edgeRatio } = littleOf(played.records, played.observation);
  const little = (differenceRatio ?? Number.NaN) - (edgeRatio ?? Number.NaN);
  const off = wait / theory - 1;
  const farthest = farthestFromTruth(played);
  const isKept =
    Math.abs(off) <= WITHIN &&
    (probability === null || probability >= LEAST_PROBABILITY) &&
    Math.abs(little) <= LITTLE_RATIO &&
    farthest <= TRUTH_SECONDS;
  if (!isKept) failed += 1;
  const milliseconds = (seconds: number) => `${(seconds * 1000).toFixed(3)} ms`;
  table.push([
    `${isKept ? '✔' : '✘'} ${name}`,
    load.toFixed(2),
    played.measured.length,
    milliseconds(wait),
    milliseconds(theory),
    `${(off * 100).toFixed(2)}%`,
    `${(farthest * 1e9).toFixed(1)} ns`,
    probability === null ? 'closed' : probability.toFixed(3),
    little.toExponential(1),
  ]);
}
