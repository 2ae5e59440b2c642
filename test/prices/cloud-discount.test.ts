// The workload's own discount on the clouds' machines: taken off what is still a list price, once, and told as the buyer's own.
import { beforeAll, describe, expect, test } from 'vitest';
import { planSchema } from '../../src/documents/plan.ts';
import type { PlanOption } from '../../src/documents/plan-option.ts';
import { workloadSchema } from '../../src/documents/workload.ts';
import { EXIT } from '../../src/errors.ts';
import { prepareExplainer } from '../../src/explain/explain-plan.ts';
import { parseWorkload } from '../../src/files/read-documents.ts';
import { CLOUD_DISCOUNT, withDiscount } from '../../src/plan/discount-clouds.ts';
import { pinOption } from '../../src/plan/pin-option.ts';
import { type PlanDetail, planInDetail } from '../../src/plan/plan-workload.ts';
import { compareOwning } from '../../src/tco/compare-owning.ts';
import { makeFolder, put, runCli } from '../cli/recording.ts';
import { realCatalog } from '../load-real.ts';

const MACHINES = ['p5.48xlarge', 'p5en.48xlarge', 'Standard_ND96isr_H200_v5', 'lenovo-h100-8'];
const TEXT = `schema: seekstack/workload@1
model: deepseek-v3.2
use: chat
demand: { users: 1200, activeAtPeak: 15% }
latency: { ttft: "p95 <= 2s", tpot: "p95 <= 50ms" }
budget: { monthly: unlimited, term: none }
limits: { machines: [${MACHINES.join(', ')}], spot: allowed }
`;
const withField = (discount: string, text = TEXT) => `${text}clouds:\n  discount: ${discount}\n`;

const catalog = realCatalog();
function planText(text: string, pricesAsOf?: string): PlanDetail {
  const { workload, digest, name, source } = parseWorkload(text, 'w.yaml');
  return planInDetail({
    workload,
    workloadDigest: digest,
    fallbackName: name,
    catalog,
    version: '0.0.0',
    source,
    ...(pricesAsOf === undefined ? {} : { pricesAsOf }),
  });
}
const answerOf = ({ plan }: PlanDetail) => ({ ...plan, inputs: null });

let plain: PlanDetail;
let tenth: PlanDetail;
beforeAll(() => {
  plain = planText(TEXT);
  tenth = planText(withField('10%'));
}, 120_000);

describe('what it is taken off', () => {
  test('of the catalogue: on demand and commitments by just that, spot and everything else not at all', () => {
    const discounted = withDiscount(catalog, 0.1);
    expect(discounted.instancePrices.length).toBe(catalog.instancePrices.length);
    const seen = new Set<string>();
    for (const [index, row] of catalog.instancePrices.entries()) {
      const paid = discounted.instancePrices[index];
      seen.add(row.purchase);
      if (row.purchase === 'spot') expect(paid).toBe(row);
      else {
        expect(paid?.usdPerHour).toBeCloseTo(row.usdPerHour * 0.9, 6);
        expect(paid).toMatchObject({
          instance: row.instance,
          region: row.region,
          purchase: row.purchase,
          source: CLOUD_DISCOUNT,
        });
        // As old as the list price behind it.
        expect(paid?.asOf).toBe(row.asOf ?? catalog.sources.get(row.source)?.asOf);
      }
    }
    expect([...seen].sort()).toEqual(['commitment-1y', 'commitment-3y', 'on-demand', 'spot']);
    for (const key of ['servicePrices', 'hostedPrices', 'capacityQuotes', 'servers', 'tariffs', 'files'] as const)
      expect(discounted[key], key).toBe(catalog[key]);
    expect(discounted.service('aws', 'nlb')).toEqual(catalog.service('aws', 'nlb'));
  });

  test('of a plan: lines of machines by just that, and no other line, owned option or hosted price', () => {
    // One machine may be cheapest elsewhere or otherwise after a discount: the same option is looked for.
    const before = new Map(plain.plan.options.map((option) => [option.id, option]));
    const kinds = new Set<string>();
    for (const option of tenth.plan.options) {
      const was = before.get(option.id);
      if (was === undefined) continue;
      kinds.add(option.purchase);
      const off = option.purchase === 'on-demand' ? 0.9 : 1;
      for (const [index, line] of option.cost.lines.entries()) {
        const { usdPerMonth, sources } = was.cost.lines[index] ?? expect.fail(line.id);
        if (line.id === 'compute' && off < 1) {
          expect(line.usdPerMonth).toBeCloseTo((usdPerMonth ?? 0) * off, 2);
          expect(line.sources).toEqual([CLOUD_DISCOUNT]);
        } else expect([line.usdPerMonth, line.sources], line.id).toEqual([usdPerMonth, sources]);
      }
      expect(option.cost.own, option.id).toEqual(off < 1 ? ['compute'] : []);
      expect(option.cost.priceAsOf, option.id).toBe(was.cost.priceAsOf);
    }
    expect([...kinds].sort()).toEqual(['on-demand', 'owned', 'spot']);
    const rented = tenth.plan.options.flatMap(({ machine, alternatives }) =>
      alternatives.map((offer) => ({ ...offer, machine: machine.id })),
    );
    for (const { machine, region, purchase, usdPerMonth } of rented) {
      const was = [...before.values()]
        .filter((option) => option.machine.id === machine)
        .flatMap((option) => [{ ...option, usdPerMonth: option.cost.usdPerMonth.typical }, ...option.alternatives])
        .filter((offer) => offer.region === region && offer.purchase === purchase)
        .map((offer) => offer.usdPerMonth);
      if (purchase === 'spot') expect(was.some((usd) => Math.abs(usd - usdPerMonth) < 0.01)).toBe(true);
      else expect(was.some((usd) => usd > usdPerMonth)).toBe(true);
    }
    expect(tenth.plan.hosted).toEqual(plain.plan.hosted);
  });

  test('of nothing at 0%: the plan of a workload without the field', () => {
    expect(withDiscount(catalog, 0)).toBe(catalog);
    expect(answerOf(planText(withField('0%')))).toEqual(answerOf(plain));
  });
});

