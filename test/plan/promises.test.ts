// Promises: what was asked for is bought, more never costs less, and a killed node leaves the promise intact.
import { describe, expect, test } from 'vitest';
import type { Plan, PlanOption } from '../../src/documents/plan.ts';
import { simulatePlan } from '../../src/plan/simulate-plan.ts';
import { planChat, realCatalog } from '../load-real.ts';

const machines = ['p5en.48xlarge', 'p6-b200.48xlarge', 'lenovo-h200-8'];
const plan = (changes: Record<string, unknown> = {}) =>
  planChat({ demand: { requestsPerSecond: 12 }, limits: { machines, spot: 'allowed' }, ...changes });
const winner = (of: Plan): PlanOption => of.options.find((option) => option.rank === 1) ?? expect.fail();
const cost = (of: Plan) => winner(of).cost.usdPerMonth.typical;

describe('more is never less', () => {
  test('more load never takes fewer accelerators', () => {
    const counts = [1, 4, 16, 64, 256].map(
      (rate) => winner(plan({ demand: { requestsPerSecond: rate } })).cost.usdPerMonth.typical,
    );
    expect(counts).toEqual(counts.toSorted((one, other) => one - other));
  });
  test('a tighter target is never cheaper', () => {
    const costs = ['80ms', '50ms', '30ms', '20ms'].map((tpot) =>
      cost(plan({ demand: { requestsPerSecond: 40 }, latency: { ttft: 'p95 <= 3s', tpot: `p95 <= ${tpot}` } })),
    );
    for (const [index, usd] of costs.entries())
      if (index > 0) expect(usd).toBeGreaterThanOrEqual((costs[index - 1] ?? 0) * 0.999);
  });
  test('burstier arrivals never take fewer nodes of the same machine', () => {
    const nodes = (burstiness: number) =>
      new Map(
        plan({ demand: { requestsPerSecond: 60, burstiness } })
          .options.filter((option) => option.prefill === null)
          .map((option) => [option.id, option.nodes]),
      );
    const [calm, bursty] = [nodes(1), nodes(0.05)];
    const both = [...bursty].filter(([id]) => calm.has(id));
    expect(both.length).toBeGreaterThan(2);
    // Numbers in flight are whole, which leaves a grain of one in some tens.
    for (const [id, count] of both) expect(count).toBeGreaterThanOrEqual(Math.floor((calm.get(id) ?? 0) * 0.97));
    expect(both.some(([id, count]) => count > (calm.get(id) ?? 0))).toBe(true);
  });
});

describe('availability', () => {
  test('surviving a node keeps one replica more, and a killed one leaves the promise intact', () => {
    const spared = plan({
      demand: { requestsPerSecond: 30 },
      availability: { survive: 'node' },
      place: { onPremises: 'excluded' },
    });
    const best = winner(spared);
    expect(best.spareReplicas).toBeGreaterThanOrEqual(1);
    const run = (killReplicas: number) =>
      simulatePlan({
        plan: spared,
        planName: 'plan.json',
        planDigest: '0'.repeat(64),
        catalog: realCatalog(),
        version: '0.0.0',
        optionId: best.id,
        trace: null,
        requests: 30_000,
        rateScale: 1,
        seed: 2,
        killReplicas,
      });
    expect(run(0).holds).toBe(true);
    const killed = run(1);
    expect(killed.retried).toBeGreaterThan(0);
    expect(killed.holds).toBe(true);
    expect(killed.goodRatio).toBeGreaterThan(0.95);
  });
  test('surviving a zone spreads over zones and leaves enough without the fullest', () => {
    const best = winner(plan({ availability: { survive: 'zone' }, place: { onPremises: 'excluded' } }));
    const most = Math.max(...best.operations.placement.map((each) => each.replicas));
    expect(best.operations.placement.length).toBeGreaterThan(1);
    expect(best.replicas + best.spareReplicas - most).toBeGreaterThanOrEqual(best.replicas);
  });
  test('a site of one zone cannot survive its loss, and says so', () => {
    const alone = plan({ availability: { survive: 'zone' }, place: { onPremises: 'required' } });
    expect(alone.verdict.feasible).toBe(false);
    expect(alone.rejected.some((row) => row.binding.constraint === 'availability')).toBe(true);
  });
  test('a target buys spares until it is met; spot is never bought without a reserve', () => {
    const target = plan({ availability: { target: '99.99%' } });
    for (const option of target.options) expect(option.operations.upRatio).toBeGreaterThanOrEqual(0.9999);
    const plain = plan({ place: { onPremises: 'excluded' } });
    const spot = plain.options.filter((option) => option.purchase === 'spot');
    for (const option of spot) expect(option.operations.upRatio).toBeGreaterThanOrEqual(0.99);
  });
});

test('growth is sized for the end of the term, and what can be added later is paid later', () => {
  const grown = plan({
    demand: { requestsPerSecond: 150, growthPerYear: '100%' },
    budget: { monthly: 'unlimited', term: '1y' },
    limits: { machines },
    place: { onPremises: 'excluded' },
  });
  expect(grown.workload.peakRequestsPerSecond).toBeCloseTo(300, 6);
  const best = grown.options.find((option) => option.purchase === 'on-demand') ?? expect.fail();
  const steps = best.operations.growth.map((step) => step.nodes);
  expect(steps).toHaveLength(4);
  expect(steps).toEqual(steps.toSorted((one, other) => one - other));
  expect(steps.at(-1)).toBe(best.nodes);
  expect(steps[0]).toBeLessThan(best.nodes);
});

test('the winner and the runner-up are confirmed in the simulator, and disagreement is told', () => {
  const made = plan();
  expect(made.confirmation.map((each) => each.role)).toEqual(['winner', 'runner-up']);
  for (const each of made.confirmation) {
    expect(each.holds).toBe(true);
    const apart = Math.max(Math.abs(each.ttftDifference), Math.abs(each.tpotDifference)) > 0.1;
    const told = made.warnings.some(
      (warning) => warning.id === 'W_SIMULATION' && warning.message.includes(`of the ${each.role} `),
    );
    expect(told).toBe(apart);
  }
});

test('flips are true: short of a threshold the winner stays, beyond it what was foretold wins', () => {
  const made = planChat();
  const flip = made.flips.find((each) => each.variable === 'requestsPerSecond' && each.factor > 1) ?? expect.fail();
  const at = (rate: number) => winner(planChat({ demand: { requestsPerSecond: rate } })).machine.id;
  expect(at(flip.at * 0.98)).toBe(winner(made).machine.id);
  expect(at(flip.at * 1.02)).toBe(flip.becomes);
});
