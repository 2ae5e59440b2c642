// Runs command lines in this process, with everything they say recorded, in folders that go when their test ends.
import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { run } from '../../src/cli/run.ts';

export const root = join(import.meta.dirname, '../..');

/** The workloads of examples/. */
export const exampleNames = readdirSync(join(root, 'examples'))
  .filter((name) => name.endsWith('.yaml') && name !== 'policy.yaml')
  .map((name) => name.replace('.yaml', ''));

export function examplePath(name: string): string {
  return join(root, 'examples', `${name}.yaml`);
}

export interface Told {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

export async function runCli(argv: readonly string[], change: Partial<Io> = {}): Promise<Told> {
  let out = '';
  let err = '';
  const exitCode = await run(argv, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    colour: false,
    liveTalk: false,
    environment: {},
    nodeVersion: '20.20.2',
    nowSeconds: () => 0,
    ...change,
  });
  return { exitCode, out, err };
}

/** A folder of its own for one test, gone when the test ends. */
export function makeFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'seekstack-test-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Every file and folder below a folder, sorted. */
export function listAll(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}

/** A workload that plans quickly and is feasible; replace parts of it to break it. */
export const soundWorkload = `schema: seekstack/workload@1
model: deepseek-v3.2
use: chat
demand: { users: 1200, activeAtPeak: 15% }
latency: { ttft: "p95 <= 2s", tpot: "p95 <= 50ms" }
budget: { monthly: USD 120k, term: 3y }
`;

/** The same with a budget nothing can meet. */
export const infeasibleWorkload = soundWorkload.replace('USD 120k', 'USD 100');

/** Writes a file into a folder and gives its path. */
export function put(folder: string, name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}
