// Explaining one plan: finding figures, refusing what has changed, documents, and text that somebody else wrote.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { indexCatalog } from '../../src/documents/catalog/catalog.ts';
import { explanationSchema } from '../../src/documents/explanation.ts';
import { figuresOf } from '../../src/documents/figures.ts';
import type { Plan } from '../../src/documents/plan.ts';
import { SeekstackError } from '../../src/errors.ts';
import { derive, f, leaf } from '../../src/explain/derive.ts';
import { type Explainer, prepareExplainer } from '../../src/explain/explain-plan.ts';
import { findFigures } from '../../src/explain/find-figure.ts';
import { evaluate } from '../../src/explain/formula.ts';
import { toDocument } from '../../src/explain/to-document.ts';
import { renderExplainMarkdown } from '../../src/render/explain-markdown.ts';
import { renderExplainTree } from '../../src/render/explain-tree.ts';
import { formatQuantity } from '../../src/render/quantity.ts';
import { inFolder, runCli } from '../cli/harness.ts';
import { realCatalog } from '../load-real.ts';
import { planWithSource } from './plan-with-source.ts';

const plain = { bold: (text: string) => text, dim: (text: string) => text };
let plan: Plan;
let explain: Explainer;
beforeAll(() => {
  plan = planWithSource('chat.yaml');
  explain = prepareExplainer(plan, realCatalog());
}, 300_000);

const find = (text: string) => findFigures({ plan, print: formatQuantity }, text).map((figure) => figure.path);
const documentOf = (path: string, depth = Number.POSITIVE_INFINITY, of: Plan = plan) =>
  toDocument({
    plan: of.name,
    version: '0.0.0',
    figures: figuresOf(of)
      .filter((figure) => figure.path === path)
      .map((figure) => ({ figure, derivation: explain(path) })),
    depth,
    print: formatQuantity,
  });
const failure = (run: () => unknown): SeekstackError => {
  try {
    run();
  } catch (error) {
    if (error instanceof SeekstackError) return error;
    throw error;
  }
  throw new Error('it did not fail');
};

describe('formulas', () => {
  test('mean what they print', () => {
    expect(evaluate('2 × $0 ^ 2 ÷ ($1 − 1)', [3, 4])).toBe(6);
    expect(evaluate('−$0 + max($0, $1)', [3, 4])).toBe(1);
    expect(evaluate('2 ^ 3 ^ 2', [])).toBe(512);
    expect(evaluate('√($0) + Φ(0)', [9])).toBeCloseTo(3.5, 6);
  });
  test('hold nothing else', () => {
    for (const text of ['$1', 'constructor(1)', '$0.value', '1 && 2', '[1]'])
      expect(() => evaluate(text, [1]), text).toThrow(RangeError);
  });
  test('that give another value than the planner are a bug, not an explanation', () => {
    const one = leaf('one', 1, 'ratio', {
      kind: 'rule',
      stated: '1',
      source: null,
      file: null,
      line: null,
      row: null,
      field: null,
      basis: null,
    });
    expect(() => derive('two', 'ratio', f`${one} + ${one}`, { value: 2.1 })).toThrow(
      'the explanation of "two" gives 2, the plan 2.1',
    );
    expect(derive('two', 'ratio', f`${one} + ${one}`).formula).toBe('$0 + $0');
  });
});

describe('figures', () => {
  test('are found by path, by guess and by who has them', () => {
    const [winner] = plan.options;
    expect(find('winner.cost.usdPerMonth')).toEqual(['options.1.cost.usdPerMonth']);
    expect(find(`${winner?.machine.id}.tpot`)).toEqual(['options.1.latency.tpotSeconds']);
    expect(find(`${winner?.id}.ttft`)).toEqual(['options.1.latency.ttftSeconds']);
    expect(find('winner.memory')).toEqual(['options.1.memory.cacheBytes']);
    expect(find('winner.energy.kwhPerMonth')).toEqual(['options.1.energy.kilowattHoursPerMonth']);
    const aws = plan.options.findIndex((option) => option.id === plan.verdict.best.aws) + 1;
    expect(find('aws.usdPerMonth')).toEqual([`options.${aws}.cost.usdPerMonth`]);
    expect(find('AWS.USDPERMONTH')).toEqual([`options.${aws}.cost.usdPerMonth`]);
    expect(find('breakEven')).toEqual(['breakEven']);
    expect(find('ttft')).toEqual(['options.1.latency.ttftSeconds']);
  });
  test('are found by the value as it is printed', () => {
    const month = formatQuantity(plan.options[0]?.cost.usdPerMonth.typical ?? 0, 'USD/month');
    expect(find(month)).toContain('options.1.cost.usdPerMonth');
    expect(find(month.replace('USD ', ''))).toContain('options.1.cost.usdPerMonth');
    expect(find('49 ms')).toContain('options.1.latency.tpotSeconds');
  });
  test('nobody knows are answered with the nearest', () => {
    const { problems, exitCode } = failure(() => find('winner.cost.usdPerMonht'));
    expect(exitCode).toBe(2);
    expect(problems[0]?.code).toBe('E_FIGURE_UNKNOWN');
    expect(problems[0]?.fix).toContain('did you mean options.1.cost.usdPerMonth?');
    for (const text of ['', '.', 'constructor', '__proto__', 'winner.__proto__', '💥', 'options.999.nodes', 'x'.repeat(5000)])
      expect(failure(() => find(text)).code, text.slice(0, 20)).toBe('E_FIGURE_UNKNOWN');
  });
});

