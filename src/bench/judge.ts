// Judging: which of all offered requests met every target, and whether enough did.
// In: records of the measured window and the targets. Out: goodput, the share within each target, whether they hold.
import type { BenchTargets } from '../documents/bench-manifest.ts';
import type { BenchPoint } from '../documents/bench-point.ts';
import type { BenchRequest } from '../documents/bench-request.ts';
import type { Interval } from '../documents/plan-option.ts';
import { firstTokenSeconds, tpotSeconds } from './request-figures.ts';
import { samplesNeeded, shareOf } from './spread.ts';

export interface Judgement {
  readonly good: number;
  readonly ratio: Interval | null;
  readonly verdict: BenchPoint['verdict'];
}

/**
 * A request that failed, timed out or was refused is within no target. One of a single token has no TPOT and cannot miss it;
 * where nobody counted tokens, TPOT is not known and counts as missed.
 * Targets hold where the share within each of them, over all offered requests, reaches the percentile.
 */
export function judgeRequests(measured: readonly BenchRequest[], targets: BenchTargets): Judgement {
  const { ttftSeconds: ttft, tpotSeconds: tpot, endToEndSeconds: endToEnd, percentile } = targets;
  const within = (record: BenchRequest, target: number | null, figure: number | null): boolean =>
    target === null || (record.outcome === 'ok' && figure !== null && figure <= target);
  const checks = {
    ttft: (record: BenchRequest) => within(record, ttft, since(record, firstTokenSeconds(record))),
    tpot: (record: BenchRequest) =>
      record.outcome === 'ok' && record.completionTokens !== null && record.completionTokens <= 1
        ? true
        : within(record, tpot, tpotSeconds(record)),
    endToEnd: (record: BenchRequest) => within(record, endToEnd, since(record, record.lastTokenSeconds)),
  };
  const good = measured.map(
    (record) => record.outcome === 'ok' && checks.ttft(record) && checks.tpot(record) && checks.endToEnd(record),
  );
  const share = (target: number | null, check: (record: BenchRequest) => boolean) =>
    target === null || measured.length === 0 ? null : measured.filter(check).length / measured.length;
  const shares = {
    ttftRatio: share(ttft, checks.ttft),
    tpotRatio: share(tpot, checks.tpot),
    endToEndRatio: share(endToEnd, checks.endToEnd),
  };
  return {
    good: good.filter(Boolean).length,
    ratio: shareOf(good),
    verdict: { ...shares, holds: holdsAt(Object.values(shares), measured.length, percentile) },
  };
}

/** Too few samples can still fail: what has missed too often already will not come back. */
function holdsAt(shares: readonly (number | null)[], count: number, percentile: number): boolean | null {
  const given = shares.filter((share): share is number => share !== null);
  if (given.length === 0) return null;
  const needed = samplesNeeded(percentile);
  const mayMiss = (1 - percentile) * Math.max(count, needed);
  if (given.some((share) => (1 - share) * count > mayMiss + ROUNDING)) return false;
  return count < needed ? null : true;
}

const ROUNDING = 1e-9;

function since(record: BenchRequest, at: number | null): number | null {
  return at === null ? null : at - record.intendedSeconds;
}
