// Every error a user can meet: one clear message, the right exit code, nothing written, no stack trace.
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ERROR_CODES, type ErrorCode } from '../../src/errors.ts';
import { root } from '../load-real.ts';
import { inFolder, runCli } from './harness.ts';

const CHAT = `schema: seekstack/workload@1
model: deepseek-v3.2
use: chat
demand: { users: 1200, activeAtPeak: 15% }
latency: { ttft: "p95 <= 2s", tpot: "p95 <= 50ms" }
budget: { monthly: USD 120k, term: 3y }
`;

/** Plans a text; expects the code, its exit code, no output, no file. */
async function expectProblem(text: string | Uint8Array, code: ErrorCode, says: RegExp): Promise<void> {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'w.yaml'), text);
    const { exitCode, out, err } = await runCli('plan', join(folder, 'w.yaml'), '-o', join(folder, 'plan.json'));
    expect(err).toContain(code);
    expect(err).toMatch(says);
    expect(err).toMatch(/got: .+\n {2}expected: .+\n {2}fix: .+/);
    expect(err).not.toMatch(/\n\s+at /);
    expect(exitCode).toBe(ERROR_CODES[code].exit);
    expect(out).toBe('');
    expect(readdirSync(folder)).toEqual(['w.yaml']);
  });
}

describe('a workload file', () => {
  test.each([
    ['that is empty', '', 'E_FILE_EMPTY', /empty/],
    ['of white space', '  \n\n', 'E_FILE_EMPTY', /empty/],
    ['that is not text', new Uint8Array([0xff, 0xfe, 0x00, 0x80]), 'E_FILE_UNREADABLE', /UTF-8/],
    ['of 10 MB', 'x'.repeat(10_000_000), 'E_FILE_TOO_LARGE', /at most 1 MiB/],
    ['with a tab', CHAT.replace('use:', '\tuse:'), 'E_YAML_SYNTAX', /w\.yaml:\d+:\d+/],
    ['with a key twice', `${CHAT}use: rag\n`, 'E_YAML_SYNTAX', /w\.yaml:7:1/],
    ['of two documents', `${CHAT}---\n${CHAT}`, 'E_YAML_SYNTAX', /document/],
    ['that refers to itself', 'schema: seekstack/workload@1\nmodel: &a [*a]\n', 'E_YAML_ALIAS', /w\.yaml:2:12/],
    ['of another kind', CHAT.replace('workload@1', 'plan@1'), 'E_SCHEMA', /seekstack\/workload@1/],
    ['of another version', CHAT.replace('workload@1', 'workload@2'), 'E_SCHEMA', /seekstack\/workload@1/],
    ['without a schema', CHAT.replace(/^.*\n/, ''), 'E_SCHEMA', /no schema field/],
    ['that is a list', '- 1\n', 'E_FIELD_TYPE', /mapping/],
    ['without a model', CHAT.replace(/model:.*\n/, ''), 'E_FIELD_MISSING', /add model/],
    ['with an unknown field', `${CHAT}limitz: {}\n`, 'E_FIELD_UNKNOWN', /w\.yaml:7:1 {2}limitz[\s\S]*did you mean limits\?/],
    [
      'with an unknown nested field',
      CHAT.replace('users:', 'user:'),
      'E_FIELD_UNKNOWN',
      /w\.yaml:4:11[\s\S]*did you mean users\?/,
    ],
    ['with a number for a text', CHAT.replace('"p95 <= 2s"', '2'), 'E_FIELD_TYPE', /p95 <= 2s/],
    ['with a text for a number', CHAT.replace('1200', 'many'), 'E_FIELD_TYPE', /number/],
    ['with a negative number', CHAT.replace('1200', '-5'), 'E_VALUE', /demand\.users/],
    ['with NaN', CHAT.replace('1200', '.nan'), 'E_FIELD_TYPE', /demand\.users/],
    ['with infinity', CHAT.replace('1200', '.inf'), 'E_FIELD_TYPE', /demand\.users/],
    ['with a huge number', CHAT.replace('1200', '9e99'), 'E_VALUE', /demand\.users/],
    ['with too large a share', CHAT.replace('15%', '150%'), 'E_VALUE', /at most 100%/],
    ['with money without a currency', CHAT.replace('USD 120k', '120k'), 'E_VALUE', /currency/],
    ['with a latency without a unit', CHAT.replace('50ms', '50'), 'E_VALUE', /p95 <= 2s/],
    [
      'with two kinds of demand',
      CHAT.replace('users: 1200, activeAtPeak: 15%', 'concurrency: 4, requestsPerSecond: 1'),
      'E_VALUE',
      /exactly one/,
    ],
    ['without a demand', CHAT.replace('users: 1200, activeAtPeak: 15%', ''), 'E_VALUE', /exactly one/],
    ['with an unknown use', CHAT.replace('chat', 'chatt'), 'E_VALUE', /"chat", "rag"/],
    ['with an unknown model', CHAT.replace('v3.2', 'v3.9'), 'E_REFERENCE', /w\.yaml:2:1 {2}model[\s\S]*did you mean deepseek-v3/],
    [
      'with an unknown region',
      `${CHAT}place: { regions: [eu-north-9] }\n`,
      'E_REFERENCE',
      /place\.regions\[0\][\s\S]*eu-north-1/,
    ],
    ['with an unknown machine', `${CHAT}limits: { machines: [p5xx.48xlarge] }\n`, 'E_REFERENCE', /limits\.machines\[0\]/],
    ['with an unknown currency', CHAT.replace('USD 120k', 'XXX 120k'), 'E_REFERENCE', /budget\.monthly/],
    ['with a context no model has', `${CHAT}limits: { maxContext: 9M }\n`, 'E_VALUE', /limits\.maxContext/],
    [
      'whose machines have no price',
      `${CHAT}limits: { machines: [p5e.48xlarge] }\nplace: { onPremises: excluded }\n`,
      'E_PRICE_MISSING',
      /p5e\.48xlarge/,
    ],
  ] as const)('%s', async (_name, text, code, says) => expectProblem(text, code, says));

  test('that is not there', async () => {
    const { exitCode, err } = await runCli('plan', 'no-such-file.yaml');
    expect([exitCode, err.split('\n')[0]]).toEqual([2, 'E_FILE_MISSING  no-such-file.yaml']);
  });
  test('that is a folder', async () => {
    const { exitCode, err } = await runCli('plan', root);
    expect([exitCode, err.split(' ')[0]]).toEqual([2, 'E_FILE_UNREADABLE']);
  });
  test('full of aliases does not grow without bound', async () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'.split('').map((key, index) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`),
    ].join('\n');
    await expectProblem(`schema: seekstack/workload@1\n${bomb}\n`, 'E_YAML_ALIAS', /alias/);
  });
});

