// Hybrid: the cheapest mix of capacity one keeps and capacity rented by the hour, over the load-duration curve of a week.
// In: load levels with their hours, sources with capacity and prices. Out: units of each source, what each costs, and each source alone.
import { type Constraint, renderProgram, type Solver, type Terms } from './linear-program.ts';

/** One way to have capacity. A unit is what serves by itself: a replica on its nodes. */
export interface Source {
  readonly id: string;
  /** `kept`: owned or committed, paid for every hour; `hourly`: as many as each hour needs. */
  readonly kind: 'kept' | 'hourly';
  /** Load one unit carries, in the unit of the levels. */
  readonly capacityPerUnit: number;
  /** Paid a month for each unit that is kept. */
  readonly usdPerUnitMonth: number;
  /** Paid for each hour that a unit runs; of an owned unit the electricity that idling saves. */
  readonly usdPerUnitHour: number;
  /** Paid a month once the source is used at all: gateways, the first hours of staff. */
  readonly usdPerMonth?: number;
  /** Largest share of a level's load it may carry, where it can be taken away. */
  readonly mostShare?: number;
}

/** Load of so many hours a month. */
export interface LoadLevel {
  readonly load: number;
  readonly hoursPerMonth: number;
}

export interface MixPart {
  readonly id: string;
  /** Most units at any hour; of a kept source the units one pays for. */
  readonly units: number;
  readonly unitHoursPerMonth: number;
  readonly usdPerMonth: number;
}

export interface Mix {
  readonly parts: readonly MixPart[];
  readonly usdPerMonth: number;
}

export interface HybridResult {
  /** The cheapest of all mixes, pure ones included. */
  readonly best: Mix;
  /** Each source alone, cheapest first; sources that may not carry everything are left out. */
  readonly pure: readonly Mix[];
}

const TOLERANCE = 1e-6;

/**
 * Levels of a week's hours: distinct loads with their hours in a month, most loaded first. More than `most` of them are merged
 * upward, so that a mix never carries less than asked.
 * @param hours - load of each hour of a week
 */
export function loadDurationLevels(hours: readonly number[], hoursPerMonth: number, most: number): LoadLevel[] {
  const distinct = [...new Set(hours)].toSorted((one, other) => other - one);
  const size = Math.ceil(distinct.length / most);
  const levels: LoadLevel[] = [];
  for (let start = 0; start < distinct.length; start += size) {
    const merged = new Set(distinct.slice(start, start + size));
    const count = hours.filter((load) => merged.has(load)).length;
    levels.push({ load: distinct[start] as number, hoursPerMonth: (count / hours.length) * hoursPerMonth });
  }
  return levels;
}

/**
 * Minimises Σ once + Σ kept units · month + Σ running units · hour over whole units, every level carried.
 * What the solver gives is rounded, every level and the sum are worked out again from whole numbers, and the cheapest pure
 * source stands in where that is not dearer.
 * @throws RangeError where no source may carry everything
 */
export function mixSources(levels: readonly LoadLevel[], sources: readonly Source[], solve: Solver): HybridResult {
  const pure = sources
    .filter((source) => (source.mostShare ?? 1) >= 1)
    .map((source) => priceMix(levels, [source], (_, level) => unitsFor(level.load, source)))
    .filter((mix): mix is Mix => mix !== null)
    .toSorted((one, other) => one.usdPerMonth - other.usdPerMonth);
  const cheapest = pure[0];
  if (cheapest === undefined) throw new RangeError('no source may carry the whole load');
  const solution = sources.length < 2 ? null : solve(renderProgram(programOf(levels, sources)));
  const mixed =
    solution === null
      ? null
      : priceMix(levels, sources, (source, _, index) => Math.round(solution.value(running(sources.indexOf(source), index))));
  return { best: mixed !== null && mixed.usdPerMonth < cheapest.usdPerMonth - TOLERANCE ? mixed : cheapest, pure };
}

