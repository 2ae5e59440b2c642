// Settling a run: flags, plan, trace and a probe of the endpoint become the manifest.
import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { composePrompt } from '../../../bench/prompts.ts';
import {
  type BenchWishes,
  type PlannedOption,
  settleDeployment,
  settleLengths,
  settlePhases,
  settlePoints,
  settlePrice,
  settleSearch,
  settleTargets,
  type TraceFacts,
} from '../../../bench/settle-manifest.ts';
import type { BenchManifest } from '../../../documents/bench-manifest.ts';
import type { Catalog } from '../../../documents/catalog/catalog.ts';
import type { Trace } from '../../../documents/trace.ts';
import type { Tokenizer } from '../../../drive/load-tokenizer.ts';
import type { OpenedWorld } from '../../../drive/open-world.ts';
import { probeEndpoint } from '../../../drive/probe.ts';
import { SeekstackError } from '../../../errors.ts';
import { readWhole } from '../../../files/bench-folder.ts';
import { readPlan } from '../../../files/read-documents.ts';
import type { RunChoices } from './run-choices.ts';

export interface RunMaterial {
  readonly planned: PlannedOption | null;
  readonly trace: { readonly facts: TraceFacts; readonly trace: Trace } | null;
  readonly tokenizer: Tokenizer;
  readonly tokenizerDigest: string | null;
  /** Load in each hour of a day; null where the pattern is another. */
  readonly dayHours: readonly number[] | null;
}

/** The plan's option that is measured. */
export function readPlannedOption(file: string | undefined, id: string | undefined): PlannedOption | null {
  if (file === undefined) {
    if (id !== undefined)
      throw usage('--option without a plan', 'a plan file before --option', 'name the plan file, or leave --option out');
    return null;
  }
  const { plan, digest } = readPlan(file);
  const wanted = id ?? plan.verdict.winner;
  const option = plan.options.find((each) => each.id === wanted);
  if (option !== undefined) return { plan, option, name: basename(file), sha256: digest };
  const known = plan.options
    .slice(0, 3)
    .map((each) => each.id)
    .join(', ');
  throw new SeekstackError({
    code: 'E_OPTION_UNKNOWN',
    where: { file, field: '--option' },
    got: wanted ?? 'a plan without a winner',
    expected: known === '' ? 'a plan with options' : `an id of this plan, such as ${known}`,
    fix: 'list them with "seekstack plan FILE --format csv"',
  });
}

/** A trace with what the manifest says of it. */
export function describeTrace(path: string, trace: Trace): TraceFacts {
  const requests = trace.arrivalSeconds.length;
  const seconds = Math.max(1, trace.arrivalSeconds[requests - 1] ?? 1);
  return {
    name: basename(path),
    sha256: digestOfFile(path),
    format: trace.format,
    requests,
    meanRequestsPerSecond: requests / seconds,
  };
}

export function digestOfFile(path: string): string {
  return createHash('sha256').update(readWhole(path)).digest('hex');
}

/**
 * Load in each hour of a working day, for the pattern `day`: a shape of the catalogue, by its name or by the plan's use.
 * @throws SeekstackError E_USAGE where nothing names one
 */
export function chooseDayHours(
  choices: RunChoices,
  planned: PlannedOption | null,
  catalog: () => Catalog,
): readonly number[] | null {
  if (choices.pattern !== 'day') return null;
  const { shapes, presets } = catalog();
  const id = choices.dayShape ?? presets.find((preset) => preset.id === planned?.plan.workload.use)?.shape;
  const shape = shapes.find((each) => each.id === id);
  if (shape !== undefined) return shape.hours;
  const names = shapes.map((each) => each.id).join(', ');
  throw usage(
    id === undefined ? '--pattern day without a shape' : `the shape ${id}`,
    `--day-shape with one of ${names}`,
    'list them with "seekstack catalog list shapes"',
  );
}

/** Refuses what flags contradict, before anything is sent. */
export function checkChoices(choices: RunChoices): void {
  const loads = [choices.rate ?? choices.concurrency, choices.search, choices.trace].filter((load) => load !== undefined);
  if (loads.length > 1)
    throw usage('more than one of --rate or --concurrency, --search, --trace', 'one kind of load', 'leave the others out');
  if (choices.search !== undefined && (choices.pattern === 'ramp' || choices.pattern === 'day'))
    throw usage(
      `--search with --pattern ${choices.pattern}`,
      'a pattern whose rate stays the same',
      'take poisson, gamma or constant',
    );
  if (choices.burstiness !== undefined && (choices.pattern === 'poisson' || choices.pattern === 'constant'))
    throw usage(`--burstiness with --pattern ${choices.pattern}`, '--pattern gamma, ramp or day', 'leave one of them out');
  if (choices.duration <= 0 && choices.requests === 0)
    throw usage('a window of no length', '--duration or --requests above 0', 'give one of them');
  if (choices.meterQuery !== undefined && choices.meter === undefined)
    throw usage('--meter-query without --meter', 'the address of the Prometheus server', 'add --meter');
}