describe('the command line', () => {
  test.each([
    [['frobnicate'], /unknown command/],
    [['plan'], /missing required argument/],
    [['plan', 'x.yaml', '--formt', 'json'], /unknown option/],
    [['plan', 'x.yaml', '--format', 'xml'], /Allowed choices/],
    [['emit', 'plan.json'], /--out/],
    [['catalog', 'list', 'machnes'], /did you mean machines\?/],
    [['catalog', 'check', '--as-of', 'yesterday'], /a date such as/],
    [['catalog', 'check', '--as-of', '2026-11-23', '--max-age-days', '-1'], /number of days/],
  ])('%j says what is wrong and exits with 2', async (argv, says) => {
    const { exitCode, out, err } = await runCli(...argv);
    expect(err).toMatch(/^E_USAGE/);
    expect(err).toMatch(says);
    expect([exitCode, out]).toEqual([2, '']);
  });
  test('tells old prices with exit code 5', async () => {
    const { exitCode, err } = await runCli('catalog', 'check', '--as-of', '2031-01-01');
    expect(err).toMatch(/^E_FACT_OLD/);
    expect(exitCode).toBe(5);
  });
  test('tells a catalogue without facility assumptions with exit code 5', async () => {
    await inFolder(async (folder) => {
      cpSync(join(root, 'catalogs'), folder, { recursive: true });
      rmSync(join(folder, 'facility.yaml'));
      const { exitCode, err } = await runCli('plan', join(root, 'examples/chat.yaml'), '--catalog', folder);
      expect(err).toMatch(/^E_FACT_MISSING/);
      expect(exitCode).toBe(5);
    });
  });
  test('points at the line of a loose source in a catalogue', async () => {
    await inFolder(async (folder) => {
      cpSync(join(root, 'catalogs'), folder, { recursive: true });
      const path = join(folder, 'currencies.yaml');
      writeFileSync(path, readFileSync(path, 'utf8').replace(/source: \S+ \}/, 'source: nowhere }'));
      const { exitCode, err } = await runCli('catalog', 'check', '--catalog', folder);
      expect(err).toMatch(/^E_REFERENCE {2}.*currencies\.yaml:\d+:\d+/);
      expect(exitCode).toBe(2);
    });
  });
  test('keeps the stack of a bug of its own and exits with 70', async () => {
    const { run } = await import('../../src/cli/run.ts');
    let err = '';
    const exitCode = await run(['models'], {
      out: () => {
        throw new Error('broken pipe of a test');
      },
      err: (text) => {
        err += text;
      },
      colour: false,
      liveTalk: false,
      environment: {},
      nodeVersion: '20.0.0',
      nowSeconds: () => 0,
    });
    expect(exitCode).toBe(70);
    expect(err).toMatch(/bug of its own[\s\S]*broken pipe of a test\n\s+at /);
  });
});

test('a place that cannot be written leaves nothing behind', async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'file'), 'x');
    const { exitCode, err } = await runCli('plan', join(root, 'examples/chat.yaml'), '-o', join(folder, 'file', 'plan.json'));
    expect(err).toMatch(/^E_FILE_UNREADABLE/);
    expect(exitCode).toBe(2);
    expect(readdirSync(folder)).toEqual(['file']);
  });
});

test('every error code is met somewhere in these tests', () => {
  const tests = [
    'test/errors.test.ts',
    'test/cli/bad-input.test.ts',
    'test/cli/commands.test.ts',
    'test/emit/emit.test.ts',
    'test/post/failures.test.ts',
  ]
    .map((path) => readFileSync(join(root, path), 'utf8'))
    .join('\n');
  // E_THRESHOLD waits for guardrails.
  for (const code of Object.keys(ERROR_CODES).filter((each) => each !== 'E_THRESHOLD')) expect(tests).toContain(code);
  expect(existsSync(join(root, 'plan.json'))).toBe(false);
});
