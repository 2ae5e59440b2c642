// Plans that nobody wrote: partly of one side and partly of the other, ranked for what they would cost. Loaded only when there is
// something to tell apart, since planning takes longer to load than most diffs take.
import { type NamedCause, plainFields, sourceFields } from '../diff/name-causes.ts';
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { PlanOption } from '../documents/plan.ts';
import { workloadSchema } from '../documents/workload.ts';
import { documentOf, type WorkloadSource } from '../documents/workload-source.ts';
import { SeekstackError } from '../errors.ts';
import { type RankInputs, rankWorkload } from '../plan/rank-workload.ts';
import { mixCatalogs } from './hybrid-catalog.ts';
import { type Choice, pickOption } from './plan-side.ts';

/** Searches of earlier rankings. */
export type Remembered = NonNullable<RankInputs['remembered']>;

interface RankedSide {
  readonly source: WorkloadSource;
  readonly catalog: Catalog;
}

export interface RankerInputs {
  readonly base: RankedSide;
  readonly head: RankedSide;
  readonly choice: Choice;
  readonly remembered: Remembered;
}

export interface Ranker {
  /** The cost a month with these causes as in the head and all others as in the base; null where there is no such plan. */
  readonly costWith: (inPlace: ReadonlySet<number>) => number | null;
  /** Rankings made so far. */
  readonly count: () => number;
}

/** Costs of plans that are partly of one side and partly of the other. */
export function rankerOf(causes: readonly NamedCause[], { base, head, choice, remembered }: RankerInputs): Ranker {
  let rankings = 0;
  const known = new Map<string, number | null>();
  const costWith = (inPlace: ReadonlySet<number>): number | null => {
    const placed = causes.filter((_, index) => inPlace.has(index));
    const { document, trace } = mixWorkloads(base.source, head.source, new Set(placed.map((cause) => cause.name)));
    const catalog = mixCatalogs(base.catalog, head.catalog, new Set(placed.map((cause) => cause.kind)));
    const key = JSON.stringify([document, trace, catalog.files]);
    const found = known.get(key);
    if (found !== undefined) return found;
    rankings += 1;
    const made = rankDocument(document, trace, catalog, choice, remembered)?.cost.usdPerMonth.typical ?? null;
    known.set(key, made);
    return made;
  };
  return { costWith, count: () => rankings };
}

/** The base's fields with those named taken from the head. */
function mixWorkloads(base: WorkloadSource, head: WorkloadSource, fromHead: ReadonlySet<string>) {
  const [before, after] = [sourceFields(base), sourceFields(head)];
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const { fields, trace } = plainFields(
    new Map(
      names.flatMap((name) => {
        const side = fromHead.has(name) ? after : before;
        return side.has(name) ? [[name, side.get(name)] as const] : [];
      }),
    ),
  );
  return { document: documentOf(fields), trace };
}

/** @returns null where there is no such plan: its fields do not go together, or nothing is feasible */
export function rankDocument(
  document: unknown,
  trace: WorkloadSource['trace'],
  catalog: Catalog,
  choice: Choice,
  remembered: Remembered,
): PlanOption | null {
  const parsed = workloadSchema.safeParse(document);
  if (!parsed.success) return null;
  try {
    const { options } = rankWorkload({
      workload: parsed.data,
      fallbackName: 'review',
      catalog,
      remembered,
      // Who wins is settled by the first rank alone.
      ...(choice.by === 'winner' ? { confirmedRanks: 1 } : {}),
      ...(trace === null ? {} : { trace }),
    });
    return pickOption(options, choice);
  } catch (error) {
    if (error instanceof SeekstackError) return null;
    throw error;
  }
}
