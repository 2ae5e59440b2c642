// Streams over a real socket: every figure against what the server wrote and when; every way an answer can break.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, test } from 'vitest';
import { firstTokenSeconds, latencyPerTokenSeconds, tokenGapsSeconds, tpotSeconds } from '../../src/bench/request-figures.ts';
import { realClock } from '../../src/drive/clock.ts';
import { type EndedRequest, sendRequest } from '../../src/drive/run-request.ts';
import { createTransport } from '../../src/drive/transport.ts';
import { type Answer, DONE, delta, event, finish, plainAnswer, type Served, startScripted, usage } from './scripted-server.ts';

interface Seen extends EndedRequest {
  readonly served: Served;
  readonly originSeconds: number;
  /** Longest pause of this process while the request was out: what a busy machine adds to any moment. */
  readonly stallSeconds: number;
}

/** Sends one request, due `lateSeconds` before it is sent. */
async function ask(answer: Answer, { timeoutSeconds = 20, lateSeconds = 0 } = {}): Promise<Seen> {
  const server = await startScripted(() => answer);
  const clock = realClock();
  const transport = createTransport({ url: server.url, key: null, userAgent: 'test', clock });
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  try {
    const originSeconds = clock.nowSeconds();
    const ended = await new Promise<EndedRequest>((resolve) => {
      sendRequest(
        {
          pointId: 'p',
          attempt: 1,
          planned: { index: 0, intendedSeconds: 0, promptTokens: 40, cachedTokens: 0, outputTokens: 5, prefixBlocks: null },
          originSeconds,
          intendedSeconds: -lateSeconds,
          path: '/chat/completions',
          body: '{}',
          timeoutSeconds,
        },
        { clock, transport, clean: (text) => text },
        resolve,
      );
    });
    return { ...ended, served: server.served[0] as Served, originSeconds, stallSeconds: loop.max / 1e9 };
  } finally {
    loop.disable();
    await transport.close();
    await server.close();
  }
}

const TOLERANCE_SECONDS = 0.002;
const text = (content: string) => event(delta({ content }));

