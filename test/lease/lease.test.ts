// A benchmark's bill, its spend by the clock, its workload, and benchmarks that outlived their hours.
import { describe, expect, test } from 'vitest';
import type { Lease } from '../../src/documents/lease.ts';
import type { Plan } from '../../src/documents/plan.ts';
import { parseWorkload } from '../../src/files/read-documents.ts';
import { billBenchmark } from '../../src/lease/benchmark-bill.ts';
import { benchmarkName } from '../../src/lease/benchmark-workload.ts';
import { benchmarksAmongResources, benchmarksAmongStacks } from '../../src/lease/find-orphans.ts';
import { planBenchmark } from '../../src/lease/plan-benchmark.ts';
import { isOver, spendOf } from '../../src/lease/spend.ts';
import { planWorkload } from '../../src/plan/plan-workload.ts';
import { realCatalog } from '../load-real.ts';

const catalog = realCatalog();
const HOUR = 3600;

function planOf(extra = ''): Plan {
  const yaml = `schema: seekstack/workload@1
model: deepseek-v3.2
use: chat
demand: { users: 9000, activeAtPeak: 15% }
latency: { ttft: p95 <= 2s, tpot: p95 <= 50ms }
budget: { monthly: unlimited, term: 3y }
place: { clouds: [aws], onPremises: excluded, regions: [us-east-1] }
limits: { machines: [p5en.48xlarge] }
${extra}`;
  const { workload, digest, source } = parseWorkload(yaml, 'chat.yaml');
  return planWorkload({ workload, workloadDigest: digest, fallbackName: 'chat', catalog, version: '0', source });
}

describe('planning a benchmark', () => {
  const plan = planOf();
  const option = plan.options[0] as Plan['options'][number];
  const benchmark = planBenchmark({ plan, planDigest: '0'.repeat(64), option, timeToLiveHours: 6, catalog, version: '0' });

  test('measures the same fleet, under a name of its own, paid by the hour', () => {
    expect(option.purchase).toBe('commitment-3y');
    const same = ({ machine, region, engine, layout, nodes, replicas, checkpoint, batch }: typeof option) => ({
      ...{ machine: machine.id, region, engine, layout, nodes, replicas, checkpoint, limit: batch.limit },
    });
    expect(same(benchmark.option)).toEqual(same(option));
    expect(benchmark.option.purchase).toBe('on-demand');
    expect(benchmark.plan.name).toBe('chat-bench');
    expect(benchmark.plan.workload.deployment).toMatchObject({ purpose: 'benchmark', timeToLiveHours: 6 });
    expect(benchmark.plan.options).toEqual([benchmark.option]);
    expect(benchmark.plan.verdict).toMatchObject({ winner: benchmark.option.id, best: { aws: benchmark.option.id } });
  });
  test('bills every node for every hour, whatever the load would need', () => {
    const bill = billBenchmark(benchmark.option, 6, 1e6);
    const compute = benchmark.option.cost.lines.find((line) => line.id === 'compute');
    const price = catalog.pricesOf('p5en.48xlarge').find((row) => row.region === 'us-east-1' && row.purchase === 'on-demand') as {
      usdPerHour: number;
    };
    expect(compute?.quantity?.usdPerUnit).toBe(price.usdPerHour);
    expect(option.nodes).toBeGreaterThan(1);
    const others = benchmark.option.cost.lines.filter((line) => line.id !== 'compute');
    const otherUsd = others.reduce((sum, line) => sum + (line.usdPerMonth ?? 0), 0) / 730;
    expect(bill.usdPerHour).toBeCloseTo(option.nodes * price.usdPerHour + otherUsd, 9);
    expect(bill.usdForTimeToLive).toBeCloseTo(6 * bill.usdPerHour, 9);
    expect(bill.lines.reduce((sum, line) => sum + (line.usd ?? 0), 0)).toBeCloseTo(bill.usdForTimeToLive, 6);
  });
  test('is within to the cent', () => {
    const { usdForTimeToLive: usd } = billBenchmark(benchmark.option, 6, 1e6);
    expect(billBenchmark(benchmark.option, 6, usd).within).toBe(true);
    expect(billBenchmark(benchmark.option, 6, usd - 0.01).within).toBe(false);
  });
  test('refuses machines of one’s own and plans without their workload', () => {
    const attempt =
      (change: object, planChange: object = {}) =>
      () =>
        planBenchmark({
          ...{ planDigest: '0'.repeat(64), timeToLiveHours: 6, catalog, version: '0' },
          plan: { ...plan, ...planChange },
          option: { ...option, ...change },
        });
    expect(attempt({ provider: 'onprem' })).toThrow('machines of your own');
    expect(attempt({}, { inputs: { ...plan.inputs, workload: { ...plan.inputs.workload, source: null } } })).toThrow(
      'does not carry',
    );
    const priced = new Set(catalog.pricesOf('p5en.48xlarge').map((row) => row.region));
    const elsewhere = catalog.regions.find((region) => region.provider === 'aws' && !priced.has(region.id));
    expect(attempt({ region: elsewhere?.id })).toThrow('E_PRICE_MISSING');
  });
});

