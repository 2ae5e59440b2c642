// Any input: whatever is typed or edited, it is an answer or a user's error, never a bug of ours.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EXIT } from '../../src/errors.ts';
import { examplePath, makeFolder, put, runCli, soundWorkload } from './recording.ts';

const seed = 20261123;

test('any words on the command line', async () => {
  const folder = makeFolder();
  const workload = put(folder, 'w.yaml', soundWorkload);
  const words = fc.constantFrom(
    ...['plan', 'emit', 'models', 'catalog', 'list', 'show', 'check', 'help', 'machines', 'prices', 'h200-sxm'],
    ...[
      'constructor',
      '__proto__',
      'toString',
      '',
      ' ',
      '--',
      '-',
      '-h',
      '--help',
      '-V',
      '--no-color',
      '--bogus',
      '--format',
      'json',
    ],
    ...['md', 'csv', 'table', '--option', 'aws', '--provider', 'onprem', '--force', '--as-of', '2026-02-31', '2026-11-23'],
    ...['--max-age-days', '-1', '1e3', 'NaN', '--catalog', folder, workload, '\u0000', 'ünïcode', '$(reboot)', '../..'],
  );
  await fc.assert(
    fc.asyncProperty(fc.array(words, { maxLength: 6 }), async (argv) => {
      const told = await runCli(argv);
      expect([told.exitCode, told.err]).not.toEqual([EXIT.ourBug, expect.anything()]);
      if (told.exitCode === EXIT.invalidInput) expect(told.out).toBe('');
    }),
    { numRuns: 200, seed },
  );
});

test('any edit of a workload', async () => {
  const folder = makeFolder();
  const texts = ['code', 'rag-norway', 'cpu-team', 'batch'].map((name) => readFileSync(examplePath(name), 'utf8'));
  const words = [
    '0',
    '-1',
    '1e9',
    '1e400',
    '.nan',
    'null',
    '~',
    '""',
    '[]',
    '{}',
    '[1]',
    '{a: 1}',
    'true',
    'XX',
    '1k',
    '0%',
    '100%',
    '9y',
    '0s',
  ];
  const edit = fc.record({ text: fc.constantFrom(...texts), at: fc.nat(), word: fc.constantFrom(...words), kind: fc.nat(3) });
  await fc.assert(
    fc.asyncProperty(edit, async ({ text, at, word, kind }) => {
      const tokens = [...text.matchAll(/[\w.-]+%?|"[^"]*"/g)];
      const token = tokens[at % tokens.length] as RegExpMatchArray;
      const start = token.index as number;
      const end = start + token[0].length;
      const lines = text.split('\n');
      const edited = [
        () => text.slice(0, start) + word + text.slice(end),
        () => text.slice(0, start) + text.slice(end),
        () => lines.filter((_, index) => index !== at % lines.length).join('\n'),
        () => text.slice(0, start),
      ][kind]?.();
      const told = await runCli(['plan', put(folder, 'w.yaml', edited ?? '')]);
      expect([told.exitCode, told.err]).not.toEqual([EXIT.ourBug, expect.anything()]);
      expect(told.out).not.toMatch(/\bNaN\b|undefined|\[object/);
      if (told.exitCode === EXIT.invalidInput) expect(told.err).toMatch(/^E_[A-Z_]+/);
    }),
    { numRuns: 120, seed },
  );
});

test('any edit of a plan', async () => {
  const folder = makeFolder();
  const path = join(folder, 'plan.json');
  await runCli(['plan', examplePath('cpu-team'), '-o', path]);
  const text = readFileSync(path, 'utf8');
  const paths: (readonly (string | number)[])[] = [];
  const walk = (value: unknown, at: readonly (string | number)[]): void => {
    if (at.length > 0 && at[0] !== 'rejected' && at[0] !== 'inputs') paths.push(at);
    if (Array.isArray(value)) for (const [index, inner] of value.slice(0, 2).entries()) walk(inner, [...at, index]);
    else if (typeof value === 'object' && value !== null)
      for (const [key, inner] of Object.entries(value)) walk(inner, [...at, key]);
  };
  walk(JSON.parse(text), []);
  const values = fc.constantFrom<unknown>(
    null,
    -1,
    0,
    1.5,
    1e308,
    '',
    '../x',
    'a\nb',
    [],
    {},
    true,
    '__proto__',
    'x'.repeat(400),
  );
  await fc.assert(
    fc.asyncProperty(fc.nat(paths.length - 1), values, async (which, value) => {
      const plan = JSON.parse(text) as Record<string | number, never>;
      const at = [...(paths[which] as (string | number)[])];
      const last = at.pop() as string | number;
      (
        at.reduce<Record<string | number, unknown>>((inner, key) => inner[key] as never, plan) as Record<string | number, unknown>
      )[last] = value;
      const told = await runCli([
        'emit',
        put(folder, 'edited.json', JSON.stringify(plan)),
        '--out',
        join(folder, 'out'),
        '--force',
      ]);
      expect([told.exitCode, told.err]).not.toEqual([EXIT.ourBug, expect.anything()]);
    }),
    { numRuns: 150, seed },
  );
});
