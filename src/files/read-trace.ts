// Reading traces: files of real requests, streamed into columns so that a million of them stay small.
// In: a path to CSV or JSON lines, plain or gzipped. Out: a Trace, or the first row that is wrong.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CsvError, parse } from 'csv-parse';
import type { Trace } from '../documents/trace.ts';
import { type Problem, SeekstackError } from '../errors.ts';
import { checkReadable } from './read-text.ts';
import { CSV_FORMATS, type CsvFormat, MOONCAKE_BLOCK_TOKENS, type RowResult, readMooncake } from './trace-formats.ts';

/**
 * Reads a trace in the shape of the Azure, BurstGPT or Mooncake traces, told apart by the header or the first line.
 * @throws SeekstackError naming the file, line and column of the first row that cannot be read
 */
export async function readTrace(path: string): Promise<Trace> {
  checkReadable(path);
  const columns = new Columns();
  const isJson = (await firstCharacter(path)) === '{';
  let format: Trace['format'];
  try {
    format = isJson ? await readJsonLines(path, columns) : await readCsv(path, columns);
  } catch (cause) {
    if (cause instanceof SeekstackError) throw cause;
    const line = cause instanceof CsvError && typeof cause.lines === 'number' ? cause.lines : undefined;
    throw new SeekstackError(
      {
        code: 'E_FILE_UNREADABLE',
        where: { file: path, ...(line === undefined ? {} : { line }) },
        got: cause instanceof Error ? cause.message : String(cause),
        expected: 'CSV or JSON lines, plain or gzipped',
        fix: 'check that the file is whole',
      },
      { cause },
    );
  }
  if (columns.length === 0)
    throw new SeekstackError({
      code: 'E_FILE_EMPTY',
      where: { file: path },
      got: 'no requests',
      expected: 'at least one request with an answer',
      fix: 'check that this is the file you mean',
    });
  return columns.finish(format);
}

function open(path: string): Readable {
  const file = createReadStream(path);
  if (!path.endsWith('.gz')) return file;
  const gunzip = createGunzip();
  file.on('error', (error) => gunzip.destroy(error));
  return file.pipe(gunzip);
}

async function firstCharacter(path: string): Promise<string> {
  for await (const chunk of open(path)) {
    const text = String(chunk)
      .replace(/^\uFEFF/, '')
      .trimStart();
    if (text !== '') return text[0] ?? '';
  }
  return '';
}

async function readJsonLines(path: string, columns: Columns): Promise<'mooncake'> {
  let line = 0;
  for await (const text of createInterface({ input: open(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1;
    if (text.trim() !== '') take(readMooncake(text.replace(/^\uFEFF/, '')), columns, path, line);
  }
  return 'mooncake';
}

async function readCsv(path: string, columns: Columns): Promise<Trace['format']> {
  const rows = open(path).pipe(parse({ bom: true, info: true, relax_column_count: true, skip_empty_lines: true, trim: true }));
  let shape: CsvFormat | undefined;
  let places = new Map<string, number>();
  for await (const { record, info } of rows as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
    if (shape === undefined) {
      places = new Map(record.map((name, index) => [name, index]));
      shape = CSV_FORMATS.find(({ columns: wanted }) => wanted.every((name) => places.has(name)));
      if (shape === undefined) throw unknownShape(path, record);
      continue;
    }
    take(
      shape.read((column) => record[places.get(column) ?? -1]),
      columns,
      path,
      info.lines,
    );
  }
  return shape?.format ?? 'azure';
}

function unknownShape(path: string, header: readonly string[]): SeekstackError {
  return new SeekstackError({
    code: 'E_SCHEMA',
    where: { file: path, line: 1 },
    got: `the columns ${header.slice(0, 6).join(', ').slice(0, 120)}`,
    expected:
      'an Azure trace (TIMESTAMP, ContextTokens, GeneratedTokens), a BurstGPT trace (Timestamp, Request tokens, Response tokens) or Mooncake JSON lines (timestamp, input_length, output_length, hash_ids)',
    fix: 'rename the columns to one of these shapes',
  });
}

function take(result: RowResult, columns: Columns, file: string, line: number): void {
  if ('row' in result) columns.push(result.row.seconds, result.row.promptTokens, result.row.outputTokens, result.row.hashes);
  else if ('skip' in result) columns.skip(result.skip);
  else {
    const { field, got, expected } = result.fault;
    const problem: Problem = { code: 'E_VALUE', where: { file, line, field }, got, expected, fix: 'mend or remove the row' };
    throw new SeekstackError(problem);
  }
}

const FIRST_SIZE = 4096;

/** Growing columns of numbers. */
class Columns {
  length = 0;
  #seconds = new Float64Array(FIRST_SIZE);
  #prompt = new Int32Array(FIRST_SIZE);
  #output = new Int32Array(FIRST_SIZE);
  #blocks: Int32Array[] = [];
  #hashed = false;
  /** Hashes of any size as small numbers, in order of appearance. */
  readonly #names = new Map<number, number>();
  readonly #skipped = new Map<string, number>();

  push(seconds: number, promptTokens: number, outputTokens: number, hashes: readonly number[] | null): void {
    if (this.length === this.#seconds.length) this.#grow();
    this.#seconds[this.length] = seconds;
    this.#prompt[this.length] = Math.max(1, promptTokens);
    this.#output[this.length] = outputTokens;
    if (hashes !== null) {
      this.#hashed = true;
      this.#blocks[this.length] = Int32Array.from(hashes, (hash) => this.#nameOf(hash));
    }
    this.length += 1;
  }

  skip(reason: string): void {
    this.#skipped.set(reason, (this.#skipped.get(reason) ?? 0) + 1);
  }

  finish(format: Trace['format']): Trace {
    const order = Array.from({ length: this.length }, (_, index) => index);
    const at = (index: number) => this.#seconds[index] as number;
    if (order.some((index) => index > 0 && at(index) < at(index - 1)))
      order.sort((one, other) => at(one) - at(other) || one - other);
    const start = at(order[0] ?? 0);
    return {
      format,
      arrivalSeconds: Float64Array.from(order, (index) => at(index) - start),
      promptTokens: Int32Array.from(order, (index) => this.#prompt[index] as number),
      outputTokens: Int32Array.from(order, (index) => this.#output[index] as number),
      prefixBlocks: this.#hashed ? order.map((index) => this.#blocks[index] ?? new Int32Array(0)) : null,
      blockTokens: this.#hashed ? MOONCAKE_BLOCK_TOKENS : 0,
      skipped: [...this.#skipped].map(([reason, count]) => ({ reason, count })),
    };
  }

  #nameOf(hash: number): number {
    const known = this.#names.get(hash);
    if (known !== undefined) return known;
    this.#names.set(hash, this.#names.size);
    return this.#names.size - 1;
  }

  #grow(): void {
    const size = this.#seconds.length * 2;
    const seconds = new Float64Array(size);
    const prompt = new Int32Array(size);
    const output = new Int32Array(size);
    seconds.set(this.#seconds);
    prompt.set(this.#prompt);
    output.set(this.#output);
    this.#seconds = seconds;
    this.#prompt = prompt;
    this.#output = output;
  }
}
