// simulate and sweep as people run them: exit codes, refusals, files kept and gone on with.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { simulationSchema } from '../../src/documents/simulation.ts';
import { root } from '../load-real.ts';
import { inFolder, runCli } from './harness.ts';

const chat = join(root, 'examples/chat.yaml');
const trace = join(root, 'examples/traces/azure-code-sample.csv');

describe('simulate', () => {
  test('tells whether the targets hold, in a table and as a document', () =>
    inFolder(async (folder) => {
      const plan = join(folder, 'plan.json');
      await runCli('plan', chat, '-o', plan);
      const held = await runCli('simulate', plan, '--requests', '5000');
      expect(held.exitCode).toBe(0);
      expect(held.out).toMatch(/^✔ p95 TTFT ≤ 2.00 s and TPOT ≤ 50 ms hold/);
      expect(held.out.split('\n').every((line) => line.length <= 100)).toBe(true);
      const output = join(folder, 'simulation.json');
      const json = await runCli('simulate', plan, '--requests', '5000', '--format', 'json', '-o', output);
      const document = simulationSchema.parse(JSON.parse(json.out));
      expect(document.requests).toBe(5000);
      expect(readFileSync(output, 'utf8')).toBe(json.out);
      expect((await runCli('simulate', plan, '--requests', '5000', '--format', 'json')).out).toBe(json.out);
      const broken = await runCli('simulate', plan, '--requests', '5000', '--rate-scale', '20');
      expect(broken.exitCode).toBe(4);
      expect(broken.out).toMatch(/^✘/);
      const replayed = await runCli('simulate', plan, '--trace', trace, '--format', 'json');
      expect(simulationSchema.parse(JSON.parse(replayed.out)).inputs.trace).toMatchObject({ format: 'azure', requests: 600 });
    }));
  test('refuses what it cannot do, with exit code 2', () =>
    inFolder(async (folder) => {
      const plan = join(folder, 'plan.json');
      await runCli('plan', chat, '-o', plan);
      for (const [argv, says] of [
        [['--kill', '1'], /at least one replica left/],
        [['--option', 'nobody'], /E_OPTION_UNKNOWN/],
        [['--trace', join(folder, 'none.csv')], /E_FILE_MISSING/],
        [['--trace', chat], /E_SCHEMA|E_FILE_UNREADABLE|E_VALUE/],
        [['--requests', '0'], /whole number from 1/],
        [['--rate-scale', '-1'], /above 0/],
        [['-o', plan], /E_OUT_CONFLICT/],
      ] as const) {
        const told = await runCli('simulate', plan, ...argv);
        expect([argv, told.exitCode]).toEqual([argv, 2]);
        expect(told.err).toMatch(says);
        expect(told.err).not.toMatch(/ {4}at /);
      }
    }));
});

describe('sweep', () => {
  const vary = ['--vary', 'demand.users=500,5000', '--vary', 'tokens.cacheHit=0%,50%', '--workers', '0'];
  test('prints every point, keeps results, and goes on where it was cut off', () =>
    inFolder(async (folder) => {
      const output = join(folder, 'sweep.jsonl');
      const whole = await runCli('sweep', chat, ...vary, '-o', output);
      expect(whole.exitCode).toBe(0);
      expect(whole.out.trimEnd().split('\n')).toHaveLength(5);
      expect(whole.out.split('\n').every((line) => line.length <= 100)).toBe(true);
      const kept = readFileSync(output, 'utf8').trimEnd().split('\n');
      expect(kept).toHaveLength(5);
      // Two points are missing and a third was torn in the middle.
      writeFileSync(output, `${kept.slice(0, 3).join('\n')}\n${kept[3]?.slice(0, 40)}`);
      expect((await runCli('sweep', chat, ...vary, '-o', output)).err).toMatch(/--resume/);
      const resumed = await runCli('sweep', chat, ...vary, '-o', output, '--resume');
      expect(resumed.out).toBe(whole.out);
      expect(readFileSync(output, 'utf8').trimEnd().split('\n')).toHaveLength(5);
      const other = await runCli('sweep', chat, '--vary', 'demand.users=7', '--workers', '0', '-o', output, '--resume');
      expect([other.exitCode, other.err]).toEqual([2, expect.stringContaining('another workload')]);
    }));
  test('refuses bad fields and values before anything runs', () =>
    inFolder(async (folder) => {
      const output = join(folder, 'never.jsonl');
      for (const [variation, says] of [
        ['demand.users=abc', /demand.users/],
        ['demand.nobody=3', /nobody/],
        ['latency.tpot=fast', /latency.tpot/],
        ['demand.users', /FIELD=VALUES/],
        ['demand.users=1..200000:9999', /E_USAGE|points/],
      ] as const) {
        const told = await runCli(
          'sweep',
          chat,
          '--vary',
          variation,
          '--vary',
          'tokens.cacheHit=0%..50%:50',
          '--workers',
          '0',
          '-o',
          output,
        );
        expect([variation, told.exitCode]).toEqual([variation, 2]);
        expect(told.err).toMatch(says);
        expect(existsSync(output)).toBe(false);
      }
    }));
  test('a Ctrl-C keeps what is there, says how to go on, and exits with 130', { timeout: 60_000 }, () =>
    inFolder(async (folder) => {
      const output = join(folder, 'sweep.jsonl');
      const child = spawn(process.execPath, [
        join(root, 'dist/src/cli/main.js'),
        'sweep',
        chat,
        '--vary',
        'demand.users=1..200:200',
        '--workers',
        '1',
        '-o',
        output,
      ]);
      let err = '';
      child.stderr.on('data', (chunk) => {
        err += String(chunk);
      });
      const lines = () => (existsSync(output) ? readFileSync(output, 'utf8').split('\n').length : 0);
      while (lines() < 4) await new Promise((resume) => setTimeout(resume, 100));
      child.kill('SIGINT');
      const code = await new Promise((resume) => child.on('close', resume));
      expect(code).toBe(130);
      expect(err).toMatch(/interrupted with \d+ of 200 points planned; the same command with --resume goes on/);
      expect(lines()).toBeLessThan(150);
    }),
  );
});
