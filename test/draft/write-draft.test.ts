// A drafted workload: it plans as it is; every commented field, uncommented, is valid; every default shown is the one in force.
import { describe, expect, test } from 'vitest';
import { describeWorkload } from '../../src/draft/describe-workload.ts';
import { listOptionalFields, type OptionalField } from '../../src/draft/optional-fields.ts';
import { writeDraft } from '../../src/draft/write-draft.ts';
import { parseWorkload } from '../../src/files/read-documents.ts';
import { resolveWorkload } from '../../src/plan/resolve-workload.ts';
import { realCatalog } from '../load-real.ts';

const catalog = realCatalog();
const tail = 'latency: { ttft: p95 <= 2s, tpot: p95 <= 50ms }\nbudget: { monthly: EUR 120k, term: 3y }\n';
const head = 'schema: seekstack/workload@1\nmodel: deepseek-v3.2\n';
const ANSWERS = {
  users: `${head}use: chat\ndemand: { users: 1200, activeAtPeak: 15% }\n${tail}`,
  arrivals: `${head}use: code\ndemand: { requestsPerSecond: 0.4 }\n${tail}`,
  flights: `${head}use: reasoning\ndemand: { concurrency: 60 }\n${tail}`,
  tokens: `${head}use: batch\ndemand: { tokensPerDay: 2G }\nbudget: { monthly: unlimited, term: none }\n`,
};

function draft(yaml: string) {
  const { workload, source } = parseWorkload(yaml, 'w.yaml');
  return {
    text: writeDraft({ document: source.document, workload }, catalog, 'w'),
    optional: listOptionalFields(workload, catalog, 'w'),
  };
}

/** Removes the # of some fields, of what they need, and of their sections; required fields of a section come with it. */
function uncomment(text: string, paths: readonly string[]): string {
  let section = '';
  const wanted = new Set(paths.flatMap((path) => [path, path.split('.')[0] ?? '']));
  if (wanted.has('training')) for (const name of ['method', 'tokens']) wanted.add(`training.${name}`);
  if (wanted.has('speculation')) wanted.add('speculation.draftTokens');
  return text
    .split('\n')
    .map((line) => {
      const [, hash = '', indent = '', name] = /^(#?)( *)([A-Za-z]+):/.exec(line) ?? [];
      if (name === undefined || line.startsWith('##')) return line;
      if (indent === '') section = name;
      return wanted.has(indent === '' ? name : `${section}.${name}`) ? line.slice(hash.length) : line;
    })
    .join('\n');
}

/** Percentages are written with six decimals. */
const rounded = (value: unknown) =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'number' ? Number(inner.toPrecision(6)) : inner), 1);
const given = (field: OptionalField) => [field.path, ...field.needs];
/** Names a file that is not there, so that only its form can be looked at. */
const needsFile = new Set(['onPremises.tariff']);

describe.each(Object.entries(ANSWERS))('from %s', (_kind, yaml) => {
  const { text, optional } = draft(yaml);
  const plain = resolveWorkload(parseWorkload(yaml, 'w.yaml').workload, catalog, 'w');

  test('means what the answers mean', () => {
    expect(parseWorkload(text, 'w.yaml').workload).toEqual(parseWorkload(yaml, 'w.yaml').workload);
  });
  test('fits an editor', () => {
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(130);
  });
  test.each(optional.map((field) => [field.path, field] as const))('%s, uncommented', (path, field) => {
    const edited = uncomment(text, given(field));
    expect(edited).not.toBe(text);
    const { workload, source } = parseWorkload(edited, 'w.yaml');
    const [section = '', name] = path.split('.');
    const inner = source.document[section] as Record<string, unknown>;
    expect(name === undefined ? inner : inner[name]).toEqual(field.value);
    if (needsFile.has(path)) return;
    const resolved = resolveWorkload(workload, catalog, 'w');
    if (!field.inForce || path.startsWith('training.') || path.startsWith('deployment.')) return;
    // Functions, and what is taken for granted, differ by nature; a speculation of no token is none.
    const comparable = ({ assumptions, site: { tariffFor, ...site }, speculation, ...rest }: typeof resolved) => ({
      ...rest,
      site,
      speculation: speculation?.draftTokens === 0 ? null : speculation,
    });
    expect(rounded(comparable(resolved))).toBe(rounded(comparable(plain)));
  });
});

test('together, the drafts show every field of the schema', () => {
  const drafts = Object.values(ANSWERS).map(draft);
  const shown = new Set(drafts.flatMap(({ optional }) => optional.map((field) => field.path)));
  const sections = new Set([...describeWorkload().keys()].map((path) => path.split('.')[0]));
  const answered = [
    'model',
    'use',
    'users',
    'activeAtPeak',
    'requestsPerSecond',
    'concurrency',
    'tokensPerDay',
    'latency',
    'ttft',
    'tpot',
  ];
  for (const path of describeWorkload().keys()) {
    const [section = '', name] = path.split('.');
    // Parts of one value: percentiles, hours of a shape.
    if (path.split('.').length > 2) continue;
    if (['$schema', 'schema', 'demand.trace', 'budget.monthly', 'budget.term'].includes(path)) continue;
    if (answered.includes(name ?? section)) continue;
    if (name === undefined && sections.has(section) && [...shown].some((each) => each.startsWith(`${section}.`))) continue;
    expect([...shown], path).toContain(path);
  }
});

test('every field and section says what it means', () => {
  for (const [path, meaning] of describeWorkload())
    if (!['$schema', 'schema', 'budget'].includes(path) && !/\.p\d+$/.test(path)) expect(meaning, path).toMatch(/^\S.{8,}\.$/);
});
