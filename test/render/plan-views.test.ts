// Views of a plan: the same options in every format, and nothing in a text that a format takes for its own.

import { beforeAll, describe, expect, test } from 'vitest';
import type { Plan } from '../../src/documents/plan.ts';
import { planSchema } from '../../src/documents/plan.ts';
import { speak } from '../../src/language/speak.ts';
import { renderPlanCsv, renderPlanJson, renderPlanMarkdown } from '../../src/render/plan-markdown.ts';
import { groupRejections, shownOptions } from '../../src/render/plan-rows.ts';
import { renderPlanTable, type TableChoices } from '../../src/render/plan-table.ts';
import { planExample } from '../load-real.ts';

const plainInk = Object.fromEntries(
  ['bold', 'dim', 'green', 'red', 'yellow'].map((name) => [name, (text: string) => text]),
) as Record<'bold' | 'dim' | 'green' | 'red' | 'yellow', (text: string) => string>;

/** Choices of a piped table, with what a test is about in place. */
const choices = (changes: Partial<TableChoices> = {}): TableChoices => ({
  ink: plainInk,
  speech: speak('en'),
  width: 100,
  full: true,
  nextCommand: null,
  ...changes,
});

const hostile = 'a|b `c` <!-- d --> @team [e](http://f) **g** _h_ #1 \\ <img src=x>\n| i';

let plan: Plan;
let attacked: Plan;

beforeAll(() => {
  plan = planExample('chat.yaml');
  attacked = {
    ...plan,
    name: hostile,
    verdict: { ...plan.verdict, sentence: hostile },
    warnings: [{ id: 'W_TEST', message: hostile }],
    hosted: plan.hosted.map((each) => ({ ...each, seller: hostile })),
    breakEven: plan.breakEven === null ? null : { ...plan.breakEven, sentence: hostile },
    assumptions: plan.assumptions.map((each) => ({ ...each, value: hostile, source: { ...each.source, title: hostile } })),
    options: plan.options.map((option) => ({
      ...option,
      reason: hostile,
      region: hostile,
      layout: { ...option.layout, name: hostile },
    })),
    rejected: plan.rejected.map((row) => ({ ...row, machine: hostile, reason: hostile })),
  };
});

