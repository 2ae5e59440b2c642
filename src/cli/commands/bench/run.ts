// seekstack bench run: settle what is measured, probe the endpoint, run, report. With --resume, what is left of an earlier run.
import { summarisePoint } from '../../../bench/summarise-point.ts';
import { lastObservations, summariseRun } from '../../../bench/summarise-run.ts';
import type { BenchManifest } from '../../../documents/bench-manifest.ts';
import type { BenchPoint } from '../../../documents/bench-point.ts';
import type { Trace } from '../../../documents/trace.ts';
import { loadTokenizer, type Tokenizer } from '../../../drive/load-tokenizer.ts';
import { type OpenedWorld, openWorld } from '../../../drive/open-world.ts';
import { runBench } from '../../../drive/run-bench.ts';
import { SeekstackError } from '../../../errors.ts';
import {
  type BenchContents,
  type BenchWriter,
  createBenchFolder,
  readBenchFolder,
  readTokenizerText,
  reopenBenchFolder,
} from '../../../files/bench-folder.ts';
import { openCatalog } from '../../../files/open-catalog.ts';
import type { PackageFiles } from '../../../files/package-root.ts';
import { readTrace } from '../../../files/read-trace.ts';
import type { Io } from '../../io.ts';
import { readKey } from './key-variable.ts';
import { exitCodeOf, renderRun } from './report.ts';
import type { RunChoices } from './run-choices.ts';
import { checkChoices, chooseDayHours, describeTrace, digestOfFile, readPlannedOption, settleManifest } from './settle-run.ts';
import { benchTalk } from './talk.ts';

/** Exit code of a program that was interrupted. */
const INTERRUPTED = 130;
const SECONDS_PER_MINUTE = 60;
const SECONDS_PER_HOUR = 3600;

/** @returns 0, 4 where targets fail or the run cannot be trusted, 130 where it was interrupted */
export async function runBenchRun(
  planFile: string | undefined,
  choices: RunChoices,
  io: Io,
  files: PackageFiles,
): Promise<number> {
  return choices.resume === undefined ? begin(planFile, choices, io, files) : goOn(choices.resume, planFile, choices, io, files);
}

async function begin(planFile: string | undefined, choices: RunChoices, io: Io, files: PackageFiles): Promise<number> {
  const endpoint = choices.endpoint;
  if (endpoint === undefined)
    throw new SeekstackError({
      code: 'E_USAGE',
      got: 'no --endpoint',
      expected: 'the address of an OpenAI-compatible endpoint, or --resume',
      fix: 'add --endpoint, such as --endpoint http://127.0.0.1:8000/v1',
    });
  checkChoices(choices);
  const planned = readPlannedOption(planFile, choices.option);
  const dayHours = chooseDayHours(choices, planned, () => openCatalog(files));
  const trace = choices.trace === undefined ? null : await readTrace(choices.trace);
  const key = readKey(choices.keyVariable, io);
  const tokenizer = await readTokenizer(choices.tokenizer);
  const world = openWorld({ url: endpoint, serverName: choices.serverName, key, userAgent: `seekstack/${files.version}` });
  try {
    const material = {
      planned,
      trace: trace === null || choices.trace === undefined ? null : { facts: describeTrace(choices.trace, trace), trace },
      tokenizer,
      tokenizerDigest: choices.tokenizer === undefined ? null : digestOfFile(choices.tokenizer),
      dayHours,
    };
    const about = { version: files.version, nodeVersion: io.nodeVersion };
    const settled = await settleManifest(endpoint, choices, material, world, about);
    const manifest: BenchManifest = {
      ...settled,
      endpoint: { ...settled.endpoint, keyVariable: key === null ? null : choices.keyVariable },
    };
    const folder = choices.out ?? `bench-${manifest.startedAt.replaceAll(':', '-')}`;
    const writer = createBenchFolder(folder, manifest);
    return await measure(folder, { manifest, observations: [], requests: [] }, { tokenizer, trace, writer, world }, choices, io);
  } finally {
    await world.close();
  }
}

async function goOn(
  folder: string,
  planFile: string | undefined,
  choices: RunChoices,
  io: Io,
  files: PackageFiles,
): Promise<number> {
  const contents = await readBenchFolder(folder);
  const { manifest } = contents;
  if (planFile !== undefined || (choices.endpoint !== undefined && choices.endpoint !== manifest.endpoint.url))
    throw new SeekstackError({
      code: 'E_USAGE',
      got: '--resume with a plan or another endpoint',
      expected: 'the folder alone: its manifest says what is measured',
      fix: 'leave the others out, or begin a new run',
    });
  const trace = await sameFile(choices.trace, manifest.trace, '--trace', readTrace);
  const tokenizerFile = await sameFile(choices.tokenizer, manifest.prompts.tokenizerFile, '--tokenizer', async (path) => path);
  const key = manifest.endpoint.keyVariable === null ? null : readKey(manifest.endpoint.keyVariable, io);
  const tokenizer = await readTokenizer(tokenizerFile ?? undefined);
  const { serverName } = choices;
  const world = openWorld({ url: manifest.endpoint.url, serverName, key, userAgent: `seekstack/${files.version}` });
  try {
    // Opens the first connection outside of what is measured.
    await world.listModels();
    const writer = reopenBenchFolder(folder);
    return await measure(folder, contents, { tokenizer, trace, writer, world }, choices, io);
  } finally {
    await world.close();
  }
}

