// What a benchmark's report says, in words and cells, before it becomes a table or Markdown.
import type { BenchPoint, Spread } from '../documents/bench-point.ts';
import type { BenchRun } from '../documents/bench-run.ts';
import type { Interval } from '../documents/plan-option.ts';
import { formatAmount, formatCount, formatPercent, formatSeconds, formatUsd } from './format.ts';

const NONE = '–';

/** The answer in one sentence. */
export function sayBenchVerdict(run: BenchRun): string {
  const { search } = run;
  const targets = sayTargets(run);
  const isOne = !targets.includes(' and ');
  const [hold, doNot] = isOne ? ['holds', 'does not hold'] : ['hold', 'do not hold'];
  if (run.points.length === 0) return 'Nothing was measured.';
  if (search !== null) {
    const rate = (value: number | null) => (value === null ? NONE : `${formatRate(value)} requests a second`);
    if (search.outcome === 'found')
      return `${targets} ${hold} up to ${rate(search.holdsRequestsPerSecond)}, and no longer at ${formatRate(search.failsRequestsPerSecond ?? 0)}.`;
    if (search.outcome === 'none-holds') return `${targets} ${doNot}, not even at ${rate(search.failsRequestsPerSecond)}.`;
    if (search.outcome === 'all-hold')
      return `${targets} still ${hold} at ${rate(search.holdsRequestsPerSecond)}, the highest that was tried.`;
    return search.holdsRequestsPerSecond === null
      ? 'The search was ended before anything held.'
      : `The search was ended early; ${targets} ${hold} at ${rate(search.holdsRequestsPerSecond)}.`;
  }
  const points = run.points.length === 1 ? 'the point that was measured' : `all ${run.points.length} points`;
  if (run.holds === true) return `${targets} ${hold} at ${points}.`;
  if (run.holds === false) {
    const failed = run.points.filter(({ verdict }) => verdict.holds === false).map(({ point }) => point.id);
    return failed.length === 0 ? `${targets} ${doNot}: the queue grows.` : `${targets} ${doNot} at ${failed.join(', ')}.`;
  }
  if (targets === '')
    return `${formatCount(run.points.length)} ${run.points.length === 1 ? 'point' : 'points'} measured; no targets were given.`;
  return `Too few requests to tell whether ${targets} ${hold}.`;
}

