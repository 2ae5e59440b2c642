// Evaluation of published cases: each with its own inputs only, through the product's cost functions.
// In: cases, the catalogue. Out: computed beside published figures, and what a reader should be warned of.
import type { Catalog } from '../../src/documents/catalog/catalog.ts';
import { FORMULAS, findFormula } from './formulas.ts';
import { type Figure, MissingQuantity } from './given.ts';
import { plainName, readQuantities } from './names.ts';
import type { CasesFile, PublishedFigure, TcoCase } from './read-cases.ts';
import { warningsOf } from './warnings.ts';

export interface ComparedFigure {
  readonly name: string;
  /** Null where the publication says that it never comes about. */
  readonly published: number | null;
  /** Null where it cannot be computed, or never comes about. */
  readonly computed: number | null;
  readonly relativeDifference: number | null;
  readonly within: boolean;
  /** Why it counts as missed without a difference. */
  readonly reason: string | null;
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
  const { id, formula, source, inputs } = each;
  const read = readQuantities(inputs);
  const warnings = read.unknown.map((name) => `input ${name} is not used`);
  const fail = (problem: string): EvaluatedCase => {
    const figures = each.published.map((figure) => missed(figure, problem));
    return { id, formula, source, figures, warnings, problem };
  };
  const known = findFormula(formula);
  if (known === undefined) return fail(`formula: no formula ${formula}; allowed are ${Object.keys(FORMULAS).join(', ')}`);
  if (read.impossible.length > 0) return fail(`inputs: ${read.impossible.join('; ')}`);
  const compute = FORMULAS[known];
  let figures: Figure[];
  try {
    figures = compute(read.quantities, prices);
  } catch (error) {
    if (!(error instanceof MissingQuantity)) throw error;
    const words = Object.entries(each.notes).map(([name, note]) => `${name} "${note}"`);
    const names = [...Object.keys(inputs), ...words].join(', ');
    return fail(`inputs: ${known} ${error.message}; there ${names === '' ? 'are none' : `is ${names}`}`);
  }
  const compared = each.published.map((figure) => compare(figure, figures, each.toleranceRatio, warnings));
  return {
    id,
    formula: known,
    source,
    figures: compared,
    warnings: [...warnings, ...warningsOf({ case: each, formula: known, read, prices }, catalog)],
    problem: null,
  };
}

function compare(published: PublishedFigure, figures: readonly Figure[], tolerance: number, warnings: string[]): ComparedFigure {
  const { name, value } = published;
  if (published.words !== undefined) return missed(published, `"${published.words}" is no number`);
  const plain = plainName(name);
  const first = figures.find((figure) => figure.named.test(plain));
  if (first === undefined) return missed(published, 'cannot be computed from this formula');
  if (value === null || first.value === null)
    return {
      name,
      published: value,
      computed: first.value,
      relativeDifference: null,
      within: value === first.value,
      reason: value === first.value ? null : first.value === null ? 'never comes about' : 'comes about, other than published',
    };
  // Where publications follow different conventions, the first that gives the figure is taken, and named.
  const conventions = figures.filter((figure) => figure.named.source === first.named.source);
  const fits = (figure: Figure) => figure.value !== null && isWithin(figure.value, value, tolerance, published.halfDigit);
  const chosen = conventions.find(fits) ?? first;
  if (chosen !== first) warnings.push(`${name} ${value} takes ${chosen.basis}; with ${first.basis} it is ${short(first.value)}`);
  else if (!fits(first) && conventions.length > 1)
    warnings.push(`${name} ${value} follows from none of: ${conventions.map(({ basis }) => basis).join('; ')}`);
  const computed = chosen.value as number;
  return {
    name,
    published: value,
    computed,
    relativeDifference: value === 0 ? (computed === 0 ? 0 : null) : computed / value - 1,
    within: fits(chosen),
    reason: null,
  };
}

function missed(published: PublishedFigure, reason: string): ComparedFigure {
  return { name: published.name, published: published.value, computed: null, relativeDifference: null, within: false, reason };
}

/** Within the case's tolerance, or within half a unit of the last digit that was printed. */
function isWithin(computed: number, published: number, tolerance: number, halfDigit: number): boolean {
  return Math.abs(computed - published) <= Math.max(tolerance * Math.abs(published), halfDigit) * (1 + 1e-9);
}

function short(value: number): string {
  return Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(4)));
}
