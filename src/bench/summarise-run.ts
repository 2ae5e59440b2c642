// Summary of a run: points in order, what a search came to, whether all of it is to be trusted and whether the targets hold.
// In: manifest, observations, request records by point. Out: the run document.
import type { BenchManifest } from '../documents/bench-manifest.ts';
import type { BenchObservation, BenchPoint } from '../documents/bench-point.ts';
import type { BenchRequest } from '../documents/bench-request.ts';
import type { BenchRun, BenchSearch } from '../documents/bench-run.ts';
import { SECONDS_PER_HOUR } from '../units.ts';
import { concludeSearch, pointHolds } from './search-rate.ts';
import { summarisePoint } from './summarise-point.ts';

/** Everything a run folder holds. */
export interface BenchFolder {
  readonly manifest: BenchManifest;
  /** In the order they were made; of a point that was tried again the last counts. */
  readonly observations: readonly BenchObservation[];
  readonly requests: readonly BenchRequest[];
}

export function summariseRun(folder: BenchFolder): BenchRun {
  const { manifest, requests } = folder;
  const last = lastObservations(folder.observations);
  const byPoint = new Map<string, BenchRequest[]>(last.map(({ point }) => [point.id, []]));
  const attempts = new Map(last.map(({ point, attempt }) => [point.id, attempt]));
  let counted = 0;
  for (const record of requests)
    if (attempts.get(record.pointId) === record.attempt) {
      byPoint.get(record.pointId)?.push(record);
      counted += 1;
    }
  return assembleRun(
    manifest,
    last.map((observation) => summarisePoint(observation, byPoint.get(observation.point.id) ?? [], manifest)),
    { all: requests.length, replaced: requests.length - counted },
  );
}

/** @param points - each planned point at most once, in the order they were measured */
export function assembleRun(manifest: BenchManifest, points: readonly BenchPoint[], requests: BenchRun['requests']): BenchRun {
  const search = manifest.search === null ? null : concludeSearch(manifest.search, points);
  const done = new Set(points.filter(({ complete }) => complete).map(({ point }) => point.id));
  const missing = manifest.points.filter(({ id }) => !done.has(id)).map(({ id }) => id);
  const seconds = points.reduce((sum, { drainedSeconds }) => sum + drainedSeconds, 0);
  const doubts = [
    ...points.flatMap(({ point, doubts: each }) =>
      each
        .filter(({ about, weight }) => weight === 'invalid' && !(search !== null && about === 'server'))
        .map(({ id, message }) => ({ pointId: point.id, id, message })),
    ),
    ...(missing.length > 0 ? [{ pointId: null, id: 'incomplete', message: `not measured: ${missing.join(', ')}` }] : []),
    ...(search?.outcome === 'unfinished'
      ? [{ pointId: null, id: 'incomplete', message: 'the search was ended before it found the knee' }]
      : []),
    ...(points.length === 0 ? [{ pointId: null, id: 'incomplete', message: 'nothing was measured' }] : []),
  ];
  return {
    schema: 'seekstack/bench-run@1',
    manifest,
    complete: missing.length === 0 && points.length > 0 && search?.outcome !== 'unfinished',
    missing,
    requests,
    points: [...points],
    search,
    valid: doubts.length === 0,
    holds: runHolds(points, search),
    doubts,
    seconds,
    usd: manifest.price === null ? null : (manifest.price.usdPerHour * seconds) / SECONDS_PER_HOUR,
  };
}

function runHolds(points: readonly BenchPoint[], search: BenchSearch | null): boolean | null {
  if (search !== null) return search.outcome === 'unfinished' && search.pointIds.length === 0 ? null : search.pointIds.length > 0;
  const verdicts = points.map((point) => (point.verdict.holds === null ? null : pointHolds(point)));
  if (verdicts.some((verdict) => verdict === false)) return false;
  return verdicts.length === 0 || verdicts.some((verdict) => verdict === null) ? null : true;
}

/** Of each point the last attempt, in the order the points were first begun. */
export function lastObservations(observations: readonly BenchObservation[]): BenchObservation[] {
  const last = new Map<string, BenchObservation>();
  for (const observation of observations) last.set(observation.point.id, observation);
  return [...last.values()];
}
