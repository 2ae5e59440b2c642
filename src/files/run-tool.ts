// Programs that others wrote, run for their output.
import { spawnSync } from 'node:child_process';

export interface ToolRun {
  /** Null where the program is not installed. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const OUTPUT_MOST_BYTES = 64 * 2 ** 20;

/** Runs a program without a shell, to its end. */
export function runTool(
  program: string,
  words: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string | undefined>>,
): ToolRun {
  const run = spawnSync(program, words, {
    cwd: folder,
    env: { ...environment } as NodeJS.ProcessEnv,
    encoding: 'utf8',
    maxBuffer: OUTPUT_MOST_BYTES,
  });
  const missing = (run.error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT';
  return { exitCode: missing ? null : (run.status ?? 1), stdout: run.stdout ?? '', stderr: run.stderr ?? '' };
}
