// seekstack bench run as a user starts it, in a process of its own, and the records it leaves.
// In: an endpoint, flags. Out: records of every request, the run document, processor time.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchRequest } from '../../src/documents/bench-request.ts';
import type { BenchRun } from '../../src/documents/bench-run.ts';
import { EXIT } from '../../src/errors.ts';
import { readBenchFolder } from '../../src/files/bench-folder.ts';
import { findPackage } from '../../src/files/package-root.ts';
import { childSeconds } from './aiperf.ts';

export interface SeekstackRun {
  readonly records: readonly BenchRequest[];
  readonly run: BenchRun;
  /** User and system, from start to end. */
  readonly processorSeconds: number;
}

/** @param url - without the version @throws where it ends otherwise than well or in doubt of itself */
export async function runSeekstack(
  url: string,
  flags: readonly (string | number)[],
  pinned: readonly string[],
): Promise<SeekstackRun> {
  const folder = mkdtempSync(join(tmpdir(), 'seekstack-bench-'));
  const out = join(folder, 'run');
  try {
    const main = join(findPackage().root, 'dist/src/cli/main.js');
    const words = ['bench', 'run', '--endpoint', `${url}/v1`, '--out', out, '--format', 'json', ...flags].map(String);
    const [command = process.execPath, ...rest] = [...pinned, process.execPath, main, ...words];
    const before = childSeconds();
    const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
    let answer = '';
    let talk = '';
    child.stdout.on('data', (bytes: Buffer) => {
      answer += bytes.toString();
    });
    child.stderr.on('data', (bytes: Buffer) => {
      talk += bytes.toString();
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code !== EXIT.ok && code !== EXIT.thresholdFailed)
      throw new Error(`seekstack ${words.join(' ')} ended with ${code}\n${talk}`);
    const { requests } = await readBenchFolder(out);
    return { records: requests, run: JSON.parse(answer) as BenchRun, processorSeconds: childSeconds() - before };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
