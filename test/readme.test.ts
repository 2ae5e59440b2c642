// The README shows real output, and every command of the project that it names exists.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exampleDeployments } from '../scripts/emit-examples.ts';
import { run } from '../src/cli/run.ts';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

test('the README shows what its first command prints', async () => {
  let out = '';
  const exitCode = await run(['plan', join(root, 'examples/chat.yaml')], {
    out: (text) => {
      out += text;
    },
    err: () => {},
    colour: false,
    liveTalk: false,
    environment: {},
    nodeVersion: '20.20.2',
    nowSeconds: () => 0,
  });
  expect(exitCode).toBe(0);
  const shown = /```text\n([\s\S]*?)```/.exec(readme)?.[1];
  expect(shown).toBe(out);
});

test('every npm script the README names is there', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const named = [...readme.matchAll(/npm run (?:-s |--silent )?([a-z:]+)/g)].map((match) => match[1] as string);
  expect(named.length).toBeGreaterThan(0);
  for (const name of named) expect(Object.keys(scripts)).toContain(name);
});

test('every file the README links to is there', () => {
  for (const [, path] of readme.matchAll(/\]\(((?!https?:)[^)#]+)\)/g))
    expect(() => readFileSync(join(root, path as string))).not.toThrow(/ENOENT/);
});

test('the example deployments are those of the chat example', () => {
  for (const [name, text] of exampleDeployments())
    expect(readFileSync(join(root, 'examples/deployments', name), 'utf8')).toBe(text);
});
