// Purchase schedule: when to buy, swap, replace and park as demand grows, so that owning costs least over the term.
// In: what each quarter needs, kinds of machine with their prices, ways from one kind to another. Out: a schedule and what it saves.
import { presentValue } from '../cost/capital-value.ts';
import { type Constraint, renderProgram, type Solver } from './linear-program.ts';

const MONTHS_PER_QUARTER = 3;
const TOLERANCE = 1e-6;

/** One kind of machine; a unit is what serves by itself. */
export interface Kind {
  readonly id: string;
  /** In the unit of the needs. */
  readonly capacityPerUnit: number;
  /** Price of one unit in each quarter. */
  readonly usdByQuarter: readonly number[];
  /** Space, support and staff of a unit a month, run or parked. */
  readonly keptUsdPerMonth: number;
  /** Electricity of a unit that runs, a month. */
  readonly runningUsdPerMonth: number;
  /** Share of its price that a unit fetches at an age in quarters. */
  readonly residualAt: (quarters: number) => number;
  /** First quarter it can be bought in. */
  readonly availableFrom: number;
}

/**
 * A way from one kind to another without buying a unit whole: cards are swapped, the rest stays until the end.
 * At the end a swapped unit fetches a share of what the cards cost, so that swapping can never make money.
 */
export interface Swap {
  readonly from: string;
  readonly to: string;
  /** New cards of one unit less what the old ones fetch, in each quarter. */
  readonly usdByQuarter: readonly number[];
}

export interface ScheduleTask {
  /** Capacity needed in each quarter. */
  readonly needs: readonly number[];
  readonly kinds: readonly Kind[];
  readonly swaps: readonly Swap[];
  readonly costOfCapitalPerYear: number;
}

export interface ScheduleStep {
  readonly quarter: number;
  readonly need: number;
  readonly actions: readonly {
    readonly what: 'buy' | 'swap' | 'sell';
    readonly kind: string;
    readonly units: number;
    readonly usd: number;
  }[];
  readonly running: readonly { readonly kind: string; readonly units: number }[];
  readonly parked: readonly { readonly kind: string; readonly units: number }[];
}

export interface Schedule {
  readonly steps: readonly ScheduleStep[];
  /** All purchases, running and keeping, less resale, in today's money. */
  readonly presentValueUsd: number;
  /** Paid for hardware in the first quarter. */
  readonly firstUsd: number;
}

export interface ScheduleResult {
  readonly best: Schedule;
  /** Whether no cheaper schedule exists; else it is the cheapest that a bounded search found. */
  readonly proved: boolean;
  /** Everything that the last quarter needs, bought in the first, of the one kind that makes that cheapest; idle units parked. */
  readonly atOnce: Schedule;
  readonly savesUsd: number;
}

/** Whole numbers that describe a schedule, by kind, vintage and quarter. */
interface Counts {
  readonly buy: (kind: number, quarter: number) => number;
  readonly sell: (kind: number, vintage: number, quarter: number) => number;
  readonly swap: (swap: number, vintage: number, quarter: number) => number;
  readonly run: (kind: number, quarter: number) => number;
}

/**
 * Minimises purchases + keeping + running − resale in today's money over whole units of each vintage.
 * A server whose cards cannot be swapped is replaced: sold at its age, another bought.
 * @throws RangeError where no kind can be bought in the first quarter
 */
export function schedulePurchases(task: ScheduleTask, solve: Solver): ScheduleResult {
  const atOnce = task.kinds
    .filter((kind) => kind.availableFrom === 0)
    .map((kind) => priceSchedule(task, allAtOnce(task, kind)))
    .filter((schedule): schedule is Schedule => schedule !== null)
    .toSorted((one, other) => one.presentValueUsd - other.presentValueUsd)[0];
  if (atOnce === undefined) throw new RangeError('nothing can be bought in the first quarter');
  const solution = solve(renderProgram(programOf(task)));
  const found =
    solution === null
      ? null
      : priceSchedule(task, {
          buy: (kind, quarter) => Math.round(solution.value(names.buy(kind, quarter))),
          sell: (kind, vintage, quarter) => Math.round(solution.value(names.sell(kind, vintage, quarter))),
          swap: (swap, vintage, quarter) => Math.round(solution.value(names.swap(swap, vintage, quarter))),
          run: (kind, quarter) => Math.round(solution.value(names.run(kind, quarter))),
        });
  const best = found !== null && found.presentValueUsd < atOnce.presentValueUsd - TOLERANCE ? found : atOnce;
  return { best, proved: solution?.proved ?? false, atOnce, savesUsd: atOnce.presentValueUsd - best.presentValueUsd };
}

const names = {
  buy: (kind: number, quarter: number) => `b${kind}_${quarter}`,
  sell: (kind: number, vintage: number, quarter: number) => `s${kind}_${vintage}_${quarter}`,
  swap: (swap: number, vintage: number, quarter: number) => `w${swap}_${vintage}_${quarter}`,
  run: (kind: number, quarter: number) => `r${kind}_${quarter}`,
};

