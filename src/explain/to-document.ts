// Derivations as a document: what figures share is told once, so that a page can carry many of them.
// In: figures with their derivations. Out: the explanation document; the same figures give the same bytes.
import type { Explained, Explanation } from '../documents/explanation.ts';
import type { Figure } from '../documents/figures.ts';
import type { Derivation } from './derive.ts';

export interface Told {
  readonly figure: Figure;
  readonly derivation: Derivation;
}

export interface DocumentInputs {
  /** Name of the plan's deployment. */
  readonly plan: string;
  readonly version: string;
  readonly figures: readonly Told[];
  /** Levels of inputs that are kept below a figure; what lies deeper is cut. */
  readonly depth: number;
  /** How the views of a plan print a value in its unit. */
  readonly print: (value: number, unit: string) => string;
}

export function toDocument({ plan, version, figures, depth, print }: DocumentInputs): Explanation {
  const nodes: Record<string, Explained> = {};
  const ids = new Map<string, string>();
  const byDepth = new WeakMap<Derivation, Map<number, string>>();
  const keep = (derivation: Derivation, left: number): string => {
    const levels = byDepth.get(derivation) ?? new Map<number, string>();
    byDepth.set(derivation, levels);
    const before = levels.get(left);
    if (before !== undefined) return before;
    const cut = left <= 0 && derivation.inputs.length > 0;
    const told: Explained = {
      name: derivation.name,
      value: Number.isFinite(derivation.value) ? derivation.value : null,
      unit: derivation.unit,
      formula: derivation.formula,
      inputs: cut ? [] : derivation.inputs.map((input) => keep(input, left - 1)),
      doc: derivation.doc,
      note: derivation.note,
      evidence: derivation.evidence,
      cut,
    };
    const text = JSON.stringify(told);
    const id = ids.get(text) ?? `n${ids.size + 1}`;
    ids.set(text, id);
    nodes[id] = told;
    levels.set(left, id);
    return id;
  };
  const listed = figures.map(({ figure, derivation }) => ({
    path: figure.path,
    name: figure.name,
    printed: print(figure.value, figure.unit),
    root: keep(derivation, depth),
  }));
  return { schema: 'seekstack/explanation@1', generator: { name: 'seekstack', version }, plan, figures: listed, nodes };
}
