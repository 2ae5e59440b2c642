// npm run bench:client [-- --engine FOLDER --repeats N --most N --alone]: how much load one core of the load generator holds, beside aiperf.
// A server that only keeps time runs on the other core and knows when each token left. Out: highest loads, and the ratio of the two.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { median, quantile } from 'simple-statistics';
import { firstTokenSeconds, tpotSeconds } from '../src/bench/request-figures.ts';
import { findPackage } from '../src/files/package-root.ts';
import { type Load, runAiperf } from './bench-oracles/aiperf.ts';
import { engineFolder, enginePrograms, onCore, type Served, startServer } from './bench-oracles/engine.ts';
import { runSeekstack } from './bench-oracles/run-seekstack.ts';
import type { Pace, ServedStream } from './bench-oracles/scripted-server.ts';

/** Beyond any of these a generator does not hold a load, whatever it says of itself. */
const TPOT_WITHIN = 0.05;
const LATE_SECONDS = 0.05;
const RATE_WITHIN = 0.02;
const BUSY_CORES = 0.8;
const SERVER_BUSY_CORES = 0.9;
const WINDOW_SECONDS = 8;
const PROMPT_TOKENS = 16;

/** Streams as of a chat: many tokens, slowly. Requests as of a classifier: few tokens, at once. */
const KINDS = {
  streams: { pace: { firstTokenSeconds: 0.1, tokenSeconds: 0.02 }, outputTokens: 64, first: 50, unit: 'streams at once' },
  requests: { pace: { firstTokenSeconds: 0.02, tokenSeconds: 0.002 }, outputTokens: 8, first: 50, unit: 'requests/s' },
} as const satisfies Record<string, { pace: Pace; outputTokens: number; first: number; unit: string }>;
type Kind = keyof typeof KINDS;

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: engineFolder() },
    repeats: { type: 'string', default: '3' },
    most: { type: 'string', default: '6400' },
    alone: { type: 'boolean', default: false },
  },
});
const aiperf = values.alone ? null : enginePrograms(values.engine).aiperf;

/** What came of one load. */
interface Held {
  readonly why: string | null;
  readonly cores: number;
  /** The generator's own word on itself; null where it has none. */
  readonly says: boolean | null;
  readonly tokensPerSecond: number;
}
/** Processor time of aiperf's start, which a run with next to no load shows. */
let startSeconds: number | null = null;

type Generator = (kind: Kind, size: number, server: Served) => Promise<Held>;

/** What came of climbing. */
interface Climbed {
  /** Median of the repeats' highest load that was held; 0 where none was. */
  readonly held: number;
  /** Median over all loads: what a thousand tokens take of a core, which a busy machine disturbs less. */
  readonly processorSeconds: number;
}

for (const kind of ['streams', 'requests'] as const) {
  const ours = await climb('seekstack', kind, seekstack);
  const theirs = aiperf === null ? null : await climb('aiperf', kind, (...load) => publicGenerator(aiperf, ...load));
  const beside = (figure: (of: Climbed) => number, digits: number) =>
    theirs === null
      ? figure(ours).toFixed(digits)
      : `${figure(ours).toFixed(digits)}, aiperf ${figure(theirs).toFixed(digits)}${figure(theirs) > 0 && figure(ours) > 0 ? `, ratio ${(figure(ours) / figure(theirs)).toFixed(2)}` : ''}`;
  console.log(`${KINDS[kind].unit} that one core holds: seekstack ${beside(({ held }) => held, 0)}`);
  console.log(
    `processor time of a thousand tokens, ms: seekstack ${beside(({ processorSeconds }) => processorSeconds * 1000, 1)}\n`,
  );
}

/** Doubles the load until it is not held, then halves the bracket. */
async function climb(name: string, kind: Kind, generator: Generator): Promise<Climbed> {
  const table = new Table({
    head: [name, 'held', 'says of itself', 'cores', 'tokens/s', 'ms/1,000 tokens', 'why not'],
    style: { head: [], border: [], compact: true },
  });
  const highest: number[] = [];
  const processor: number[] = [];
  for (let repeat = 1; repeat <= Number(values.repeats); repeat += 1) {
    let held = 0;
    let failed = Number.POSITIVE_INFINITY;
    for (let size: number = KINDS[kind].first; isWorthTrying(size, held, failed, KINDS[kind].first); ) {
      const outcome = await once(kind, size, generator);
      const says = outcome.says === null ? '' : outcome.says ? 'valid' : 'invalid';
      const spent = (outcome.cores / outcome.tokensPerSecond) * 1000;
      if (spent > 0) processor.push(spent);
      table.push([
        `${size} ${KINDS[kind].unit}`,
        outcome.why === null ? '✔' : '✘',
        says,
        outcome.cores.toFixed(2),
        outcome.tokensPerSecond.toFixed(0),
        (spent * 1000).toFixed(1),
        outcome.why ?? '',
      ]);
      process.stderr.write(
        `${name}, ${size} ${KINDS[kind].unit}: ${outcome.why ?? 'held'}, ${(spent * 1000).toFixed(1)} ms/1,000 tokens\n`,
      );
      if (outcome.why === null) held = size;
      else failed = size;
      size = failed === Number.POSITIVE_INFINITY ? held * 2 : Math.round((held + failed) / 2);
    }
    highest.push(held);
  }
  console.log(table.toString());
  return { held: median(highest), processorSeconds: processor.length === 0 ? Number.NaN : median(processor) };
}

