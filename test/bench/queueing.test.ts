// The load generator as a whole, against a queue that knows the truth of every request, in time that passes from event to event.
// `npm run bench:queueing` plays enough requests to meet Erlang's mean waits as well.
import { mean } from 'simple-statistics';
import { expect, test } from 'vitest';
import { farthestFromTruth, playQueue, poissonLoad, type Queue } from '../../scripts/bench-oracles/play-queue.ts';
import { erlangWaitSeconds, gapsOf, kolmogorovProbability, pollaczekWaitSeconds } from '../../scripts/bench-oracles/theory.ts';
import { littleOf } from '../../src/bench/flow.ts';
import { firstTokenSeconds } from '../../src/bench/request-figures.ts';

const exponential = (places: number): Queue => ({ places, serviceSeconds: 0.02, service: 'exponential' });

test.each([
  ['open loop, one place', poissonLoad(35), exponential(1)],
  ['open loop, four places', poissonLoad(140), exponential(4)],
  ['closed loop', { kind: 'closed', concurrency: 10 } as const, exponential(4)],
])('%s: every wait is the queue’s own, and Little’s law holds', async (_, load, queue) => {
  const played = await playQueue(load, queue, 3000, 7);
  expect(played.measured.length).toBeGreaterThanOrEqual(2999);
  expect(played.measured.every(({ outcome }) => outcome === 'ok')).toBe(true);
  expect(farthestFromTruth(played)).toBeLessThan(1e-6);
  const { differenceRatio, edgeRatio } = littleOf(played.records, played.observation);
  expect(Math.abs((differenceRatio ?? Number.NaN) - (edgeRatio ?? Number.NaN))).toBeLessThan(1e-6);
});

test('a window that is drawn out for more requests lets answers through meanwhile', async () => {
  // Far fewer arrivals than looks at the clock: what is over 20 s late would be a loop that never rested.
  const played = await playQueue(poissonLoad(2), exponential(1), 200, 3);
  expect(played.measured.length).toBeGreaterThanOrEqual(199);
  expect(farthestFromTruth(played)).toBeLessThan(1e-6);
});

test('requests leave as a Poisson process', async () => {
  const { records } = await playQueue(poissonLoad(100), exponential(4), 5000, 11);
  const sent = records.map(({ sentSeconds }) => sentSeconds ?? Number.NaN).sort((one, other) => one - other);
  expect(kolmogorovProbability(gapsOf(sent), 100)).toBeGreaterThan(0.01);
  // The same gaps are not those of another rate.
  expect(kolmogorovProbability(gapsOf(sent), 110)).toBeLessThan(0.001);
});

test('waits are as long as theory says: M/D/1', async () => {
  const queue: Queue = { places: 1, serviceSeconds: 0.02, service: 'fixed' };
  const { measured } = await playQueue(poissonLoad(20), queue, 20_000, 5);
  const wait = mean(measured.map((record) => (firstTokenSeconds(record) ?? Number.NaN) - record.intendedSeconds));
  expect(Math.abs(wait / pollaczekWaitSeconds(0.4, 0.02, 0) - 1)).toBeLessThan(0.03);
});

test('Erlang: one place waits ρ ÷ (1 − ρ) services; two places at half load a third of one', () => {
  expect(erlangWaitSeconds(1, 0.5, 2)).toBeCloseTo(2, 12);
  expect(erlangWaitSeconds(2, 0.5, 1)).toBeCloseTo(1 / 3, 12);
});
