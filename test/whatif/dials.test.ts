import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ownPricesSchema } from '../../src/documents/own-prices.ts';
import { workloadSchema } from '../../src/documents/workload.ts';
import { fieldsOf } from '../../src/documents/workload-source.ts';
import { parseWorkload } from '../../src/files/read-documents.ts';
import { quantileTokens } from '../../src/physics/lengths.ts';
import { resolveWorkload } from '../../src/plan/resolve-workload.ts';
import { applyOwnPrices } from '../../src/prices/own-prices.ts';
import { type Dial, indexOf, type Settings, turn } from '../../src/whatif/dials.ts';
import { editWorkload } from '../../src/whatif/edit-workload.ts';
import { readFragment, writeFragment } from '../../src/whatif/fragment.ts';
import { listDials } from '../../src/whatif/list-dials.ts';
import { geometricStops, linearStops } from '../../src/whatif/stops.ts';
import { planChat, realCatalog } from '../load-real.ts';

const CHAT = `schema: seekstack/workload@1
# who we are
model: deepseek-v3.2
use: chat
demand: { users: 1200, activeAtPeak: 15% } # counted in May
latency: { ttft: "p95 <= 2s", tpot: "p95 <= 50ms" } # promised
budget: { monthly: USD 120k, term: 3y }
`;
const GIVEN = `schema: seekstack/workload@1
model: deepseek-v3.2
tokens:
  prompt: 2000
  output: { p50: 300, p90: 900, p99: 2k } # measured
demand:
  requestsPerSecond: 2.5 # at noon
  growthPerYear: 30%
latency:
  ttft: 1.5s
  tpot: "p99 <= 40ms"
budget: { monthly: unlimited, term: 18m }
onPremises:
  electricity: EUR 0.18/kWh # contract until 2029
  pue: 1.25
  costOfCapital: 7%
  priceBasis: high
clouds: { discount: 12% } # until March
`;

const plan = planChat();

function dialsOf(text: string, catalog = realCatalog()) {
  const read = parseWorkload(text, 'chat.yaml');
  const workload = resolveWorkload(read.workload, catalog, 'chat');
  const dials = listDials({ document: read.source.document, workload, catalog, plan });
  const edit = (settings: Settings) =>
    editWorkload({ text, document: read.source.document, output: workload.output }, dials, settings);
  const dial = (id: Dial['id']) => dials.find((each) => each.id === id) as Dial;
  return { dials, edit, dial, workload };
}
const chat = dialsOf(CHAT);
const given = dialsOf(GIVEN);

describe.each([
  ['a workload that assumes', CHAT, chat],
  ['a workload that gives', GIVEN, given],
])('%s', (_name, text, { dials, edit }) => {
  test('has every dial, ascending stops, its own among them', () => {
    expect(dials.map((dial) => dial.id)).toEqual([
      ...['demand', 'output', 'ttft', 'tpot', 'utilisation', 'growth'],
      ...['electricity', 'pue', 'costOfCapital', 'priceBasis', 'prices', 'discount', 'term'],
    ]);
    for (const { id, stops, ownIndex } of dials) {
      expect(ownIndex, id).toBeGreaterThanOrEqual(0);
      expect(stops.length, id).toBeGreaterThan(1);
      if (typeof stops[0] === 'number')
        expect(stops, id).toEqual([...new Set(stops as number[])].toSorted((one, other) => one - other));
    }
  });

  test('is its own bytes where nothing is turned', () => {
    expect(edit({})).toBe(text);
  });

  test.each(dials.map((dial) => [dial.id, dial] as const))(
    '%s: every stop is read, and changes its own field only',
    (_id, dial) => {
      const before = fieldsOf(parse(text));
      for (const [index, stop] of dial.stops.entries()) {
        if (index === dial.ownIndex) continue;
        const edited = edit({ [dial.id]: stop });
        expect(workloadSchema.safeParse(parse(edited)).error, edited).toBeUndefined();
        const after = fieldsOf(parse(edited));
        const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
          (field) => before.get(field) !== after.get(field),
        );
        expect(changed.length, edited).toBeGreaterThan(0);
        for (const field of changed) expect(`${field}.`.startsWith(`${dial.field}.`), field).toBe(true);
      }
    },
  );

  test('keeps every comment', () => {
    const everything = Object.fromEntries(dials.map((dial) => [dial.id, dial.stops[dial.ownIndex === 0 ? 1 : 0]])) as Settings;
    const comments = (of: string) => of.match(/# .*$/gm);
    expect(comments(edit(everything))).toEqual(comments(text));
  });
});

