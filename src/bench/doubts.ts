// Doubts: whether a point is what it claims to be, told with numbers, before anybody believes its figures.
// In: a summarised point, the measured records, the manifest. Out: doubts; one that weighs makes the point invalid.
import { quantileSorted } from 'simple-statistics';
import type { BenchManifest } from '../documents/bench-manifest.ts';
import type { BenchPoint, Doubt } from '../documents/bench-point.ts';
import type { BenchRequest } from '../documents/bench-request.ts';
import { isStationary } from './arrivals.ts';
import { samplesNeeded } from './spread.ts';

/** Of the tightest target: what the client may add to a latency before it measures itself. */
const SLIP_RATIO = 0.05;
/** Of one core. */
const BUSY_CORES = 0.8;
/** Between what was offered and what was sent or served. */
const RATE_RATIO = 0.02;
const LENGTH_RATIO = 0.02;
const COUNTER_RATIO = 0.05;
const CACHE_RATIO = 0.05;
const METER_RATIO = 0.9;
/** Beyond what the window's edges account for. */
const LITTLE_RATIO = 0.01;

type Undoubted = Omit<BenchPoint, 'valid' | 'doubts'>;

export function doubtsOf(point: Undoubted, measured: readonly BenchRequest[], manifest: BenchManifest): Doubt[] {
  return [
    ...clientDoubts(point, measured, manifest),
    ...loadDoubts(point, measured),
    ...sampleDoubts(point, manifest),
    ...contentDoubts(point, measured, manifest),
  ];
}

/** The tightest target; where there is none, the median TTFT that was measured. */
export function tightestSeconds(point: Pick<BenchPoint, 'metrics'>, { targets }: Pick<BenchManifest, 'targets'>): number | null {
  const given = [targets.ttftSeconds, targets.tpotSeconds, targets.endToEndSeconds].filter((each) => each !== null);
  return given.length > 0 ? Math.min(...given) : (point.metrics.ttft.p50Seconds?.typical ?? null);
}

function clientDoubts(point: Undoubted, measured: readonly BenchRequest[], manifest: BenchManifest): Doubt[] {
  const { client, rates } = point;
  const tightest = tightestSeconds(point, manifest);
  const doubts: Doubt[] = [];
  if (tightest !== null) {
    const limit = tightest * SLIP_RATIO;
    const against = `5% of the tightest ${hasTargets(manifest) ? 'target' : 'figure (median TTFT)'}`;
    const slip = slipP99(measured);
    if (slip !== null && slip > limit)
      doubts.push(invalid('send-slip', 'client', `requests were sent late: p99 ${ms(slip)}, over ${against}`, slip, limit));
    if (client.loopDelayP99Seconds > limit)
      doubts.push(
        invalid(
          'loop-delay',
          'client',
          `this program was slow to see answers: event-loop delay p99 ${ms(client.loopDelayP99Seconds)}, over ${against}`,
          client.loopDelayP99Seconds,
          limit,
        ),
      );
  }
  if (client.cpuCores > BUSY_CORES)
    doubts.push(
      invalid(
        'client-cpu',
        'client',
        `this program kept ${client.cpuCores.toFixed(2)} of a core busy`,
        client.cpuCores,
        BUSY_CORES,
      ),
    );
  const sent = relative(rates.sentRequestsPerSecond, rates.offeredRequestsPerSecond);
  // One request over the window's edge is no fault.
  const sentDifference = Math.abs(rates.sentRequestsPerSecond - rates.offeredRequestsPerSecond) * windowSeconds(point);
  if (sent !== null && Math.abs(sent) > RATE_RATIO && sentDifference > 1.5)
    doubts.push(
      invalid(
        'offered-rate',
        'client',
        `sent ${rates.sentRequestsPerSecond.toPrecision(4)} requests a second where ${rates.offeredRequestsPerSecond.toPrecision(4)} were due`,
        sent,
        RATE_RATIO,
      ),
    );
  const lost = measured.filter(({ outcome }) => outcome === 'client-error').length;
  if (lost > 0)
    doubts.push(invalid('client-cpu', 'client', `${lost} requests failed in this program, not in the server`, lost, 0));
  return doubts;
}

