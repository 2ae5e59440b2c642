// Traces: three public shapes read alike, and the first wrong row told with its line.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { summariseTrace } from '../../src/documents/trace-summary.ts';
import { SeekstackError } from '../../src/errors.ts';
import { readTrace } from '../../src/files/read-trace.ts';
import { root } from '../load-real.ts';

const folder = mkdtempSync(join(tmpdir(), 'trace-'));
let files = 0;
function put(content: string | Uint8Array, ending = 'csv'): string {
  files += 1;
  const path = join(folder, `t${files}.${ending}`);
  writeFileSync(path, content);
  return path;
}

async function refused(content: string, ending?: string) {
  const error = await readTrace(put(content, ending)).then(
    () => null,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(SeekstackError);
  const { code, problems } = error as SeekstackError;
  return { code, line: problems[0]?.where?.line, field: problems[0]?.where?.field, got: problems[0]?.got };
}

test('Azure: moments with seven decimals, in any order of columns and rows, with CRLF and BOM', async () => {
  const trace = await readTrace(
    put(
      '\uFEFFContextTokens,TIMESTAMP,GeneratedTokens\r\n110,2023-11-16 18:17:04.0781490,27\r\n4808,2023-11-16 18:17:03.9799600,10\r\n5,2024-05-10T00:00:00+00:00,3\r\n\r\n',
    ),
  );
  expect(trace.format).toBe('azure');
  expect([...trace.promptTokens]).toEqual([4808, 110, 5]);
  expect([...trace.outputTokens]).toEqual([10, 27, 3]);
  expect(trace.arrivalSeconds[0]).toBe(0);
  expect(trace.arrivalSeconds[1]).toBeCloseTo(0.098189, 5);
  expect(trace.prefixBlocks).toBeNull();
});

test('BurstGPT: seconds, and failures left out and counted', async () => {
  const trace = await readTrace(
    put(
      'Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,472,18,490,Conversation log\n45.5,GPT-4,10,0,10,API log\n118,ChatGPT,1087,230,1317,Conversation log\n',
    ),
  );
  expect(trace.format).toBe('burstgpt');
  expect([...trace.arrivalSeconds]).toEqual([0, 113]);
  expect(trace.skipped).toEqual([{ reason: 'no output', count: 1 }]);
});

test('Mooncake: milliseconds and hashes, plain or gzipped', async () => {
  const lines = [
    { timestamp: 27482, input_length: 1536, output_length: 52, hash_ids: [46, 47, 2356] },
    { timestamp: 30535, input_length: 1200, output_length: 26, hash_ids: [46, 47, 9_999_999_999] },
  ];
  const text = lines.map((line) => JSON.stringify(line)).join('\n');
  for (const path of [put(text, 'jsonl'), put(gzipSync(text), 'jsonl.gz')]) {
    const trace = await readTrace(path);
    expect(trace.format).toBe('mooncake');
    expect(trace.arrivalSeconds[1]).toBeCloseTo(3.053, 9);
    expect(trace.prefixBlocks?.map((blocks) => [...blocks])).toEqual([
      [0, 1, 2],
      [0, 1, 3],
    ]);
    // The second prompt finds two blocks of 512 tokens.
    expect(summariseTrace(trace).prefixShare).toBeCloseTo(1024 / 2736, 9);
  }
});

describe('is refused', () => {
  test.each([
    ['an unknown header', 'a,b,c\n1,2,3\n', 'E_SCHEMA', 1, undefined],
    [
      'a word for a number',
      'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03,12,4\n2023-11-16 18:17:04,many,4\n',
      'E_VALUE',
      3,
      'ContextTokens',
    ],
    ['a negative number', 'Timestamp,Request tokens,Response tokens\n1,-3,4\n', 'E_VALUE', 2, 'Request tokens'],
    ['no moment', 'TIMESTAMP,ContextTokens,GeneratedTokens\nyesterday,12,4\n', 'E_VALUE', 2, 'TIMESTAMP'],
    ['a short row', 'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03,12\n', 'E_VALUE', 2, 'GeneratedTokens'],
    ['nothing at all', '', 'E_FILE_EMPTY', undefined, undefined],
    ['a header alone', 'TIMESTAMP,ContextTokens,GeneratedTokens\n', 'E_FILE_EMPTY', undefined, undefined],
    ['torn JSON', '{"timestamp": 1, "input_length": 2, "output_length": 3}\n{"timest', 'E_VALUE', 2, 'line'],
    ['a missing JSON field', '{"timestamp": 1, "input_length": 2}\n', 'E_VALUE', 1, 'output_length'],
  ])('%s', async (_, content, code, line, field) => {
    expect(await refused(content)).toMatchObject({ code, line, field });
  });
  test('a folder and a file that is not there', async () => {
    await expect(readTrace(folder)).rejects.toThrow(/E_FILE_UNREADABLE/);
    await expect(readTrace(join(folder, 'none.csv'))).rejects.toThrow(/E_FILE_MISSING/);
  });
});

test('two hundred thousand rows keep their numbers', async () => {
  const rows = Array.from({ length: 200_000 }, (_, index) => `${index / 10},${(index % 977) + 1},${(index % 89) + 1}`);
  const trace = await readTrace(put(`Timestamp,Request tokens,Response tokens\n${rows.join('\n')}\n`));
  expect(trace.arrivalSeconds).toHaveLength(200_000);
  const summary = summariseTrace(trace);
  expect(summary.meanRequestsPerSecond).toBeCloseTo(10, 2);
  expect(summary.peakRequestsPerSecond).toBeCloseTo(10, 1);
  // Evenly spaced arrivals are as far from bursts as can be.
  expect(summary.burstiness).toBe(100);
  expect(summary.promptTokens.find((each) => each.probability === 0.5)?.tokens).toBe(488);
});

test('the shipped sample is read', async () => {
  const trace = await readTrace(join(root, 'examples/traces/azure-code-sample.csv'));
  expect(trace.arrivalSeconds).toHaveLength(600);
  expect(summariseTrace(trace).burstiness).toBeLessThan(0.5);
});
