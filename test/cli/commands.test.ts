// What each command prints, where it prints it, and that it prints the same every time.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { planSchema } from '../../src/documents/plan.ts';
import { exampleNames, root } from '../load-real.ts';
import { inFolder, runCli } from './harness.ts';

const chat = join(root, 'examples/chat.yaml');
const main = join(root, 'dist/src/cli/main.js');

describe('help', () => {
  test.each([
    [[]],
    [['plan']],
    [['emit']],
    [['models']],
    [['catalog', 'list']],
    [['catalog', 'show']],
    [['catalog', 'check']],
    [['doctor']],
  ])('of %j shows an example', async (command) => {
    const { exitCode, out, err } = await runCli(...command, '--help');
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toMatch(/Example:\n {2}\$ seekstack /);
  });
});

describe('plan', () => {
  test.each(exampleNames)('%s fits a hundred columns without colour', async (name) => {
    const { exitCode, out, err } = await runCli('plan', join(root, 'examples', name));
    expect([exitCode, err]).toEqual([0, '']);
    for (const line of out.split('\n')) expect([...line].length).toBeLessThanOrEqual(100);
    expect(out).not.toContain('\u001b[');
  });
  test('colours only where it may', async () => {
    let out = '';
    const io = {
      out: (text: string) => {
        out += text;
      },
      err: () => {},
      colour: true,
      liveTalk: false,
      environment: {},
      nodeVersion: '20.0.0',
      nowSeconds: () => 0,
    };
    await run(['plan', chat], io);
    expect(out).toContain('\u001b[');
    out = '';
    await run(['--no-color', 'plan', chat], io);
    expect(out).not.toContain('\u001b[');
  });
  test('writes the same JSON it prints, valid and the same from any folder', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'plan.json');
      const first = await runCli('plan', chat, '-o', path, '--format', 'json');
      expect(first.err).toBe(`wrote ${path}\n`);
      expect(readFileSync(path, 'utf8')).toBe(first.out);
      planSchema.parse(JSON.parse(first.out));
      expect(JSON.parse(first.out)).toMatchObject({
        verdict: { best: { aws: expect.any(String), azure: expect.any(String), onprem: expect.any(String) } },
      });
      expect((await runCli('plan', chat, '--format', 'json')).out).toBe(first.out);
    });
  });
  test('prints a CSV row for each option and a Markdown table', async () => {
    const plan = planSchema.parse(JSON.parse((await runCli('plan', chat, '--format', 'json')).out));
    const csv = (await runCli('plan', chat, '--format', 'csv')).out.trim().split('\n');
    expect(csv).toHaveLength(plan.options.length + 1);
    expect(csv[0]).toContain('usdPerMonth');
    expect((await runCli('plan', chat, '--format', 'md')).out).toMatch(/^## chat: [\s\S]*\| --- \|[\s\S]*### Assumed/);
  });
  test('of an impossible workload exits with 3 and still tells the nearest miss', async () => {
    await inFolder(async (folder) => {
      const path = join(folder, 'w.yaml');
      const { writeFileSync } = await import('node:fs');
      writeFileSync(path, readFileSync(chat, 'utf8').replace('50ms', '1ms'));
      const { exitCode, out } = await runCli('plan', path, '-o', join(folder, 'plan.json'));
      expect(exitCode).toBe(3);
      expect(out).toMatch(/No option meets the workload[\s\S]*Relax latency\.tpot/);
      expect(JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8')).verdict.feasible).toBe(false);
      const emitted = await runCli('emit', join(folder, 'plan.json'), '--out', join(folder, 'out'));
      expect([emitted.exitCode, emitted.err.split('\n')[0]]).toEqual([3, 'E_NO_FEASIBLE']);
      expect(existsSync(join(folder, 'out'))).toBe(false);
    });
  });
});

describe('the catalogue commands', () => {
  test('models lists every model', async () => {
    const { out, exitCode } = await runCli('models');
    expect(exitCode).toBe(0);
    expect(out).toContain('deepseek-v4.1-flash');
    expect(JSON.parse((await runCli('models', '--format', 'json')).out).length).toBeGreaterThan(20);
  });
  test.each(['files', 'machines', 'accelerators', 'prices', 'regions', 'engines', 'tariffs', 'presets', 'currencies'])(
    'list %s has rows',
    async (kind) => {
      expect(JSON.parse((await runCli('catalog', 'list', kind, '--format', 'json')).out).length).toBeGreaterThan(3);
      expect((await runCli('catalog', 'list', kind)).exitCode).toBe(0);
    },
  );
  test('show gives an entry with its sources', async () => {
    const { out } = await runCli('catalog', 'show', 'h200-sxm');
    expect(out).toMatch(/stated: 141 GiB/);
    expect(out).toMatch(/sources:\n[\s\S]*asOf:/);
  });
  test('show suggests a near id', async () => {
    const { exitCode, err } = await runCli('catalog', 'show', 'h200-sx');
    expect([exitCode, err.includes('did you mean h200-sxm?')]).toEqual([2, true]);
  });
  test('check is content with the shipped catalogue', async () => expect((await runCli('catalog', 'check')).exitCode).toBe(0));
  test('doctor finds what planning needs', async () => expect((await runCli('doctor')).exitCode).toBe(0));
});

describe('the process', () => {
  beforeAll(() => {
    if (!existsSync(main)) execFileSync('npm', ['run', '--silent', 'build'], { cwd: root });
  });
  test('prints the result to stdout, talk to stderr, and needs no network', () => {
    const env = { PATH: process.env.PATH ?? '', HTTP_PROXY: 'http://127.0.0.1:9', HTTPS_PROXY: 'http://127.0.0.1:9' };
    // A namespace without a network where the system allows one; the proxies lead nowhere otherwise.
    const isolated = spawnSync('unshare', ['-rn', 'true']).status === 0;
    const [command, args] = isolated
      ? ['unshare', ['-rn', process.execPath, main, 'plan', chat]]
      : [process.execPath, [main, 'plan', chat]];
    const result = spawnSync(command as string, args as string[], { encoding: 'utf8', env, cwd: '/' });
    expect([result.status, result.stderr]).toEqual([0, '']);
    expect(result.stdout).toContain('Break-even');
  });
  test('survives a reader that stops reading', () => {
    const result = spawnSync('sh', ['-c', `"${process.execPath}" "${main}" catalog list prices --format json | head -c 10`], {
      encoding: 'utf8',
    });
    expect([result.status, result.stderr]).toEqual([0, '']);
  });
  test('loads no cloud SDK to plan', () => {
    const found = spawnSync('grep', ['-rlE', 'aws-cdk-lib|@pulumi', join(root, 'dist/src')], { encoding: 'utf8' });
    expect(found.stdout.trim()).toBe('');
  });
});
