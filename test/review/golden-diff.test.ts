// Golden diffs on the frozen catalogue: what a reviewer is told, in every format. A change here is a change of what users read.
import { createRequire } from 'node:module';
import Draft04 from 'ajv-draft-04';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { beforeAll, describe, expect, test } from 'vitest';
import { diffSchema, type PlanDiff } from '../../src/documents/diff.ts';
import { policySchema } from '../../src/documents/policy.ts';
import { parseCommentTag } from '../../src/render/comment-tag.ts';
import { type MarkdownFlavour, renderDiffMarkdown } from '../../src/render/diff-markdown.ts';
import { renderDiffJson, renderDiffJunit, renderDiffSarif } from '../../src/render/diff-reports.ts';
import { renderDiffTable } from '../../src/render/diff-table.ts';
import { noSide, type Side } from '../../src/review/plan-side.ts';
import { reviewChange } from '../../src/review/review-change.ts';
import { baseWorkload, planOf, sideOf, VERSION, WINNER } from './golden-plans.ts';

// The module is CommonJS, and its types say otherwise.
const Draft04Ajv = Draft04 as unknown as typeof Draft04.default;
const FLAVOURS: readonly MarkdownFlavour[] = ['md', 'github', 'gitlab', 'azure-repos', 'bitbucket'];
const plain = (text: string) => text;
const ink = { bold: plain, dim: plain, green: plain, red: plain, yellow: plain };
const policy = policySchema.parse({
  schema: 'seekstack/policy@1',
  guardrails: [
    { id: 'ceiling', measure: 'usdPerMonth', max: 'USD 60k', severity: 'fail', reason: 'the budget of 2027' },
    { id: 'growth', measure: 'usdPerMonth', maxIncrease: '20%', severity: 'warn' },
    { id: 'carbon', measure: 'kilogramsCo2ePerMonth', maxIncrease: '10%', severity: 'fail' },
    { id: 'token-headroom', measure: 'tpotHeadroom', min: '5%', severity: 'warn' },
    { id: 'fresh', measure: 'priceAgeDays', max: 30, severity: 'warn' },
    { id: 'places', measure: 'region', allowed: ['US', 'us-east-1'], severity: 'fail' },
  ],
  acknowledgements: [{ guardrail: 'carbon', reason: 'moves to hydropower in spring', until: '2027-06-30' }],
});
const review = (base: Side, head: Side, changes: object = {}): Promise<PlanDiff> =>
  reviewChange({
    base,
    head,
    choice: WINNER,
    version: VERSION,
    policy: { content: policy, where: (index) => ({ file: 'policy.yaml', line: index + 3 }) },
    today: '2026-11-24',
    moment: { validAt: '2026-11-24T09:00:00Z', commit: '4a4d4ef7e1c0de0000000000000000000000beef' },
    reproduce: 'seekstack diff main:prod-chat.yaml prod-chat.yaml --policy policy.yaml',
    ...changes,
  });
const grown = {
  ...baseWorkload,
  demand: { users: 40_000, activeAtPeak: '10%' },
  latency: { ttft: 'p95 <= 2s', tpot: 'p95 <= 40ms' },
};
const impossible = { ...baseWorkload, latency: { ttft: 'p95 <= 2s', tpot: 'p95 <= 2ms' } };

const cases: Record<string, PlanDiff> = {};
beforeAll(async () => {
  const base = sideOf(planOf(baseWorkload));
  cases.grown = await review(base, sideOf(planOf(grown)));
  cases.unchanged = await review(base, base);
  cases.new = await review(noSide(), base);
  cases.infeasible = await review(base, sideOf(planOf(impossible)));
  const head = sideOf(planOf(grown));
  cases.incomplete = await review(base, {
    ...head,
    measured: head.measured === null ? null : { ...head.measured, priced: false },
    told: { ...head.told, missing: [{ what: 'p9.48xlarge', reason: 'no price was found', fix: 'add its price' }] },
  });
});
const NAMES = ['grown', 'unchanged', 'new', 'infeasible', 'incomplete'] as const;
const caseOf = (name: string) => cases[name] ?? expect.fail(name);

