// seekstack tco and claims on the command line: tables, documents, and clear errors with nothing half-written.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tcoSchema } from '../../src/documents/tco.ts';
import { root } from '../load-real.ts';
import { inFolder, runCli } from './harness.ts';

const chat = join(root, 'examples/chat.yaml');

describe('tco', () => {
  test('prints the comparison and writes it, the same bytes each time', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'tco.json');
      const first = await runCli('tco', chat, '--draws', '500', '-o', path, '--format', 'json');
      expect([first.exitCode, first.err]).toEqual([0, `wrote ${path}\n`]);
      const tco = tcoSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
      expect(tco.hoursPerMonth).toBe(730);
      expect(tco.inputs.draws).toBe(500);
      expect((await runCli('tco', chat, '--draws', '500', '--format', 'json')).out).toBe(first.out);
      const { out } = await runCli('tco', chat, '--draws', '500');
      expect(out).toMatch(/730 hours a month[\s\S]*Break-even[\s\S]*5%\s+25%\s+50%\s+75%\s+100%[\s\S]*Moves it[\s\S]*Hosted/);
    }));
  test('quotes, street or list, resale and cost of capital are inputs', () =>
    inFolder(async (folder) => {
      const monthly = async (site: string) => {
        const path = join(folder, 'w.yaml');
        writeFileSync(
          path,
          `${readFileSync(chat, 'utf8')}\nlimits: { machines: [hgx-h200-8, p5en.48xlarge] }\nonPremises: ${site}\n`,
        );
        const { out, err, exitCode } = await runCli('tco', path, '--draws', '100', '--format', 'json');
        expect([exitCode, err]).toEqual([0, '']);
        return tcoSchema.parse(JSON.parse(out)).ways.find((way) => way.id === 'owned')?.usdPerMonth ?? Number.NaN;
      };
      const street = await monthly('{}');
      expect(await monthly('{ prices: list }')).toBeGreaterThan(street * 1.5);
      expect(await monthly('{ quotes: { hgx-h200-8: USD 200k } }')).toBeLessThan(street);
      expect(await monthly('{ residual: 40% }')).toBeLessThan(street);
      expect(await monthly('{ costOfCapital: 20% }')).toBeGreaterThan(street);
    }));
  test.each([
    [
      'onPremises: { quotes: { hgx-h900-8: USD 1k } }',
      /E_REFERENCE.*w\.yaml:\d+:\d+.*onPremises\.quotes\.hgx-h900-8[\s\S]*hgx-h200-8/,
    ],
    ['onPremises: { prices: retail }', /onPremises\.prices[\s\S]*street/],
    ['onPremises: { costOfCapital: 90% }', /onPremises\.costOfCapital[\s\S]*at most 50%/],
    ['training: { method: distill, tokens: 1M }', /training\.method[\s\S]*lora/],
    ['training: { method: lora, tokens: lots }', /training\.tokens[\s\S]*14\.8T/],
  ])('refuses %s', (line, error) =>
    inFolder(async (folder) => {
      const path = join(folder, 'w.yaml');
      writeFileSync(path, `${readFileSync(chat, 'utf8')}\n${line}\n`);
      const out = join(folder, 'tco.json');
      const result = await runCli('tco', path, '-o', out);
      expect(result.exitCode).toBe(2);
      expect(result.err).toMatch(error);
      expect(existsSync(out)).toBe(false);
    }),
  );
  test('does not write over the workload, and wants a workload', () =>
    inFolder(async (folder) => {
      expect((await runCli('tco', chat, '-o', chat)).err).toMatch(/E_OUT_CONFLICT/);
      const plan = join(folder, 'plan.json');
      await runCli('plan', chat, '-o', plan);
      const { exitCode, err } = await runCli('tco', plan);
      expect(exitCode).toBe(2);
      expect(err).toMatch(/seekstack\/workload@1/);
    }));
});

test('tco of an impossible workload exits with 3, of a tiny budget says so', async () => {
  const impossible = await runCli('tco', join(root, 'examples/awkward/impossible.yaml'));
  expect([impossible.exitCode, impossible.err.split('\n')[0]?.trim()]).toEqual([3, 'E_NO_FEASIBLE']);
  expect((await runCli('tco', join(root, 'examples/awkward/thousand-dollars.yaml'), '--draws', '100')).out).toMatch(/W_BUDGET/);
});

describe('claims', () => {
  test('of the project are judged without a file', async () => {
    const { out, exitCode } = await runCli('claims');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/intensive-workloads: not testable[\s\S]*cloud-costs-less-upfront: holds/);
    const { claims } = JSON.parse((await runCli('claims', '--format', 'json')).out);
    expect(claims).toHaveLength(10);
  });
  test('a wrong name points at its line', () =>
    inFolder(async (folder) => {
      const path = join(folder, 'claims.yaml');
      writeFileSync(
        path,
        readFileSync(join(root, 'examples/claims/founding.yaml'), 'utf8').replace(
          'accelerator: b200-sxm',
          'accelerator: b900-sxm',
        ),
      );
      const { exitCode, err } = await runCli('claims', path);
      expect(exitCode).toBe(2);
      expect(err).toMatch(/E_REFERENCE.*claims\.yaml:\d+:\d+.*claims\[0\]\.test[\s\S]*b900-sxm/);
    }));
});

test('training is told beside the options, and in Markdown', async () => {
  const tuned = join(root, 'examples/fine-tune.yaml');
  expect((await runCli('plan', tuned)).out).toMatch(/Training\s+Adapters over 200 million tokens[\s\S]*accelerator-hours/);
  expect((await runCli('plan', tuned, '--format', 'md')).out).toMatch(/\*\*Training\.\*\*|### Training/);
});
