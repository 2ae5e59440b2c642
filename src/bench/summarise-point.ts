// Summary of a point: from what was seen and the records of its requests to rates, latencies, goodput, cost and doubts.
// In: an observation, records of its last attempt, the manifest. Out: the measured point; the same input gives the same bytes.
import type { BenchManifest } from '../documents/bench-manifest.ts';
import type { BenchObservation, BenchPoint } from '../documents/bench-point.ts';
import type { BenchRequest } from '../documents/bench-request.ts';
import { SECONDS_PER_HOUR, TOKENS_PER_MILLION } from '../units.ts';
import { doubtsOf } from './doubts.ts';
import { countInWindow, countTokens, littleOf } from './flow.ts';
import { judgeRequests } from './judge.ts';
import { firstTokenSeconds, latencyPerTokenSeconds, tokenGapsSeconds, tpotSeconds } from './request-figures.ts';
import { spreadOf } from './spread.ts';

const MICROSECONDS_PER_SECOND = 1e6;

/** @param records - of this point's last attempt, in any order */
export function summarisePoint(
  observation: BenchObservation,
  records: readonly BenchRequest[],
  manifest: BenchManifest,
): BenchPoint {
  const { targets } = manifest;
  const ordered = records.toSorted((one, other) => one.intendedSeconds - other.intendedSeconds || one.index - other.index);
  const measured = ordered.filter(({ phase }) => phase === 'measured');
  const well = measured.filter(({ outcome }) => outcome === 'ok');
  const { fromSeconds, toSeconds } = observation.window;
  const windowSeconds = Math.max(0, toSeconds - fromSeconds);
  const perSecond = (count: number) => (windowSeconds === 0 ? 0 : count / windowSeconds);
  const flow = countInWindow(ordered, observation.window);
  const tokens = countTokens(well);
  const judged = judgeRequests(measured, targets);
  const spread = (figures: readonly (number | null)[], salt: number) =>
    spreadOf(
      figures.filter((each): each is number => each !== null),
      targets.percentile,
      manifest.seed + salt,
    );
  const since = (record: BenchRequest, at: number | null) => (at === null ? null : at - record.intendedSeconds);
  const usd = manifest.price === null ? null : (manifest.price.usdPerHour * windowSeconds) / SECONDS_PER_HOUR;
  const joules = observation.power === null ? null : observation.power.meanWatts * windowSeconds;
  const millionOutput = flow.outputTokens === null ? null : flow.outputTokens / TOKENS_PER_MILLION;
  const millionAll =
    flow.outputTokens === null || flow.promptTokens === null
      ? null
      : (flow.outputTokens + flow.promptTokens) / TOKENS_PER_MILLION;
  const over = (amount: number, millions: number | null) => (millions === null || millions === 0 ? null : amount / millions);
  const { load } = observation.point;
  const undoubted: Omit<BenchPoint, 'valid' | 'doubts'> = {
    ...observation,
    requests: {
      all: ordered.length,
      warmUp: ordered.filter(({ phase }) => phase === 'warm-up').length,
      measured: measured.length,
      drain: ordered.filter(({ phase }) => phase === 'drain').length,
      outcomes: tally(measured.map(({ outcome }) => outcome)),
    },
    rates: {
      askedRequestsPerSecond: load.kind === 'open' ? load.requestsPerSecond : null,
      offeredRequestsPerSecond: perSecond(measured.length),
      sentRequestsPerSecond: perSecond(flow.sent),
      completedRequestsPerSecond: perSecond(flow.completed),
      outputTokensPerSecond: flow.outputTokens === null ? null : perSecond(flow.outputTokens),
      promptTokensPerSecond: flow.promptTokens === null ? null : perSecond(flow.promptTokens),
    },
    metrics: {
      ttft: spread(
        well.map((record) => since(record, firstTokenSeconds(record))),
        1,
      ),
      ttfr: spread(
        well.map((record) => since(record, record.firstReasoningSeconds)),
        2,
      ),
      ttfa: spread(
        well.map((record) => since(record, record.firstAnswerSeconds)),
        3,
      ),
      tpot: spread(well.map(tpotSeconds), 4),
      latencyPerToken: spread(well.map(latencyPerTokenSeconds), 5),
      interChunk: spread(
        well.flatMap(({ chunkGapsMicroseconds }) => chunkGapsMicroseconds.map((gap) => gap / MICROSECONDS_PER_SECOND)),
        6,
      ),
      interToken: spread(well.flatMap(tokenGapsSeconds), 7),
      endToEnd: spread(
        well.map((record) => since(record, record.lastTokenSeconds)),
        8,
      ),
      sendSlip: spread(
        measured.map((record) => since(record, record.sentSeconds)),
        9,
      ),
    },
    goodput: {
      good: judged.good,
      offered: measured.length,
      ratio: judged.ratio,
      requestsPerSecond: perSecond(judged.good),
    },
    verdict: judged.verdict,
    tokens,
    little: littleOf(ordered, observation),
    energy:
      joules === null || observation.power === null
        ? null
        : {
            joules,
            meanWatts: observation.power.meanWatts,
            joulesPerMillionOutputTokens: over(joules, millionOutput),
            joulesPerMillionTokens: over(joules, millionAll),
          },
    cost:
      usd === null || manifest.price === null
        ? null
        : {
            usdPerHour: manifest.price.usdPerHour,
            usd,
            usdPerMillionOutputTokens: over(usd, millionOutput),
            usdPerMillionTokens: over(usd, millionAll),
          },
  };
  const doubts = doubtsOf(undoubted, measured, manifest);
  return { ...undoubted, valid: doubts.every(({ weight }) => weight === 'note'), doubts };
}

function tally(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([one], [other]) => (one < other ? -1 : 1)));
}
