// Growing an owned fleet: what to buy, swap, replace and park by the quarter as demand grows, against buying all at once.
// In: the best owned options, the workload's growth, the catalogue. Out: the schedule in words and figures, and what it saves.
import { residualAt } from '../cost/capital-value.ts';
import { listCapital, totalCapital } from '../cost/on-premises.ts';
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Tco } from '../documents/tco.ts';
import type { Solver } from '../economics/linear-program.ts';
import { type Kind, type Schedule, type Swap, schedulePurchases } from '../economics/purchase-schedule.ts';
import type { Priced } from '../plan/price-machines.ts';
import type { ResolvedWorkload } from '../plan/resolve-workload.ts';
import { type OwnedFleet, ownedCost, ownedFleet } from './fleets.ts';
import type { Values } from './parameters.ts';
import type { Terms } from './uncertainty.ts';

const MONTHS_PER_QUARTER = 3;
const QUARTERS_PER_YEAR = 4;
/** The best machine and one to change to: a third kind multiplies the work and never changed an example. */
const KINDS = 2;

/** @returns null without growth, or where nothing can be owned */
export function growFleet(
  priced: readonly Priced[],
  workload: ResolvedWorkload,
  peakRequestsPerSecond: number,
  values: Values,
  terms: Terms,
  catalog: Catalog,
  solve: Solver,
): Tco['schedule'] {
  if (workload.growthPerYear === 0) return null;
  const fleets = growable(priced, workload);
  const [first] = fleets;
  if (first === undefined) return null;
  const months = workload.horizonMonths;
  const quarters = Math.ceil(months / MONTHS_PER_QUARTER);
  const spare = first.offer.load.spareReplicas * first.replicaRequestsPerSecond;
  const needs = Array.from({ length: quarters }, (_, quarter) => {
    const end = Math.min(months, (quarter + 1) * MONTHS_PER_QUARTER);
    return peakRequestsPerSecond * (1 + workload.growthPerYear) ** ((end - months) / 12) + spare;
  });
  const decline = catalog.finance.hardwarePriceDecline.ratioPerYear;
  const kinds = fleets.map((fleet) => kindOf(fleet, quarters, decline, values, terms, catalog));
  const result = schedulePurchases(
    { needs, kinds, swaps: swapsBetween(fleets, quarters, decline, catalog), costOfCapitalPerYear: values.costOfCapital },
    solve,
  );
  const usd = (amount: number) => `USD ${Math.round(amount).toLocaleString('en-US')}`;
  return {
    unit: 'replicas',
    presentValueUsd: result.best.presentValueUsd,
    atOnceUsd: result.atOnce.presentValueUsd,
    savesUsd: result.savesUsd,
    firstUsd: result.best.firstUsd,
    atOnceFirstUsd: result.atOnce.firstUsd,
    quarters: result.best.steps.map((step) => ({
      month: step.quarter * MONTHS_PER_QUARTER,
      actions: step.actions.map((action) => sayAction(action)),
      changes: step.actions.map(({ what, kind, units, usd: amount }) => ({ what, machine: kind, replicas: units, usd: amount })),
      neededRequestsPerSecond: step.need,
      capacityRequestsPerSecond: step.running.reduce(
        (sum, { kind, units }) => sum + units * (kinds.find((each) => each.id === kind)?.capacityPerUnit ?? 0),
        0,
      ),
      running: step.running.map(({ kind, units }) => ({ machine: kind, replicas: units })),
      parked: step.parked.map(({ kind, units }) => ({ machine: kind, replicas: units })),
    })),
    sentence:
      result.savesUsd > 0
        ? `Buying as demand grows costs ${usd(result.best.presentValueUsd)} in today's money over ${months} months, ${usd(result.savesUsd)} less than ${usd(result.atOnce.firstUsd)} of hardware on the first day${result.proved ? '' : '; a bounded search found it, a cheaper one may exist'}.`
        : result.proved
          ? `Buying everything on the first day is cheapest: ${describeBuys(result.atOnce)} carry the whole growth.`
          : `No schedule cheaper than ${describeBuys(result.atOnce)} on the first day was found in a bounded search.`,
  };
}

function sayAction({ what, kind, units, usd }: Schedule['steps'][number]['actions'][number]): string {
  const amount = `USD ${Math.abs(Math.round(usd)).toLocaleString('en-US')}`;
  switch (what) {
    case 'buy':
      return `buy ${units} × ${kind} for ${amount}`;
    case 'sell':
      return `sell ${units} × ${kind} for ${amount}`;
    case 'swap':
      return `swap the cards of ${units} × ${kind} for ${amount}`;
  }
}

