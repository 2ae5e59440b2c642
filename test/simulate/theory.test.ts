// The simulator against queues whose theory is exact: within 2 %.
import { mean } from 'simple-statistics';
import { describe, expect, test } from 'vitest';
import { poisson, simulate } from './queue.ts';

const WITHIN = 0.02;
const within = (found: number, theory: number) => expect(Math.abs(found / theory - 1)).toBeLessThan(WITHIN);

describe('M/D/1', () => {
  test.each([0.5, 0.7, 0.85])('waits ρ ÷ 2(1 − ρ) services at ρ = %s', (load) => {
    const waits = [1, 2, 3].map((seed) => {
      const result = simulate({ prefillSeconds: (_, prompts) => prompts }, poisson(load, seed), { countedRequests: 400_000 });
      // Little's law holds for the same run: number in the system = rate × time in it.
      within(result.meanInFlight, result.requestsPerSecond * result.endToEnd.meanSeconds);
      within(result.requestsPerSecond, load);
      return result.ttft.meanSeconds - 1;
    });
    within(mean(waits), load / (2 * (1 - load)));
  });
});

describe('M/G/1', () => {
  test('waits as Pollaczek and Khinchine say, with prompts of two lengths', () => {
    // Half the prompts take 0.5 s and half 1.5 s: E[S²] = 1.25.
    const load = 0.7;
    const waits = [1, 2, 3].map(
      (seed) =>
        simulate(
          { prefillSeconds: (tokens) => tokens / 1000, prefillBudgetTokens: 1 },
          poisson(load, seed, { promptTokens: (uniform) => (uniform() < 0.5 ? 500 : 1500) }),
          { countedRequests: 400_000 },
        ).ttft.meanSeconds - 1,
    );
    within(mean(waits), (load * 1.25) / (2 * (1 - load)));
  });
});

/** Probability that all servers are busy. */
function erlangC(servers: number, load: number): number {
  const offered = servers * load;
  let term = 1;
  let sum = 0;
  for (let busy = 0; busy < servers; busy += 1) {
    sum += term;
    term *= offered / (busy + 1);
  }
  const waiting = term / (1 - load);
  return waiting / (sum + waiting);
}

describe('M/M/c', () => {
  // Places in a batch are the servers; tokens at a constant pace make exponential service.
  test.each([
    [1, 0.7],
    [4, 0.8],
    [8, 0.8],
  ])('waits as Erlang says with %s places at ρ = %s', (places, load) => {
    const meanTokens = 2000;
    const secondsPerToken = 0.001;
    const service = meanTokens * secondsPerToken;
    const waits = [1, 2, 3, 4, 5, 6].map(
      (seed) =>
        simulate(
          { maximumSequences: places, decodeSeconds: () => secondsPerToken },
          poisson((places * load) / service, seed, {
            outputTokens: (uniform) => 1 + Math.max(1, Math.round(-Math.log(1 - uniform()) * meanTokens)),
          }),
          { countedRequests: 400_000 },
        ).ttft.meanSeconds,
    );
    within(mean(waits), (erlangC(places, load) * service) / (places * (1 - load)));
  });
});
