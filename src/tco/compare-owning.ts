// Owning against renting: the whole comparison of a workload. The only orchestrator of this room; pure, the solver is handed in.
// In: a plan in detail, draws, a seed. Out: the TCO document.

import { presentValueOfMonths } from '../cost/capital-value.ts';
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Tco } from '../documents/tco.ts';
import type { Solver } from '../economics/linear-program.ts';
import { SeekstackError } from '../errors.ts';
import { state, warned } from '../language/say-statement.ts';
import type { PlanDetail } from '../plan/plan-workload.ts';
import { HOURS_PER_MONTH, TOKENS_PER_MILLION } from '../units.ts';
import { breakEvenCurve } from './break-even-curve.ts';
import { growFleet } from './grow-fleet.ts';
import { mixFleet } from './mix-fleet.ts';
import { listParameters, typicalValues } from './parameters.ts';
import { costOf, drawCosts, type Terms, tornadoOf } from './uncertainty.ts';
import { listWays, type Way } from './ways.ts';

/** Draws of a comparison and their seed where nobody asks for others, so that every place tells the same. */
export const USUAL_DRAWS = { draws: 10_000, seed: 1 } as const;

export interface TcoInputs {
  readonly detail: PlanDetail;
  readonly version: string;
  readonly draws: number;
  readonly seed: number;
  /** Null where no solver is at hand: the mix and the schedule of purchases are left out. */
  readonly solve: Solver | null;
}

/** @throws SeekstackError E_NO_FEASIBLE where nothing serves the workload */
export function compareOwning({ detail, version, draws, seed, solve }: TcoInputs): Tco {
  const { plan, workload, priced, catalog } = detail;
  const ways = listWays(priced, workload, catalog);
  const owned = ways.find((way) => way.id === 'owned') ?? null;
  const first = ways[0];
  if (first === undefined)
    throw new SeekstackError({
      code: 'E_NO_FEASIBLE',
      got: plan.verdict.nearestMiss?.reason ?? 'nothing that serves the workload',
      expected: 'at least one way to have the capacity',
      fix: plan.verdict.nearestMiss?.relax ?? 'run "seekstack plan" on the workload: it says what binds',
    });
  const { load } = first.fleet.offer;
  const terms: Terms = {
    facility: catalog.facility,
    horizonMonths: Math.round(workload.site.depreciationYears * 12),
    outputTokensPerMonth: load.outputTokensPerMonth,
    meanToPeakRatio: workload.meanToPeakRatio,
  };
  const ownedFleet = owned?.id === 'owned' ? owned.fleet : null;
  const parameters = listParameters(workload, ownedFleet, catalog);
  const typical = typicalValues(parameters, workload, catalog);
  const drawn = drawCosts(ways, parameters, typical, terms, draws, seed);
  const rented = bestRented(ways, typical, terms);
  const hosted = plan.hosted.map(({ seller, usdPerMonth, usdPerMillionOutputTokens, source }) => ({
    seller,
    usdPerMonth,
    usdPerMillionOutputTokens,
    source,
  }));
  const told = ways.map((way, index): Tco['ways'][number] => {
    const cost = costOf(way, typical, terms);
    const { monthly, perMillionOutputTokens, owningIsCheaper } = drawn.ways[index] as (typeof drawn.ways)[number];
    const { offer, sizing } = way.fleet;
    return {
      id: way.id,
      label: way.label,
      machine: sizing.candidate.stack.machine.id,
      region: offer.region,
      nodes: cost.nodes,
      allowed: way.allowed,
      usdPerMonth: cost.usdPerMonth,
      usdPerMillionOutputTokens: (cost.usdPerMonth / terms.outputTokensPerMonth) * TOKENS_PER_MILLION,
      capexUsd: cost.capexUsd,
      cashUsdPerMonth: cost.cashUsdPerMonth,
      presentValueUsd: presentValueOfMonths(cost.usdPerMonth, terms.horizonMonths, typical.costOfCapital),
      monthly,
      perMillionOutputTokens,
      owningIsCheaper,
      priceAsOf: offer.priceAsOf,
    };
  });
  const cheapest = told.filter((way) => way.allowed).toSorted((one, other) => one.usdPerMonth - other.usdPerMonth)[0] ?? told[0];
  const onDemand = ways.find((way) => way.id === 'on-demand');
  return {
    schema: 'seekstack/tco@1',
    generator: { name: 'seekstack', version },
    inputs: { workload: { name: plan.inputs.workload.name, sha256: plan.inputs.workload.sha256 }, draws, seed },
    name: plan.name,
    hoursPerMonth: HOURS_PER_MONTH,
    horizonMonths: terms.horizonMonths,
    costOfCapitalPerYear: typical.costOfCapital,
    outputTokensPerMonth: terms.outputTokensPerMonth,
    meanToPeakRatio: workload.meanToPeakRatio,
    verdict: { cheapest: cheapest?.id ?? '', sentence: sayVerdict(told, cheapest, terms) },
    ways: told,
    breakEven:
      drawn.breakEven === null || onDemand === undefined
        ? null
        : {
            against: onDemand.label,
            ...drawn.breakEven,
            curve: breakEvenCurve(
              ways,
              typical,
              terms,
              terms.outputTokensPerMonth / terms.meanToPeakRatio,
              new Map(hosted.slice(0, 1).map((each) => [each.seller, each.usdPerMillionOutputTokens / TOKENS_PER_MILLION])),
            ),
          },
    tornado: owned === null || rented === null ? [] : tornadoOf(owned, rented, parameters, typical, terms),
    hybrid: solve === null ? null : mixFleet(ways, workload, load.peakRequestsPerSecond, typical, terms, solve),
    schedule: solve === null ? null : growFleet(priced, workload, load.peakRequestsPerSecond, typical, terms, catalog, solve),
    hosted,
    capacityBlocks: capacityBlocks(ways, catalog),
    own: plan.prices.own.map((each) => ({ ...each })),
    warnings: warningsOf(told, plan.warnings, owned, workload.budgetUsdPerMonth),
  };
}

