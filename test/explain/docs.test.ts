// The page on explanations prints what the command prints.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inFolder, runCli } from '../cli/harness.ts';
import { root } from '../load-real.ts';

test('docs/explain.md shows the output of its command', { timeout: 300_000 }, async () => {
  const page = readFileSync(join(root, 'docs/explain.md'), 'utf8');
  const [, shown] = /```text\n([\s\S]*?)```/.exec(page) ?? [];
  await inFolder(async (folder) => {
    const plan = join(folder, 'plan.json');
    expect((await runCli('plan', join(root, 'examples/chat.yaml'), '-o', plan)).exitCode).toBe(0);
    expect((await runCli('explain', plan, 'winner.cost.lines.energy', '--depth', '2')).out).toBe(shown);
    for (const guess of [
      'options.5.ttft',
      'aws.usdPerMonth',
      'lenovo-h100-8.tpot',
      'winner.memory',
      'winner.load',
      'winner.carbon',
    ])
      expect((await runCli('explain', plan, guess, '--depth', '0')).exitCode, guess).toBe(0);
  });
});
