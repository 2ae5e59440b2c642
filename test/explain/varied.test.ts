// Workloads that no example is: draft tokens, a draft's acceptance, a number in flight, growth, confidence, percentiles, quotes, a discount.
import { expect, test } from 'vitest';
import { figuresOf } from '../../src/documents/figures.ts';
import { planSchema } from '../../src/documents/plan.ts';
import { fieldsOf } from '../../src/documents/workload-source.ts';
import { agree } from '../../src/explain/derive.ts';
import { prepareExplainer } from '../../src/explain/explain-plan.ts';
import { planWorkload } from '../../src/plan/plan-workload.ts';
import { chatWorkload, realCatalog } from '../load-real.ts';

const machines = ['lenovo-h100-8', 'p5.48xlarge', 'Standard_ND96isr_H200_v5'];
const CHANGES: Record<string, Record<string, unknown>> = {
  'drafted tokens as runs showed': { speculation: { draftTokens: 2 } },
  'drafted tokens at a rate': { speculation: { draftTokens: 3, acceptance: '70%' } },
  'a number in flight that grows': { demand: { concurrency: 64, growthPerYear: '20%' } },
  'growth, bursts and confidence': { demand: { requestsPerSecond: 2, growthPerYear: '60%', burstiness: 0.5 }, confidence: '80%' },
  'tokens a day, many percentiles': {
    demand: { tokensPerDay: '200M' },
    tokens: { prompt: { p50: 500, p90: 3000, p99: 9000 }, output: { p50: 200, p95: 900 } },
  },
  'the middle request, list prices, free money': {
    latency: { ttft: 'p50 <= 2s', tpot: 'p50 <= 50ms' },
    onPremises: { prices: 'list', priceBasis: 'high', costOfCapital: '0%', residual: '20%', staffFte: 0.5 },
  },
  'a discount of an odd share on the clouds’ machines': { clouds: { discount: '12.345%' }, place: { onPremises: 'excluded' } },
  'a quote, and a node to spare': { onPremises: { quotes: { 'lenovo-h100-8': 'USD 240k' } }, availability: { survive: 'node' } },
};

test.each(Object.entries(CHANGES))('%s', { timeout: 600_000 }, (_, changes) => {
  const written = { ...changes, limits: { machines } };
  const document = {
    schema: 'seekstack/workload@1',
    model: 'deepseek-v3.2',
    use: 'chat',
    demand: { users: 1200, activeAtPeak: '15%' },
    latency: { ttft: 'p95 <= 2s', tpot: 'p95 <= 50ms' },
    budget: { monthly: 'unlimited', term: '3y' },
    ...written,
  };
  const plan = planSchema.parse(
    planWorkload({
      workload: chatWorkload(written),
      workloadDigest: '0'.repeat(64),
      fallbackName: 'varied',
      catalog: realCatalog(),
      version: '0.0.0',
      source: {
        file: 'varied.yaml',
        document,
        lines: Object.fromEntries([...fieldsOf(document).keys()].map((field, index) => [field, index + 1])),
        trace: null,
      },
    }),
  );
  const explain = prepareExplainer(plan, realCatalog());
  const figures = figuresOf(plan);
  expect(figures.length).toBeGreaterThan(100);
  const faults = figures.filter(({ path, value, unit }) => {
    const told = explain(path);
    return !agree(told.value, value) || told.unit !== unit;
  });
  expect(faults).toEqual([]);
});
