// Every example plans, adds up and keeps its promises; awkward workloads get explained answers.
import { describe, expect, test } from 'vitest';
import { planSchema } from '../../src/documents/plan.ts';
import { SeekstackError } from '../../src/errors.ts';
import { renderPlanJson } from '../../src/render/plan-markdown.ts';
import { exampleNames, planChat, planExample } from '../load-real.ts';

describe.each(exampleNames)('%s', (name) => {
  const plan = planExample(name);
  test('has a feasible winner and a valid document', () => {
    expect(plan.verdict.feasible).toBe(true);
    expect(plan.options.find((option) => option.rank === 1)?.id).toBe(plan.verdict.winner);
    planSchema.parse(JSON.parse(renderPlanJson(plan)));
  });
  test('has options with unique ids, lines that add up and targets that hold', () => {
    expect(new Set(plan.options.map((option) => option.id)).size).toBe(plan.options.length);
    for (const option of plan.options) {
      const sum = option.cost.lines.reduce((total, line) => total + (line.usdPerMonth ?? Number.NaN), 0);
      expect(sum).toBeCloseTo(option.cost.usdPerMonth.typical, 4);
      expect(option.reason).not.toBe('');
      expect(option.memory.weightBytes + option.memory.reserveBytes).toBeLessThanOrEqual(option.memory.usableBytes);
      if (!option.feasible) continue;
      if (plan.workload.tpotTargetSeconds !== null)
        expect(option.latency.tpotSeconds.typical).toBeLessThanOrEqual(plan.workload.tpotTargetSeconds);
      if (plan.workload.ttftTargetSeconds !== null)
        expect(option.latency.ttftSeconds.typical).toBeLessThanOrEqual(plan.workload.ttftTargetSeconds);
      if (plan.workload.budgetUsdPerMonth !== null)
        expect(option.cost.usdPerMonth.typical).toBeLessThanOrEqual(plan.workload.budgetUsdPerMonth);
      expect(option.capacity.peakUtilisation).toBeLessThanOrEqual(1 + 1e-9);
    }
  });
  test('ranks by cost and names the best of each provider', () => {
    const ranked = plan.options.filter((option) => option.feasible);
    for (const [index, option] of ranked.entries()) {
      expect(option.rank).toBe(index + 1);
      expect(option.cost.usdOverTerm).toBeGreaterThanOrEqual(ranked[index - 1]?.cost.usdOverTerm ?? 0);
    }
    for (const provider of ['aws', 'azure', 'onprem'] as const)
      expect(plan.verdict.best[provider]).toBe(ranked.find((option) => option.provider === provider)?.id ?? null);
  });
  test('gives each assumption a source and each rejection a reason', () => {
    for (const each of plan.assumptions) expect(each.source.title.length).toBeGreaterThan(5);
    for (const row of plan.rejected) expect(row.reason.length).toBeGreaterThan(5);
  });
  test('gives the same bytes twice', () => expect(renderPlanJson(planExample(name))).toBe(renderPlanJson(plan)));
});

test('the Norwegian body keeps its data in Norway', () => {
  const plan = planExample('rag-norway.yaml');
  expect([...new Set(plan.options.map((option) => option.country))]).toEqual(['NO']);
});

describe('awkward workloads', () => {
  test('an impossible target names the target to relax', () => {
    const plan = planChat({ latency: { ttft: '2s', tpot: 'p95 <= 1ms' } });
    expect(plan.verdict.feasible).toBe(false);
    expect(plan.verdict.nearestMiss?.relax).toContain('latency.tpot');
  });
  test('a budget of 1,000 dollars a month says what it would take', () => {
    const plan = planChat({ budget: { monthly: 'USD 1k', term: '1y' } });
    expect(plan.verdict.feasible).toBe(false);
    expect(plan.verdict.nearestMiss?.relax).toMatch(/Raise budget.monthly to USD \d/);
  });
  test('data only in Norway, on AWS only, is an answer and no crash', () => {
    const plan = planChat({ place: { clouds: ['aws'], residency: ['NO'], onPremises: 'excluded' } });
    expect(plan.verdict.feasible).toBe(false);
    expect(plan.rejected.every((row) => row.binding.constraint === 'placement')).toBe(true);
  });
  test('an NVL72 does not go into a 15 kW hall', () => {
    const plan = planChat({ limits: { machines: ['gb200-nvl72'] }, place: { onPremises: 'required', rackLimit: '15kW' } });
    expect(plan.rejected.map((row) => row.binding.constraint)).toEqual(['rack-power']);
  });
  test('a machine without a price that fits fails for want of data', () => {
    const attempt = () => planChat({ limits: { machines: ['p5e.48xlarge'] }, place: { onPremises: 'excluded' } });
    expect(attempt).toThrow(SeekstackError);
    expect(attempt).toThrow(/E_PRICE_MISSING/);
  });
  test('an unknown model suggests a known one', () =>
    expect(() => planChat({ model: 'deepseek-v3.9' })).toThrow(/did you mean deepseek-v3/));
  test('one user and a million users both get a fleet that grows with them', () => {
    const nodes = (users: number) =>
      planChat({ demand: { users, activeAtPeak: '15%' } }).options.find((option) => option.rank === 1)?.nodes ?? 0;
    expect(nodes(1)).toBe(1);
    expect(nodes(1_000_000)).toBeGreaterThan(5 * nodes(1));
  });
  test('dearer electricity never makes owning cheaper', () => {
    const owned = (price: string) =>
      planChat({ onPremises: { electricity: price } })
        .options.filter((option) => option.provider === 'onprem')
        .map((option) => [option.id, option.cost.usdPerMonth.typical] as const);
    const cheap = new Map(owned('USD 0.05/kWh'));
    for (const [id, usd] of owned('USD 0.50/kWh')) expect(usd).toBeGreaterThan(cheap.get(id) ?? Number.POSITIVE_INFINITY);
  });
  test('spot and commitments are taken only when they are allowed', () => {
    const purchases = (changes: Record<string, unknown>) => new Set(planChat(changes).options.map((option) => option.purchase));
    expect(purchases({ budget: { monthly: 'unlimited', term: 'none' } })).toEqual(new Set(['on-demand', 'owned']));
    expect(purchases({ limits: { spot: 'allowed' } })).toContain('spot');
    expect(purchases({})).toContain('commitment-3y');
  });
  test('a spare replica is a whole replica more', () => {
    const one = planChat().options.find((option) => option.id.startsWith('aws/p5en'));
    const two = planChat({ availability: { spareReplicas: 1 } }).options.find((option) => option.id === one?.id);
    expect(two?.nodes).toBe((one?.nodes ?? 0) + 1);
  });
});
