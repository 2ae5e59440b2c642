// npm run bench:engine [-- --engine FOLDER --requests N]: the load generator beside a real engine's own clock, and beside aiperf.
// Out: per load and generator, TPOT, TTFT and tokens against what the engine says of the same requests; exit code 4 beyond a bar.
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { median } from 'simple-statistics';
import { StreamReader } from '../src/bench/read-stream.ts';
import { firstTokenSeconds, tpotSeconds } from '../src/bench/request-figures.ts';
import { EXIT } from '../src/errors.ts';
import { type AiperfRecord, type Load, runAiperf } from './bench-oracles/aiperf.ts';
import { between, engineFolder, enginePrograms, onCore, readCounters, type Served, startEngine } from './bench-oracles/engine.ts';
import { type Ended, type EngineTiming, pairTimings, readTimings } from './bench-oracles/engine-log.ts';
import { runSeekstack } from './bench-oracles/run-seekstack.ts';

const TPOT_WITHIN = 0.01;
/** The engine's log has hundredths of a millisecond. */
const ROUNDING_SECONDS = 2e-5;
/** Same bytes, same moments: nothing but the last digits of a double may differ. */
const REPLAY_SECONDS = 1e-6;
const PROMPT_TOKENS = 200;
const OUTPUT_TOKENS = 128;
/** Of the probe that `bench run` sends first. */
const PROBE_REQUESTS = 1;
const SLOTS = 4;

const { values } = parseArgs({
  options: { engine: { type: 'string', default: engineFolder() }, requests: { type: 'string', default: '40' } },
});
const requests = Number(values.requests);
const { aiperf } = enginePrograms(values.engine);
const bars: { readonly what: string; readonly isKept: boolean; readonly found: string }[] = [];

/** One request as both sides have it. */
interface Compared {
  readonly tpotSeconds: number;
  readonly ttftSeconds: number;
  readonly timing: EngineTiming;
}
type Seen = Ended & { readonly ttftSeconds: number; readonly tpotSeconds: number };

const alone = await measure('one request at a time', 1, { concurrency: 1 });
const busyRate = 1 / alone;
await measure(`Poisson, ${busyRate.toFixed(2)}/s on ${SLOTS} slots`, SLOTS, { requestsPerSecond: busyRate });
console.log(`TPOT is (last − first token) ÷ (n − 1), which aiperf calls inter-token latency; the engine's is output time ÷ (n − 1) steps.
TTFT is from the actual send time here, in both; seekstack reports it from the intended one. aiperf opens a connection for each
request within it. Beyond the engine's prompt time lie transport, tokenization, the wait for a slot and the first sampling.
aiperf's prompts are as long as asked before the chat template, seekstack's with it. guidellm's TPOT is latency ÷ n, with the
first token in it; seekstack prints that as latency per token (--both-tpot).\n`);
for (const { what, isKept, found } of bars) console.log(`${isKept ? '✔' : '✘'} ${what}: ${found}`);
if (aiperf === null) console.log('aiperf is not there: .ci/build-llama.sh FOLDER --generators puts it beside the engine');
if (bars.some(({ isKept }) => !isKept)) process.exitCode = EXIT.thresholdFailed;

/** @returns median seconds of a request */
async function measure(name: string, slots: number, load: Load): Promise<number> {
  const engine = await startEngine(values.engine, slots);
  try {
    const table = new Table({
      head: [
        'generator',
        'requests',
        'TPOT p50',
        'engine',
        'error p50',
        'p90',
        'TTFT p50',
        'engine’s prompt',
        'beyond p50',
        'tokens in, out',
      ],
      style: { head: [], border: [], compact: true },
    });
    const seen = await seekstack(name, engine, load);
    table.push(rowOf('seekstack', seen));
    if (aiperf !== null) table.push(rowOf('aiperf', await publicGenerator(name, engine, aiperf, load)));
    console.log(`${name}: ${PROMPT_TOKENS} tokens in, ${OUTPUT_TOKENS} out\n${table.toString()}\n`);
    return median(seen.map(({ timing }) => timing.promptSeconds + timing.outputSeconds));
  } finally {
    await engine.stop();
  }
}