test('what a stop says is what the planner reads', () => {
  const read = (settings: Settings) => resolveWorkload(workloadSchema.parse(parse(given.edit(settings))), realCatalog(), 'given');
  const first = (id: Dial['id']) => given.dial(id).stops[0] as number;
  const workload = read(
    Object.fromEntries(
      (['demand', 'output', 'ttft', 'tpot', 'utilisation', 'pue', 'costOfCapital', 'discount'] as const).map((id) => [
        id,
        first(id),
      ]),
    ),
  );
  expect(workload.ttftTarget).toEqual({ seconds: first('ttft'), percentile: 0.95 });
  expect(workload.tpotTarget?.seconds).toBeCloseTo(first('tpot'), 12);
  expect(workload.tpotTarget?.percentile).toBe(0.99);
  expect(quantileTokens(workload.output, 0.5)).toBeCloseTo(first('output'), 6);
  expect(workload.output.points.map((point) => point.probability)).toEqual([0.5, 0.9, 0.99]);
  expect(workload.site.pueRatio).toBe(first('pue'));
  expect(workload.cloudDiscountRatio).toBe(first('discount'));
  expect(read({ discount: 0.5 }).cloudDiscountRatio).toBe(0.5);
  expect(workload.site.costOfCapitalPerYear).toBeCloseTo(first('costOfCapital'), 12);
  expect(workload.week.meanToPeakRatio).toBeCloseTo(first('utilisation'), 9);
  expect(read({ electricity: given.dial('electricity').stops[0] as number }).site.usdPerKilowattHour).not.toBe(
    read({}).site.usdPerKilowattHour,
  );
  expect(read({ term: 0 }).commitmentMonths).toBe(0);
  expect(read({ term: 48 }).commitmentMonths).toBe(48);
});

test('an assumption lends its dial the range it states itself; what is given has none', () => {
  const { facility, finance } = realCatalog();
  expect(chat.dial('pue').stated).toEqual({ low: facility.pue.low, high: facility.pue.high });
  expect(chat.dial('costOfCapital').stops.at(0)).toBe(finance.costOfCapital.low);
  expect(chat.dial('costOfCapital').stops.at(-1)).toBe(finance.costOfCapital.high);
  expect(given.dials.filter((dial) => ['pue', 'costOfCapital', 'output'].includes(dial.id) && dial.stated !== null)).toEqual([]);
  expect(given.dial('electricity')).toMatchObject({ currency: 'EUR', unit: 'perKilowattHour' });
  expect(given.dial('electricity').stops[given.dial('electricity').ownIndex]).toBe(0.18);
});

// A queue's load is even through the week, so its mean cannot be turned either.
test('a site that is ruled out has no dials, and a queue that promises nothing none for latency', () => {
  const { dials } = dialsOf(`schema: seekstack/workload@1
model: deepseek-v3.2
use: batch
demand: { tokensPerDay: 200M }
budget: { monthly: unlimited, term: none }
place: { onPremises: excluded }
`);
  expect(dials.map((dial) => dial.id)).toEqual(['demand', 'output', 'growth', 'discount', 'term']);
  expect(dials[0]).toMatchObject({ field: 'demand.tokensPerDay', unit: 'tokensPerDay' });
  expect(dials[0]?.stops[dials[0].ownIndex]).toBe(200e6);
});