describe.each(NAMES)('%s', (name) => {
  test('is told as reviewed', async () => {
    const diff = caseOf(name);
    await expect(renderDiffMarkdown(diff, 'github')).toMatchFileSnapshot(`../golden/diff/${name}.github.md`);
    await expect(renderDiffTable(diff, ink)).toMatchFileSnapshot(`../golden/diff/${name}.txt`);
  });
  test('is a document of its schema, and comes back from its JSON as it was', () => {
    const diff = caseOf(name);
    expect(diffSchema.parse(JSON.parse(renderDiffJson(diff)))).toEqual(JSON.parse(JSON.stringify(diff)));
  });
  test('fits eighty columns', () => {
    for (const line of renderDiffTable(caseOf(name), ink).split('\n')) expect([...line].length, line).toBeLessThanOrEqual(80);
  });
  test.each(FLAVOURS)('%s: small, the same bytes again, one tag, and no HTML but the fold', (flavour) => {
    const text = renderDiffMarkdown(caseOf(name), flavour);
    expect(renderDiffMarkdown(structuredClone(caseOf(name)), flavour)).toBe(text);
    expect(new TextEncoder().encode(text).length).toBeLessThan(60_000);
    expect(parseCommentTag(text)).toEqual(
      flavour === 'md'
        ? null
        : { key: caseOf(name).name, validAt: '2026-11-24T09:00:00Z', head: '4a4d4ef7e1c0de0000000000000000000000beef' },
    );
    const html = [...text.replace(/`[^`]*`/g, '').matchAll(/<[^>]+>/g)]
      .map((match) => match[0])
      .filter((each) => !each.startsWith('<!--'));
    expect(new Set(html)).toEqual(
      new Set(
        flavour === 'bitbucket' || flavour === 'md'
          ? []
          : html.length === 0
            ? []
            : ['<details>', '<summary>', '</summary>', '</details>'],
      ),
    );
  });
});

test('a comment without a total shows none', () => {
  const amounts = /USD [\d,]+(?: →| a month)/;
  for (const flavour of FLAVOURS) {
    const text = renderDiffMarkdown(caseOf('incomplete'), flavour);
    expect(text).toContain('no total');
    expect(text.split('\n').find((line) => line.startsWith('| Cost, USD a month'))).toMatch(/\| – \| – \|$/);
    expect(text.split('\n')[2]).not.toMatch(amounts);
  }
});

test('the JUnit report is XML, with a failure for what failed and for nothing else', () => {
  for (const name of NAMES) {
    const text = renderDiffJunit(caseOf(name));
    expect(XMLValidator.validate(text), name).toBe(true);
    const suite = new XMLParser({ ignoreAttributes: false }).parse(text).testsuites.testsuite;
    const failed = caseOf(name).guardrails.filter((each) => each.outcome === 'failed').length + (name === 'infeasible' ? 1 : 0);
    expect([Number(suite['@_failures']), Number(suite['@_errors'])]).toEqual([failed, name === 'incomplete' ? 1 : 0]);
    expect(suite.testcase.length ?? 1).toBe(caseOf(name).guardrails.length + 1 || 1);
  }
});

test('the SARIF report is valid by its published schema, each finding at its line of the policy', () => {
  const schema = createRequire(import.meta.url)('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
  const validate = new Draft04Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(schema);
  for (const name of NAMES)
    expect(validate(JSON.parse(renderDiffSarif(caseOf(name)))), JSON.stringify(validate.errors)).toBe(true);
  const { results } = JSON.parse(renderDiffSarif(caseOf('grown'))).runs[0];
  expect(results.map((each: { ruleId: string; level: string }) => [each.ruleId, each.level])).toEqual(
    caseOf('grown')
      .guardrails.filter((each) => each.outcome !== 'passed')
      .map((each) => [each.id, each.outcome === 'failed' ? 'error' : 'warning']),
  );
  expect(results[0].locations[0].physicalLocation).toEqual({
    artifactLocation: { uri: 'policy.yaml' },
    region: { startLine: 4 },
  });
});

describe('five hundred of everything', () => {
  const many = (diff: PlanDiff): PlanDiff => ({
    ...diff,
    base: { ...diff.base },
    lines: {
      moved: Array.from({ length: 500 }, (_, index) => ({
        id: `line-${index}`,
        label: `@team ${'x'.repeat(90)} ${index}`,
        before: index,
        after: index * 2,
        delta: index,
        basis: 'b',
      })),
      unmoved: 0,
    },
    attribution: {
      ...diff.attribution,
      causes: Array.from({ length: 500 }, (_, index) => ({
        kind: 'project' as const,
        name: `cause ${'|'.repeat(120)} ${index}`,
        before: '<b>',
        after: '*'.repeat(150),
        where: null,
        usdPerMonth: 500 - index,
      })),
    },
    guardrails: Array.from({ length: 500 }, (_, index) => ({
      ...(diff.guardrails[0] as PlanDiff['guardrails'][number]),
      id: `g-${index}`,
      message: '<'.repeat(150),
      reason: '|'.repeat(150),
    })),
  });
  test.each(FLAVOURS)('%s stays below 60,000 bytes, and what is read first stays', (flavour) => {
    const text = renderDiffMarkdown(many(caseOf('grown')), flavour);
    expect(new TextEncoder().encode(text).length).toBeLessThan(60_000);
    expect(text).toContain('| Cost, USD a month |');
    expect(text).toMatch(/… and \d+ more/);
  });
});

test('names that want more than to be read are read and nothing else', () => {
  const hostile = '</details> <img src=x> @team [a](http://evil) ![i](http://evil) https://evil | `x` <!-- #1';
  const found = caseOf('grown');
  const diff: PlanDiff = {
    ...found,
    name: hostile,
    reproduce: hostile,
    head: { ...found.head, missing: [{ what: hostile, reason: hostile, fix: hostile }] },
    attribution: {
      ...found.attribution,
      notes: [hostile],
      causes: found.attribution.causes.map((cause) => ({
        ...cause,
        name: hostile,
        before: hostile,
        where: { file: hostile, line: 1 },
      })),
    },
    guardrails: found.guardrails.map((each) => ({
      ...each,
      message: hostile,
      reason: hostile,
      where: { file: hostile, line: 1 },
      acknowledgement: { reason: hostile, until: '2027-01-01', expired: false },
    })),
    lines: { ...found.lines, moved: found.lines.moved.map((line) => ({ ...line, label: hostile })) },
    assumptions: { ranges: [{ label: hostile, lowUsdPerMonth: -1, highUsdPerMonth: 1 }], flips: [hostile] },
  };
  interface Node {
    readonly type: string;
    readonly value?: string;
    readonly children?: readonly Node[];
  }
  const nodes = (node: Node): Node[] => [node, ...(node.children ?? []).flatMap(nodes)];
  for (const flavour of FLAVOURS) {
    const tree = fromMarkdown(renderDiffMarkdown(diff, flavour), {
      extensions: [gfm()],
      mdastExtensions: [gfmFromMarkdown()],
    }) as Node;
    const types = nodes(tree).filter((each) =>
      ['link', 'linkReference', 'image', 'imageReference', 'footnoteReference'].includes(each.type),
    );
    expect(types).toEqual([]);
    for (const { value } of nodes(tree).filter((each) => each.type === 'html'))
      expect(value).toMatch(/^(<details><summary>[\w ()',]+<\/summary>|<\/details>|<!-- seekstack:comment v1 [^<>@]+ -->)$/);
    const text = nodes(tree)
      .filter((each) => each.type === 'text')
      .map((each) => each.value)
      .join('\n');
    expect(text).not.toMatch(/@team|https:\/\/|#1\b/);
  }
});
