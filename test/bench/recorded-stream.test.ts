// A stream that a real engine wrote and another load generator timed, read again here: the same bytes at the same moments give its
// figures, and by their definitions those of the other public generators.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { StreamReader } from '../../src/bench/read-stream.ts';
import { firstTokenSeconds, latencyPerTokenSeconds, tpotSeconds } from '../../src/bench/request-figures.ts';
import type { BenchRequest } from '../../src/documents/bench-request.ts';

interface Recorded {
  readonly aiperf: {
    readonly timeToFirstTokenMilliseconds: number;
    readonly interTokenLatencyMilliseconds: number;
    readonly requestLatencyMilliseconds: number;
    readonly interChunkLatencyMilliseconds: readonly number[];
    readonly outputTokens: number;
    readonly promptTokens: number;
  };
  readonly pieces: readonly (readonly [nanoseconds: number, text: string])[];
}

const { aiperf, pieces } = JSON.parse(
  readFileSync(new URL('./fixtures/recorded-stream.json', import.meta.url), 'utf8'),
) as Recorded;

/** Read as it came; `bytes` splits pieces further, as a network may. */
function read(bytes = Number.POSITIVE_INFINITY): BenchRequest {
  const reader = new StreamReader();
  for (const [nanoseconds, text] of pieces) {
    const whole = new TextEncoder().encode(text);
    for (let from = 0; from < whole.length; from += bytes) reader.feed(whole.subarray(from, from + bytes), nanoseconds / 1e9);
  }
  return { ...reader.end(true), sentSeconds: 0, intendedSeconds: 0 } as unknown as BenchRequest;
}

test.each([Number.POSITIVE_INFINITY, 7, 1])('aiperf’s TTFT, inter-token and request latency, in pieces of %s bytes', (bytes) => {
  const record = read(bytes);
  expect(record.completionTokens).toBe(aiperf.outputTokens);
  expect(record.promptTokensUsed).toBe(aiperf.promptTokens);
  expect(firstTokenSeconds(record)).toBeCloseTo(aiperf.timeToFirstTokenMilliseconds / 1000, 9);
  expect(tpotSeconds(record)).toBeCloseTo(aiperf.interTokenLatencyMilliseconds / 1000, 9);
  expect(record.lastTokenSeconds).toBeCloseTo(aiperf.requestLatencyMilliseconds / 1000, 9);
});

test('gaps are those between chunks that carry text, to the microsecond', () => {
  const record = read();
  expect(record.chunkGapsMicroseconds.length).toBe(record.textChunks - 1);
  const gaps = record.chunkGapsMicroseconds.reduce((sum, gap) => sum + gap, 0);
  const other = aiperf.interChunkLatencyMilliseconds.reduce((sum, gap) => sum + gap, 0) * 1000;
  // Each gap is rounded to half a microsecond at most.
  expect(Math.abs(gaps - other)).toBeLessThanOrEqual(record.textChunks / 2);
});

test('TPOT as vLLM has it is ours, as guidellm has it holds the first token too', () => {
  const record = read();
  const latency = aiperf.requestLatencyMilliseconds / 1000;
  const ttft = aiperf.timeToFirstTokenMilliseconds / 1000;
  expect(tpotSeconds(record)).toBeCloseTo((latency - ttft) / (aiperf.outputTokens - 1), 9);
  expect(latencyPerTokenSeconds(record)).toBeCloseTo(latency / aiperf.outputTokens, 9);
});
