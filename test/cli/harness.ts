// Runs a command line in this process and keeps what it prints.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/cli/run.ts';

export interface Outcome {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

export async function runCli(...argv: string[]): Promise<Outcome> {
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
    nodeVersion: process.versions.node,
    nowSeconds: () => 0,
  });
  return { exitCode, out, err };
}

/** A folder that is gone after `use`. */
export async function inFolder<T>(use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'seekstack-test-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