/** @throws SeekstackError where nothing says what is to be measured, or the endpoint does not answer */
export async function settleManifest(
  endpoint: string,
  choices: RunChoices,
  material: RunMaterial,
  world: OpenedWorld,
  about: { readonly version: string; readonly nodeVersion: string },
): Promise<BenchManifest> {
  const { planned, trace, tokenizer } = material;
  const wishes = wishesOf(choices);
  const points = settlePoints(wishes, planned, trace?.facts ?? null);
  if (points === null)
    throw usage(
      'no load',
      '--rate, --concurrency, --search, --trace or a plan',
      'say what to put on the endpoint, such as --rate 1,2,4',
    );
  const targets = settleTargets(wishes, planned);
  if (
    choices.search !== undefined &&
    targets.ttftSeconds === null &&
    targets.tpotSeconds === null &&
    targets.endToEndSeconds === null
  )
    throw usage('--search without targets', '--ttft, --tpot, --e2e or a plan with targets', 'say what has to hold');
  const price = settlePrice(wishes, planned);
  if (choices.maxUsd !== undefined && price === null)
    throw usage('--max-usd without a price', '--usd-per-hour or a plan', 'say what an hour costs');
  const model = await chooseModel(choices, planned, world);
  const startedAt = new Date(world.clock.epochSeconds() * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
  const salt =
    createHash('sha256').update(`${startedAt} ${choices.seed} ${world.clock.nowSeconds()}`).digest().readUInt32LE() >>> 1;
  const output = { chunkUsage: choices.chunkUsage, extraBody: choices.body ?? {} };
  const found = await probeEndpoint(
    {
      url: endpoint,
      api: choices.api,
      model,
      output,
      control: choices.outputControl,
      prompt: probePrompt(tokenizer, salt),
      promptTokens: PROBE_TOKENS,
      timeoutSeconds: choices.timeout,
    },
    world,
  );
  return {
    schema: 'seekstack/bench-manifest@1',
    generator: { name: 'seekstack', version: about.version },
    name: planned?.plan.name ?? model,
    startedAt,
    endpoint: { url: endpoint, api: choices.api, keyVariable: null },
    model,
    plan: planned === null ? null : { name: planned.name, sha256: planned.sha256, optionId: planned.option.id },
    deployment: settleDeployment(wishes, planned),
    targets,
    points,
    search: settleSearch(wishes, planned),
    trace:
      trace === null
        ? null
        : { name: trace.facts.name, sha256: trace.facts.sha256, format: trace.facts.format, requests: trace.facts.requests },
    dayShape: material.dayHours === null ? null : { hours: [...material.dayHours], daySeconds: choices.day ?? choices.duration },
    lengths: settleLengths(wishes, planned, trace?.facts ?? null),
    prompts: {
      tokenizer: tokenizer.name,
      tokenizerFile:
        choices.tokenizer === undefined ? null : { name: basename(choices.tokenizer), sha256: material.tokenizerDigest ?? '' },
      templateTokens: found.templateTokens,
      salt,
    },
    output: { control: found.control, ...output },
    phases: settlePhases(wishes),
    requestTimeoutSeconds: choices.timeout,
    seed: choices.seed,
    price,
    meter:
      choices.meter === undefined
        ? null
        : {
            kind: choices.meterQuery === undefined ? 'exporter' : 'prometheus',
            url: choices.meter,
            query: choices.meterQuery ?? choices.meterGauge,
            everySeconds: METER_SECONDS,
          },
    client: { nodeVersion: about.nodeVersion, cores: availableParallelism() },
  };
}

const PROBE_TOKENS = 32;
const METER_SECONDS = 1;

function probePrompt(tokenizer: Tokenizer, salt: number): string {
  const planned = {
    index: 0,
    intendedSeconds: 0,
    promptTokens: PROBE_TOKENS,
    cachedTokens: 0,
    outputTokens: 1,
    prefixBlocks: null,
  };
  return composePrompt(tokenizer.words, planned, { salt: ~salt, pointOrdinal: 0, attempt: 0 }, 0, 0);
}

async function chooseModel(choices: RunChoices, planned: PlannedOption | null, world: OpenedWorld): Promise<string> {
  const listed = await world.listModels();
  if (choices.model !== undefined) return choices.model;
  if (planned !== null) return planned.plan.workload.model;
  if (listed?.length === 1) return listed[0] as string;
  throw new SeekstackError({
    code: 'E_ENVIRONMENT',
    where: { field: '--model' },
    got:
      listed === null ? 'an endpoint that does not list its models' : `${listed.length} models: ${listed.slice(0, 5).join(', ')}`,
    expected: 'one model, or --model',
    fix: 'add --model with the name that requests are to carry',
  });
}

function wishesOf(choices: RunChoices): BenchWishes {
  const given: BenchWishes = {
    resolutionRatio: choices.resolution,
    rateScale: choices.rateScale,
    repeats: choices.repeats,
    warmUpSeconds: choices.warmUp,
    measureSeconds: choices.duration,
    measureRequests: choices.requests,
    drainSeconds: choices.drain,
    ...optional('rates', choices.rate),
    ...optional('concurrencies', choices.concurrency),
    ...optional('search', choices.search),
    ...optional('pattern', choices.pattern),
    ...optional('burstiness', choices.burstiness),
    ...optional('prompt', choices.prompt),
    ...optional('output', choices.output),
    ...optional('cacheHitRatio', choices.cacheHit),
    ...optional('percentile', choices.percentile),
    ...optional('ttftSeconds', choices.ttft),
    ...optional('tpotSeconds', choices.tpot),
    ...optional('endToEndSeconds', choices.e2e),
    ...optional('usdPerHour', choices.usdPerHour),
    ...optional('replicas', choices.replicas),
    ...optional('accelerators', choices.accelerators),
    ...optional('engine', choices.engine),
    ...optional('machine', choices.machine),
    ...optional('label', choices.label),
  };
  return given;
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined): { readonly [Key in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [Key in Name]?: Value });
}

function usage(got: string, expected: string, fix: string): SeekstackError {
  return new SeekstackError({ code: 'E_USAGE', got, expected, fix });
}