describe('told as the buyer’s own', () => {
  test('among prices and sources, dated by the facts, or by the day whose prices count', () => {
    const { plan } = tenth;
    const source = { title: '10.0% off the list price (clouds.discount)', asOf: plan.asOf };
    expect(plan.prices.own).toEqual([{ source: CLOUD_DISCOUNT, ...source }]);
    expect(plan.sources[CLOUD_DISCOUNT]).toEqual({ kind: 'own', ...source });
    expect(plan.asOf).toBe(plain.plan.asOf);
    expect(planText(withField('10%'), '2026-09-30').plan.prices.own[0]?.asOf).toBe('2026-09-30');
    expect(planText(withField('10%'), '2030-01-01').plan.prices.own[0]?.asOf).toBe(plan.asOf);
  }, 60_000);

  test('as finely as it was stated', () => {
    for (const [stated, said] of [
      ['7.25%', '7.25%'],
      ['33.333333%', '33.333333%'],
      ['50%', '50.0%'],
    ] as const)
      expect(withDiscount(catalog, ratioOf(stated)).sources.get(CLOUD_DISCOUNT)?.title).toMatch(`${said} off`);
  });

  test('explained down to the list price of the row and the line of the workload', () => {
    const index = tenth.plan.options.findIndex((option) => option.purchase === 'on-demand');
    const option = tenth.plan.options[index] as PlanOption;
    const line = prepareExplainer(planSchema.parse(tenth.plan), catalog)(`options.${index + 1}.cost.lines.compute`);
    const hour = line.inputs.find((input) => input.name.startsWith('an hour of'));
    const [list, discount] = hour?.inputs ?? [];
    const row = catalog
      .pricesOf(option.machine.id)
      .find((each) => each.region === option.region && each.purchase === 'on-demand');
    expect(hour?.value).toBe(option.cost.lines.find((each) => each.id === 'compute')?.quantity?.usdPerUnit);
    expect(list?.value).toBe(row?.usdPerHour);
    expect(list?.evidence).toMatchObject({ kind: 'catalogue', source: { title: catalog.sources.get(row?.source ?? '')?.title } });
    expect(discount?.evidence).toMatchObject({ kind: 'workload', file: 'w.yaml', line: 9, stated: '10%' });
  });

  test('in table, Markdown and CSV', async () => {
    const file = put(makeFolder(), 'w.yaml', withField('10%'));
    expect((await runCli(['plan', file])).out).toContain('* rests on prices of yours');
    expect((await runCli(['plan', file, '--format', 'md'])).out).toMatch(/\| [\d,]+\\\* \|/);
    expect((await runCli(['plan', file, '--format', 'csv'])).out).toMatch(/,on-demand,.*,compute$/m);
    expect((await runCli(['tco', file, '--draws', '100'])).out).toContain('10.0% off the list price (clouds.discount), as of');
  }, 60_000);
});

