// A whole run: point after point, planned or searched for, each kept as it ends, until all are there or it is interrupted.
// In: a manifest, what an earlier attempt left, the ways to the world. Out: the points; everything else is in the folder.
import { closedArrivals, openArrivals, type PatternShape, type RequestSource } from '../bench/arrivals.ts';
import { judgeRequests } from '../bench/judge.ts';
import { composePrompt, type PlainWords } from '../bench/prompts.ts';
import { requestBody, requestPath } from '../bench/request-body.ts';
import { nextStep } from '../bench/search-rate.ts';
import { samplesNeeded } from '../bench/spread.ts';
import { summarisePoint } from '../bench/summarise-point.ts';
import type { BenchManifest, PlannedPoint } from '../documents/bench-manifest.ts';
import type { BenchObservation, BenchPoint } from '../documents/bench-point.ts';
import type { BenchRequest } from '../documents/bench-request.ts';
import type { Trace } from '../documents/trace.ts';
import { type PointWatch, type PointWorld, runPoint } from './run-point.ts';

export interface BenchJob {
  readonly manifest: BenchManifest;
  readonly words: PlainWords;
  readonly trace: Trace | null;
  /** Points that are whole already. */
  readonly done: readonly BenchPoint[];
  /** Highest attempt of each point that was begun, whole or not. */
  readonly attempts: ReadonlyMap<string, number>;
}

export interface BenchWorld extends Pick<PointWorld, 'clock' | 'transport' | 'clean' | 'signal'> {
  readonly keepRequest: (record: BenchRequest) => void;
  readonly keepObservation: (observation: BenchObservation) => void;
  readonly watch: () => PointWatch;
  /** Counts tokens of answers that the server did not count. */
  readonly countTokens: (text: string) => number;
  readonly talk: BenchTalk;
}

/** Progress, for whoever looks on. */
export interface BenchTalk {
  readonly pointBegins: (point: PlannedPoint, attempt: number) => void;
  readonly pointRuns: PointWorld['progress'];
  readonly pointEnds: (point: BenchPoint) => void;
}

/** @returns the points that were measured, an interrupted one among them */
export async function runBench(job: BenchJob, world: BenchWorld): Promise<readonly BenchPoint[]> {
  const points = [...job.done];
  for (
    let next = nextPoint(job.manifest, points);
    next !== null && !world.signal.aborted;
    next = nextPoint(job.manifest, points)
  ) {
    const attempt = (job.attempts.get(next.id) ?? 0) + 1;
    world.talk.pointBegins(next, attempt);
    const point = await measure(next, attempt, job, world);
    points.push(point);
    world.talk.pointEnds(point);
    if (!point.complete) break;
  }
  return points;
}

function nextPoint({ search, points }: BenchManifest, done: readonly BenchPoint[]): PlannedPoint | null {
  if (search !== null) {
    const step = nextStep(search, done);
    return 'next' in step ? step.next : null;
  }
  return points.find(({ id }) => !done.some(({ point }) => point.id === id)) ?? null;
}

async function measure(point: PlannedPoint, attempt: number, job: BenchJob, world: BenchWorld): Promise<BenchPoint> {
  const { manifest } = job;
  const records: BenchRequest[] = [];
  const uncounted: { readonly place: number; readonly text: string }[] = [];
  const ordinal = ordinalOf(point);
  const templateTokens = manifest.prompts.templateTokens ?? 0;
  const observation = await runPoint(
    {
      point,
      attempt,
      phases: manifest.phases,
      timeoutSeconds: manifest.requestTimeoutSeconds,
      source: sourceOf(point, job, ordinal),
      path: requestPath(manifest.endpoint.api),
      compose: (planned) => {
        const place = { salt: manifest.prompts.salt, pointOrdinal: ordinal, attempt };
        const prompt = composePrompt(job.words, planned, place, templateTokens, job.trace?.blockTokens ?? 0);
        return requestBody(
          { api: manifest.endpoint.api, model: manifest.model, output: manifest.output },
          prompt,
          planned.outputTokens,
        );
      },
    },
    {
      clock: world.clock,
      transport: world.transport,
      clean: world.clean,
      signal: world.signal,
      watch: world.watch(),
      progress: world.talk.pointRuns,
      keep: (record, text) => {
        world.keepRequest(record);
        if (text !== '' && record.outcome === 'ok') uncounted.push({ place: records.length, text });
        records.push(record);
      },
      ...(manifest.search === null ? {} : { isSettled: (measured) => cannotHold(measured, manifest) }),
    },
  );
  // Counting takes time that belongs to nobody while requests are out, so it waits until the point is over.
  for (const { place, text } of uncounted) {
    const counted = {
      ...(records[place] as BenchRequest),
      completionTokens: world.countTokens(text),
      countedFrom: 'tokenizer' as const,
    };
    records[place] = counted;
    world.keepRequest(counted);
  }
  world.keepObservation(observation);
  return summarisePoint(observation, records, manifest);
}

/** The number that tells this point's chance from another's, from its load and repeat: a resumed point draws the same requests. */
function ordinalOf({ id }: PlannedPoint): number {
  let state = 0;
  for (const letter of id) state = (Math.imul(state, 31) + letter.charCodeAt(0)) >>> 0;
  return state % ORDINALS;
}

/** So that ordinal and attempt together stay exact in 32 bits. */
const ORDINALS = 1_000_003;

function sourceOf(point: PlannedPoint, { manifest, trace }: BenchJob, ordinal: number): RequestSource {
  const seed = manifest.seed + ordinal;
  if (point.load.kind === 'closed') return closedArrivals(manifest.lengths, seed);
  const { warmUpLeastSeconds, measureSeconds } = manifest.phases;
  const shape: PatternShape = { rampSeconds: warmUpLeastSeconds + measureSeconds, day: manifest.dayShape, trace };
  return openArrivals(point.load, manifest.lengths, shape, seed);
}

/** More have missed a target than the percentile lets miss of all that the window can hold: the rest cannot mend it. */
function cannotHold(measured: readonly BenchRequest[], manifest: BenchManifest): boolean {
  const needed = samplesNeeded(manifest.targets.percentile);
  if (measured.length < needed || measured.some(({ countedFrom, outcome }) => outcome === 'ok' && countedFrom === 'none'))
    return false;
  const { verdict } = judgeRequests(measured, manifest.targets);
  const shares = [verdict.ttftRatio, verdict.tpotRatio, verdict.endToEndRatio].filter((share) => share !== null);
  return shares.some((share) => share < manifest.targets.percentile - HOPELESS_RATIO);
}

/** So far below the percentile that the window's rest, which is no better, cannot reach it. */
const HOPELESS_RATIO = 0.25;
