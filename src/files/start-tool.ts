// Programs that others wrote, run while we go on: their lines as they come, their end, and a way to stop them.
// In: program, words, folder, environment. Out: exit code and output. They have a process group of their own, so that Ctrl-C at
// the terminal reaches us alone and we decide what becomes of a deployment half-way.
import { spawn } from 'node:child_process';

export interface StartedTool {
  /** Null where the program is not installed. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether it was told to stop. */
  readonly stopped: boolean;
}

export interface ToolOptions {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Written to its standard input, which is how it takes secrets. */
  readonly input?: string;
  readonly onLine?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** From asking it to stop, until it is ended. */
const PATIENCE_MILLISECONDS = 30_000;

/** Runs a program without a shell. Aborting interrupts it as Ctrl-C would, and ends it where it does not heed that. */
export function startTool(program: string, words: readonly string[], options: ToolOptions): Promise<StartedTool> {
  const { folder, environment, input, onLine, signal } = options;
  if (signal?.aborted === true) return Promise.resolve({ exitCode: 1, stdout: '', stderr: '', stopped: true });
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      cwd: folder,
      env: { ...environment } as NodeJS.ProcessEnv,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    const output = { stdout: '', stderr: '' };
    for (const from of ['stdout', 'stderr'] as const) {
      let rest = '';
      child[from].setEncoding('utf8');
      child[from].on('data', (text: string) => {
        output[from] += text;
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) onLine?.(line);
      });
    }
    // A program that never reads closes the pipe: not an error of ours.
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
    const send = (name: NodeJS.Signals) => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, name);
      } catch {
        // Gone already.
      }
    };
    let patience: NodeJS.Timeout | undefined;
    const stop = () => {
      send('SIGINT');
      patience = setTimeout(() => send('SIGKILL'), PATIENCE_MILLISECONDS);
    };
    signal?.addEventListener('abort', stop, { once: true });
    const settle = () => {
      clearTimeout(patience);
      signal?.removeEventListener('abort', stop);
    };
    child.on('error', (error: NodeJS.ErrnoException) => {
      settle();
      if (error.code === 'ENOENT') resolve({ exitCode: null, ...output, stopped: false });
      else reject(error);
    });
    child.on('close', (code) => {
      settle();
      resolve({ exitCode: code ?? 1, ...output, stopped: signal?.aborted === true });
    });
  });
}