test('names stay within what stacks may be called', () => {
  expect(benchmarkName('chat')).toBe('chat-bench');
  expect(benchmarkName('chat-bench')).toBe('chat-bench');
  expect(benchmarkName('a'.repeat(32))).toBe(`${'a'.repeat(26)}-bench`);
  expect(benchmarkName(`${'a'.repeat(25)}-${'b'.repeat(6)}`)).toBe(`${'a'.repeat(25)}-bench`);
});

const lease: Lease = {
  schema: 'seekstack/lease@1',
  name: 'chat-bench',
  provider: 'aws',
  region: 'us-east-1',
  planDigest: '',
  optionId: 'x',
  usdPerHour: 60,
  timeToLiveHours: 2,
  maximumUsd: 90,
  startedAt: '2026-11-29T10:00:00Z',
  nodesAt: null,
  endedAt: null,
  state: 'starting',
  endpointUrl: null,
  outputs: {},
};
const at = (instant: string) => Date.parse(instant) / 1000;

test('spend counts from the nodes, a dollar a minute here, until the end', () => {
  expect(spendOf(lease, at('2026-11-29T11:00:00Z'))).toMatchObject({ minutes: 0, usd: 0, reached: false });
  const up: Lease = { ...lease, nodesAt: '2026-11-29T10:30:00Z', state: 'up' };
  expect(spendOf(up, at('2026-11-29T11:00:00Z'))).toMatchObject({ minutes: 30, usd: 30, reached: false, over: false });
  expect(spendOf(up, at('2026-11-29T12:00:00Z'))).toMatchObject({ minutes: 90, usd: 90, reached: true, over: false });
  expect(spendOf(up, at('2026-11-29T12:30:00Z')).over).toBe(true);
  const ended: Lease = { ...up, state: 'down', endedAt: '2026-11-29T11:10:00Z' };
  expect(spendOf(ended, at('2026-12-24T00:00:00Z'))).toMatchObject({ minutes: 40, usd: 40, over: false });
  expect(isOver(lease, at('2026-11-29T12:00:00Z'))).toBe(true);
});

test('stacks of benchmarks are told by their tags, the nodes first and what ends them last', () => {
  const now = at('2026-11-29T12:00:00Z');
  const stack = (StackName: string, hoursAgo: number, tags: Record<string, string>, StackStatus = 'CREATE_COMPLETE') => ({
    ...{ StackName, StackStatus, CreationTime: new Date((now - hoursAgo * HOUR) * 1000).toISOString() },
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  });
  const tags = (name: string) => ({ 'seekstack:deployment': name, purpose: 'benchmark', 'time-to-live-hours': '8' });
  const found = benchmarksAmongStacks(
    {
      Stacks: [
        stack('old-bench-reaper', 9.5, tags('old-bench')),
        stack('old-bench', 9, tags('old-bench'), 'DELETE_FAILED'),
        stack('old-bench-supplies', 9.4, tags('old-bench')),
        stack('young-bench', 7.9, tags('young-bench')),
        stack('young-bench-reaper', 8.5, tags('young-bench')),
        stack('serving', 900, { 'seekstack:deployment': 'serving' }),
        stack('gone-bench', 90, tags('gone-bench'), 'DELETE_COMPLETE'),
        { ...stack('somebody-elses', 900, {}), Tags: undefined },
      ],
    },
    'us-east-1',
    now,
  );
  expect(found.map(({ name, over, parts }) => ({ name, over, parts }))).toEqual([
    { name: 'old-bench', over: true, parts: ['old-bench', 'old-bench-supplies', 'old-bench-reaper'] },
    { name: 'young-bench', over: false, parts: ['young-bench', 'young-bench-reaper'] },
  ]);
});

test('resource groups of benchmarks are as old as their oldest resource', () => {
  const now = at('2026-11-29T12:00:00Z');
  const tags = { 'seekstack-deployment': 'chat-bench', purpose: 'benchmark', 'time-to-live-hours': '8' };
  const resource = (resourceGroup: string, createdTime: string | null, own: object | null = tags) => ({
    resourceGroup,
    createdTime,
    tags: own,
  });
  const found = benchmarksAmongResources(
    [
      resource('chat-bench', '2026-11-29T11:00:00Z'),
      resource('chat-bench', '2026-11-29T03:00:00Z'),
      resource('chat-bench', null),
      resource('other', '2020-01-01T00:00:00Z', { purpose: 'benchmark' }),
      resource('other', '2020-01-01T00:00:00Z', null),
    ],
    now,
  );
  expect(found).toEqual([
    {
      provider: 'azure',
      name: 'chat-bench',
      place: 'chat-bench',
      ageHours: 9,
      timeToLiveHours: 8,
      over: true,
      parts: ['chat-bench'],
    },
  ]);
});