function allAtOnce(task: ScheduleTask, kind: Kind): Counts {
  const chosen = task.kinds.indexOf(kind);
  const unitsFor = (need: number) => Math.ceil(need / kind.capacityPerUnit - TOLERANCE);
  return {
    buy: (index, quarter) => (index === chosen && quarter === 0 ? unitsFor(Math.max(...task.needs)) : 0),
    sell: () => 0,
    swap: () => 0,
    run: (index, quarter) => (index === chosen ? unitsFor(task.needs[quarter] ?? 0) : 0),
  };
}

/** Value at the start of a quarter in today's money. */
function discounted(task: ScheduleTask, usd: number, quarter: number): number {
  return presentValue(usd, quarter * MONTHS_PER_QUARTER, task.costOfCapitalPerYear);
}

function resaleUsd(kind: Kind, vintage: number, quarter: number): number {
  return (kind.usdByQuarter[vintage] ?? 0) * kind.residualAt(quarter - vintage);
}

/** What the cards of a swapped unit fetch. */
function swapResaleUsd(swap: Swap, to: Kind, swapped: number, quarter: number): number {
  return (swap.usdByQuarter[swapped] ?? 0) * to.residualAt(quarter - swapped);
}

function programOf(task: ScheduleTask) {
  const { kinds, swaps, needs } = task;
  const quarters = needs.length;
  const variables: string[] = [];
  const most = new Map<string, number>();
  const minimise: (readonly [number, string])[] = [];
  const constraints: Constraint[] = [];
  const declare = (name: string, usd: number, largest?: number) => {
    variables.push(name);
    if (largest !== undefined) most.set(name, largest);
    minimise.push([usd, name]);
  };
  const keptUntilEnd = (kind: Kind, from: number) => {
    let usd = 0;
    for (let quarter = from; quarter < quarters; quarter += 1)
      usd += discounted(task, kind.keptUsdPerMonth * MONTHS_PER_QUARTER, quarter);
    return usd;
  };
  const largestOf = (kind: Kind) => Math.ceil(Math.max(...needs) / kind.capacityPerUnit - TOLERANCE);
  const indexOf = (id: string) => kinds.findIndex((kind) => kind.id === id);
  for (const [index, kind] of kinds.entries())
    for (let quarter = 0; quarter < quarters; quarter += 1) {
      const largest = largestOf(kind);
      const end = discounted(task, resaleUsd(kind, quarter, quarters), quarters);
      const owned = keptUntilEnd(kind, quarter) - end;
      declare(
        names.buy(index, quarter),
        discounted(task, kind.usdByQuarter[quarter] ?? 0, quarter) + owned,
        quarter >= kind.availableFrom ? largest : 0,
      );
      declare(names.run(index, quarter), discounted(task, kind.runningUsdPerMonth * MONTHS_PER_QUARTER, quarter), largest);
      // A unit sold later gives back its resale and its keep from then on, but not its resale at the end.
      for (let later = quarter + 1; later < quarters; later += 1)
        declare(
          names.sell(index, quarter, later),
          -discounted(task, resaleUsd(kind, quarter, later), later) - keptUntilEnd(kind, later) + end,
        );
    }
  for (const [index, swap] of swaps.entries()) {
    const from = kinds[indexOf(swap.from)] as Kind;
    const to = kinds[indexOf(swap.to)] as Kind;
    for (let vintage = 0; vintage < quarters; vintage += 1)
      for (let quarter = Math.max(vintage + 1, to.availableFrom); quarter < quarters; quarter += 1)
        declare(
          names.swap(index, vintage, quarter),
          discounted(task, swap.usdByQuarter[quarter] ?? 0, quarter) -
            keptUntilEnd(from, quarter) +
            discounted(task, resaleUsd(from, vintage, quarters), quarters) +
            keptUntilEnd(to, quarter) -
            discounted(task, swapResaleUsd(swap, to, quarter, quarters), quarters),
        );
  }
  const declared = new Set(variables);
  const left = (kind: number, vintage: number, until: number) => {
    const terms: (readonly [number, string])[] = [[1, names.buy(kind, vintage)]];
    for (const [index, swap] of swaps.entries()) {
      if (indexOf(swap.from) === kind)
        for (let quarter = vintage + 1; quarter <= until; quarter += 1)
          if (declared.has(names.swap(index, vintage, quarter))) terms.push([-1, names.swap(index, vintage, quarter)]);
    }
    for (let quarter = vintage + 1; quarter <= until; quarter += 1) terms.push([-1, names.sell(kind, vintage, quarter)]);
    return terms;
  };
  /** Units that have become this kind by then. */
  const swappedIn = (kind: number, until: number) =>
    swaps.flatMap((swap, index) =>
      indexOf(swap.to) === kind
        ? Array.from({ length: until + 1 }, (_, quarter) =>
            Array.from({ length: quarter }, (_unused, vintage) => names.swap(index, vintage, quarter)),
          )
            .flat()
            .filter((name) => declared.has(name))
            .map((name): readonly [number, string] => [1, name])
        : [],
    );
  for (let quarter = 0; quarter < quarters; quarter += 1) {
    for (const index of kinds.keys()) {
      const owned = [
        ...Array.from({ length: quarter + 1 }, (_, vintage) => left(index, vintage, quarter)).flat(),
        ...swappedIn(index, quarter),
      ];
      constraints.push({
        terms: [[1, names.run(index, quarter)], ...owned.map(([c, name]) => [-c, name] as const)],
        relation: '<=',
        bound: 0,
      });
      constraints.push({ terms: left(index, quarter, quarters - 1), relation: '>=', bound: 0 });
    }
    constraints.push({
      terms: kinds.map((kind, index) => [kind.capacityPerUnit, names.run(index, quarter)] as const),
      relation: '>=',
      bound: needs[quarter] ?? 0,
    });
  }
  return { minimise, constraints, variables, most };
}