function loadDoubts(point: Undoubted, measured: readonly BenchRequest[]): Doubt[] {
  const doubts: Doubt[] = [];
  const well = point.requests.outcomes.ok ?? 0;
  if (measured.length === 0 || well === 0) {
    doubts.push(invalid('no-answers', 'sample', 'no request of the window ended well', well, 1));
    return doubts;
  }
  const failed = 1 - well / measured.length;
  if (failed > RATE_RATIO)
    doubts.push(
      invalid(
        'achieved-rate',
        'server',
        `${(failed * 100).toFixed(1)}% of the offered requests did not end well; latencies are those of the others`,
        failed,
        RATE_RATIO,
      ),
    );
  const growth = inFlightGrowth(point);
  if (isStationary(point.point.load) && point.point.load.kind === 'open') {
    // In a steady state the number in flight is about Poisson, and so is its difference between two moments, doubled.
    const chance = 3 * Math.sqrt(2 * point.little.meanInFlight + 1);
    if (growth > Math.max(RATE_RATIO * measured.length, chance))
      doubts.push(
        invalid(
          'not-steady',
          'server',
          `the queue grew by ${Math.round(growth)} requests within the window: there is no steady state at this rate`,
          growth,
          Math.max(RATE_RATIO * measured.length, chance),
        ),
      );
    else if (!point.warmUp.steady)
      doubts.push(note('not-steady', 'sample', 'warm-up ended at its limit, before latencies were seen to be steady'));
  }
  const { differenceRatio, edgeRatio } = point.little;
  if (differenceRatio !== null && edgeRatio !== null && Math.abs(differenceRatio - edgeRatio) > LITTLE_RATIO)
    doubts.push(
      invalid(
        'little',
        'client',
        `Little's law is off by ${((differenceRatio - edgeRatio) * 100).toFixed(1)}%: requests were lost or counted twice`,
        differenceRatio - edgeRatio,
        LITTLE_RATIO,
      ),
    );
  return doubts;
}

function sampleDoubts(point: Undoubted, manifest: BenchManifest): Doubt[] {
  const doubts: Doubt[] = [];
  if (!point.complete) doubts.push(invalid('incomplete', 'sample', 'the point was interrupted', null, null));
  const needed = samplesNeeded(manifest.targets.percentile);
  if (hasTargets(manifest) && point.requests.measured < needed && point.verdict.holds === null)
    doubts.push(
      invalid(
        'few-samples',
        'sample',
        `${point.requests.measured} requests cannot tell a p${percentText(manifest.targets.percentile)}; it takes ${needed}`,
        point.requests.measured,
        needed,
      ),
    );
  return doubts;
}

function contentDoubts(point: Undoubted, measured: readonly BenchRequest[], manifest: BenchManifest): Doubt[] {
  const doubts: Doubt[] = [];
  const well = measured.filter(({ outcome }) => outcome === 'ok');
  if (well.length === 0) return doubts;
  const counted = well.filter(({ completionTokens }) => completionTokens !== null);
  if (counted.length < well.length) {
    const text = `${well.length - counted.length} answers came without a count of their tokens, so they have no TPOT`;
    doubts.push(
      manifest.targets.tpotSeconds === null
        ? note('token-counts', 'sample', text)
        : invalid('token-counts', 'sample', text, counted.length, well.length),
    );
  }
  const used = well.filter(({ promptTokensUsed }) => promptTokensUsed !== null);
  const prompts = compareSums(
    used.map(({ promptTokensUsed }) => promptTokensUsed ?? 0),
    used.map(({ promptTokensAsked }) => promptTokensAsked),
  );
  if (prompts !== null && Math.abs(prompts) > LENGTH_RATIO)
    doubts.push(
      note(
        'prompt-lengths',
        'sample',
        `prompts were ${percent(prompts)} than asked for by the server's count`,
        prompts,
        LENGTH_RATIO,
      ),
    );
  const outputs = compareSums(
    counted.map(({ completionTokens }) => completionTokens ?? 0),
    counted.map(({ outputTokensAsked }) => outputTokensAsked),
  );
  if (outputs !== null && Math.abs(outputs) > LENGTH_RATIO)
    doubts.push(note('output-lengths', 'sample', `answers were ${percent(outputs)} than asked for`, outputs, LENGTH_RATIO));
  doubts.push(...cacheDoubts(well, manifest), ...counterDoubts(point), ...meterDoubts(point, manifest));
  return doubts;
}

