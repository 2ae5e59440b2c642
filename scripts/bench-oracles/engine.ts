// The real engine of the checks, as `.ci/build-llama.sh` left it: started, asked for its own figures, stopped.
// In: its folder, slots. Out: an address and llama.cpp's counters, which no client has touched.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findPackage } from '../../src/files/package-root.ts';

/** A program that serves on the loopback interface until it is stopped. */
export interface Served {
  /** Without a path. */
  readonly url: string;
  /** What it has written to standard error so far, line by line. */
  readonly log: readonly string[];
  readonly stop: () => Promise<void>;
}

/** llama.cpp's own sums since it started. */
export interface EngineCounters {
  readonly promptTokens: number;
  readonly promptSeconds: number;
  readonly outputTokens: number;
  readonly outputSeconds: number;
}

const ready = /^ready (?:http:\/\/127\.0\.0\.1:)?(\d+)/;

/** Where the engine lies unless somebody says otherwise. */
export function engineFolder(): string {
  return process.env.SEEKSTACK_ENGINE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'seekstack/llama');
}

/** The programs of that folder. */
export function enginePrograms(folder: string) {
  const generator = join(folder, 'generators/bin/aiperf');
  return {
    python: join(folder, 'python/bin/python'),
    model: join(folder, 'model.gguf'),
    aiperf: existsSync(generator) ? generator : null,
  };
}

/**
 * Starts the engine; it takes a second or two.
 * @param slots - requests it decodes at once; further ones queue
 * @throws where the folder holds no engine
 */
export async function startEngine(folder: string, slots: number): Promise<Served> {
  const { python, model } = enginePrograms(folder);
  if (!existsSync(python) || !existsSync(model))
    throw new Error(`no engine in ${folder}: .ci/build-llama.sh ${folder} puts it there`);
  const script = join(findPackage().root, '.ci/llama/serve.py');
  return startServer(python, [script, model, '--port', '0', '--slots', String(slots)], onCore(1));
}

/** Starts a program that prints "ready PORT" once it answers. */
export async function startServer(program: string, words: readonly string[], pinned: readonly string[]): Promise<Served> {
  const [command = program, ...rest] = [...pinned, program, ...words];
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  const log: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
  const port = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = ready.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`${program} ended with ${code} before it was ready\n${log.slice(-20).join('\n')}`)),
    );
  });
  child.removeAllListeners('exit');
  return { url: `http://127.0.0.1:${port}`, log, stop: () => stop(child) };
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

/** Words that keep a program on one core, so that server and client do not share one; none where there is no taskset. */
export function onCore(core: number): readonly string[] {
  return existsSync('/usr/bin/taskset') ? ['/usr/bin/taskset', '--cpu-list', String(core)] : [];
}

/** What the engine has counted so far. */
export async function readCounters(url: string): Promise<EngineCounters> {
  const page = await (await fetch(`${url}/metrics`)).text();
  const of = (name: string) => {
    const found = new RegExp(`^llamacpp:${name} (\\S+)`, 'm').exec(page)?.[1];
    if (found === undefined) throw new Error(`the engine publishes no llamacpp:${name}`);
    return Number(found);
  };
  return {
    promptTokens: of('prompt_tokens_total'),
    promptSeconds: of('prompt_seconds_total'),
    outputTokens: of('tokens_predicted_total'),
    outputSeconds: of('tokens_predicted_seconds_total'),
  };
}

/** What it counted between two looks. */
export function between(before: EngineCounters, after: EngineCounters): EngineCounters {
  return {
    promptTokens: after.promptTokens - before.promptTokens,
    promptSeconds: after.promptSeconds - before.promptSeconds,
    outputTokens: after.outputTokens - before.outputTokens,
    outputSeconds: after.outputSeconds - before.outputSeconds,
  };
}