describe('Markdown', () => {
  test('has a row for each option shown and the same number of cells in each', () => {
    const lines = renderPlanMarkdown(plan).split('\n');
    const head = lines.findIndex((line) => line.startsWith('| \\#'));
    const rows = lines.slice(head + 2, lines.indexOf('', head));
    expect(rows).toHaveLength(shownOptions(plan).shown.length);
    for (const row of rows) expect(row.split(' | ')).toHaveLength(10);
  });

  test('lets no text end its cell, open markup or call a team', () => {
    const text = renderPlanMarkdown(attacked);
    const bare = text.replaceAll(/\\./g, '');
    expect(bare).not.toMatch(/<|`/);
    expect(bare).not.toContain('@team');
    expect(bare).not.toContain('](');
    expect(bare).not.toMatch(/_h_|\*\*g/);
    for (const line of bare.split('\n').filter((each) => each.startsWith('|'))) expect(line).toMatch(/^\| .* \|$/);
    const cells = (of: string) =>
      of
        .replaceAll(/\\./g, '')
        .split('\n')
        .filter((line) => line.startsWith('|'))
        .map((line) => line.split('|').length);
    expect(cells(text)).toEqual(cells(renderPlanMarkdown(plan)));
  });

  test('of an infeasible plan says so and why, and shows no options', () => {
    const none = planExample('chat.yaml');
    const text = renderPlanMarkdown({
      ...none,
      verdict: { ...none.verdict, feasible: false, sentence: 'No option meets the workload.' },
      breakEven: null,
      options: none.options.map((option) => ({ ...option, feasible: false, rank: null })),
    });
    expect(text).toMatch(/^## chat: No option meets the workload\.\n\n/);
    expect(text).not.toContain('USD a month');
    expect(text).toContain('### Why not the others');
  });
});

/** A CSV text as rows of fields, read by RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let field = '';
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (quoted && character === '"' && text[at + 1] === '"') {
      field += '"';
      at += 1;
    } else if (character === '"') quoted = !quoted;
    else if (!quoted && (character === ',' || character === '\n')) {
      rows.at(-1)?.push(field);
      field = '';
      if (character === '\n') rows.push([]);
    } else field += character;
  }
  return rows.slice(0, -1);
}

describe('CSV', () => {
  test('has one row an option, feasible or not', () => {
    const [head = [], ...rows] = parseCsv(renderPlanCsv(plan));
    expect(rows.map((row) => row[head.indexOf('id')])).toEqual(plan.options.map((option) => option.id));
    expect(rows.filter((row) => row[head.indexOf('rank')] !== '')).toHaveLength(
      plan.options.filter((option) => option.feasible).length,
    );
  });

  test('says the unit of every quantity in its column’s name', () => {
    const [head = []] = parseCsv(renderPlanCsv(plan));
    const plain = ['rank', 'id', 'provider', 'feasible', 'reason', 'machine', 'accelerator', 'region', 'purchase', 'checkpoint'];
    const counts = [
      'engine',
      'layout',
      'nodes',
      'accelerators',
      'replicas',
      'spareReplicas',
      'prefillWorkers',
      'batchAtPeak',
      'basis',
      'priceAsOf',
      'oldestPriceDays',
      'ownPrices',
    ];
    for (const column of head.filter((each) => ![...plain, ...counts].includes(each)))
      expect(column).toMatch(/Seconds|PerSecond|Ratio|usd|Usd|kilowattHours|kilogramsCo2e/);
  });

  test('keeps commas, quotation marks and line breaks inside their field', () => {
    const text = 'a "quoted", broken\nreason';
    const [head = [], ...rows] = parseCsv(
      renderPlanCsv({ ...plan, options: plan.options.map((option) => ({ ...option, reason: text })) }),
    );
    for (const row of rows) {
      expect(row).toHaveLength(head.length);
      expect(row[head.indexOf('reason')]).toBe(text);
    }
  });

  test('tells numbers without grouping or rounding', () => {
    const [head = [], ...rows] = parseCsv(renderPlanCsv(plan));
    expect(rows.map((row) => Number(row[head.indexOf('usdPerMonth')]))).toEqual(
      plan.options.map((option) => option.cost.usdPerMonth.typical),
    );
  });
});

describe('JSON', () => {
  test('is the plan itself', () => {
    const text = renderPlanJson(plan);
    expect(planSchema.parse(JSON.parse(text))).toEqual(plan);
    expect(text.endsWith('}\n')).toBe(true);
  });
});

describe('table', () => {
  test('begins with the verdict and ends with the next command', () => {
    const text = renderPlanTable(plan, choices({ nextCommand: 'seekstack emit plan.json --out x' }));
    expect(text.startsWith('✔ ')).toBe(true);
    expect(text.endsWith('\n\nNext: seekstack emit plan.json --out x\n')).toBe(true);
  });

  test('says nothing of a next command where there is none', () =>
    expect(renderPlanTable(plan, choices())).not.toContain('Next:'));

  test('keeps its colours to whole texts: without them the same remains', () => {
    const marked = Object.fromEntries(
      Object.keys(plainInk).map((name) => [name, (text: string) => `\u001b[1m${text}\u001b[22m`]),
    ) as typeof plainInk;
    expect(
      renderPlanTable(plan, choices({ ink: marked }))
        .replaceAll('\u001b[1m', '')
        .replaceAll('\u001b[22m', ''),
    ).toBe(renderPlanTable(plan, choices()));
  });

  test.each([1, 1e3, 1e6, 1e12, 1e300])('stays within a hundred columns when all costs %d times as much', (factor) => {
    const costly = plan.options.map((option) => ({
      ...option,
      region: 'germanywestcentral',
      provider: 'azure' as const,
      nodes: 10_000,
      latency: { ...option.latency, ttftSeconds: { typical: 119.9, low: 1, high: 200 } },
      cost: {
        ...option.cost,
        usdPerMonth: { ...option.cost.usdPerMonth, typical: option.cost.usdPerMonth.typical * factor },
        usdPerMillionOutputTokens: { ...option.cost.usdPerMillionOutputTokens, typical: 100 * factor },
      },
    }));
    const text = renderPlanTable({ ...plan, options: costly }, choices());
    for (const line of text.split('\n')) expect([line, line.length <= 100]).toEqual([line, true]);
  });

  test('never leaves white space at the end of a line', () => {
    for (const line of renderPlanTable(plan, choices()).split('\n')) expect(line).toBe(line.trimEnd());
  });
});

describe('rows', () => {
  test('the best of each provider is always shown, and what is not shown is counted', () => {
    const { shown, more } = shownOptions(plan);
    for (const id of Object.values(plan.verdict.best).filter((each) => each !== null))
      expect(shown.map((option) => option.id)).toContain(id);
    expect(shown.length + more).toBe(plan.options.filter((option) => option.feasible).length);
    expect(new Set(shown).size).toBe(shown.length);
  });

  test('every machine that fell is in a group, nearest group first', () => {
    const { groups, more } = groupRejections(plan, speak('en'));
    expect(more).toBe(0);
    const fallen = new Set([
      ...plan.rejected.map((row) => `${row.binding.constraint} ${row.machine}`),
      ...plan.options.flatMap((option) => (option.binding === null ? [] : [`${option.binding.constraint} ${option.machine.id}`])),
    ]);
    expect(new Set(groups.flatMap((group) => group.machines.map((machine) => `${group.constraint} ${machine}`)))).toEqual(fallen);
  });
});
