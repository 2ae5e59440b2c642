// Uncertainty: many draws of everything that is not known, and one thing at a time from its low to its high.
// In: ways, parameters, a seed. Out: percentiles of costs, of break-even and payback; a tornado.
import { quantileSorted } from 'simple-statistics';
import type { Facility } from '../documents/catalog/sites.ts';
import type { Tco, TcoWay } from '../documents/tco.ts';
import { seededChance } from '../simulate/random.ts';
import { TOKENS_PER_MILLION } from '../units.ts';
import { type FleetCost, ownedCost, paybackMonths, rentedCost } from './fleets.ts';
import { drawer, type Parameter, sayParameter, type Values } from './parameters.ts';
import type { Way } from './ways.ts';

export interface Terms {
  readonly facility: Facility;
  readonly horizonMonths: number;
  /** At the mean load the plan was made with. */
  readonly outputTokensPerMonth: number;
  /** Mean load over the term over the peak at its end. */
  readonly meanToPeakRatio: number;
}

/** A month of a way at given values. */
export function costOf(way: Way, values: Values, { facility, horizonMonths }: Terms): FleetCost {
  if (way.id === 'owned') return ownedCost(way.fleet, values, facility);
  const hoursShare = way.follows ? Math.min(1, way.fleet.followingRatio * values.meanLoad) : 1;
  return rentedCost(way.fleet, values, horizonMonths, { hoursShare });
}

export interface WayDraws {
  readonly monthly: TcoWay['monthly'];
  readonly perMillionOutputTokens: TcoWay['perMillionOutputTokens'];
  readonly owningIsCheaper: number | null;
}

export interface Draws {
  readonly ways: readonly WayDraws[];
  readonly breakEven: Pick<NonNullable<Tco['breakEven']>, 'utilisation' | 'everPaysOff' | 'paybackMonths'> | null;
}

/** @param seed - the same seed gives the same draws */
export function drawCosts(
  ways: readonly Way[],
  parameters: readonly Parameter[],
  typical: Values,
  terms: Terms,
  draws: number,
  seed: number,
): Draws {
  const draw = drawer(parameters, typical, seededChance(seed));
  const monthly = ways.map(() => new Float64Array(draws));
  const perToken = ways.map(() => new Float64Array(draws));
  const owned = ways.findIndex((way) => way.id === 'owned');
  const rented = ways.findIndex((way) => way.id === 'on-demand');
  const shares = new Float64Array(draws);
  const payback = new Float64Array(draws);
  for (let index = 0; index < draws; index += 1) {
    const values = draw();
    const tokens = terms.outputTokensPerMonth * values.meanLoad;
    const costs = ways.map((way) => costOf(way, values, terms));
    for (const [at, cost] of costs.entries()) {
      (monthly[at] as Float64Array)[index] = cost.usdPerMonth;
      (perToken[at] as Float64Array)[index] = (cost.usdPerMonth / tokens) * TOKENS_PER_MILLION;
    }
    const own = costs[owned];
    const rent = costs[rented];
    if (own === undefined || rent === undefined) continue;
    shares[index] = own.usdPerMonth / rent.usdPerMonth;
    payback[index] = paybackMonths(own, rent.usdPerMonth, values.costOfCapital, terms.horizonMonths) ?? Number.POSITIVE_INFINITY;
  }
  const owns = monthly[owned];
  const cheaper = (other: Float64Array) =>
    owns === undefined ? null : owns.reduce((count, usd, index) => count + (usd < (other[index] ?? 0) ? 1 : 0), 0) / draws;
  return {
    ways: ways.map((way, at) => ({
      owningIsCheaper: way.id === 'owned' ? null : cheaper(monthly[at] as Float64Array),
      monthly: percentilesOf(monthly[at] as Float64Array),
      perMillionOutputTokens: percentilesOf(perToken[at] as Float64Array),
    })),
    breakEven:
      owned < 0 || rented < 0
        ? null
        : {
            utilisation: orNever(percentilesOf(shares), (share) => share <= 1),
            everPaysOff: shares.reduce((count, share) => count + (share <= 1 ? 1 : 0), 0) / draws,
            paybackMonths: orNever(percentilesOf(payback), Number.isFinite),
          },
  };
}

function percentilesOf(values: Float64Array): { p10: number; p50: number; p90: number } {
  const sorted = [...values.toSorted()];
  const at = (probability: number) => quantileSorted(sorted, probability);
  return { p10: at(0.1), p50: at(0.5), p90: at(0.9) };
}

function orNever(of: { p10: number; p50: number; p90: number }, within: (value: number) => boolean) {
  const given = (value: number) => (within(value) ? value : null);
  return { p10: given(of.p10), p50: given(of.p50), p90: given(of.p90) };
}

/** Each parameter at its low and at its high, all others typical: what that does to owning less renting. */
export function tornadoOf(
  owned: Way,
  rented: Way,
  parameters: readonly Parameter[],
  typical: Values,
  terms: Terms,
): Tco['tornado'] {
  const difference = (values: Values) => costOf(owned, values, terms).usdPerMonth - costOf(rented, values, terms).usdPerMonth;
  return parameters
    .map((parameter) => {
      const low = difference({ ...typical, [parameter.id]: parameter.low });
      const high = difference({ ...typical, [parameter.id]: parameter.high });
      return {
        parameter: parameter.id,
        label: parameter.label,
        unit: parameter.unit,
        low: { ...statedOf(parameter, parameter.low), differenceUsdPerMonth: low },
        high: { ...statedOf(parameter, parameter.high), differenceUsdPerMonth: high },
        swingUsdPerMonth: Math.abs(high - low),
        flips: low < 0 !== high < 0,
        source: parameter.source,
      };
    })
    .filter((bar) => bar.swingUsdPerMonth > 0)
    .toSorted(
      (one, other) => other.swingUsdPerMonth - one.swingUsdPerMonth || one.parameter.localeCompare(other.parameter, 'en'),
    );
}

function statedOf({ unit, inUnit }: Parameter, value: number): { stated: string; value: number } {
  return { stated: sayParameter(unit, inUnit(value)), value: inUnit(value) };
}
