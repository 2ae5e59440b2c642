// Search: which rate to try next, to find the highest that meets the targets by bisection instead of a grid.
// In: the bracket and the points measured so far. Out: the next point, or what the search came to. It remembers nothing,
// so that a resumed run goes on where the points that are there lead.
import type { BenchManifest, PlannedPoint } from '../documents/bench-manifest.ts';
import type { BenchPoint } from '../documents/bench-point.ts';
import type { BenchSearch } from '../documents/bench-run.ts';

export type SearchSetting = NonNullable<BenchManifest['search']>;

/** What a search needs of a point. */
export type TriedPoint = Pick<BenchPoint, 'point' | 'verdict' | 'doubts' | 'complete'>;

export type SearchStep = { readonly next: PlannedPoint } | { readonly done: BenchSearch };

/** Doublings and halvings of the bracket, where its ends do not enclose the knee. */
const MOST_WIDENINGS = 6;

/** One rate and what its repeats said. */
interface Rate {
  readonly requestsPerSecond: number;
  readonly points: readonly TriedPoint[];
  readonly held: number;
  readonly failed: number;
}

/**
 * The next point, or the answer.
 * A rate is settled by the majority of its repeats, as soon as the rest cannot turn it. Only rates within the bracket are tried, so that
 * what holds lies below what fails. The middle is geometric, since rates are compared by ratio.
 */
export function nextStep(setting: SearchSetting, tried: readonly TriedPoint[]): SearchStep {
  const rates = groupByRate(tried);
  const settle = (rate: number): boolean | PlannedPoint => {
    const known = rates.find(({ requestsPerSecond }) => same(requestsPerSecond, rate));
    const majority = Math.floor(setting.repeats / 2) + 1;
    if (known !== undefined) {
      if (known.held >= majority) return true;
      if (known.failed >= majority || known.points.length >= setting.repeats) return false;
    }
    return plannedPoint(setting, rate, (known?.points.length ?? 0) + 1);
  };
  let low = setting.lowRequestsPerSecond;
  let high = setting.highRequestsPerSecond;
  let holds: number | null = null;
  let fails: number | null = null;
  for (let step = 0; step <= MOST_WIDENINGS && holds === null; step += 1) {
    const verdict = settle(low);
    if (typeof verdict !== 'boolean') return { next: verdict };
    if (verdict) holds = low;
    else {
      fails = low;
      low /= 2;
    }
  }
  if (holds === null) return { done: conclude('none-holds', rates, null, fails) };
  for (let step = 0; step <= MOST_WIDENINGS && fails === null; step += 1) {
    const verdict = settle(high);
    if (typeof verdict !== 'boolean') return { next: verdict };
    if (verdict) {
      holds = high;
      high *= 2;
    } else fails = high;
  }
  if (fails === null) return { done: conclude('all-hold', rates, holds, null) };
  while (fails / holds > 1 + setting.resolutionRatio) {
    const middle = rounded(Math.sqrt(holds * fails), holds, fails);
    if (middle === null) break;
    const verdict = settle(middle);
    if (typeof verdict !== 'boolean') return { next: verdict };
    if (verdict) holds = middle;
    else fails = middle;
  }
  return { done: conclude('found', rates, holds, fails) };
}

/** What the points so far come to, where the search ended early. */
export function concludeSearch(setting: SearchSetting, tried: readonly TriedPoint[]): BenchSearch {
  const step = nextStep(setting, tried);
  if ('done' in step) return step.done;
  const rates = groupByRate(tried);
  const settled = (held: boolean) =>
    rates
      .filter((rate) => (held ? rate.held : rate.failed) > setting.repeats / 2)
      .map(({ requestsPerSecond }) => requestsPerSecond);
  const fails = Math.min(...settled(false));
  const holds = Math.max(...settled(true).filter((rate) => rate < fails));
  return conclude('unfinished', rates, Number.isFinite(holds) ? holds : null, Number.isFinite(fails) ? fails : null);
}

function conclude(
  outcome: BenchSearch['outcome'],
  rates: readonly Rate[],
  holds: number | null,
  fails: number | null,
): BenchSearch {
  const answer = rates.find(({ requestsPerSecond }) => holds !== null && same(requestsPerSecond, holds));
  return {
    outcome,
    holdsRequestsPerSecond: holds,
    failsRequestsPerSecond: fails,
    pointIds: (answer?.points ?? []).map(({ point }) => point.id),
    repeatsAgree: rates.every(({ held, failed }) => held === 0 || failed === 0),
  };
}

function groupByRate(tried: readonly TriedPoint[]): Rate[] {
  const rates: { requestsPerSecond: number; points: TriedPoint[] }[] = [];
  for (const each of tried) {
    const { load } = each.point;
    if (load.kind !== 'open' || !each.complete) continue;
    const known = rates.find(({ requestsPerSecond }) => same(requestsPerSecond, load.requestsPerSecond));
    if (known === undefined) rates.push({ requestsPerSecond: load.requestsPerSecond, points: [each] });
    else known.points.push(each);
  }
  return rates.map((rate) => {
    const held = rate.points.filter(pointHolds).length;
    return { ...rate, held, failed: rate.points.length - held };
  });
}

/** A queue that grows without end holds no target, however short the window was. */
export function pointHolds({ verdict, doubts }: Pick<BenchPoint, 'verdict' | 'doubts'>): boolean {
  return verdict.holds === true && !doubts.some(({ about, weight }) => about === 'server' && weight === 'invalid');
}

function plannedPoint(setting: SearchSetting, rate: number, repeat: number): PlannedPoint {
  const { pattern, burstiness } = setting;
  return {
    id: pointId(rate, repeat, setting.repeats),
    load: { kind: 'open', pattern, requestsPerSecond: rate, burstiness, rateScale: 1 },
    repeat,
  };
}

/** Such as `rate-2.5` or `rate-2.5-repeat-2`. */
export function pointId(rate: number, repeat: number, repeats: number, kind: 'rate' | 'concurrency' | 'trace' = 'rate'): string {
  const name = `${kind}-${Number(rate.toPrecision(4))}`;
  return repeats === 1 ? name : `${name}-repeat-${repeat}`;
}

/** To three digits, so that rates can be read and given again; null where that is one of the ends. */
function rounded(rate: number, low: number, high: number): number | null {
  const short = Number(rate.toPrecision(3));
  return short > low && short < high ? short : null;
}

function same(one: number, other: number): boolean {
  return Math.abs(one / other - 1) < 1e-9;
}
