// Attribution: parts are the whole to the cent whatever is edited, and each kind of cause is told for what it is.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { indexCatalog } from '../../src/documents/catalog/catalog.ts';
import { diffSchema } from '../../src/documents/diff.ts';
import { attributeChange } from '../../src/review/attribute-change.ts';
import { mixCatalogs } from '../../src/review/hybrid-catalog.ts';
import { catalogOf, type Side } from '../../src/review/plan-side.ts';
import { reviewChange } from '../../src/review/review-change.ts';
import { baseWorkload, frozenCatalog, planOf, sideOf, VERSION, WINNER } from './golden-plans.ts';

const attribute = (base: Side, head: Side, version = VERSION) =>
  attributeChange({ base, head, choice: WINNER, version, remembered: new Map() });
const cents = (usd: number | null) => Math.round((usd ?? Number.NaN) * 100);
const costOf = (side: Side) => side.measured?.option.cost.usdPerMonth.typical ?? Number.NaN;
const base = sideOf(planOf(baseWorkload));

/** A catalogue whose prices of instances are another. */
const dearer = (factor: number, sha256 = 'd'.repeat(64)) => {
  const catalog = frozenCatalog();
  return indexCatalog({
    ...catalog,
    instancePrices: catalog.instancePrices.map((price) => ({ ...price, usdPerHour: price.usdPerHour * factor })),
    files: catalog.files.map((file) => (file.path === 'prices-aws.yaml' ? { ...file, sha256 } : file)),
  });
};
const rented = { ...baseWorkload, place: { onPremises: 'excluded' } };

test('a plan against itself has no causes, and tells its figures all the same', async () => {
  const diff = await reviewChange({
    base,
    head: base,
    choice: WINNER,
    version: VERSION,
    policy: null,
    today: null,
    moment: { validAt: null, commit: null },
    reproduce: 'seekstack diff a a',
  });
  expect(diff.attribution).toEqual({ method: 'none', usdPerMonth: 0, causes: [], rankings: 0, notes: [] });
  expect([diff.verdict, diff.lines.moved]).toEqual(['unchanged', []]);
  expect(diff.rows.every((row) => row.delta === 0 || row.before === null)).toBe(true);
  expect(diff.rows[0]?.after).toBe(costOf(base));
  expect(diffSchema.parse(diff)).toEqual(diff);
});

test('one changed field is the whole, without planning again, and is told with its line', async () => {
  const head = sideOf(planOf({ ...baseWorkload, demand: { users: 90_000, activeAtPeak: '10%' } }));
  const found = await attribute(base, head);
  expect(found).toMatchObject({ method: 'single', rankings: 0 });
  expect(found.causes).toEqual([
    {
      kind: 'workload',
      name: 'demand.users',
      before: '3000',
      after: '90000',
      where: { file: 'prod-chat.yaml', line: 5 },
      usdPerMonth: (cents(costOf(head)) - cents(costOf(base))) / 100,
    },
  ]);
});

test('a discount on the clouds is a field like any other, and shares the amount with what changed beside it', async () => {
  const before = sideOf(planOf(rented));
  const head = sideOf(planOf({ ...rented, clouds: { discount: '20%' }, demand: { users: 20_000, activeAtPeak: '10%' } }));
  const { causes } = await attribute(before, head);
  expect(causes.map((cause) => cause.name).sort()).toEqual(['clouds.discount', 'demand.users']);
  const discount = causes.find((cause) => cause.name === 'clouds.discount');
  expect(discount).toMatchObject({ kind: 'workload', before: null, after: '20%' });
  expect(discount?.usdPerMonth).toBeLessThan(0);
  expect(causes.reduce((sum, cause) => sum + cents(cause.usdPerMonth), 0)).toBe(cents(costOf(head)) - cents(costOf(before)));
});

