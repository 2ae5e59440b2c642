// Trace formats: the three public shapes of request traces, each turned into a moment and two lengths, row by row.
// In: a row's columns or a line of JSON. Out: numbers, or what is wrong with which column.
import type { Trace } from '../documents/trace.ts';

/** One request of a trace. */
export interface TraceRow {
  /** Seconds on the trace's own clock. */
  readonly seconds: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly hashes: readonly number[] | null;
}

/** What is wrong with a row, in the user's words. */
export interface RowFault {
  readonly field: string;
  readonly got: string;
  readonly expected: string;
}

/** A row that was understood, one to leave out and why, or one to complain of. */
export type RowResult = { readonly row: TraceRow } | { readonly skip: string } | { readonly fault: RowFault };

/** Reads rows of one CSV shape. */
export interface CsvFormat {
  readonly format: Trace['format'];
  /** Columns that tell this shape from the others. */
  readonly columns: readonly string[];
  readonly read: (cell: (column: string) => string | undefined) => RowResult;
}

/** Azure/AzurePublicDataset, traces of 2023 and 2024. */
const AZURE: CsvFormat = {
  format: 'azure',
  columns: ['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'],
  read: (cell) => {
    const stamp = cell('TIMESTAMP');
    const seconds = stampSeconds(stamp ?? '');
    if (seconds === null)
      return { fault: { field: 'TIMESTAMP', got: show(stamp), expected: 'a moment such as 2023-11-16 18:17:03.9799600' } };
    return lengths(cell, seconds, 'ContextTokens', 'GeneratedTokens');
  },
};

/** HPMLL/BurstGPT; requests without a response are failures of the service. */
const BURSTGPT: CsvFormat = {
  format: 'burstgpt',
  columns: ['Timestamp', 'Request tokens', 'Response tokens'],
  read: (cell) => {
    const stamp = cell('Timestamp');
    const seconds = wholeOrDecimal(stamp);
    if (seconds === null)
      return { fault: { field: 'Timestamp', got: show(stamp), expected: 'seconds since the start, such as 123.5' } };
    return lengths(cell, seconds, 'Request tokens', 'Response tokens');
  },
};

export const CSV_FORMATS: readonly CsvFormat[] = [AZURE, BURSTGPT];

/** Tokens one hash of a Mooncake trace stands for. */
export const MOONCAKE_BLOCK_TOKENS = 512;
const MILLISECONDS_PER_SECOND = 1000;

/** One line of a Mooncake trace: kvcache-ai/Mooncake, FAST 2025 traces. */
export function readMooncake(line: string): RowResult {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { fault: { field: 'line', got: show(line.slice(0, 40)), expected: 'one JSON object a line' } };
  }
  const record = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const number = (field: string): number | null => {
    const found = record[field];
    return typeof found === 'number' && Number.isFinite(found) && found >= 0 ? found : null;
  };
  for (const field of ['timestamp', 'input_length', 'output_length'])
    if (number(field) === null)
      return { fault: { field, got: show(JSON.stringify(record[field])), expected: 'a number, 0 or more' } };
  const hashes = record.hash_ids;
  if (hashes !== undefined && (!Array.isArray(hashes) || hashes.some((each) => typeof each !== 'number')))
    return { fault: { field: 'hash_ids', got: show(JSON.stringify(hashes)?.slice(0, 40)), expected: 'a list of numbers' } };
  const outputTokens = number('output_length') ?? 0;
  if (outputTokens < 1) return { skip: 'no output' };
  return {
    row: {
      seconds: (number('timestamp') ?? 0) / MILLISECONDS_PER_SECOND,
      promptTokens: number('input_length') ?? 0,
      outputTokens,
      hashes: (hashes as number[] | undefined) ?? [],
    },
  };
}

function lengths(
  cell: (column: string) => string | undefined,
  seconds: number,
  promptColumn: string,
  outputColumn: string,
): RowResult {
  const promptTokens = wholeOrDecimal(cell(promptColumn));
  const outputTokens = wholeOrDecimal(cell(outputColumn));
  if (promptTokens === null)
    return { fault: { field: promptColumn, got: show(cell(promptColumn)), expected: 'a number of tokens, 0 or more' } };
  if (outputTokens === null)
    return { fault: { field: outputColumn, got: show(cell(outputColumn)), expected: 'a number of tokens, 0 or more' } };
  if (outputTokens < 1) return { skip: 'no output' };
  return { row: { seconds, promptTokens, outputTokens, hashes: null } };
}

function wholeOrDecimal(text: string | undefined): number | null {
  if (text === undefined || !/^\d+(\.\d+)?$/.test(text.trim())) return null;
  return Number(text);
}

/** Moments with any number of decimals, with a blank or a T, with or without a zone; without one they count as UTC. */
function stampSeconds(text: string): number | null {
  const parts = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/.exec(text.trim());
  if (parts === null) return null;
  const [, day = '', time = '', fraction = '', zone = 'Z'] = parts;
  const milliseconds = Date.parse(`${day}T${time}${zone}`);
  return Number.isNaN(milliseconds) ? null : milliseconds / MILLISECONDS_PER_SECOND + Number(`0${fraction || '.0'}`);
}

function show(text: string | undefined): string {
  return text === undefined || text === '' ? 'nothing' : `"${text}"`;
}
