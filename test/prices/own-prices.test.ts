// Own prices, ages and days: the reader's own numbers are used and marked, old ones are told or refused, past ones can be had again.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Plan } from '../../src/documents/plan.ts';
import { EXIT } from '../../src/errors.ts';
import { makeFolder, put, root, runCli, soundWorkload } from '../cli/recording.ts';

const cloudOnly = `${soundWorkload}place: { clouds: [aws], onPremises: excluded, regions: [us-east-1] }\nlimits: { machines: [p5en.48xlarge] }\n`;
const OWN = `schema: seekstack/own-prices@1
asOf: '2026-11-01'
`;

async function planWith(workload: string, own: string | null, ...more: string[]): Promise<Plan> {
  const folder = makeFolder();
  const args = own === null ? [] : ['--prices', put(folder, 'own.yaml', OWN + own)];
  const told = await runCli(['plan', put(folder, 'w.yaml', workload), '--format', 'json', ...args, ...more]);
  expect([told.exitCode, told.err]).toEqual([EXIT.ok, '']);
  return JSON.parse(told.out) as Plan;
}

const winnerOf = (plan: Plan) => plan.options.find((option) => option.rank === 1) ?? expect.fail('no winner');
const computeOf = (plan: Plan) => winnerOf(plan).cost.lines.find((line) => line.id === 'compute') ?? expect.fail('no compute');