async function seekstack(name: string, engine: Served, load: Load): Promise<Compared[]> {
  const [before, from] = [await readCounters(engine.url), engine.log.length];
  const { records, run } = await runSeekstack(
    engine.url,
    [
      ...['--prompt', PROMPT_TOKENS, '--output', OUTPUT_TOKENS, '--duration', '5s', '--requests', requests, '--warm-up', '5s'],
      ...('concurrency' in load ? ['--concurrency', load.concurrency] : ['--rate', load.requestsPerSecond.toFixed(3)]),
    ],
    onCore(0),
  );
  const counted = between(before, await readCounters(engine.url));
  const well = records.filter(({ outcome }) => outcome === 'ok');
  const { pairs, unpairedRecords, unpairedTimings } = pairTimings(
    well.map((record) => ({
      endSeconds: record.endSeconds,
      promptTokens: record.promptTokensUsed ?? Number.NaN,
      outputTokens: record.completionTokens ?? Number.NaN,
      ttftSeconds: (firstTokenSeconds(record) ?? Number.NaN) - (record.sentSeconds ?? Number.NaN),
      tpotSeconds: tpotSeconds(record) ?? Number.NaN,
    })),
    readTimings(engine.log.slice(from)),
  );
  const compared = pairs.map(({ record, timing }) => compare(record, timing));
  const probe = readTimings(engine.log.slice(from))[0];
  const sum = (tokens: (timing: EngineTiming) => number) => pairs.reduce((all, { timing }) => all + tokens(timing), 0);
  const error = median(compared.map(tpotError));
  bar(name, `TPOT within ${TPOT_WITHIN * 100}% of the engine's, median`, error <= TPOT_WITHIN, percent(error));
  // A load goes on until the last measured request is over; what is out then is ended by the client, in the middle of its work.
  const ended = records.filter(({ outcome, phase }) => outcome === 'aborted' && phase === 'drain').length;
  bar(
    name,
    'every request is in the records once',
    unpairedRecords === 0 &&
      unpairedTimings >= PROBE_REQUESTS &&
      unpairedTimings <= PROBE_REQUESTS + ended &&
      well.length + ended === records.length,
    `${pairs.length} paired, ${ended} ended with the drain, ${unpairedRecords} unknown to the engine`,
  );
  const more = {
    promptTokens: counted.promptTokens - sum(({ promptTokens }) => promptTokens) - (probe?.promptTokens ?? 0),
    outputTokens: counted.outputTokens - sum(({ outputTokens }) => outputTokens) - (probe?.outputTokens ?? 0),
  };
  bar(
    name,
    'token counts are those of /metrics, less what the ended ones took',
    more.promptTokens >= 0 &&
      more.promptTokens <= ended * PROMPT_TOKENS &&
      more.outputTokens >= 0 &&
      more.outputTokens <= ended * OUTPUT_TOKENS,
    `${counted.promptTokens} in and ${counted.outputTokens} out, ${more.promptTokens} and ${more.outputTokens} of them of ended ones`,
  );
  const odd = well.filter(({ promptTokensUsed }) => promptTokensUsed !== PROMPT_TOKENS).length;
  bar(name, 'prompts are as long as was asked', odd === 0, `${well.length - odd} of ${well.length}`);
  const soonest = Math.min(...compared.map(beyond));
  bar(name, 'no first token before the engine had it', soonest >= -ROUNDING_SECONDS, `soonest ${milliseconds(soonest)} after`);
  for (const { id, message } of run.doubts) console.log(`  in doubt (${id}): ${message}`);
  return compared;
}

async function publicGenerator(name: string, engine: Served, program: string, load: Load): Promise<Compared[]> {
  const from = engine.log.length;
  const { records } = await runAiperf({
    program,
    url: engine.url,
    load,
    requests,
    promptTokens: PROMPT_TOKENS,
    outputTokens: OUTPUT_TOKENS,
    pinned: onCore(0),
    raw: true,
  });
  const farthest = Math.max(...records.map(replayDifference));
  bar(
    name,
    'aiperf’s streams, read by seekstack: its TTFT and inter-token latency',
    farthest <= REPLAY_SECONDS,
    `at most ${(farthest * 1e9).toFixed(0)} ns apart`,
  );
  const { pairs } = pairTimings(
    records.map((record) => ({
      endSeconds: record.sentSeconds + record.latencySeconds,
      promptTokens: record.promptTokens,
      outputTokens: record.outputTokens,
      ttftSeconds: record.ttftSeconds,
      tpotSeconds: record.itlSeconds,
    })),
    readTimings(engine.log.slice(from)),
  );
  return pairs.map(({ record, timing }) => compare(record, timing));
}

/** What our reading of the bytes aiperf saw, at the moments it saw them, differs from aiperf's own figures. */
function replayDifference(record: AiperfRecord): number {
  const reader = new StreamReader();
  for (const { seconds, text } of record.pieces) reader.feed(new TextEncoder().encode(text), seconds);
  const reading = reader.end(true);
  const first = reading.firstAnswerSeconds ?? Number.NaN;
  const tpot = ((reading.lastTokenSeconds ?? Number.NaN) - first) / ((reading.completionTokens ?? Number.NaN) - 1);
  return Math.max(Math.abs(first - record.sentSeconds - record.ttftSeconds), Math.abs(tpot - record.itlSeconds));
}

function compare({ ttftSeconds, tpotSeconds }: Seen, timing: EngineTiming): Compared {
  return { ttftSeconds, tpotSeconds, timing };
}

function engineTpot({ timing }: Compared): number {
  return timing.outputSeconds / (timing.outputTokens - 1);
}

function tpotError(each: Compared): number {
  return Math.abs(each.tpotSeconds / engineTpot(each) - 1);
}

/** Of the first token: the way there and back, tokenization, a queue before the slots, sampling. */
function beyond({ ttftSeconds, timing }: Compared): number {
  return ttftSeconds - timing.promptSeconds;
}

function rowOf(generator: string, compared: readonly Compared[]): string[] {
  const errors = compared.map(tpotError).sort((one, other) => one - other);
  const sum = (tokens: (timing: EngineTiming) => number) => compared.reduce((all, { timing }) => all + tokens(timing), 0);
  return [
    generator,
    String(compared.length),
    milliseconds(median(compared.map(({ tpotSeconds }) => tpotSeconds))),
    milliseconds(median(compared.map(engineTpot))),
    percent(median(errors)),
    percent(errors[Math.floor(errors.length * 0.9)] ?? Number.NaN),
    milliseconds(median(compared.map(({ ttftSeconds }) => ttftSeconds))),
    milliseconds(median(compared.map(({ timing }) => timing.promptSeconds))),
    milliseconds(median(compared.map(beyond))),
    `${sum(({ promptTokens }) => promptTokens)}, ${sum(({ outputTokens }) => outputTokens)}`,
  ];
}

function bar(load: string, what: string, isKept: boolean, found: string): void {
  bars.push({ what: `${load}: ${what}`, isKept, found });
}

function milliseconds(seconds: number): string {
  return `${(seconds * 1000).toFixed(2)} ms`;
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(2)}%`;
}