function describeBuys(schedule: Schedule): string {
  return schedule.steps
    .flatMap((step) => step.actions.filter((action) => action.what === 'buy'))
    .map((action) => `${action.units} × ${action.kind}`)
    .join(', ');
}

/** The cheapest owned option, and the cheapest on another accelerator; of each machine one option. */
function growable(priced: readonly Priced[], workload: ResolvedWorkload): OwnedFleet[] {
  const owned = priced
    .filter(
      ({ option, sizing }) =>
        option.provider === 'onprem' && option.binding?.constraint !== 'simulation' && sizing.prefill === null,
    )
    .toSorted((one, other) => one.offer.usdPerMonth - other.offer.usdPerMonth);
  const chosen: Priced[] = [];
  for (const entry of owned) {
    if (chosen.length === KINDS) break;
    if (!chosen.some((each) => each.option.machine.accelerator === entry.option.machine.accelerator)) chosen.push(entry);
  }
  return chosen.flatMap((entry) => ownedFleet(entry, workload) ?? []);
}

function kindOf(fleet: OwnedFleet, quarters: number, decline: number, values: Values, terms: Terms, catalog: Catalog): Kind {
  const one = ownedCost(fleet, values, terms.facility, { hoursShare: 1, replicas: 1 });
  const two = ownedCost(fleet, values, terms.facility, { hoursShare: 1, replicas: 2 });
  const each = (id: 'support' | 'space' | 'staff') => two.amounts[id] - one.amounts[id];
  const capex = two.capexUsd - one.capexUsd;
  const nodes = two.nodes - one.nodes;
  // Parked means powered off: space and support stay, electricity goes.
  return {
    id: fleet.input.server.id,
    capacityPerUnit: fleet.replicaRequestsPerSecond,
    usdByQuarter: Array.from({ length: quarters }, (_, quarter) => capex * (1 - decline) ** (quarter / QUARTERS_PER_YEAR)),
    keptUsdPerMonth: each('support') + each('space') + each('staff'),
    runningUsdPerMonth: runningUsd(fleet, nodes, values),
    residualAt: (age) => residualAt(catalog.finance.residual, age / QUARTERS_PER_YEAR).ratio * serverShare(fleet),
    availableFrom: 0,
  };
}

/** Electricity of a running replica at the fleet's mean load. */
function runningUsd({ energy, input, offer }: OwnedFleet, nodes: number, values: Values): number {
  const kilowattHours = (energy.kilowattHoursPerMonth / offer.load.nodes) * nodes;
  return kilowattHours * input.usdPerKilowattHour * values.electricity;
}

/** Servers keep a resale value, racks and cables do not. */
function serverShare({ input }: OwnedFleet): number {
  const capital = listCapital(input) ?? [];
  const whole = totalCapital(capital, input.priceBasis);
  return whole === 0
    ? 0
    : totalCapital(
        capital.filter((item) => item.id === 'server'),
        input.priceBasis,
      ) / whole;
}

/** Cards that fit where others were: both swappable, as many of them, and the new one has a price by the piece. */
function swapsBetween(fleets: readonly OwnedFleet[], quarters: number, decline: number, catalog: Catalog): Swap[] {
  const [from, to] = fleets;
  if (from === undefined || to === undefined) return [];
  return [
    [from, to],
    [to, from],
  ].flatMap(([before, after]): Swap[] => {
    const old = before?.sizing.candidate.stack.machine;
    const next = after?.sizing.candidate.stack.machine;
    if (old?.accelerator?.swappable !== true || next?.accelerator?.swappable !== true) return [];
    if (old.acceleratorCount !== next.acceleratorCount) return [];
    if (before?.sizing.candidate.nodesPerReplica !== after?.sizing.candidate.nodesPerReplica) return [];
    const nextId = next.accelerator.id;
    const card = catalog.components.find((component) => component.accelerator === nextId && component.per === 'piece');
    if (card?.usd === undefined) return [];
    const cards = card.usd.usd * next.acceleratorCount * (after?.sizing.candidate.nodesPerReplica ?? 1);
    // What the old cards fetch is left out: no price of used ones by age was found.
    return [
      {
        from: old.id,
        to: next.id,
        usdByQuarter: Array.from({ length: quarters }, (_, quarter) => cards * (1 - decline) ** (quarter / QUARTERS_PER_YEAR)),
      },
    ];
  });
}