const FIELDS = {
  users: [500, 3000, 20_000, 90_000],
  activeAtPeak: ['5%', '10%', '30%'],
  tpot: ['p95 <= 30ms', 'p95 <= 50ms', 'p95 <= 90ms'],
  term: ['none', '1y', '3y'],
  pue: [undefined, 1.1, 1.9],
  life: [undefined, '3y', '7y'],
  spares: [undefined, 1, 2],
} as const;
type Edit = { -readonly [Field in keyof typeof FIELDS]: (typeof FIELDS)[Field][number] };
const anyEdit = fc.record(
  Object.fromEntries(Object.entries(FIELDS).map(([field, values]) => [field, fc.constantFrom(...values)])),
) as unknown as fc.Arbitrary<Edit>;
const someFields = fc.subarray(Object.keys(FIELDS) as (keyof Edit)[], { minLength: 1, maxLength: 3 });

const edited = ({ users, activeAtPeak, tpot, term, pue, life, spares }: Edit) => {
  const site = { ...(pue === undefined ? {} : { pue }), ...(life === undefined ? {} : { life }) };
  return {
    ...baseWorkload,
    demand: { users, activeAtPeak },
    latency: { ttft: 'p95 <= 2s', tpot },
    budget: { monthly: 'unlimited', term },
    ...(Object.keys(site).length === 0 ? {} : { onPremises: site }),
    ...(spares === undefined ? {} : { availability: { spareReplicas: spares } }),
  };
};

test('whatever is edited, the parts add up to the change to the cent', { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(anyEdit, anyEdit, someFields, async (one, other, fields) => {
      const changed = { ...one, ...Object.fromEntries(fields.map((field) => [field, other[field]])) };
      const [before, after] = [sideOf(planOf(edited(one))), sideOf(planOf(edited(changed)))];
      const found = await attribute(before, after);
      if (before.measured === null || after.measured === null) {
        expect(found.usdPerMonth).toBeNull();
        return;
      }
      const whole = cents(costOf(after)) - cents(costOf(before));
      expect(cents(found.usdPerMonth)).toBe(whole);
      expect(found.causes.reduce((sum, cause) => sum + cents(cause.usdPerMonth), 0)).toBe(whole);
      // There and back again is nothing.
      expect(cents((await attribute(after, before)).usdPerMonth) + 0).toBe(0 - whole);
    }),
    { numRuns: 6, seed: 11 },
  );
});