describe('own prices', () => {
  test('a rate replaces the row, a discount is taken off the list, and a rate is not discounted again', async () => {
    const list = computeOf(await planWith(cloudOnly, null, '--price', 'p5en.48xlarge@us-east-1/commitment-3y=USD 200/h'));
    expect(list.quantity?.usdPerUnit).toBe(63.296);
    const discounted = computeOf(
      await planWith(
        cloudOnly,
        'discounts: [{ provider: aws, percent: 10%, purchases: [on-demand] }]\nrates: [{ instance: p5en.48xlarge, region: us-east-1, purchase: commitment-3y, price: USD 200/h }]\n',
      ),
    );
    expect(discounted.quantity?.usdPerUnit).toBe(56.9664);
    const rated = await planWith(
      cloudOnly,
      'discounts: [{ provider: aws, percent: 50% }]\nrates: [{ instance: p5en.48xlarge, region: us-east-1, purchase: commitment-3y, price: USD 20.5/h, note: offer 7 }]\n',
    );
    expect(computeOf(rated).quantity?.usdPerUnit).toBe(20.5);
    expect(winnerOf(rated).cost.own).toEqual(['compute']);
    expect(rated.prices.own).toEqual([
      { source: 'own:rates[0]', title: 'own rate of p5en.48xlarge/us-east-1/commitment-3y (offer 7)', asOf: '2026-11-01' },
    ]);
    expect(rated.sources['own:rates[0]']?.kind).toBe('own');
  });

  test('--price goes over the file', async () => {
    const own = 'rates: [{ instance: p5en.48xlarge, region: us-east-1, purchase: commitment-3y, price: USD 20.5/h }]\n';
    const plan = await planWith(cloudOnly, own, '--price', 'p5en.48xlarge@us-east-1/commitment-3y=EUR 18/h');
    expect(computeOf(plan).sources).toEqual(['--price:rates[0]']);
    expect(computeOf(plan).quantity?.usdPerUnit).toBeCloseTo(18 * 1.1186, 3);
  });

  test('a discount of --price replaces one of the file, and is not taken off its rates', async () => {
    const own = 'discounts: [{ provider: aws, percent: 10%, purchases: [on-demand] }]\n';
    const dear = ['--price', 'p5en.48xlarge@us-east-1/commitment-3y=USD 200/h'];
    const both = computeOf(await planWith(cloudOnly, own, ...dear, '--price', 'discount@aws=20%'));
    expect([both.quantity?.usdPerUnit, both.sources]).toEqual([50.6368, ['--price:discounts[0]']]);
    const rate = 'rates: [{ instance: p5en.48xlarge, region: us-east-1, purchase: commitment-3y, price: USD 20.5/h }]\n';
    const rated = computeOf(await planWith(cloudOnly, rate, '--price', 'discount@aws=20%'));
    expect([rated.quantity?.usdPerUnit, rated.sources]).toEqual([20.5, ['own:rates[0]']]);
  });

  test('a quote, a tariff and a service are theirs, and marked where they are used and nowhere else', async () => {
    const workload = soundWorkload.replace('USD 120k', 'unlimited');
    const plan = await planWith(
      workload,
      'servers: [{ server: dgx-h200-8, price: USD 100k }]\nelectricity: [{ country: US, price: USD 0.05/kWh }]\nservices: [{ provider: aws, item: nlb, price: USD 0.01 }]\n',
    );
    const byMachine = (id: string) => plan.options.find((option) => option.machine.id === id) ?? expect.fail(id);
    expect(byMachine('dgx-h200-8').cost.own).toEqual(['depreciation', 'energy', 'server']);
    expect(byMachine('dgx-h100-8').cost.own).toEqual(['energy']);
    expect(byMachine('dgx-h100-8').energy.tariff?.usdPerKilowattHour).toBe(0.05);
    expect(byMachine('p5en.48xlarge').cost.own).toEqual(['nlb']);
    expect(byMachine('Standard_ND96isr_H200_v5').cost.own).toEqual([]);
  });

  test('table and Markdown mark them', async () => {
    const folder = makeFolder();
    const args = ['plan', put(folder, 'w.yaml', cloudOnly), '--price', 'discount@aws=10%'];
    const table = (await runCli(args)).out;
    expect(table).toMatch(/1 aws us-east\S* .*[\d,]+\* /);
    expect(table).toContain('* rests on prices of yours');
    expect((await runCli([...args, '--format', 'md'])).out).toMatch(/\| [\d,]+\\\* \|/);
    expect((await runCli(['plan', join(folder, 'w.yaml')])).out).not.toContain('prices of yours');
  });

  test('without own prices the plan is the same to the byte as with an empty file', async () => {
    expect(await planWith(cloudOnly, '')).toEqual(await planWith(cloudOnly, null));
  });

  test.each<[string, string, RegExp]>([
    [
      'rates: [{ instance: p5en.48xlarg, region: us-east-1, purchase: spot, price: USD 1/h }]\n',
      'E_REFERENCE',
      /own.yaml:3:11 {2}rates\[0\].instance\n {2}got: p5en.48xlarg/,
    ],
    ['rates: [{ instance: p5en.48xlarge, region: eastus, purchase: spot, price: USD 1/h }]\n', 'E_REFERENCE', /got: eastus/],
    [
      'rates: [{ instance: p5en.48xlarge, region: us-east-1, purchase: spot, price: USD 1 }]\n',
      'E_VALUE',
      /a price an hour, such as/,
    ],
    ['rates: [{ instance: p5en.48xlarge, region: us-east-1, purchase: spot, price: XXX 1/h }]\n', 'E_REFERENCE', /got: XXX/],
    ['discounts: [{ provider: aws, percent: 100% }]\n', 'E_VALUE', /above 0% and below 100%/],
    ['servers: [{ server: nope, price: USD 1k }]\n', 'E_REFERENCE', /got: nope/],
    ['services: [{ provider: aws, item: nope, price: USD 1 }]\n', 'E_REFERENCE', /got: aws\/nope/],
    ['electricity: [{ country: QQ, price: USD 0.1/kWh }]\n', 'E_REFERENCE', /got: QQ/],
    [
      "servers: [{ server: dgx-h200-8, price: USD 1k, until: '2026-01-01' }]\n",
      'E_FACT_OLD',
      /an offer that ended on 2026-01-01/,
    ],
    ['discount: []\n', 'E_FIELD_UNKNOWN', /did you mean discounts/],
  ])('%s is refused with its place', async (own, code, words) => {
    const folder = makeFolder();
    const told = await runCli(['plan', put(folder, 'w.yaml', cloudOnly), '--prices', put(folder, 'own.yaml', OWN + own)]);
    expect(told.err).toMatch(new RegExp(`^${code}`));
    expect(told.err).toMatch(words);
    expect(told.exitCode).toBe(code === 'E_FACT_OLD' ? EXIT.dataMissingOrOld : EXIT.invalidInput);
  });

  test.each(['p5en.48xlarge', '=USD 1/h', 'a@b/c/d=USD 1/h', 'discount@gcp=1%', 'x='])('--price %s is refused', async (text) => {
    const told = await runCli(['plan', put(makeFolder(), 'w.yaml', cloudOnly), '--price', text]);
    expect([told.exitCode, told.err.slice(0, 7)]).toEqual([EXIT.invalidInput, 'E_USAGE']);
  });

  test('tco takes them too', async () => {
    const args = ['tco', put(makeFolder(), 'w.yaml', cloudOnly), '--draws', '100', '--format', 'json'];
    const usd = async (...more: string[]) => {
      const { ways } = JSON.parse((await runCli([...args, ...more])).out) as { ways: { id: string; usdPerMonth: number }[] };
      return ways.find((way) => way.id === 'on-demand')?.usdPerMonth ?? 0;
    };
    expect((await usd('--price', 'discount@aws=50%')) / (await usd())).toBeLessThan(0.6);
    const table = await runCli([...args.slice(0, 4), '--price', 'discount@aws=50%']);
    expect(table.out).toContain('Yours       50.0% off the list price, as of');
  });
});

