// Patterns of demand: how high the peak is, how it comes, how it lies over a week, and how it grows.
// In: workload, preset, load shapes, trace. Out: the peak at the end of the term, mean over peak, burstiness, the week.
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Preset } from '../documents/catalog/sites.ts';
import type { TraceSummary } from '../documents/trace-summary.ts';
import type { Workload } from '../documents/workload.ts';
import type { Problem } from '../errors.ts';
import { type WeekShape, weekOf } from '../fleet/load-shape.ts';
import { meanTokens } from '../physics/lengths.ts';
import { SECONDS_PER_DAY, SECONDS_PER_HOUR } from '../units.ts';
import type { Assume, AssumeFact } from './assumptions.ts';
import type { Lengths } from './resolve-lengths.ts';
import type { ResolvedWorkload } from './resolve-workload.ts';
import { unknownName } from './unknown-name.ts';

interface PatternInput {
  readonly workload: Workload;
  readonly preset: Preset;
  readonly catalog: Catalog;
  readonly lengths: Lengths;
  readonly trace: TraceSummary | null;
  readonly horizonMonths: number;
  readonly assumeFact: AssumeFact;
  readonly assume: Assume;
  readonly problems: Problem[];
}

const MONTHS_PER_YEAR = 12;

/** Everything of a resolved workload that tells when requests come. */
export function resolvePattern(
  input: PatternInput,
): Pick<ResolvedWorkload, 'demand' | 'meanToPeakRatio' | 'growthPerYear' | 'week' | 'burstiness'> {
  const { workload, preset, trace, assumeFact } = input;
  const { demand } = workload;
  const week = resolveWeek(input);
  const first = resolvePeak(input, week.meanToPeakRatio);
  const growthPerYear = demand.growthPerYear ?? 0;
  const years = input.horizonMonths / MONTHS_PER_YEAR;
  const grown = (1 + growthPerYear) ** years;
  // Mean of (1 + g)^t over the term, over its value at the end.
  const overTerm = growthPerYear === 0 ? 1 : (grown - 1) / (Math.log(1 + growthPerYear) * years) / grown;
  if (demand.burstiness === undefined && trace === null) assumeFact('demand.burstiness', preset.burstiness);
  return {
    demand:
      'requestsPerSecond' in first
        ? { requestsPerSecond: first.requestsPerSecond * grown }
        : { concurrency: Math.ceil(first.concurrency * grown - 1e-9) },
    meanToPeakRatio: week.meanToPeakRatio * overTerm,
    growthPerYear,
    week,
    burstiness: demand.burstiness ?? trace?.burstiness ?? preset.burstiness.ratio,
  };
}

/** The form of the week from a shape, its level from `meanToPeak`, the shape itself, the trace or the preset, in that order. */
function resolveWeek({ workload, preset, catalog, trace, assume, assumeFact, problems }: PatternInput): WeekShape {
  const { shape, meanToPeak } = workload.demand;
  if (typeof shape === 'object') return weekOf(shape.hours, shape.weekend ?? 1, meanToPeak ?? null);
  const id = shape ?? preset.shape;
  const row = catalog.shapes.find((each) => each.id === id);
  if (row === undefined) {
    problems.push(
      unknownName(
        'demand.shape',
        id,
        catalog.shapes.map((each) => each.id),
        'run "seekstack catalog list shapes"',
      ),
    );
    return weekOf(new Array<number>(24).fill(1), 1, null);
  }
  if (shape === undefined)
    assume(
      'demand.shape',
      row.id,
      catalog.sources.get(row.source) ?? { kind: 'assumed', title: `source ${row.source} is not in the catalogue`, asOf: '1970' },
    );
  const traced = trace === null ? null : trace.meanRequestsPerSecond / trace.peakRequestsPerSecond;
  const level = meanToPeak ?? (shape === undefined ? (traced ?? preset.meanToPeak.ratio) : null);
  if (meanToPeak === undefined && shape === undefined && trace === null) assumeFact('demand.meanToPeak', preset.meanToPeak);
  return weekOf(row.hours, row.weekendRatio.ratio, level);
}

/** The peak at the beginning of the term. */
function resolvePeak(
  { workload, preset, lengths, trace, assumeFact }: PatternInput,
  meanToPeakRatio: number,
): ResolvedWorkload['demand'] {
  const { demand } = workload;
  if (demand.concurrency !== undefined) return { concurrency: demand.concurrency };
  if (demand.requestsPerSecond !== undefined) return { requestsPerSecond: demand.requestsPerSecond };
  if (trace !== null) return { requestsPerSecond: trace.peakRequestsPerSecond };
  if (demand.tokensPerDay !== undefined) {
    const perRequest = meanTokens(lengths.prompt) + meanTokens(lengths.output) + meanTokens(lengths.thinking);
    return { requestsPerSecond: demand.tokensPerDay / perRequest / SECONDS_PER_DAY / meanToPeakRatio };
  }
  if (demand.requestsPerHour === undefined) assumeFact('demand.requestsPerHour', preset.requestsPerActiveUser);
  const perHour = demand.requestsPerHour ?? preset.requestsPerActiveUser.requestsPerHour;
  return { requestsPerSecond: ((demand.users ?? 0) * (demand.activeAtPeak ?? 0) * perHour) / SECONDS_PER_HOUR };
}
