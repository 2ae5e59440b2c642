// Reports for tests, made once by the command line. Out: paths of plans and pages, and how to be rid of them.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { runCli } from '../cli/harness.ts';
import { root } from '../load-real.ts';

export interface MadeReports {
  readonly folder: string;
  readonly plans: Readonly<Record<'chat' | 'growing' | 'hostile' | 'impossible', string>>;
  readonly pages: Readonly<Record<'chatEnglish' | 'growingNorwegian' | 'hostile', string>>;
  readonly remove: () => void;
}

export async function makeReports(): Promise<MadeReports> {
  const folder = mkdtempSync(join(tmpdir(), 'seekstack-report-'));
  const at = (name: string) => join(folder, name);
  const ok = async (...argv: string[]) => expect(await runCli(...argv)).toMatchObject({ exitCode: 0 });
  const plans = {
    chat: at('chat.json'),
    growing: at('growing.json'),
    hostile: at('hostile.json'),
    impossible: at('impossible.json'),
  };
  await ok('plan', join(root, 'examples/chat.yaml'), '-o', plans.chat);
  await ok('plan', join(root, 'examples/growing-office.yaml'), '-o', plans.growing);
  const impossible = readFileSync(join(root, 'examples/chat.yaml'), 'utf8').replace(/tpot: "[^"]+"/, 'tpot: "p95 <= 1ms"');
  writeFileSync(at('impossible.yaml'), impossible);
  expect((await runCli('plan', at('impossible.yaml'), '-o', plans.impossible)).exitCode).toBe(3);
  // A plan may be written by anybody: names in it are not what a workload file would allow.
  const plan = JSON.parse(readFileSync(plans.chat, 'utf8'));
  const evil = '</script><img src=x onerror=alert(1)>';
  plan.name = `<img src=x onerror=alert(1)> ${evil}`;
  plan.options[0].machine.id = evil;
  plan.warnings.push({ id: evil, message: evil });
  plan.assumptions.push({
    field: evil,
    value: evil,
    source: { kind: 'own', title: evil, url: 'javascript:alert(1)', asOf: '2026-01-01' },
  });
  plan.rejected[0].reason = evil;
  writeFileSync(plans.hostile, JSON.stringify(plan));
  const pages = { chatEnglish: at('chat.html'), growingNorwegian: at('growing.html'), hostile: at('hostile.html') };
  await ok('report', plans.chat, '-o', pages.chatEnglish, '--svg', at('charts'));
  await ok('report', plans.growing, '-o', pages.growingNorwegian, '--lang', 'nb');
  await ok('report', plans.hostile, '-o', pages.hostile);
  return { folder, plans, pages, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