/** Beyond the template, which all prompts begin with. */
function cacheDoubts(well: readonly BenchRequest[], manifest: BenchManifest): Doubt[] {
  const told = well.filter(({ promptTokensCached }) => promptTokensCached !== null);
  if (told.length === 0 || manifest.lengths.from === 'trace') return [];
  const template = manifest.prompts.templateTokens ?? 0;
  const all = told.reduce((sum, { promptTokensUsed, promptTokensAsked }) => sum + (promptTokensUsed ?? promptTokensAsked), 0);
  const hit = told.reduce((sum, { promptTokensCached }) => sum + Math.max(0, (promptTokensCached ?? 0) - template), 0) / all;
  const beyond = hit - manifest.lengths.cacheHitRatio;
  if (beyond > CACHE_RATIO)
    return [
      invalid(
        'cache-hits',
        'sample',
        `${(hit * 100).toFixed(0)}% of the prompts came from the prefix cache where ${(manifest.lengths.cacheHitRatio * 100).toFixed(0)}% were meant to`,
        hit,
        manifest.lengths.cacheHitRatio + CACHE_RATIO,
      ),
    ];
  if (-beyond > CACHE_RATIO)
    return [
      note(
        'cache-hits',
        'sample',
        `only ${(hit * 100).toFixed(0)}% of the prompts came from the prefix cache where ${(manifest.lengths.cacheHitRatio * 100).toFixed(0)}% were meant to`,
        hit,
        manifest.lengths.cacheHitRatio,
      ),
    ];
  return [];
}

function counterDoubts({ server, rates, ...point }: Undoubted): Doubt[] {
  if (server === null || server.completionTokens === null || rates.outputTokensPerSecond === null) return [];
  const ours = rates.outputTokensPerSecond * windowSeconds(point);
  const difference = relative(ours, server.completionTokens);
  if (difference === null || Math.abs(difference) <= COUNTER_RATIO) return [];
  return [
    note(
      'server-counters',
      'server',
      `the server counts ${Math.round(server.completionTokens)} output tokens in the window, this program ${Math.round(ours)}: somebody else may be using it`,
      difference,
      COUNTER_RATIO,
    ),
  ];
}

function meterDoubts({ power }: Undoubted, { meter }: BenchManifest): Doubt[] {
  if (meter === null) return [];
  if (power === null) return [note('meter-gaps', 'sample', 'the power meter gave no figure in the window; there is no energy')];
  if (power.coveredRatio >= METER_RATIO) return [];
  return [
    note(
      'meter-gaps',
      'sample',
      `the power meter answered for ${(power.coveredRatio * 100).toFixed(0)}% of the window`,
      power.coveredRatio,
      METER_RATIO,
    ),
  ];
}

/** Arrivals less departures of the window. */
function inFlightGrowth({ rates, requests, ...point }: Undoubted): number {
  const ended = rates.completedRequestsPerSecond * windowSeconds(point);
  const failed = requests.measured - (requests.outcomes.ok ?? 0);
  return rates.sentRequestsPerSecond * windowSeconds(point) - ended - failed;
}

function windowSeconds({ window }: Pick<BenchPoint, 'window'>): number {
  return window.toSeconds - window.fromSeconds;
}

/** Of any number of requests, by rank: here it guards, and need not be printed with an interval. */
function slipP99(measured: readonly BenchRequest[]): number | null {
  const slips = measured
    .flatMap(({ sentSeconds, intendedSeconds }) => (sentSeconds === null ? [] : [sentSeconds - intendedSeconds]))
    .sort((one, other) => one - other);
  return slips.length === 0 ? null : quantileSorted(slips, 0.99);
}

function hasTargets({ targets }: Pick<BenchManifest, 'targets'>): boolean {
  return [targets.ttftSeconds, targets.tpotSeconds, targets.endToEndSeconds].some((each) => each !== null);
}

function compareSums(got: readonly number[], asked: readonly number[]): number | null {
  const sum = (figures: readonly number[]) => figures.reduce((all, each) => all + each, 0);
  return got.length === 0 ? null : relative(sum(got), sum(asked));
}

function relative(got: number, asked: number): number | null {
  return asked === 0 ? null : got / asked - 1;
}

function invalid(id: Doubt['id'], about: Doubt['about'], message: string, got: number | null, limit: number | null): Doubt {
  return { id, about, weight: 'invalid', message, got, limit };
}

function note(
  id: Doubt['id'],
  about: Doubt['about'],
  message: string,
  got: number | null = null,
  limit: number | null = null,
): Doubt {
  return { id, about, weight: 'note', message, got, limit };
}

function ms(seconds: number): string {
  return `${(seconds * 1000).toPrecision(3)} ms`;
}

function percent(ratio: number): string {
  return `${Math.abs(ratio * 100).toFixed(1)}% ${ratio > 0 ? 'longer' : 'shorter'}`;
}

function percentText(percentile: number): string {
  return String(Number((percentile * 100).toFixed(3)));
}