/** A schedule worked out from whole numbers, quarter by quarter; null where it breaks a need or uses what is not there. */
function priceSchedule(task: ScheduleTask, counts: Counts): Schedule | null {
  const { kinds, swaps, needs } = task;
  const stock = kinds.map(() => new Map<number, number>());
  /** Units that became a kind by a swap: how many of each, and what their cards fetch at the end. */
  const swapped = kinds.map(() => ({ units: 0, endUsd: 0 }));
  const change = (kind: number, vintage: number, units: number) =>
    stock[kind]?.set(vintage, (stock[kind]?.get(vintage) ?? 0) + units);
  let presentValueUsd = 0;
  let firstUsd = 0;
  const steps: ScheduleStep[] = [];
  for (const [quarter, need] of needs.entries()) {
    const actions: { what: 'buy' | 'swap' | 'sell'; kind: string; units: number; usd: number }[] = [];
    const act = (what: 'buy' | 'swap' | 'sell', kind: string, units: number, usdEach: number) => {
      if (units === 0) return;
      actions.push({ what, kind, units, usd: units * usdEach });
      presentValueUsd += discounted(task, units * usdEach, quarter);
      if (quarter === 0) firstUsd += units * usdEach;
    };
    for (const [index, kind] of kinds.entries())
      for (let vintage = 0; vintage < quarter; vintage += 1) {
        const units = counts.sell(index, vintage, quarter);
        change(index, vintage, -units);
        act('sell', kind.id, units, -resaleUsd(kind, vintage, quarter));
      }
    for (const [index, swap] of swaps.entries())
      for (let vintage = 0; vintage < quarter; vintage += 1) {
        const units = counts.swap(index, vintage, quarter);
        change(
          kinds.findIndex((kind) => kind.id === swap.from),
          vintage,
          -units,
        );
        const to = kinds.findIndex((kind) => kind.id === swap.to);
        const into = swapped[to];
        if (units > 0 && (into === undefined || quarter < (kinds[to]?.availableFrom ?? 0))) return null;
        if (into !== undefined && units > 0) {
          into.units += units;
          into.endUsd += units * swapResaleUsd(swap, kinds[to] as Kind, quarter, needs.length);
        }
        act('swap', `${swap.from} to ${swap.to}`, units, swap.usdByQuarter[quarter] ?? 0);
      }
    for (const [index, kind] of kinds.entries()) {
      const units = counts.buy(index, quarter);
      if (units > 0 && quarter < kind.availableFrom) return null;
      change(index, quarter, units);
      act('buy', kind.id, units, kind.usdByQuarter[quarter] ?? 0);
    }
    let carried = 0;
    const running: { kind: string; units: number }[] = [];
    const parked: { kind: string; units: number }[] = [];
    for (const [index, kind] of kinds.entries()) {
      const held = [...(stock[index]?.values() ?? [])];
      if (held.some((units) => units < 0)) return null;
      const owned = held.reduce((sum, units) => sum + units, swapped[index]?.units ?? 0);
      const run = counts.run(index, quarter);
      if (run > owned) return null;
      carried += run * kind.capacityPerUnit;
      const monthly = owned * kind.keptUsdPerMonth + run * kind.runningUsdPerMonth;
      presentValueUsd += discounted(task, monthly * MONTHS_PER_QUARTER, quarter);
      if (run > 0) running.push({ kind: kind.id, units: run });
      if (owned > run) parked.push({ kind: kind.id, units: owned - run });
    }
    if (carried < need - TOLERANCE * Math.max(1, need)) return null;
    steps.push({ quarter, need, actions, running, parked });
  }
  for (const { endUsd } of swapped) presentValueUsd -= discounted(task, endUsd, needs.length);
  for (const [index, kind] of kinds.entries())
    for (const [vintage, units] of stock[index] ?? [])
      presentValueUsd -= discounted(task, units * resaleUsd(kind, vintage, needs.length), needs.length);
  return { steps, presentValueUsd, firstUsd };
}