function sayTargets({ manifest: { targets } }: BenchRun): string {
  const parts = [
    targets.ttftSeconds === null ? '' : `TTFT ≤ ${formatSeconds(targets.ttftSeconds)}`,
    targets.tpotSeconds === null ? '' : `TPOT ≤ ${formatSeconds(targets.tpotSeconds)}`,
    targets.endToEndSeconds === null ? '' : `E2E ≤ ${formatSeconds(targets.endToEndSeconds)}`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : `p${percentileText(targets.percentile)} ${parts.join(' and ')}`;
}

/** What was measured, how and when. */
export function sayBenchInputs({ manifest, seconds, requests, points }: BenchRun): string {
  const { deployment, endpoint, lengths, output, price } = manifest;
  const on = [deployment.engine, deployment.machine, deployment.label].filter((part) => part !== null).join(' on ');
  const plan = manifest.plan === null ? '' : `, planned as ${manifest.plan.optionId} of ${manifest.plan.name}`;
  const length = (of: BenchRun['manifest']['lengths']['prompt']) =>
    of
      .map(({ probability, tokens }) =>
        of.length === 1 ? formatCount(tokens) : `p${Math.round(probability * 100)} ${formatCount(tokens)}`,
      )
      .join(', ');
  const cache = lengths.cacheHitRatio === 0 ? 'no two alike' : `${formatPercent(lengths.cacheHitRatio)} of each in common`;
  const lengthText =
    lengths.from === 'trace'
      ? `lengths of ${manifest.trace?.name ?? 'the trace'}`
      : `prompts of ${length(lengths.prompt)} tokens (${cache}), answers of ${length(lengths.output)}${output.control === 'exact' ? '' : ' at most'}`;
  const kept = points.reduce((sum, point) => sum + point.requests.measured, 0);
  return `${manifest.model} at ${endpoint.url}${on === '' ? '' : ` (${on})`}${plan}, begun ${manifest.startedAt}: ${lengthText}; ${formatCount(kept)} of ${formatCount(requests.all)} requests measured in ${formatAmount(seconds / 60)} minutes of load${price === null ? '' : ` at ${formatUsd(price.usdPerHour)} an hour`}, seed ${manifest.seed}.`;
}

export const POINT_HEAD = (percentile: number, bothTpot: boolean): readonly string[] => [
  'point',
  'offered/s',
  'done/s',
  'tokens/s',
  'TTFT p50',
  `p${percentileText(percentile)}`,
  'TPOT p50',
  `p${percentileText(percentile)}`,
  ...(bothTpot ? ['E2E/tokens'] : []),
  'E2E p50',
  'goodput',
  'holds',
];

/** One row a point; `holds` says invalid where that is so. */
export function pointCells(point: BenchPoint, bothTpot: boolean): readonly string[] {
  const { rates, metrics, goodput } = point;
  return [
    point.point.id,
    formatRate(rates.offeredRequestsPerSecond),
    formatRate(rates.completedRequestsPerSecond),
    rates.outputTokensPerSecond === null ? NONE : formatCount(rates.outputTokensPerSecond),
    seconds(metrics.ttft.p50Seconds),
    seconds(metrics.ttft.atTargetSeconds),
    seconds(metrics.tpot.p50Seconds),
    seconds(metrics.tpot.atTargetSeconds),
    ...(bothTpot ? [seconds(metrics.latencyPerToken.p50Seconds)] : []),
    seconds(metrics.endToEnd.p50Seconds),
    goodput.ratio === null ? NONE : formatPercent(goodput.ratio.typical),
    point.valid ? (point.verdict.holds === null ? NONE : point.verdict.holds ? 'yes' : 'no') : 'invalid',
  ];
}

/** A point in one line, for whoever waits. */
export function pointLine(point: BenchPoint): string {
  const { rates, metrics, goodput } = point;
  const says = point.complete ? (point.valid ? '' : ', not valid') : ', interrupted';
  return `${formatRate(rates.offeredRequestsPerSecond)} requests a second, TTFT p50 ${seconds(metrics.ttft.p50Seconds)}, TPOT p50 ${seconds(metrics.tpot.p50Seconds)}, goodput ${goodput.ratio === null ? NONE : formatPercent(goodput.ratio.typical)}${says}`;
}

/** All metrics of one point with their intervals. */
export function metricRows({ metrics }: BenchPoint, bothTpot: boolean): readonly (readonly string[])[] {
  const row = (name: string, spread: Spread): readonly string[] => [
    name,
    formatCount(spread.count),
    withInterval(spread.meanSeconds),
    withInterval(spread.p50Seconds),
    withInterval(spread.p95Seconds),
    withInterval(spread.p99Seconds),
  ];
  return [
    row('TTFT', metrics.ttft),
    ...(metrics.ttfr.count > 0 ? [row('first reasoning', metrics.ttfr), row('first answer', metrics.ttfa)] : []),
    row('TPOT', metrics.tpot),
    ...(bothTpot ? [row('E2E / tokens', metrics.latencyPerToken)] : []),
    row('inter-chunk', metrics.interChunk),
    ...(metrics.interToken.count > 0 ? [row('inter-token', metrics.interToken)] : []),
    row('E2E', metrics.endToEnd),
    row('send slip', metrics.sendSlip),
  ];
}

export const METRIC_HEAD = ['', 'samples', 'mean', 'p50', 'p95', 'p99'] as const;

/** What a point cost, drew and how it was found out, one line each. */
export function sayPointFacts(point: BenchPoint): string[] {
  const { little, cost, energy, server, tokens, client, requests } = point;
  const outcomes = Object.entries(requests.outcomes)
    .map(([name, count]) => `${formatCount(count)} ${name}`)
    .join(', ');
  const lines = [
    `${formatCount(requests.measured)} requests in the window (${outcomes}), after ${formatSeconds(point.warmUp.seconds)} of warm-up; prompts of ${mean(tokens.promptMeanTokens)} and answers of ${mean(tokens.outputMeanTokens)} tokens on average${tokens.cachedTokens === null ? '' : `, ${formatPercent(tokens.promptTokens === 0 ? 0 : tokens.cachedTokens / tokens.promptTokens)} of the prompts from the prefix cache`}.`,
    `Little's law: ${formatAmount(little.meanInFlight)} in flight on average against ${formatAmount(little.arrivalsPerSecond * little.meanSojournSeconds)} from arrivals times sojourn${little.edgeRatio === null ? '' : `, ${formatPercent(Math.abs(little.edgeRatio))} of it cut by the window's edges`}.`,
    `This program: event-loop delay p99 ${formatSeconds(client.loopDelayP99Seconds)}, ${client.cpuCores.toFixed(2)} of a core, ${formatCount(client.mostInFlight)} in flight at most.`,
  ];
  if (cost !== null && cost.usdPerMillionOutputTokens !== null)
    lines.push(
      `${formatUsd(cost.usdPerMillionOutputTokens)} a million output tokens${cost.usdPerMillionTokens === null ? '' : `, ${formatUsd(cost.usdPerMillionTokens)} a million of both`}.`,
    );
  if (energy !== null && energy.joulesPerMillionOutputTokens !== null)
    lines.push(
      `${formatCount(energy.meanWatts)} W on average, ${formatAmount(energy.joulesPerMillionOutputTokens / JOULES_PER_MEGAJOULE)} MJ a million output tokens.`,
    );
  if (server !== null)
    lines.push(
      `The server's own counters (${server.engine}): ${told(server.completionTokens, formatCount)} output tokens, mean TTFT ${told(server.meanTtftSeconds, formatSeconds)}, TPOT ${told(server.meanTpotSeconds, formatSeconds)}, queue ${told(server.meanQueueSeconds, formatSeconds)}.`,
    );
  return lines;
}

const JOULES_PER_MEGAJOULE = 1e6;

/** Doubts of all points, those that weigh first. */
export function sayDoubts(run: BenchRun): readonly { readonly weighs: boolean; readonly text: string }[] {
  const ofPoints = run.points.flatMap(({ point, doubts }) =>
    doubts.map(({ id, weight, message }) => ({ weighs: weight === 'invalid', text: `${id}  ${point.id}: ${message}` })),
  );
  const ofRun = run.doubts
    .filter(({ pointId }) => pointId === null)
    .map(({ id, message }) => ({ weighs: true, text: `${id}  ${message}` }));
  return [...ofPoints.filter(({ weighs }) => weighs), ...ofRun, ...ofPoints.filter(({ weighs }) => !weighs)];
}

function seconds(interval: Interval | null): string {
  return interval === null ? NONE : formatSeconds(interval.typical);
}

/** `64 ms [60–69]`: the unit is told again only where it differs. */
function withInterval(interval: Interval | null): string {
  if (interval === null) return NONE;
  const [typical, low, high] = [interval.typical, interval.low, interval.high].map(formatSeconds) as [string, string, string];
  const unit = ` ${/[a-z]+$/.exec(typical)?.[0] ?? ''}`;
  const isShared = low.endsWith(unit) && high.endsWith(unit);
  const short = (text: string) => (isShared ? text.slice(0, -unit.length) : text);
  return `${typical} [${short(low)}–${short(high)}]`;
}

function mean(tokens: number | null): string {
  return tokens === null ? NONE : formatAmount(tokens);
}

function told(value: number | null, format: (value: number) => string): string {
  return value === null ? NONE : format(value);
}

/** Rates want their decimals: 14.2 is not 14. */
function formatRate(perSecond: number): string {
  return perSecond >= 1000 ? formatCount(perSecond) : String(Number(perSecond.toPrecision(3)));
}

export function percentileText(percentile: number): string {
  return String(Number((percentile * 100).toFixed(3)));
}