test('the discount of the clouds: 0 to 50%, its own among them, and none where no list price of a cloud could count', () => {
  const stops = Array.from({ length: 21 }, (_, index) => index / 40);
  expect(chat.dial('discount')).toMatchObject({ field: 'clouds.discount', unit: 'ratio', ownIndex: 0, stated: null });
  expect(chat.dial('discount').stops).toEqual(stops);
  expect(given.dial('discount').stops).toEqual([...stops, 0.12].toSorted((one, other) => one - other));
  expect(parse(chat.edit({ discount: 0.075 })).clouds).toEqual({ discount: '7.5%' });
  expect(given.edit({ discount: 0 })).toContain('clouds: { discount: 0% } # until March');
  expect(chat.dial('discount').stops).not.toContain(0.12);
  expect(dialsOf(CHAT.concat('clouds: { discount: 60% }\n')).dial('discount').stops.at(-1)).toBe(0.6);
  for (const ruledOut of [
    'place: { onPremises: required }\n',
    'place: { clouds: [] }\n',
    'limits: { machines: [lenovo-h100-8] }\n',
    // Sold in regions of the other cloud only.
    'place: { clouds: [azure] }\nlimits: { machines: [p5.48xlarge, lenovo-h100-8] }\n',
  ])
    expect(dialsOf(CHAT + ruledOut).dial('discount'), ruledOut).toBeUndefined();
  const own = { schema: 'seekstack/own-prices@1', asOf: '2026-11-01' };
  const everything = ['aws', 'azure'].map((provider) => ({ provider, percent: '20%' }));
  const priced = (discounts: unknown[]) =>
    applyOwnPrices(realCatalog(), ownPricesSchema.parse({ ...own, discounts }), 'own', '2026-11-01');
  const ids = (discounts: unknown[]) => dialsOf(CHAT, priced(discounts)).dials.map((dial) => dial.id);
  expect(ids(everything)).not.toContain('discount');
  expect(ids(everything.slice(1))).toContain('discount');
});

test('a workload without its text is written from its fields', () => {
  const read = parseWorkload(CHAT, 'chat.yaml');
  const document = read.source.document;
  const text = editWorkload({ text: null, document, output: chat.workload.output }, chat.dials, { pue: 1.3 });
  expect(parse(text)).toEqual({ ...document, onPremises: { pue: 1.3 } });
});

describe('stops', () => {
  test('keep both ends and the own value', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (own) => {
        const { stops, ownIndex } = geometricStops(own, own / 4, own * 4, 2);
        expect(stops[ownIndex]).toBe(own);
        expect(stops.at(0)).toBe(own / 4);
        expect(stops.at(-1)).toBe(own * 4);
      }),
    );
    expect(linearStops(0.09, 0.05, 0.14, 0.005).stops).toContain(0.09);
  });
});

describe('the fragment', () => {
  const anySettings = fc
    .tuple(...chat.dials.map((dial) => fc.nat({ max: dial.stops.length - 1 })))
    .map((indices) => indices.reduce((settings, index, at) => turn(settings, chat.dials[at] as Dial, index), {} as Settings));
  test('brings back what it was written from', () => {
    fc.assert(
      fc.property(anySettings, (settings) => {
        const fragment = writeFragment(settings);
        if (fragment === '') expect(settings).toEqual({});
        else expect(readFragment(`#${fragment}`, chat.dials)).toEqual({ settings });
        for (const dial of chat.dials)
          expect(dial.stops[indexOf(dial, settings)]).toBe(settings[dial.id] ?? dial.stops[dial.ownIndex]);
      }),
    );
  });
  test.each([
    'what-if=demand:1201',
    'what-if=demand:1e999',
    'what-if=constructor:1',
    'what-if=__proto__:1300',
    'what-if=demand:1300,demand:1400',
    'what-if=demand:1300:1400',
    'what-if=pue:<script>alert(1)</script>',
    'what-if=',
    `what-if=${'demand:1300,'.repeat(200)}`,
  ])('%s is refused', (fragment) => {
    expect(readFragment(fragment, chat.dials)).toBe('refused');
  });
  test('of a section is none of its business', () => {
    expect(readFragment('#options', chat.dials)).toBeNull();
    expect(readFragment('', chat.dials)).toBeNull();
  });
});
