// The docs are run: every command in a fence, page by page, in a folder that holds what a checkout does.
import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../load-real.ts';
import { readInlineCode, readSteps, type Step } from './read-commands.ts';
import { startStandIn } from './stand-in.ts';

const PAGES = ['README.md', ...readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : []))];
/** Where the docs say that an engine listens. */
const SHOWN_HOST = '127.0.0.1:8000';
const workspaces: string[] = [];
let standIn: Awaited<ReturnType<typeof startStandIn>>;
beforeAll(async () => {
  standIn = await startStandIn();
});
afterAll(() => {
  standIn.stop();
  for (const folder of workspaces) rmSync(folder, { recursive: true, force: true });
});

interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** A folder with what commands of the docs read, and `seekstack` on its path. */
function openWorkspace(): { folder: string; run: (command: string) => Promise<Outcome> } {
  const folder = mkdtempSync(join(tmpdir(), 'seekstack-docs-'));
  workspaces.push(folder);
  for (const name of ['catalogs', 'examples', 'schemas']) cpSync(join(root, name), join(folder, name), { recursive: true });
  const bin = join(folder, '.bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'seekstack'), `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'dist/src/cli/main.js')}" "$@"\n`);
  chmodSync(join(bin, 'seekstack'), 0o755);
  const environment = { ...process.env, PATH: `${bin}:${process.env.PATH ?? ''}`, NO_COLOR: '1', CI: 'true', CHECKOUT: root };
  return {
    folder,
    run: (command) =>
      new Promise((resolve) => {
        const options = { cwd: folder, env: environment, timeout: 300_000, maxBuffer: 64 * 1024 * 1024 };
        execFile('bash', ['-c', `set -euo pipefail; ${command}`], options, (error, out, talk) =>
          resolve({ code: error === null ? 0 : Number(error.code ?? -1), output: `${out}${talk}` }),
        );
      }),
  };
}

/** The same command of an installed package: a checkout reaches it through npm. */
function installed(command: string): string {
  return command.replaceAll('npm run -s seekstack -- ', 'seekstack ').replace(/^npm ci && /, '');
}

const text = (page: string) => readFileSync(join(root, page), 'utf8');
const stepsOf = new Map<string, Step[]>(PAGES.map((page) => [page, readSteps(text(page))]));

describe.each(PAGES.filter((page) => stepsOf.get(page)?.some((step) => step.kind === 'run')))('%s', (page) => {
  test('does what it shows', { timeout: 1_200_000 }, async () => {
    const { folder, run } = openWorkspace();
    for (const step of stepsOf.get(page) ?? []) {
      if (step.kind === 'write') {
        mkdirSync(dirname(join(folder, step.path)), { recursive: true });
        writeFileSync(join(folder, step.path), step.text);
      } else if (step.kind === 'run') {
        const { code, output } = await run(installed(step.command).replaceAll(SHOWN_HOST, standIn.host));
        expect(step.exits, `${step.command}\n${output}`).toContain(code);
      }
    }
  });
});

test('commands within sentences and tables exist, with the options they name', { timeout: 300_000 }, async () => {
  const { run } = openWorkspace();
  const help = new Map<string, string>();
  const helpOf = async (words: readonly string[]) => {
    const key = words.join(' ');
    const known = help.get(key) ?? (await run(`seekstack ${key} --help`)).output;
    help.set(key, known);
    return known;
  };
  const wrong: string[] = [];
  for (const page of PAGES)
    for (const code of readInlineCode(text(page)).filter((each) => /^seekstack [a-z]/.test(each))) {
      const words = code.split(/\s+/).slice(1);
      const command = words[0] as string;
      if (!new RegExp(`^  ${command}\\b`, 'm').test(await helpOf([]))) {
        wrong.push(`${page}: ${code}`);
        continue;
      }
      const group = await helpOf([command]);
      const nested =
        words[1] !== undefined &&
        new RegExp(`^  ${words[1].replaceAll(/\W/g, '')}\\b`, 'm').test(group.split('Commands:')[1] ?? '');
      const known = nested ? await helpOf([command, words[1] as string]) : group;
      for (const [option] of code.matchAll(/(?<=\s)--[a-z-]+/g))
        if (!known.includes(option)) wrong.push(`${page}: ${code}: ${option}`);
    }
  expect(wrong).toEqual([]);
});