describe('ages', () => {
  test('every plan shows how old its prices are on the day of its newest fact', async () => {
    const plan = await planWith(cloudOnly, null);
    expect(plan.prices.day).toBe(plan.asOf);
    const [oldest] = plan.prices.winner;
    expect(oldest?.ageDays).toBe(
      (Date.parse(plan.asOf) - Date.parse('2026-01-01')) / 86_400_000 -
        (Date.parse(oldest?.asOf.padEnd(10, '-01-01') ?? '') - Date.parse('2026-01-01')) / 86_400_000,
    );
    expect(winnerOf(plan).cost.oldestPriceDays).toBe(oldest?.ageDays);
    const folder = makeFolder();
    expect((await runCli(['plan', put(folder, 'w.yaml', cloudOnly)])).out).toMatch(
      /Prices {6}p5en.48xlarge as of \d{4}.* days before \d{4}-\d\d-\d\d/,
    );
  });

  test('older than the limit warns; --max-price-age and the policy of the workload refuse with exit code 5', async () => {
    const limited = cloudOnly.replace('limits: {', 'limits: { priceAge: 30d,');
    const warned = await planWith(limited, null);
    expect(warned.warnings.map((warning) => warning.id)).toContain('W_PRICE_OLD');
    expect(warned.prices.old.every((price) => price.ageDays > 30)).toBe(true);
    expect((await planWith(cloudOnly, null)).warnings.map((warning) => warning.id)).not.toContain('W_PRICE_OLD');
    const folder = makeFolder();
    for (const [workload, more] of [
      [limited.replace('priceAge: 30d,', 'priceAge: 30d, oldPrices: fail,'), []],
      [cloudOnly, ['--max-price-age', '30']],
    ] as const) {
      const told = await runCli(['plan', put(folder, 'w.yaml', workload), ...more]);
      expect(told.exitCode).toBe(EXIT.dataMissingOrOld);
      expect(told.err).toMatch(
        /^E_FACT_OLD\n {2}got: a price from prices\/\w+.yaml:[\w-]+, as of .* days before .*\n {2}expected: at most 30 days/,
      );
      expect(told.out).toBe('');
    }
    expect((await runCli(['plan', join(folder, 'w.yaml'), '--max-price-age', '3650'])).exitCode).toBe(EXIT.ok);
  });

  test('catalog check lists what is estimated and second-hand', async () => {
    const told = await runCli(['catalog', 'check']);
    expect(told.out).toMatch(/^estimated: \d+ rows? from prices\/services.yaml:azure-hand-compiled, /m);
    expect(told.out).toMatch(/^second-hand: \d+ rows from prices\/aws.yaml:skypilot-aws, /m);
    expect(told.out).not.toMatch(/from prices\/aws.yaml:karpenter-aws/);
  });
});

describe('prices as of a day', () => {
  /** A folder over the package in which a price rose in the middle of the year. */
  function withHistory(): string {
    const folder = join(makeFolder(), 'own');
    mkdirSync(join(folder, 'prices/history'), { recursive: true });
    cpSync(join(root, 'catalogs/prices/aws.yaml'), join(folder, 'prices/aws.yaml'));
    const path = join(folder, 'prices/aws.yaml');
    const row =
      '  - { instance: p5en.48xlarge, region: us-east-1, purchase: on-demand, usdPerHour: 63.296, source: karpenter-aws }';
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(row);
    writeFileSync(
      path,
      text.replace(row, row.replace('63.296', '70').replace(' }', ", since: '2026-10-01', asOf: '2026-10-05' }")),
    );
    writeFileSync(
      join(folder, 'prices/history/aws.yaml'),
      `schema: seekstack/price-history@1
sources:
  then: { kind: price-api, title: what it was, asOf: '2026-09-30' }
instances:
  - { instance: p5en.48xlarge, region: us-east-1, purchase: on-demand, usdPerHour: 84.8, source: then, asOf: '2026-05-31', since: '2026-01-01' }
  - { instance: p5en.48xlarge, region: us-east-1, purchase: on-demand, usdPerHour: 63.296, source: then, asOf: '2026-09-30', since: '2026-06-01' }
`,
    );
    return folder;
  }
  const onDemand = cloudOnly.replace('term: 3y', 'term: none');

  test.each([
    ['2026-05-31', 84.8],
    ['2026-06-01', 63.296],
    ['2026-09-30', 63.296],
    ['2026-10-01', 70],
  ])('on %s it was USD %d', async (day, usd) => {
    const plan = await planWith(onDemand, null, '--catalog', withHistory(), '--prices-as-of', day);
    expect(computeOf(plan).quantity?.usdPerUnit).toBe(usd);
    expect(plan.prices).toMatchObject({ day, asOf: day });
  });

  test('today’s without the option; before anything was known there is no price', async () => {
    const folder = withHistory();
    expect(computeOf(await planWith(onDemand, null, '--catalog', folder)).quantity?.usdPerUnit).toBe(70);
    const told = await runCli([
      'plan',
      put(makeFolder(), 'w.yaml', onDemand),
      '--catalog',
      folder,
      '--prices-as-of',
      '2025-01-01',
    ]);
    expect(told.exitCode).toBe(EXIT.dataMissingOrOld);
    expect(told.err).toMatch(/^E_PRICE_MISSING/);
  });

  test.each(['2026-02-31', '2026', 'yesterday'])('%s is no day', async (day) => {
    const told = await runCli(['plan', put(makeFolder(), 'w.yaml', onDemand), '--prices-as-of', day]);
    expect(told.err).toMatch(/^E_USAGE {2}--prices-as-of/);
  });
});
