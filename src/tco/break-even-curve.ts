// Break-even as a curve: what each way costs when the fleet is busy 5, 10, 25, 50, 75 or 100 % of the hours.
// In: ways, typical values. Out: one point a utilisation, with the cheapest way and the months until owning is earned back.
import type { Tco } from '../documents/tco.ts';
import { TOKENS_PER_MILLION } from '../units.ts';
import { type FleetCost, ownedCost, paybackMonths, rentedCost } from './fleets.ts';
import type { Values } from './parameters.ts';
import type { Terms } from './uncertainty.ts';
import type { Way } from './ways.ts';

const UTILISATIONS = [0.05, 0.1, 0.25, 0.5, 0.75, 1];

type Curve = NonNullable<Tco['breakEven']>['curve'];

/**
 * Busy means at the planned peak, idle means no request. What is owned or committed is paid for all the same, less the
 * electricity of work; what is rented by the hour is given back. Sellers by the token are paid for the tokens.
 * @param hostedUsdPerToken - by seller, all of a request's cost over its output tokens
 */
export function breakEvenCurve(
  ways: readonly Way[],
  values: Values,
  terms: Terms,
  peakOutputTokensPerMonth: number,
  hostedUsdPerToken: ReadonlyMap<string, number>,
): Curve {
  return UTILISATIONS.map((utilisation) => {
    const tokens = peakOutputTokensPerMonth * utilisation;
    const costs = new Map<string, FleetCost>();
    for (const way of ways) {
      // A fleet that follows the demand is the same as one by the hour here.
      if (way.id === 'on-demand-following') continue;
      if (way.id === 'owned') {
        // Work of the mean load, scaled to the work of these hours.
        costs.set(way.id, ownedCost(way.fleet, values, terms.facility, { hoursShare: utilisation / terms.meanToPeakRatio }));
      } else costs.set(way.id, rentedCost(way.fleet, values, terms.horizonMonths, { hoursShare: utilisation }));
    }
    const usdPerMonth: Record<string, number> = {};
    for (const [id, cost] of costs) usdPerMonth[id] = cost.usdPerMonth;
    for (const [seller, usdPerToken] of hostedUsdPerToken) usdPerMonth[seller] = usdPerToken * tokens;
    const owned = costs.get('owned');
    const byTheHour = costs.get('on-demand');
    const cheapest = Object.entries(usdPerMonth).toSorted(([, one], [, other]) => one - other)[0]?.[0] ?? '';
    return {
      utilisation,
      usdPerMonth,
      usdPerMillionOutputTokens: Object.fromEntries(
        Object.entries(usdPerMonth).map(([id, usd]) => [id, (usd / tokens) * TOKENS_PER_MILLION]),
      ),
      cheapest,
      paybackMonths:
        owned === undefined || byTheHour === undefined
          ? null
          : paybackMonths(owned, byTheHour.usdPerMonth, values.costOfCapital, terms.horizonMonths),
    };
  });
}