describe('moments are those at which the server wrote', () => {
  test('reasoning, then the answer, k tokens a chunk: first of each, last, TPOT from usage', async () => {
    const chunks = [event(delta({ role: 'assistant', content: '' })), event(delta({ reasoning_content: 'a b c' }))];
    const seen = await ask({
      steps: [
        { after: 20, write: chunks[0] as string },
        { after: 30, write: chunks[1] as string },
        { after: 25, write: event(delta({ reasoning: 'd e f' })) },
        { after: 25, write: text('g h i') },
        { after: 25, write: text('j k l') },
        { after: 5, write: event(finish) + event(usage(40, 12)) + DONE },
      ],
    });
    const { record, served, originSeconds, stallSeconds } = seen;
    const near = (got: number | null, wrote: number | undefined) => {
      const difference = (got ?? Number.NaN) + originSeconds - (wrote ?? Number.NaN);
      expect(difference).toBeGreaterThan(-1e-4);
      expect(difference).toBeLessThan(TOLERANCE_SECONDS + stallSeconds);
    };
    const [role, reasoning, , answer, last] = served.wroteSeconds;
    near(record.firstChunkSeconds, role);
    near(record.firstReasoningSeconds, reasoning);
    near(record.firstAnswerSeconds, answer);
    near(record.lastTokenSeconds, last);
    expect(record).toMatchObject({
      outcome: 'ok',
      completionTokens: 12,
      promptTokensUsed: 40,
      textChunks: 4,
      countedFrom: 'usage',
    });
    const measured = { ...record, phase: 'measured' as const };
    // Twelve tokens came in four chunks: by chunks the figure would be almost four times as large.
    const truth = ((last as number) - (reasoning as number)) / 11;
    expect(Math.abs((tpotSeconds(measured) ?? 0) - truth)).toBeLessThan((TOLERANCE_SECONDS + stallSeconds) / 11);
    expect(latencyPerTokenSeconds(measured)).toBeCloseTo(((record.lastTokenSeconds ?? 0) - (record.sentSeconds ?? 0)) / 12, 9);
    expect(record.chunkGapsMicroseconds).toHaveLength(3);
  });

  test('TTFT counts from the intended moment, so waiting to be sent is not forgotten', async () => {
    const { record } = await ask(plainAnswer(3, 10, 5), { lateSeconds: 2 });
    const first = firstTokenSeconds({ ...record, phase: 'measured' }) as number;
    expect(first - record.intendedSeconds).toBeGreaterThan(2);
    expect((record.sentSeconds as number) - record.intendedSeconds).toBeGreaterThanOrEqual(2);
  });

  test('a stall of two seconds within the stream is in the gaps and in TPOT', async () => {
    const { record } = await ask({
      steps: [
        { after: 5, write: text('a') },
        { after: 2000, write: text('b') },
        { after: 0, write: event(finish) + event(usage(40, 2)) + DONE },
      ],
    });
    expect(record.chunkGapsMicroseconds[0]).toBeGreaterThan(1_990_000);
    expect(tpotSeconds({ ...record, phase: 'measured' })).toBeGreaterThan(1.99);
  });

  test('usage in every chunk gives gaps between tokens', async () => {
    const counted = (content: string, soFar: number) =>
      event({ ...delta({ content }), usage: { prompt_tokens: 9, completion_tokens: soFar } });
    const { record } = await ask({
      steps: [
        { after: 0, write: counted('a', 1) },
        { after: 30, write: counted('b c d', 4) },
        { after: 0, write: event(finish) + event(usage(9, 4)) + DONE },
      ],
    });
    expect(record).toMatchObject({ countedFrom: 'chunk-usage', chunkTokens: [1, 3] });
    expect(tokenGapsSeconds({ ...record, phase: 'measured' })).toHaveLength(3);
  });

  test('one token has no TPOT', async () => {
    const { record } = await ask(plainAnswer(1, 5, 0));
    expect(record).toMatchObject({ outcome: 'ok', completionTokens: 1 });
    expect(tpotSeconds({ ...record, phase: 'measured' })).toBeNull();
  });
});

describe('what is sent is what is read', () => {
  const body = `${text('héllo ✓ ')}: a comment\n\n${text('wörld')}`;
  const bytes = new TextEncoder().encode(body + event(finish) + event(usage(40, 4)) + DONE);
  test.each([1, 2, 3, 7])('cut into pieces of %s bytes', async (size) => {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.slice(index * size, (index + 1) * size),
    );
    const { record } = await ask({ steps: pieces.map((write) => ({ after: 0, write })) });
    expect(record).toMatchObject({ outcome: 'ok', textChunks: 2, completionTokens: 4, finishReason: 'length' });
  });
  test('CRLF, several events in one packet, no blank after data:', async () => {
    const { record } = await ask({
      steps: [
        {
          after: 0,
          write: `${event(delta({ content: 'a' }), '\r\n')}data:${JSON.stringify(delta({ content: 'b' }))}\r\n\r\n${event(finish)}data:[DONE]\n\n`,
        },
      ],
    });
    expect(record).toMatchObject({ outcome: 'ok', textChunks: 2, completionTokens: null, countedFrom: 'none' });
  });
  test('role-only and empty chunks are chunks, not tokens', async () => {
    const { record } = await ask({
      steps: [
        { after: 0, write: event(delta({ role: 'assistant' })) + event(delta({ content: '' })) },
        { after: 40, write: text('a') + event(finish) + DONE },
      ],
    });
    expect((record.firstAnswerSeconds ?? 0) - (record.firstChunkSeconds ?? 0)).toBeGreaterThan(0.03);
    expect(record.textChunks).toBe(1);
  });
  test('tool calls are an answer', async () => {
    const call = delta({ tool_calls: [{ index: 0, function: { name: 'find', arguments: '{}' } }] });
    const { record } = await ask({ steps: [{ after: 0, write: event(call) + event(finish) + DONE }] });
    expect(record).toMatchObject({ outcome: 'ok', textChunks: 1 });
  });
});