/** Until the bracket is a quarter of what is held; a machine that does not hold a tenth of the first load is too busy to tell. */
function isWorthTrying(size: number, held: number, failed: number, first: number): boolean {
  return size <= Number(values.most) && size >= first / 10 && failed - held > Math.max(1, held / 4);
}

async function once(kind: Kind, size: number, generator: Generator): Promise<Held> {
  const script = join(findPackage().root, 'dist/scripts/bench-oracles/scripted-server.js');
  const server = await startServer(process.execPath, [script, JSON.stringify(KINDS[kind].pace)], onCore(1));
  try {
    return await generator(kind, size, server);
  } finally {
    await server.stop();
  }
}

async function seekstack(kind: Kind, size: number, server: Served): Promise<Held> {
  const { records, run } = await runSeekstack(
    server.url,
    [
      ...['--model', 'paced', '--prompt', PROMPT_TOKENS, '--output', KINDS[kind].outputTokens, '--ttft', '1s'],
      ...['--duration', `${WINDOW_SECONDS}s`, '--warm-up', '3s'],
      ...(kind === 'streams' ? ['--concurrency', size] : ['--rate', size]),
    ],
    onCore(0),
  );
  const [point] = run.points;
  if (point === undefined) throw new Error('a run without a point');
  const well = records.filter(({ phase, outcome }) => phase === 'measured' && outcome === 'ok');
  const blamed = point.doubts.filter(({ about, weight }) => about === 'client' && weight === 'invalid');
  const why = await judge(server, kind, size, {
    ttfts: well.map((record) => (firstTokenSeconds(record) ?? Number.NaN) - record.intendedSeconds),
    tpots: well.map((record) => tpotSeconds(record) ?? Number.NaN),
    requestsPerSecond: point.rates.completedRequestsPerSecond,
    cores: point.client.cpuCores,
  });
  return {
    why: blamed[0]?.message ?? why,
    cores: point.client.cpuCores,
    says: blamed.length === 0,
    tokensPerSecond: point.rates.outputTokensPerSecond ?? Number.NaN,
  };
}

async function publicGenerator(program: string, kind: Kind, size: number, server: Served): Promise<Held> {
  const { pace, outputTokens } = KINDS[kind];
  const streamSeconds = pace.firstTokenSeconds + (outputTokens - 1) * pace.tokenSeconds;
  const load: Load = kind === 'streams' ? { concurrency: size } : { requestsPerSecond: size };
  const requests = Math.ceil(WINDOW_SECONDS * (kind === 'streams' ? size / streamSeconds : size));
  const task = { program, url: server.url, promptTokens: PROMPT_TOKENS, outputTokens, pinned: onCore(0), raw: false };
  startSeconds ??= (await runAiperf({ ...task, load: { concurrency: 1 }, requests: 2 })).processorSeconds;
  await truthOf(server);
  const { records, seconds, processorSeconds } = await runAiperf({ ...task, load, requests });
  const cores = Math.max(0, processorSeconds - startSeconds) / seconds;
  const why = await judge(server, kind, size, {
    ttfts: records.map(({ ttftSeconds }) => ttftSeconds),
    tpots: records.map(({ itlSeconds }) => itlSeconds),
    requestsPerSecond: records.length / seconds,
    cores,
  });
  return { why, cores, says: null, tokensPerSecond: (records.length * outputTokens) / seconds };
}

interface Measured {
  readonly ttfts: readonly number[];
  readonly tpots: readonly number[];
  readonly requestsPerSecond: number;
  readonly cores: number;
}

async function truthOf(server: Served): Promise<ServedStream[]> {
  return (await (await fetch(`${server.url}/truth`)).json()) as ServedStream[];
}

/** @returns why a load was not held; null where it was. The same bars for every generator. */
async function judge(server: Served, kind: Kind, size: number, measured: Measured): Promise<string | null> {
  const streams = await truthOf(server);
  const spent = (await (await fetch(`${server.url}/processor`)).json()) as { user: number; system: number; seconds: number };
  const serverCores = (spent.user + spent.system) / 1e6 / spent.seconds;
  if (measured.tpots.length === 0 || streams.length === 0) return 'no answers';
  const tpot = median(streams.map(({ firstSeconds, lastSeconds, tokens }) => (lastSeconds - firstSeconds) / (tokens - 1)));
  const error = Math.abs(median([...measured.tpots]) / tpot - 1);
  const ttft = quantile(
    streams.map(({ arrivedSeconds, firstSeconds }) => firstSeconds - arrivedSeconds),
    0.99,
  );
  const late = quantile([...measured.ttfts], 0.99) - ttft;
  const { pace, outputTokens } = KINDS[kind];
  const asked = kind === 'streams' ? size / (pace.firstTokenSeconds + (outputTokens - 1) * pace.tokenSeconds) : size;
  if (serverCores > SERVER_BUSY_CORES) return `the server was busy: ${serverCores.toFixed(2)} cores`;
  if (measured.cores > BUSY_CORES) return `${measured.cores.toFixed(2)} cores`;
  if (error > TPOT_WITHIN) return `TPOT off by ${(error * 100).toFixed(1)}%`;
  if (late > LATE_SECONDS) return `p99 TTFT ${(late * 1000).toFixed(0)} ms beyond the server's`;
  // A closed loop also loses what it takes to begin anew, which the bars above already hold.
  if (
    kind === 'requests' &&
    Math.abs(measured.requestsPerSecond / asked - 1) > RATE_WITHIN + 3 / Math.sqrt(asked * WINDOW_SECONDS)
  )
    return `${measured.requestsPerSecond.toFixed(0)} requests/s`;
  return null;
}
