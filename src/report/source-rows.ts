// Where a figure comes from: what it is, where it stands, and of which day. In: a plan and options. Out: rows of a table.
import type { Plan, PlanOption } from '../documents/plan.ts';
import type { Language } from '../language/catalogue.ts';

export interface SourceRow {
  readonly what: string;
  readonly value: string;
  readonly kind: string;
  readonly title: string;
  /** Of the title. */
  readonly language: Language;
  readonly url: string | null;
  readonly asOf: string;
}

/** Sources of the bills of some options, each once, by key. */
export function sourceRows(plan: Plan, options: readonly PlanOption[]): SourceRow[] {
  const keys = new Set(
    options.flatMap(({ cost }) => [...cost.lines.flatMap((line) => line.sources), ...cost.capital.map((item) => item.source)]),
  );
  return [...keys].sort().flatMap((key) => {
    const source = plan.sources[key];
    return source === undefined ? [] : [{ what: key, value: '', ...source, language: 'en', url: source.url ?? null }];
  });
}