describe('every ending has its name', () => {
  const cases: readonly (readonly [string, Answer, Partial<EndedRequest['record']>])[] = [
    ['no [DONE], but a finish reason', { steps: [{ after: 0, write: text('a') + event(finish) }] }, { outcome: 'ok' }],
    ['neither', { steps: [{ after: 0, write: text('a') }] }, { outcome: 'cut', textChunks: 1 }],
    ['half an event', { steps: [{ after: 0, write: `${text('a')}data: {"choi` }] }, { outcome: 'cut' }],
    [
      'an error amid the stream',
      { steps: [{ after: 0, write: text('a') + event({ error: { message: 'out of memory' } }) }] },
      { outcome: 'stream-error', message: 'out of memory' },
    ],
    [
      '200 with an error body',
      { headers: { 'content-type': 'application/json' }, steps: [{ after: 0, write: '{"error":{"message":"no such model"}}' }] },
      { outcome: 'body-error', message: 'no such model' },
    ],
    ['200 with a page', { steps: [{ after: 0, write: '<html>sign in</html>' }] }, { outcome: 'body-error' }],
    ['an answer without a token', { steps: [{ after: 0, write: event(finish) + DONE }] }, { outcome: 'empty' }],
    [
      '429',
      { status: 429, headers: { 'retry-after': '7' }, steps: [{ after: 0, write: '{"error":{"message":"slow down"}}' }] },
      { outcome: 'http-error', httpStatus: 429, retryAfterSeconds: 7, message: 'status 429: slow down' },
    ],
    ['503', { status: 503, steps: [{ after: 0, end: true }] }, { outcome: 'http-error', httpStatus: 503, message: 'status 503' }],
    ['a reset before a token', { steps: [{ after: 5, reset: true }] }, { outcome: 'reset' }],
    [
      'a reset amid the stream',
      {
        steps: [
          { after: 0, write: text('a') },
          { after: 20, reset: true },
        ],
      },
      { outcome: 'reset', textChunks: 1 },
    ],
    [
      '[DONE] on a connection left open',
      {
        steps: [
          { after: 0, write: text('a') + event(finish) + DONE },
          { after: 60_000, end: true },
        ],
      },
      { outcome: 'ok' },
    ],
  ];
  test.each(cases)('%s', async (_, answer, expected) => {
    expect((await ask(answer)).record).toMatchObject(expected);
  });
  test('slow loris: a body that drips and never ends is timed out', async () => {
    const drip = Array.from({ length: 400 }, () => ({ after: 25, write: ':' }));
    const { record } = await ask({ steps: drip }, { timeoutSeconds: 0.4 });
    expect(record).toMatchObject({ outcome: 'timeout', textChunks: 0 });
    expect(record.endSeconds).toBeGreaterThanOrEqual(0.4);
  });
  test('nobody there', async () => {
    const clock = realClock();
    const transport = createTransport({ url: 'http://127.0.0.1:1/v1', key: null, userAgent: 'test', clock });
    const ended = await new Promise<EndedRequest>((resolve) => {
      sendRequest(
        {
          pointId: 'p',
          attempt: 1,
          planned: { index: 0, intendedSeconds: 0, promptTokens: 1, cachedTokens: 0, outputTokens: 1, prefixBlocks: null },
          originSeconds: clock.nowSeconds(),
          intendedSeconds: 0,
          path: '/completions',
          body: '{}',
          timeoutSeconds: 5,
        },
        { clock, transport, clean: (said) => said },
        resolve,
      );
    });
    await transport.close();
    expect(ended.record).toMatchObject({ outcome: 'reset', firstByteSeconds: null });
  });
});
