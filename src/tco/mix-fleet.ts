// The hybrid fleet of a workload: replicas owned or committed for the base load, rented by the hour for the peaks.
// In: ways and the week's load. Out: the cheapest mix, priced again with the real bills, against the best single way.
import type { Tco } from '../documents/tco.ts';
import { loadDurationLevels, mixSources, type Source } from '../economics/hybrid.ts';
import type { Solver } from '../economics/linear-program.ts';
import type { ResolvedWorkload } from '../plan/resolve-workload.ts';
import { HOURS_PER_MONTH } from '../units.ts';
import { ownedCost, rentedCost } from './fleets.ts';
import type { Values } from './parameters.ts';
import type { Terms } from './uncertainty.ts';
import { costOf } from './uncertainty.ts';
import type { Way } from './ways.ts';

/** More levels than this do not move the answer and take longer. */
const MOST_LEVELS = 24;
/** Losing all spot capacity at once must leave half of what an hour needs. */
const MOST_SPOT_SHARE = 0.5;

/** Replicas are the units. Only ways that the workload allows take part. */
export function mixFleet(
  ways: readonly Way[],
  workload: ResolvedWorkload,
  peakRequestsPerSecond: number,
  values: Values,
  terms: Terms,
  solve: Solver,
): Tco['hybrid'] {
  const allowed = ways.filter((way) => way.allowed && way.id !== 'on-demand-following');
  if (allowed.length < 2) return null;
  // Spares and growth are part of every single way; the mix carries them as load, so that both promise the same.
  const spares = Math.max(...allowed.map((way) => way.fleet.offer.load.spareReplicas * way.fleet.replicaRequestsPerSecond));
  const levels = loadDurationLevels(
    workload.week.hours.map((load) => load * peakRequestsPerSecond + spares),
    HOURS_PER_MONTH,
    MOST_LEVELS,
  );
  const sources = allowed.map((way) => sourceOf(way, values, terms));
  const { best } = mixSources(levels, sources, solve);
  const singles = ways
    .filter((way) => way.allowed)
    .map((way) => ({ way, usdPerMonth: costOf(way, values, terms).usdPerMonth }))
    .toSorted((one, other) => one.usdPerMonth - other.usdPerMonth);
  const pure = singles[0];
  if (pure === undefined) return null;
  const parts = best.parts.map((part) => {
    const way = allowed.find((each) => each.id === part.id) as Way;
    const hoursShare = part.unitHoursPerMonth / (part.units * HOURS_PER_MONTH);
    const running = { hoursShare, replicas: part.units };
    const { usdPerMonth } =
      way.id === 'owned'
        ? ownedCost(way.fleet, values, terms.facility, { ...running, hoursShare: 1 })
        : rentedCost(way.fleet, values, terms.horizonMonths, running);
    return { id: way.id as string, label: way.label, replicas: part.units, usdPerMonth };
  });
  const usdPerMonth = parts.reduce((sum, part) => sum + part.usdPerMonth, 0);
  const saves = pure.usdPerMonth - usdPerMonth;
  // The program knows averages of a replica; where the real bills say otherwise, the single way stands.
  const mixed = parts.length > 1 && saves > 0;
  return {
    parts: mixed
      ? parts
      : [{ id: pure.way.id, label: pure.way.label, replicas: replicasOf(pure.way), usdPerMonth: pure.usdPerMonth }],
    usdPerMonth: mixed ? usdPerMonth : pure.usdPerMonth,
    bestPure: pure.way.id,
    bestPureUsdPerMonth: pure.usdPerMonth,
    savesUsdPerMonth: mixed ? saves : 0,
    sentence: mixed
      ? `${parts.map((part) => `${part.replicas} × ${part.id}`).join(' and ')} (replicas) carry the week for USD ${Math.round(usdPerMonth).toLocaleString('en-US')} a month, USD ${Math.round(saves).toLocaleString('en-US')} less than ${pure.way.id} alone.`
      : `No mix costs less than ${pure.way.id} alone.`,
  };
}

function replicasOf(way: Way): number {
  return way.fleet.sizing.replicas + way.fleet.offer.load.spareReplicas;
}

/** What the first replica costs beyond each further one is paid once; the rest by the replica. */
function sourceOf(way: Way, values: Values, terms: Terms): Source {
  const capacityPerUnit = way.fleet.replicaRequestsPerSecond * values.speed;
  if (way.id === 'owned') {
    const at = (replicas: number) => ownedCost(way.fleet, values, terms.facility, { hoursShare: 1, replicas }).usdPerMonth;
    const each = at(2) - at(1);
    return {
      id: way.id,
      kind: 'kept',
      capacityPerUnit,
      usdPerUnitMonth: each,
      usdPerUnitHour: 0,
      usdPerMonth: Math.max(0, at(1) - each),
    };
  }
  const at = (replicas: number) => rentedCost(way.fleet, values, terms.horizonMonths, { hoursShare: 1, replicas }).usdPerMonth;
  const each = at(2) - at(1);
  const once = Math.max(0, at(1) - each);
  return way.id === 'on-demand' || way.id === 'spot'
    ? {
        id: way.id,
        kind: 'hourly',
        capacityPerUnit,
        usdPerUnitMonth: 0,
        usdPerUnitHour: each / HOURS_PER_MONTH,
        usdPerMonth: once,
        ...(way.id === 'spot' ? { mostShare: MOST_SPOT_SHARE } : {}),
      }
    : { id: way.id, kind: 'kept', capacityPerUnit, usdPerUnitMonth: each, usdPerUnitHour: 0, usdPerMonth: once };
}