describe('the catalogue', () => {
  const before = sideOf(planOf(rented));

  test('a price alone is the whole, named with its file', async () => {
    const catalog = dearer(1.1);
    const after = sideOf(planOf(rented, catalog), catalog);
    expect((await attribute(before, after)).causes).toMatchObject([
      { kind: 'prices', name: 'prices-aws.yaml changed', usdPerMonth: (cents(costOf(after)) - cents(costOf(before))) / 100 },
    ]);
  });

  test('prices and a field are told apart where both catalogues are at hand', async () => {
    const catalog = dearer(1.1);
    const after = sideOf(planOf({ ...rented, demand: { users: 20_000, activeAtPeak: '10%' } }, catalog), catalog);
    const found = await attribute(before, after);
    expect(found).toMatchObject({ method: 'all-orders', rankings: 2, notes: [] });
    expect(found.causes.map((cause) => cause.kind).sort()).toEqual(['prices', 'workload']);
    // Worked out by hand: the mean over both orders.
    const price = costOf(sideOf(planOf(rented, catalog), catalog)) - costOf(before);
    const late = costOf(after) - costOf(sideOf(planOf({ ...rented, demand: { users: 20_000, activeAtPeak: '10%' } })));
    expect(found.causes.find((cause) => cause.kind === 'prices')?.usdPerMonth).toBeCloseTo((price + late) / 2, 1);
  });

  test('an old plan whose catalogue is gone: what replanning it with today’s makes is the catalogue’s part, and it says so', async () => {
    const catalog = dearer(1.1);
    const old = sideOf(planOf(rented, catalog), frozenCatalog());
    expect(await catalogOf(old)).toBeNull();
    const after = sideOf(planOf({ ...rented, demand: { users: 20_000, activeAtPeak: '10%' } }));
    const found = await attribute(old, after);
    const middle = costOf(before);
    expect(found.causes.find((cause) => cause.kind === 'prices')?.usdPerMonth).toBeCloseTo(middle - costOf(old), 1);
    expect(found.causes.find((cause) => cause.kind === 'workload')?.usdPerMonth).toBeCloseTo(costOf(after) - middle, 1);
    expect(found.notes.join()).toMatch(/catalogue or planner of the base is not at hand/);
    // And the other way round.
    const back = await attribute(after, old);
    expect(back.causes.reduce((sum, cause) => sum + cents(cause.usdPerMonth), 0)).toBe(cents(costOf(old)) - cents(costOf(after)));
    expect(back.notes.join()).toMatch(/of the head is not at hand/);
  });

  test('neither catalogue at hand: one part with every cause in it', async () => {
    const catalog = dearer(1.1);
    const [old, young] = [
      planOf(rented, catalog),
      planOf({ ...rented, demand: { users: 20_000, activeAtPeak: '10%' }, budget: { monthly: 'USD 200k', term: '1y' } }, catalog),
    ].map((plan) => sideOf(plan));
    const found = await attribute(old as Side, young as Side);
    expect(found.causes).toHaveLength(1);
    expect(found.causes[0]).toMatchObject({
      kind: 'workload',
      name: 'demand.users, budget.term',
      usdPerMonth: found.usdPerMonth,
    });
    expect(found.notes.join()).toMatch(/neither plan can be made again/);
  });

  test('plans of before workloads were kept name the file by its digest', async () => {
    const without = (side: Side): Side => ({ ...side, source: null });
    const after = sideOf(planOf({ ...rented, demand: { users: 20_000, activeAtPeak: '10%' } }));
    expect((await attribute(without(before), without(after))).causes).toMatchObject([
      { kind: 'workload', name: expect.stringMatching(/^the workload file \([0-9a-f]{8} → [0-9a-f]{8}\)$/) },
    ]);
  });

  test('a catalogue mixed of itself is itself', async () => {
    const catalog = frozenCatalog();
    const mixed = mixCatalogs(catalog, catalog, new Set(['prices', 'models', 'sites', 'hardware', 'engines', 'calibration']));
    expect([...mixed.files].sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual(catalog.files);
    expect(mixed.sources.size).toBe(catalog.sources.size);
    expect(planOf(rented, mixed).verdict).toEqual(planOf(rented).verdict);
  });
});

test('another planner is a cause of its own', async () => {
  const old = sideOf(planOf(baseWorkload, frozenCatalog(), '0.0.0-old'));
  const after = sideOf(planOf({ ...baseWorkload, demand: { users: 90_000, activeAtPeak: '10%' } }));
  const found = await attribute(old, after);
  expect(found.causes.map((cause) => cause.kind).sort()).toEqual(['planner', 'workload']);
  expect(found.causes.find((cause) => cause.kind === 'planner')).toMatchObject({
    before: '0.0.0-old',
    after: '0.0.0',
    usdPerMonth: 0,
  });
});

test('fields that make no workload apart are told together', async () => {
  const after = sideOf(
    planOf({ ...baseWorkload, demand: { requestsPerSecond: 9 }, latency: { ttft: 'p95 <= 2s', tpot: 'p95 <= 40ms' } }),
  );
  const found = await attribute(base, after);
  expect(found.method).toBe('grouped');
  expect(found.causes.map((cause) => cause.name).sort()).toEqual([
    'demand.requestsPerSecond, demand.users, demand.activeAtPeak',
    'latency.tpot',
  ]);
  expect(found.causes.reduce((sum, cause) => sum + cents(cause.usdPerMonth), 0)).toBe(cents(costOf(after)) - cents(costOf(base)));
});

test('the same inputs and another answer: the plan file itself', async () => {
  const plan = planOf(baseWorkload);
  const option = plan.options.find((each) => each.rank === 2);
  const edited = {
    ...plan,
    options: plan.options.filter((each) => each.rank !== 1).map((each) => (each === option ? { ...each, rank: 1 } : each)),
  };
  expect((await attribute(base, sideOf(edited))).causes).toMatchObject([
    { kind: 'option', name: 'the plan file: its inputs are the same' },
  ]);
});
