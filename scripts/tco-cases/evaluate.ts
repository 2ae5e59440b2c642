// Evaluation of published cases: each with its own inputs only, through the product's cost functions.
// In: cases, the catalogue. Out: computed beside published figures, and what a reader should be warned of.
import type { Catalog } from '../../src/documents/catalog/catalog.ts';
import { type Figure, FORMULAS, MissingQuantity } from './formulas.ts';
import { plainName, readQuantities } from './names.ts';
import { type CasesFile, numbersOf, type TcoCase } from './read-cases.ts';
import { warningsOf } from './warnings.ts';

export interface ComparedFigure {
  readonly name: string;
  readonly published: number;
  /** Null where it cannot be computed, or never comes about. */
  readonly computed: number | null;
  readonly relativeDifference: number | null;
  readonly within: boolean;
}

export interface EvaluatedCase {
  readonly id: string;
  readonly formula: string;
  readonly source: string;
  readonly figures: readonly ComparedFigure[];
  readonly warnings: readonly string[];
  /** Why nothing could be computed. */
  readonly problem: string | null;
}

export function evaluateCases({ cases, prices }: CasesFile, catalog: Catalog): EvaluatedCase[] {
  return cases.map((each) => evaluateCase(each, prices, catalog));
}

function evaluateCase(each: TcoCase, prices: CasesFile['prices'], catalog: Catalog): EvaluatedCase {
  const { id, formula, source, tolerance_rel: tolerance } = each;
  const inputs = numbersOf(each.inputs);
  const published = numbersOf(each.published);
  const { quantities: given, unknown } = readQuantities(inputs);
  const compute = Object.hasOwn(FORMULAS, formula) ? FORMULAS[formula] : undefined;
  const missed = Object.entries(published).map(([name, value]) => ({
    name,
    published: value,
    computed: null,
    relativeDifference: null,
    within: false,
  }));
  if (compute === undefined)
    return {
      id,
      formula,
      source,
      figures: missed,
      warnings: [],
      problem: `no formula ${formula}; there are ${Object.keys(FORMULAS).join(', ')}`,
    };
  const warnings = unknown.map((name) => `input ${name} is not used`);
  let figures: Figure[];
  try {
    figures = compute(given, prices);
  } catch (error) {
    if (!(error instanceof MissingQuantity)) throw error;
    return {
      id,
      formula,
      source,
      figures: missed,
      warnings,
      problem: `${formula} ${error.message}, which none of ${Object.keys(inputs).join(', ')} gives`,
    };
  }
  const compared = Object.entries(published).map(([name, value]) => {
    const candidates = figures.filter((figure) => figure.named.test(plainName(name)));
    const first = candidates[0]?.value ?? null;
    // Month lengths differ between publications: the one that fits is used, and named.
    const fitting = candidates.find((figure) => figure.value !== null && isWithin(figure.value, value, tolerance));
    const sameKind = candidates.length > 1 && candidates.every((figure) => figure.named.source === candidates[0]?.named.source);
    if (sameKind && fitting !== undefined && fitting !== candidates[0])
      warnings.push(`${name} ${value} counts 720 hours a month; with 730 it is ${(first ?? 0).toFixed(1)}`);
    const computed = sameKind && fitting !== undefined ? fitting.value : first;
    return {
      name,
      published: value,
      computed,
      relativeDifference: computed === null ? null : computed / value - 1,
      within: computed !== null && isWithin(computed, value, tolerance),
    };
  });
  return {
    id,
    formula,
    source,
    figures: compared,
    warnings: [...warnings, ...warningsOf({ id, formula, given, inputs, source, published, prices }, catalog)],
    problem: null,
  };
}

/** Within the case's tolerance, or within half a unit of the last digit that was printed. */
function isWithin(computed: number, published: number, tolerance: number): boolean {
  const decimals = String(published).split('.')[1]?.length ?? 0;
  const printed = 0.5 * 10 ** -decimals;
  return Math.abs(computed - published) <= Math.max(tolerance * Math.abs(published), printed) * (1 + 1e-9);
}