function unitsFor(load: number, source: Source): number {
  return Math.ceil(load / source.capacityPerUnit - TOLERANCE);
}

const kept = (source: number) => `n${source}`;
const used = (source: number) => `u${source}`;
const running = (source: number, level: number) => `r${source}_${level}`;

function programOf(levels: readonly LoadLevel[], sources: readonly Source[]) {
  const variables: string[] = [];
  const most = new Map<string, number>();
  const minimise: (readonly [number, string])[] = [];
  const constraints: Constraint[] = [];
  const peak = Math.max(...levels.map((level) => level.load));
  for (const [index, source] of sources.entries()) {
    if (source.kind === 'kept') {
      variables.push(kept(index));
      most.set(kept(index), unitsFor(peak, source));
      minimise.push([source.usdPerUnitMonth, kept(index)]);
    }
    variables.push(used(index));
    most.set(used(index), 1);
    minimise.push([source.usdPerMonth ?? 0, used(index)]);
    for (const [at, level] of levels.entries()) {
      const name = running(index, at);
      variables.push(name);
      most.set(name, unitsFor(level.load, source));
      minimise.push([source.usdPerUnitHour * level.hoursPerMonth, name]);
      constraints.push({
        terms: [
          [1, name],
          [-unitsFor(level.load, source), used(index)],
        ],
        relation: '<=',
        bound: 0,
      });
      if (source.kind === 'kept')
        constraints.push({
          terms: [
            [1, name],
            [-1, kept(index)],
          ],
          relation: '<=',
          bound: 0,
        });
      if ((source.mostShare ?? 1) < 1)
        constraints.push({
          terms: [[source.capacityPerUnit, name]],
          relation: '<=',
          bound: (source.mostShare ?? 1) * level.load,
        });
    }
  }
  for (const [at, level] of levels.entries())
    constraints.push({
      terms: sources.map((source, index): Terms[number] => [source.capacityPerUnit, running(index, at)]),
      relation: '>=',
      // As much is forgiven as single sources are forgiven when their units are rounded.
      bound: level.load - TOLERANCE * Math.min(...sources.map((source) => source.capacityPerUnit)),
    });
  return { minimise, constraints, variables, most };
}

/** The bill of whole units; null where a level is not carried or a source carries more than it may. */
function priceMix(
  levels: readonly LoadLevel[],
  sources: readonly Source[],
  unitsAt: (source: Source, level: LoadLevel, index: number) => number,
): Mix | null {
  const counts = sources.map((source) => levels.map((level, index) => unitsAt(source, level, index)));
  for (const [at, level] of levels.entries()) {
    let carried = 0;
    for (const [index, source] of sources.entries()) {
      const load = source.capacityPerUnit * (counts[index]?.[at] ?? 0);
      if (load > (source.mostShare ?? Number.POSITIVE_INFINITY) * level.load + TOLERANCE) return null;
      carried += load;
    }
    const forgiven = 2 * TOLERANCE * Math.max(...sources.map((source) => source.capacityPerUnit));
    if (carried < level.load - forgiven) return null;
  }
  const parts = sources.map((source, index): MixPart => {
    const own = counts[index] ?? [];
    const units = Math.max(0, ...own);
    const unitHoursPerMonth = own.reduce((sum, count, at) => sum + count * (levels[at]?.hoursPerMonth ?? 0), 0);
    const usdPerMonth =
      (units > 0 ? (source.usdPerMonth ?? 0) : 0) +
      (source.kind === 'kept' ? units * source.usdPerUnitMonth : 0) +
      unitHoursPerMonth * source.usdPerUnitHour;
    return { id: source.id, units, unitHoursPerMonth, usdPerMonth };
  });
  const taken = parts.filter((part) => part.units > 0);
  return { parts: taken, usdPerMonth: taken.reduce((sum, part) => sum + part.usdPerMonth, 0) };
}
