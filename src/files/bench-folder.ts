// The folder of a benchmark: manifest first, then one line for each request and each point as they end, and the report last.
// In: a folder. Out: what it holds, and a way to add to it. A process may be killed at any moment: at most a last line is torn.
import {
  closeSync,
  createReadStream,
  existsSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { z } from 'zod';
import { type BenchManifest, benchManifestSchema } from '../documents/bench-manifest.ts';
import { type BenchObservation, benchObservationSchema } from '../documents/bench-point.ts';
import { type BenchRequest, benchRequestSchema } from '../documents/bench-request.ts';
import type { BenchRun } from '../documents/bench-run.ts';
import { SeekstackError } from '../errors.ts';
import { parseLocated, validateLocated } from './located-document.ts';
import { PLAN_LIMIT_BYTES, readText } from './read-text.ts';
import { writeText } from './write-files.ts';

export const BENCH_FILES = {
  manifest: 'manifest.json',
  requests: 'requests.jsonl',
  points: 'points.jsonl',
  run: 'bench-run.json',
} as const;

/** Adds to a folder; each line is with the system before the call comes back. */
export interface BenchWriter {
  readonly keepRequest: (record: BenchRequest) => void;
  readonly keepObservation: (observation: BenchObservation) => void;
  readonly writeRun: (run: BenchRun) => void;
  readonly close: () => void;
}

export interface BenchContents {
  readonly manifest: BenchManifest;
  readonly observations: readonly BenchObservation[];
  readonly requests: readonly BenchRequest[];
}

/** @throws SeekstackError E_OUT_CONFLICT where there is a benchmark already */
export function refuseBenchFolder(folder: string): void {
  if (existsSync(join(folder, BENCH_FILES.manifest)))
    throw new SeekstackError({
      code: 'E_OUT_CONFLICT',
      where: { file: join(folder, BENCH_FILES.manifest) },
      got: 'a benchmark that is already there',
      expected: 'a new folder, or --resume to go on with this one',
      fix: 'choose another --out, or go on with --resume',
    });
}

/**
 * A new folder with its manifest.
 * @throws SeekstackError E_OUT_CONFLICT where there is a benchmark already
 */
export function createBenchFolder(folder: string, manifest: BenchManifest): BenchWriter {
  refuseBenchFolder(folder);
  writeText(join(folder, BENCH_FILES.manifest), `${JSON.stringify(manifest, null, 2)}\n`);
  return openWriter(folder);
}

/** The folder of an earlier run, to be added to; a torn last line is cut off first. */
export function reopenBenchFolder(folder: string): BenchWriter {
  for (const name of [BENCH_FILES.requests, BENCH_FILES.points]) cutTornLine(join(folder, name));
  return openWriter(folder);
}

function openWriter(folder: string): BenchWriter {
  const requests = openSync(join(folder, BENCH_FILES.requests), 'a');
  const points = openSync(join(folder, BENCH_FILES.points), 'a');
  const add = (file: number, value: unknown) => {
    // One write call a line: the system has it even where this process is killed right after.
    writeSync(file, `${JSON.stringify(value)}\n`);
  };
  return {
    keepRequest: (record) => add(requests, record),
    keepObservation: (observation) => add(points, observation),
    writeRun: (run) => writeText(join(folder, BENCH_FILES.run), `${JSON.stringify(run, null, 2)}\n`),
    close: () => {
      closeSync(requests);
      closeSync(points);
    },
  };
}

const LINE_BREAK = 0x0a;
const TAIL_BYTES = 64 * 1024;

/** Looks for the last line break from the end, since the file may be large. */
function cutTornLine(path: string): void {
  if (!existsSync(path)) return;
  const file = openSync(path, 'r+');
  try {
    let end = statSync(path).size;
    const tail = Buffer.alloc(TAIL_BYTES);
    while (end > 0) {
      const from = Math.max(0, end - TAIL_BYTES);
      const read = readSync(file, tail, 0, end - from, from);
      const last = tail.subarray(0, read).lastIndexOf(LINE_BREAK);
      if (last >= 0) {
        ftruncateSync(file, from + last + 1);
        return;
      }
      end = from;
    }
    ftruncateSync(file, 0);
  } finally {
    closeSync(file);
  }
}

export function readManifest(folder: string): BenchManifest {
  const path = join(folder, BENCH_FILES.manifest);
  return validateLocated(parseLocated(readText(path), path), benchManifestSchema, 'seekstack/bench-manifest@1');
}

/**
 * Everything in a folder. Of a request that was written again, when its tokens had been counted, the later line counts.
 * @throws SeekstackError naming file and line of the first record that cannot be read; a torn last line is passed over
 */
export async function readBenchFolder(folder: string): Promise<BenchContents> {
  const manifest = readManifest(folder);
  const observations = await readLines(join(folder, BENCH_FILES.points), benchObservationSchema);
  const requests = new Map<string, BenchRequest>();
  for (const record of await readLines(join(folder, BENCH_FILES.requests), benchRequestSchema))
    requests.set(`${record.pointId} ${record.attempt} ${record.index}`, record);
  return { manifest, observations, requests: [...requests.values()] };
}

async function readLines<Value>(path: string, schema: z.ZodType<Value>): Promise<Value[]> {
  if (!existsSync(path)) return [];
  const endsWhole = endsWithLineBreak(path);
  const values: Value[] = [];
  let line = 0;
  let torn: SeekstackError | null = null;
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (torn !== null) throw torn;
    line += 1;
    const checked = schema.safeParse(parseJson(text));
    if (checked.success) values.push(checked.data);
    else torn = wrongLine(path, line, checked.error);
  }
  // Only the very last line may be torn, and only where it has no end.
  if (torn !== null && endsWhole) throw torn;
  return values;
}

function endsWithLineBreak(path: string): boolean {
  const { size } = statSync(path);
  if (size === 0) return true;
  const file = openSync(path, 'r');
  try {
    const last = Buffer.alloc(1);
    readSync(file, last, 0, 1, size - 1);
    return last[0] === LINE_BREAK;
  } finally {
    closeSync(file);
  }
}

function wrongLine(path: string, line: number, error: z.ZodError): SeekstackError {
  const [issue] = error.issues;
  return new SeekstackError({
    code: 'E_VALUE',
    where: { file: path, line, field: issue?.path.join('.') ?? '' },
    got: issue?.message ?? 'a line that is no record',
    expected: 'one record of a benchmark a line, as seekstack bench run writes them',
    fix: 'restore the file; it is not meant to be edited',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A report that was written; null where the run never came that far. */
export function readBenchRunText(folder: string): string | null {
  const path = join(folder, BENCH_FILES.run);
  return existsSync(path) ? readText(path, PLAN_LIMIT_BYTES) : null;
}

/** A file and its bytes as text, of any size a tokenizer has. */
export function readTokenizerText(path: string): string {
  return readText(path, PLAN_LIMIT_BYTES);
}

/** Bytes of a file that is only to be named by its digest. */
export function readWhole(path: string): Uint8Array {
  return readFileSync(path);
}
