// Completion: what comes next on a command line, and real shells that ask for it.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { makeFolder, put, root, runCli, soundWorkload } from './recording.ts';

const main = join(root, 'dist/src/cli/main.js');
const candidates = async (...words: string[]) => {
  const { exitCode, out, err } = await runCli(['complete', '--', ...words]);
  expect([exitCode, err]).toEqual([0, '']);
  const lines = out.trimEnd().split('\n');
  return { values: lines.slice(0, -1).map((line) => line.split('\t')[0]), files: lines.at(-1) === ':0' };
};

test('commands, and commands of a group', async () => {
  expect((await candidates('')).values).toEqual(expect.arrayContaining(['init', 'plan', 'catalog', 'complete']));
  expect(await candidates('pl')).toEqual({ values: ['plan'], files: false });
  expect((await candidates('catalog', '')).values).toEqual(expect.arrayContaining(['list', 'show', 'check', 'refresh']));
});

test('options of the command alone, and the choices of one', async () => {
  const { values, files } = await candidates('emit', '-');
  expect([values.includes('--provider'), values.includes('--confidence'), files]).toEqual([true, false, false]);
  expect(await candidates('emit', 'p.json', '--provider', '')).toEqual({ values: ['aws', 'azure', 'onprem'], files: false });
  expect(await candidates('complete', 'f')).toEqual({ values: ['fish'], files: false });
});

test('files where files are wanted, and nothing where nobody can guess', async () => {
  expect(await candidates('plan', '')).toEqual({ values: [], files: true });
  expect(await candidates('plan', 'w.yaml', '-o', '')).toEqual({ values: [], files: true });
  expect(await candidates('simulate', 'p.json', '--requests', '')).toEqual({ values: [], files: false });
  expect(await candidates('models', '')).toEqual({ values: [], files: false });
});

test('ids of the catalogue', async () => {
  expect((await candidates('init', '--model', 'deepseek-v3.2')).values).toContain('deepseek-v3.2-exp');
  expect((await candidates('catalog', 'show', 'h200')).values).toContain('h200-sxm');
  expect((await candidates('catalog', 'refresh', '--region', 'eastus')).values).toContain('eastus2');
  expect((await candidates('catalog', 'list', 'tar')).values).toEqual(['tariffs']);
});

test('options of the plan named before, and none of what is no plan', async () => {
  const folder = makeFolder();
  const path = join(folder, 'plan.json');
  await runCli(['plan', put(folder, 'w.yaml', soundWorkload), '-o', path]);
  const { values } = await candidates('emit', path, '--option', 'onprem/');
  expect(values.length).toBeGreaterThan(3);
  for (const value of values) expect(value).toMatch(/^onprem\//);
  expect((await candidates('emit', put(folder, 'not.json', '[1'), '--option', '')).values).toEqual([]);
  expect((await candidates('emit', join(folder, 'none.json'), '--option', '')).values).toEqual([]);
});

describe('in a shell', () => {
  beforeAll(() => {
    if (!existsSync(main)) execFileSync('npm', ['run', '--silent', 'build'], { cwd: root });
  });
  const has = (shell: string) => spawnSync(shell, ['-c', 'true']).status === 0;
  /** A folder with the program on PATH under its name. */
  function start(shell: string, script: string): string {
    const folder = makeFolder();
    mkdirSync(join(folder, 'bin'));
    put(join(folder, 'bin'), 'seekstack', `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`);
    execFileSync('chmod', ['+x', join(folder, 'bin/seekstack')]);
    put(folder, 'some-workload.yaml', '');
    const env = { PATH: `${join(folder, 'bin')}:${process.env.PATH}`, HOME: folder, TERM: 'dumb' };
    const run = spawnSync(shell, ['-c', script], { cwd: folder, env, encoding: 'utf8' });
    return `${run.stdout}${run.stderr}`;
  }
  /** What bash would complete a line with, through the function it was told to call. */
  const bashLine = (...words: string[]) =>
    `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); COMPREPLY=(); __seekstack_complete 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`;

  test('bash, without the package bash-completion', () => {
    const told = start(
      'bash',
      `source <(seekstack complete bash); ${bashLine('seekstack', 'mod')}; ${bashLine('seekstack', 'plan', 'x', '--format', 't')}; complete -p seekstack`,
    );
    expect(told.trim().split('\n')).toEqual(['models', 'table', 'complete -o default -F __seekstack_complete seekstack']);
  });
  test.skipIf(!has('zsh'))('zsh accepts its script', () => {
    const told = start(
      'zsh',
      'autoload -U compinit && compinit -u -D; source <(seekstack complete zsh); print -r -- $_comps[seekstack]; whence -w _seekstack',
    );
    expect(told.trim().split('\n')).toEqual(['_seekstack', '_seekstack: function']);
  });
  test.skipIf(!has('fish'))('fish', () => {
    const told = start(
      'fish',
      'seekstack complete fish | source; complete -C "seekstack catalog l"; complete -C "seekstack plan some-w"',
    );
    expect(told).toMatch(/^list\tlist rows of one kind\nsome-workload\.yaml/);
  });
});
