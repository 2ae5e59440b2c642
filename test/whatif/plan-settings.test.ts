import { describe, expect, test } from 'vitest';
import { compileCatalog, indexCompiled } from '../../src/documents/catalog/compiled.ts';
import { parseWorkload } from '../../src/files/read-documents.ts';
import { newMemory, Recent } from '../../src/plan/memory.ts';
import { planInDetail } from '../../src/plan/plan-workload.ts';
import type { Search, SearchResult } from '../../src/search/search.ts';
import type { Settings } from '../../src/whatif/dials.ts';
import { makeSeed } from '../../src/whatif/make-seed.ts';
import { openSettingsPlanner } from '../../src/whatif/plan-settings.ts';
import { realCatalog } from '../load-real.ts';

const TEXT = `schema: seekstack/workload@1
model: deepseek-v3.2
use: chat
demand: { users: 1200, activeAtPeak: 15% }
latency: { ttft: "p95 <= 2s", tpot: "p95 <= 50ms" }
budget: { monthly: USD 120k, term: 3y }
place: { clouds: [aws], regions: [us-east-1] }
`;

/** As "seekstack plan" plans a file. */
function planText(text: string) {
  const read = parseWorkload(text, 'chat.yaml');
  const { workload, digest, name, source } = read;
  return planInDetail({
    workload,
    workloadDigest: digest,
    fallbackName: name,
    catalog: realCatalog(),
    version: '0.0.0',
    source,
    text,
  });
}
const detail = planText(TEXT);
const seed = makeSeed(detail.plan, detail, realCatalog());
if (seed === null) throw new Error('the plan carries no workload');
// What a page has: the catalogue through JSON, without what prices were before.
const page = indexCompiled(JSON.parse(compileCatalog({ ...realCatalog(), priceHistory: [] })));
const planner = openSettingsPlanner(seed, page);
const stop = (id: keyof Settings, index: number) => {
  const dial = seed.dials.find((each) => each.id === id);
  return dial?.stops.at(index) ?? '';
};
const answer = ({ plan }: ReturnType<typeof planText>) => ({ ...plan, inputs: { ...plan.inputs, workload: null } });

describe('a planner that remembers', () => {
  test('gives the plan itself where nothing is turned', () => {
    expect(answer(planner.plan({}, false).detail)).toEqual(answer(detail));
  });
  // In a row, so that each finds what those before it left behind.
  test.each([
    ['dearer power', { electricity: stop('electricity', -1) }],
    ['dearer power and a high price of servers', { electricity: stop('electricity', -1), priceBasis: 'high' }],
    ['more demand', { demand: stop('demand', -3) }],
    ['more demand and a tighter bound', { demand: stop('demand', -3), tpot: stop('tpot', 8) }],
    ['longer answers', { output: stop('output', -1) }],
    ['no term and growth', { term: 0, growth: 0.4 }],
    ['a discount', { discount: stop('discount', 4) }],
    ['the most there is, and dearer power', { discount: stop('discount', -1), electricity: stop('electricity', -1) }],
    ['nothing again', {}],
  ] as [string, Settings][])(
    '%s: the figures of the file that it writes',
    (_name, settings) => {
      const { detail: turned, text } = planner.plan(settings, false);
      expect(answer(turned)).toEqual(answer(planText(text)));
    },
    240_000,
  );

  test('a discount moves only money: its turn searches and simulates nothing anew', () => {
    let made = 0;
    class Counting<Value> extends Recent<Value> {
      override get(key: string, make: () => Value): Value {
        return super.get(key, () => {
          made += 1;
          return make();
        });
      }
    }
    const memory = { ...newMemory(), searches: new Counting<Search>(4), results: new Counting<SearchResult>(120) };
    const counted = openSettingsPlanner(seed, page, memory);
    counted.plan({ discount: stop('discount', 2) }, true);
    const first = made;
    expect(first).toBeGreaterThan(0);
    const [before, after] = [stop('discount', 0), stop('discount', 4)].map((discount) =>
      counted.plan({ discount }, true).detail.plan.options.find((option) => option.provider === 'aws'),
    );
    expect(after?.cost.usdPerMonth.typical).toBeLessThan(before?.cost.usdPerMonth.typical ?? 0);
    expect(made).toBe(first);
  }, 240_000);

  test('a draft is the same ranking before the simulator has seen it', () => {
    const settings = { demand: stop('demand', 4) };
    const { plan } = planner.plan(settings, true).detail;
    expect(plan.confirmation).toEqual([]);
    expect(plan.flips).toEqual([]);
    const whole = planner.plan(settings, false).detail.plan;
    const untouched = whole.options.filter((option) => !whole.confirmation.some((each) => each.optionId === option.id));
    const drafted = new Map(plan.options.map((option) => [option.id, option.cost]));
    for (const option of untouched) expect(drafted.get(option.id), option.id).toEqual(option.cost);
  }, 240_000);
});

test('what cannot be planned is told, not thrown as something else', () => {
  const document = { ...seed.source.document, model: 'no-such-model' };
  const broken = openSettingsPlanner({ ...seed, text: null, source: { ...seed.source, document } }, page);
  expect(() => broken.plan({}, true)).toThrow(/E_REFERENCE/);
  const out = openSettingsPlanner({ ...seed, dials: seed.dials.map((dial) => ({ ...dial, stops: [9] })) }, page);
  expect(() => out.plan({ pue: 9 }, true)).toThrow(/onPremises\.pue/);
});

test('a text that is not the workload of the plan is not edited', () => {
  const { plan } = detail;
  const withText = (text: string) => ({ ...plan, inputs: { ...plan.inputs, workload: { ...plan.inputs.workload, text } } });
  expect(makeSeed(plan, detail, realCatalog())?.text).toBe(TEXT);
  for (const text of [TEXT.replace('1200', '9'), 'a: [', 'a: &a [*a]'])
    expect(makeSeed(withText(text), detail, realCatalog())?.text, text).toBeNull();
});

test('a plan without its workload has no seed', () => {
  const { plan } = detail;
  const inputs = { ...plan.inputs, workload: { ...plan.inputs.workload, source: null } };
  expect(makeSeed({ ...plan, inputs }, detail, realCatalog())).toBeNull();
});

test('what was asked for longest ago is forgotten first', () => {
  const recent = new Recent<string>(2);
  const made: string[] = [];
  const get = (key: string) =>
    recent.get(key, () => {
      made.push(key);
      return key;
    });
  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) expect(get(key)).toBe(key);
  expect(made).toEqual(['a', 'b', 'c', 'b']);
});
