// Assumptions: what a plan takes for granted where the workload is silent, each with the source behind it.
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Fact, Source } from '../documents/fact.ts';
import type { Statement } from '../documents/statement.ts';
import { reasoned } from '../language/say-statement.ts';
import type { Dimension } from '../units.ts';

/** Something the plan took for granted. */
export interface Assumption {
  /** Workload field that replaces it. */
  readonly field: string;
  readonly value: string;
  readonly source: Source;
  /** Of a rule of this planner: the title of its source, apart from any language. */
  readonly statement?: Statement;
}

export type AssumeFact = <D extends Dimension>(field: string, given: Fact<D>) => void;
export type Assume = (field: string, value: string, source: Source) => void;
export type AssumeRule = (field: string, value: string, statement: Statement) => void;

/** The source a fact's key leads to. */
export function sourceOf(catalog: Catalog, key: string): Source {
  return catalog.sources.get(key) ?? { kind: 'assumed', title: `source ${key} is not in the catalogue`, asOf: '1970' };
}

/** An assumption that is a rule of this planner, not a fact of the world. */
export function ruled(field: string, value: string, statement: Statement): Assumption {
  return { field, value, source: { kind: 'assumed', title: reasoned(statement).reason, asOf: RULES_AS_OF }, statement };
}

/** When the planner's own default rules were last looked over. */
const RULES_AS_OF = '2026-11-23';
