// Awkward workloads get sensible, explained answers: a winner that keeps its promise in the simulator, or the nearest miss and what to relax.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { summariseTrace } from '../../src/documents/trace-summary.ts';
import { readWorkload } from '../../src/files/read-documents.ts';
import { readTrace } from '../../src/files/read-trace.ts';
import { planWorkload } from '../../src/plan/plan-workload.ts';
import { realCatalog, root } from '../load-real.ts';

const folder = join(root, 'examples/awkward');
const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const HOPELESS = ['impossible.yaml', 'thousand-dollars.yaml'];

async function planOf(name: string) {
  const read = readWorkload(join(folder, name));
  const { trace } = read.workload.demand;
  return planWorkload({
    workload: read.workload,
    workloadDigest: read.digest,
    fallbackName: read.name,
    catalog: realCatalog(),
    version: '0.0.0',
    ...(trace === undefined ? {} : { trace: summariseTrace(await readTrace(join(folder, trace))) }),
  });
}

test('there are a dozen of them and more', () => expect(names.length).toBeGreaterThanOrEqual(12));

describe.each(names)('%s', (name) => {
  test('is answered', async () => {
    const plan = await planOf(name);
    const winner = plan.options.find((option) => option.rank === 1);
    expect(plan.verdict.feasible).toBe(!HOPELESS.includes(name));
    if (winner === undefined) {
      expect(plan.verdict.nearestMiss?.reason).toMatch(/./);
      expect(plan.verdict.nearestMiss?.relax).toMatch(/Relax|Raise/);
      return;
    }
    expect(plan.confirmation[0]?.holds).toBe(true);
    expect(winner.cost.usdPerMonth.typical).toBeLessThanOrEqual(plan.workload.budgetUsdPerMonth ?? Number.POSITIVE_INFINITY);
    expect(winner.operations.upRatio).toBeGreaterThan(0.9);
    expect(winner.operations.coldStart.totalSeconds).toBeGreaterThan(60);
    if (winner.provider !== 'onprem') expect(winner.operations.quota?.vcpus).toBeGreaterThan(0);
  });
});

test('what each of them asks for shows in its answer', async () => {
  const winnerOf = async (name: string) => {
    const plan = await planOf(name);
    return { plan, winner: plan.options.find((option) => option.rank === 1) ?? expect.fail() };
  };
  expect((await winnerOf('one-user.yaml')).winner.nodes).toBe(1);
  const million = await winnerOf('million-users.yaml');
  expect(million.winner.operations.placement.length).toBeGreaterThan(1);
  expect(million.winner.operations.growth.length).toBe(4);
  expect((await winnerOf('only-norway.yaml')).winner.country).toBe('NO');
  const { plan: racks } = await winnerOf('small-racks.yaml');
  for (const option of racks.options) expect(option.energy.nodeMaximumWatts).toBeLessThanOrEqual(8000);
  const { plan: own } = await winnerOf('no-cloud.yaml');
  for (const option of own.options) expect(option.provider).toBe('onprem');
  expect((await winnerOf('no-cloud.yaml')).winner.spareReplicas).toBeGreaterThanOrEqual(1);
  const spot = (await winnerOf('only-spot.yaml')).winner;
  expect(spot.purchase).toBe('spot');
  expect(spot.operations.upRatio).toBeGreaterThanOrEqual(0.99);
  expect((await winnerOf('code-trace.yaml')).plan.workload.burstiness).toBeLessThan(0.3);
});