describe('the chain behind a figure', () => {
  test('ends in the row whose price it is, as the row has it', () => {
    const { nodes } = documentOf('options.1.cost.usdPerMonth');
    const server = Object.values(nodes).find((node) => node.name === 'price of a server');
    const row = realCatalog().servers.find((each) => each.id === plan.options[0]?.machine.id);
    expect(server?.evidence).toMatchObject({
      kind: 'catalogue',
      file: 'servers.yaml',
      row: row?.id,
      field: 'price',
      stated: row?.price?.stated,
    });
    expect(server?.value).toBe(row?.price?.usd);
    expect(server?.evidence?.source).toEqual(realCatalog().sources.get(row?.price?.source ?? ''));
  });
  test('ends in the line of the workload that says so', () => {
    const { nodes } = documentOf('workload.peakRequestsPerSecond');
    expect(Object.values(nodes).find((node) => node.name === 'users')?.evidence).toMatchObject({
      kind: 'workload',
      file: 'chat.yaml',
      line: 6,
      field: 'demand.users',
      stated: '1200',
    });
  });
  test('a row that is gone makes the plan stale, and says which', () => {
    const catalog = realCatalog();
    const machine = plan.options[0]?.machine.id;
    const without = indexCatalog({
      ...catalog,
      servers: catalog.servers.filter((row) => row.id !== machine),
      files: catalog.files.map((file) => (file.path === 'servers.yaml' ? { ...file, sha256: '0'.repeat(64) } : file)),
    });
    const { problems, exitCode } = failure(() => prepareExplainer(plan, without));
    expect(exitCode).toBe(5);
    expect(problems[0]?.code).toBe('E_PLAN_STALE');
    expect(problems[0]?.got).toContain(plan.options[0]?.id);
    expect(problems[0]?.got).toContain('changed since: servers.yaml');
  });
  test('a plan without its workload cannot be explained', () => {
    const bare = { ...plan, inputs: { ...plan.inputs, workload: { ...plan.inputs.workload, source: null } } };
    expect(failure(() => prepareExplainer(bare, realCatalog())).code).toBe('E_FACT_MISSING');
  });
});

describe('the document', () => {
  test('follows its schema, cuts at a depth, and gives the same bytes twice', () => {
    const whole = documentOf('options.1.cost.usdPerMonth');
    expect(explanationSchema.parse(JSON.parse(JSON.stringify(whole)))).toEqual(whole);
    expect(JSON.stringify(documentOf('options.1.cost.usdPerMonth'))).toBe(JSON.stringify(whole));
    const cut = documentOf('options.1.cost.usdPerMonth', 1);
    const root = cut.nodes[cut.figures[0]?.root ?? ''];
    expect(root?.inputs).toHaveLength(plan.options[0]?.cost.lines.length ?? 0);
    expect(root?.inputs.every((id) => cut.nodes[id]?.inputs.length === 0)).toBe(true);
    expect(Object.values(cut.nodes).some((node) => node.cut)).toBe(true);
    expect(Object.values(whole.nodes).some((node) => node.cut)).toBe(false);
  });
  test('prints within 80 columns but for addresses, and tells a shared quantity once', () => {
    const text = renderExplainTree(documentOf('options.1.cost.usdPerMonth', 6), plain);
    for (const line of text.split('\n')) if (!line.includes('http')) expect([...line].length, line).toBeLessThanOrEqual(81);
    expect(text).toContain('as above');
    expect(text).toContain('└─ ');
  });
  test('names and notes of others stay text', () => {
    const hostile = '\u001b[31m<img src=x onerror=alert(1)>|`@all`\u202e';
    const document = documentOf('workload.peakRequestsPerSecond');
    const nodes = Object.fromEntries(
      Object.entries(document.nodes).map(([id, node]) => [
        id,
        {
          ...node,
          name: hostile,
          note: hostile,
          evidence: node.evidence === null ? null : { ...node.evidence, stated: hostile, file: hostile },
        },
      ]),
    );
    const tree = renderExplainTree({ ...document, nodes }, plain);
    expect(tree).not.toContain('\u001b');
    expect(tree).not.toContain('\u202e');
    const markdown = renderExplainMarkdown({ ...document, nodes });
    expect(markdown).not.toMatch(/(?<!\\)<img/);
  });
});

describe('the command', () => {
  test('lists, explains, suggests and refuses', { timeout: 300_000 }, async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'plan.json');
      writeFileSync(path, JSON.stringify(plan));
      const listed = await runCli('explain', path);
      expect(listed.exitCode).toBe(0);
      expect(listed.out).toContain('winner.cost.usdPerMonth');
      const told = await runCli('explain', path, 'winner.cost.usdPerMonth', '--depth', '2');
      expect(told.exitCode).toBe(0);
      expect(told.out).toContain('cost a month');
      expect(told.out).toContain('docs/economics.md#owning');
      const json = await runCli('explain', path, 'breakEven', '--format', 'json', '--depth', 'all');
      expect(explanationSchema.parse(JSON.parse(json.out)).figures[0]?.path).toBe('breakEven');
      const markdown = await runCli('explain', path, 'breakEven', '--format', 'md');
      expect(markdown.out).toContain('## break-even share of the hours');
      const wrong = await runCli('explain', path, 'winner.cots');
      expect(wrong.exitCode).toBe(2);
      expect(wrong.err).toContain('E_FIGURE_UNKNOWN');
      const depth = await runCli('explain', path, 'breakEven', '--depth', 'deep');
      expect(depth.exitCode).toBe(2);
      const priced = await runCli('explain', path, 'breakEven', '--price', 'discount.server=50%');
      expect([2, 5]).toContain(priced.exitCode);
      const several = await runCli('explain', path, '730');
      expect(several.exitCode).toBe(2);
    });
  });
});