/** The cheapest rented way that the workload allows. */
function bestRented(ways: readonly Way[], values: Parameters<typeof costOf>[1], terms: Terms): Way | null {
  return (
    ways
      .filter((way) => way.id !== 'owned' && way.allowed)
      .map((way) => ({ way, usdPerMonth: costOf(way, values, terms).usdPerMonth }))
      .toSorted((one, other) => one.usdPerMonth - other.usdPerMonth)[0]?.way ?? null
  );
}

function sayVerdict(ways: readonly Tco['ways'][number][], cheapest: Tco['ways'][number] | undefined, terms: Terms): string {
  const usd = (amount: number) => `USD ${Math.round(amount).toLocaleString('en-US')}`;
  const owned = ways.find((way) => way.id === 'owned');
  if (cheapest === undefined) return 'Nothing can be compared.';
  if (owned === undefined)
    return `Nothing can be owned within the workload's bounds; the cheapest is ${cheapest.label} at ${usd(cheapest.usdPerMonth)} a month.`;
  const rented = ways
    .filter((way) => way.id !== 'owned' && way.allowed)
    .toSorted((one, other) => one.usdPerMonth - other.usdPerMonth)[0];
  if (rented === undefined)
    return `Nothing can be rented within the workload's bounds; owning takes ${usd(owned.usdPerMonth)} a month.`;
  const chance = Math.round((rented.owningIsCheaper ?? 0) * 100);
  const years = Number((terms.horizonMonths / 12).toFixed(1));
  return owned.usdPerMonth < rented.usdPerMonth
    ? `Owning takes ${usd(owned.usdPerMonth)} a month over ${years} years, ${usd(rented.usdPerMonth - owned.usdPerMonth)} less than ${rented.label}; it is cheaper in ${chance}% of the draws.`
    : `Owning does not pay off: it takes ${usd(owned.usdPerMonth)} a month over ${years} years, ${usd(owned.usdPerMonth - rented.usdPerMonth)} more than ${rented.label}; it is cheaper in ${chance}% of the draws.`;
}

/** Quotes for the machines that the rented ways run on. */
function capacityBlocks(ways: readonly Way[], catalog: Catalog): Tco['capacityBlocks'] {
  const machines = new Map(
    ways.flatMap((way) =>
      way.id === 'owned' ? [] : [[way.fleet.sizing.candidate.stack.machine.id, way.fleet.offer.load.nodes] as const],
    ),
  );
  return catalog.capacityQuotes
    .filter((quote) => machines.has(quote.instance))
    .map((quote) => ({
      instance: quote.instance,
      region: quote.region,
      usdPerHour: quote.usdPerHour,
      usdPerMonth: quote.usdPerHour * (machines.get(quote.instance) ?? 1) * HOURS_PER_MONTH,
      asOf: quote.asOf ?? catalog.sources.get(quote.source)?.asOf ?? '',
      source: quote.source,
    }))
    .toSorted((one, other) => other.asOf.localeCompare(one.asOf, 'en') || one.usdPerHour - other.usdPerHour);
}

function warningsOf(
  ways: readonly Tco['ways'][number][],
  ofPlan: Tco['warnings'],
  owned: Way | null,
  budgetUsdPerMonth: number | null,
): Tco['warnings'] {
  const warnings = ofPlan.filter((warning) => warning.id === 'W_TARIFF_BAND' || warning.id === 'W_EXTRAPOLATED');
  for (const way of ways)
    if (!way.allowed) warnings.push(warned('W_NOT_ALLOWED', state('warning.notAllowed', { way: way.label })));
  if (budgetUsdPerMonth !== null && ways.every((way) => way.usdPerMonth > budgetUsdPerMonth))
    warnings.push(
      warned(
        'W_BUDGET',
        state('warning.budget', {
          budget: { usd: budgetUsdPerMonth },
          cheapest: { usd: Math.min(...ways.map((way) => way.usdPerMonth)) },
        }),
      ),
    );
  if (owned?.id === 'owned' && owned.fleet.input.server.priceBasis === 'vendor-list')
    warnings.push(warned('W_LIST_PRICE', state('warning.listPrice')));
  return warnings;
}