interface RunMeans {
  readonly tokenizer: Tokenizer;
  readonly trace: Trace | null;
  readonly writer: BenchWriter;
  readonly world: OpenedWorld;
}

async function measure(
  folder: string,
  contents: BenchContents,
  { tokenizer, trace, writer, world }: RunMeans,
  choices: RunChoices,
  io: Io,
): Promise<number> {
  const { manifest } = contents;
  const done = donePoints(contents);
  const attempts = new Map<string, number>();
  for (const { pointId, attempt } of contents.requests) attempts.set(pointId, Math.max(attempt, attempts.get(pointId) ?? 0));
  for (const { point, attempt } of contents.observations) attempts.set(point.id, Math.max(attempt, attempts.get(point.id) ?? 0));
  const ending = endWhen(choices, manifest, io, world);
  const talk = benchTalk(manifest, done.length, io);
  try {
    await runBench(
      { manifest, words: tokenizer.words, trace, done, attempts },
      {
        clock: world.clock,
        transport: world.transport,
        clean: world.clean,
        signal: ending.signal,
        keepRequest: writer.keepRequest,
        keepObservation: writer.keepObservation,
        watch: () => world.watch(manifest.meter),
        countTokens: tokenizer.count,
        talk,
      },
    );
  } finally {
    ending.release();
    writer.close();
    talk.end();
  }
  // From the files and not from memory: what is printed is what "bench report" will print.
  const run = summariseRun(await readBenchFolder(folder));
  writer.writeRun(run);
  io.out(renderRun(run, choices, io.colour));
  if (ending.reason() === null) {
    io.err(`wrote ${folder}/bench-run.json\n`);
    return exitCodeOf(run);
  }
  io.err(`${ending.reason()}; the report is of what there is, and "seekstack bench run --resume ${folder}" goes on\n`);
  return ending.reason() === BY_USER ? INTERRUPTED : exitCodeOf(run);
}

const BY_USER = 'interrupted';

/** Points that need not be measured again. */
function donePoints({ manifest, observations, requests }: BenchContents): BenchPoint[] {
  return lastObservations(observations)
    .filter(({ complete }) => complete)
    .map((observation) =>
      summarisePoint(
        observation,
        requests.filter(({ pointId, attempt }) => pointId === observation.point.id && attempt === observation.attempt),
        manifest,
      ),
    );
}

/** Ctrl-C, minutes and money end a run; each tells why. */
function endWhen({ maxMinutes, maxUsd }: RunChoices, { price }: BenchManifest, io: Io, { clock }: OpenedWorld) {
  const controller = new AbortController();
  let why: string | null = null;
  const end = (reason: string) => {
    why ??= reason;
    controller.abort();
  };
  const releases: (() => void)[] = [];
  const release = io.onInterrupt?.(() => end(BY_USER));
  if (release !== undefined) releases.push(release);
  if (maxMinutes !== undefined)
    releases.push(clock.after(maxMinutes * SECONDS_PER_MINUTE, () => end(`ended after ${maxMinutes} minutes`)));
  if (maxUsd !== undefined && price !== null)
    releases.push(clock.after((maxUsd / price.usdPerHour) * SECONDS_PER_HOUR, () => end(`ended after USD ${maxUsd}`)));
  return {
    signal: controller.signal,
    reason: () => why,
    release: () => {
      for (const each of releases) each();
    },
  };
}

/** The tokenizer of a file, or the one that is shipped. */
export async function readTokenizer(path: string | undefined): Promise<Tokenizer> {
  if (path === undefined) return loadTokenizer(null);
  let json: unknown;
  try {
    json = JSON.parse(readTokenizerText(path));
  } catch (cause) {
    if (cause instanceof SeekstackError) throw cause;
    throw new SeekstackError({
      code: 'E_YAML_SYNTAX',
      where: { file: path },
      got: cause instanceof Error ? cause.message : String(cause),
      expected: 'the tokenizer.json of a model',
      fix: "take tokenizer.json from the model's own repository",
    });
  }
  return loadTokenizer({ path, json });
}

/** A file that a resumed run needs again; it has to be the same. */
async function sameFile<Content>(
  path: string | undefined,
  before: { readonly name: string; readonly sha256: string } | null,
  flag: string,
  read: (path: string) => Promise<Content>,
): Promise<Content | null> {
  if (before === null) return null;
  if (path !== undefined && digestOfFile(path) === before.sha256) return read(path);
  throw new SeekstackError({
    code: 'E_USAGE',
    got: path === undefined ? `no ${flag}` : `another ${flag} than the run began with`,
    expected: `${before.name}, as it was when the run began`,
    fix: `add ${flag} with that file`,
  });
}