describe('beside own prices, never two off one price', () => {
  const cloudOnly = `${TEXT}place: { clouds: [aws], onPremises: excluded, regions: [us-east-1] }\n`.replace(
    MACHINES.join(', '),
    'p5en.48xlarge',
  );
  const hourly = async (text: string, ...more: string[]) => {
    const told = await runCli(['plan', put(makeFolder(), 'w.yaml', text), '--format', 'json', ...more]);
    expect([told.exitCode, told.err]).toEqual([EXIT.ok, '']);
    const { options } = JSON.parse(told.out) as PlanDetail['plan'];
    const line = options.find((option) => option.purchase === 'on-demand')?.cost.lines.find((each) => each.id === 'compute');
    return { usd: line?.quantity?.usdPerUnit, sources: line?.sources };
  };
  const noSpot = cloudOnly.replace('spot: allowed', 'spot: never');
  const rate = ['--price', 'p5en.48xlarge@us-east-1/on-demand=USD 60/h'];

  test.each<[string, string, string[], number, string]>([
    ['alone', '10%', [], 56.9664, CLOUD_DISCOUNT],
    ['a discount that fits the row stands', '10%', ['--price', 'discount@aws=20%'], 50.6368, '--price:discounts[0]'],
    ['one of the other cloud is none here', '10%', ['--price', 'discount@azure=20%'], 56.9664, CLOUD_DISCOUNT],
    ['a rate stands', '10%', rate, 60, '--price:rates[0]'],
  ])('%s', async (_name, discount, more, usd, source) => {
    expect(await hourly(withField(discount, noSpot), ...more)).toEqual({ usd, sources: [source] });
  });
});

describe('whatever is made of the prices', () => {
  test('renting gets cheaper, so owning has to be busier to pay', () => {
    // By the hour spot would hide what on demand costs.
    const curve = ['0%', '10%', '50%'].map((discount) => {
      const detail = planText(withField(discount, TEXT.replace('spot: allowed', 'spot: never')));
      const tco = compareOwning({ detail, version: '0.0.0', draws: 200, seed: 1, solve: null });
      return {
        plan: detail.plan.breakEven?.utilisationShare ?? Number.NaN,
        tco: tco.breakEven?.utilisation.p50 ?? Number.NaN,
        rented: tco.ways.find((way) => way.id === 'on-demand')?.usdPerMonth ?? Number.NaN,
        committed: tco.ways.find((way) => way.id === 'commitment-3y')?.usdPerMonth ?? Number.NaN,
        spot: tco.ways.find((way) => way.id === 'spot')?.usdPerMonth ?? Number.NaN,
        owned: tco.ways.find((way) => way.id === 'owned')?.usdPerMonth ?? Number.NaN,
        own: tco.own.length,
      };
    });
    const [none, some, much] = curve as [(typeof curve)[0], (typeof curve)[0], (typeof curve)[0]];
    for (const figure of ['plan', 'tco'] as const) {
      expect(some[figure], figure).toBeGreaterThan(none[figure]);
      expect(much[figure], figure).toBeGreaterThan(some[figure]);
    }
    // Ways that term and limits forbid are compared all the same, at the same discount.
    for (const figure of ['rented', 'committed'] as const) {
      expect(some[figure] / none[figure], figure).toBeGreaterThan(0.9);
      expect(some[figure] / none[figure], figure).toBeLessThan(0.92);
    }
    expect([some.spot, some.owned]).toEqual([none.spot, none.owned]);
    expect([none.own, some.own]).toEqual([0, 1]);
  }, 120_000);

  test('a fleet that is pinned costs what the plan says of it', () => {
    const option = tenth.plan.options.find(
      (each) => each.purchase === 'on-demand' && each.prefill === null && each.feasible,
    ) as PlanOption;
    const pinned = pinOption({
      workload: workloadSchema.parse(tenth.plan.inputs.workload.source?.document),
      name: 'w',
      catalog,
      trace: null,
      confirmed: false,
      fleet: {
        ...option,
        machine: option.machine.id,
        weightFormat: option.checkpoint.weightFormat,
        hfId: option.checkpoint.hfId ?? '',
        replicas: option.replicas + option.spareReplicas,
        maximumSequences: option.batch.limit,
      },
    });
    expect('option' in pinned ? pinned.option.cost.usdPerMonth : pinned).toEqual(option.cost.usdPerMonth);
  });
});

test.each<[string, string, string]>([
  ['100%', 'E_VALUE', '"100%"\n  expected: below 100%\n  fix: change the value'],
  ['-5%', 'E_VALUE', '"-5%"\n  expected: a percentage with its sign, such as "15%"\n  fix: change the value'],
  ['0.12', 'E_FIELD_TYPE', '0.12\n  expected: a percentage with its sign, such as "15%"\n  fix: change the value'],
  ['12', 'E_FIELD_TYPE', '12\n  expected: a percentage with its sign, such as "15%"\n  fix: change the value'],
])('%s is refused with its place', async (value, code, words) => {
  const told = await runCli(['plan', put(makeFolder(), 'w.yaml', withField(value))]);
  expect([told.exitCode, told.out]).toEqual([EXIT.invalidInput, '']);
  expect(told.err.replace(/\S*\/w\.yaml/, 'w.yaml')).toBe(`${code}  w.yaml:9:3  clouds.discount\n  got: ${words}\n`);
});

const ratioOf = (text: string) =>
  workloadSchema.shape.clouds.parse({ discount: text })?.discount ?? expect.fail('a discount has a ratio');
