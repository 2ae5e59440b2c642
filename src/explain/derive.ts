// Derivations: quantities computed from other quantities, each checked against what the planner said.
// In: inputs and a formula. Out: a node whose value is the formula's, so that an explanation cannot drift from its plan.
import type { Evidence } from '../documents/explanation.ts';
import { evaluate } from './formula.ts';

export interface Derivation {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Over `$0` … of the inputs; null of a leaf. */
  readonly formula: string | null;
  readonly inputs: readonly Derivation[];
  readonly doc: string | null;
  readonly note: string | null;
  readonly evidence: Evidence | null;
}

interface Written {
  readonly text: string;
  readonly inputs: readonly Derivation[];
}

/** A formula with its inputs in place: f`${price} × ${hours}`; an input that stands twice is one input. */
export function f(texts: TemplateStringsArray, ...given: readonly (Derivation | Written)[]): Written {
  const inputs: Derivation[] = [];
  const place = (input: Derivation) => {
    const known = inputs.indexOf(input);
    if (known >= 0) return `$${known}`;
    inputs.push(input);
    return `$${inputs.length - 1}`;
  };
  const text = texts.reduce((whole, part, index) => {
    const each = given[index];
    if (each === undefined) return whole + part;
    return (
      whole + part + ('text' in each ? each.text.replaceAll(/\$(\d+)/g, (_, at) => placed(each, Number(at), place)) : place(each))
    );
  }, '');
  return { text, inputs };
}

function placed(written: Written, at: number, place: (input: Derivation) => string): string {
  const input = written.inputs[at];
  if (input === undefined) throw new RangeError(`a formula misses its input ${at}`);
  return place(input);
}

/** All of them added up. */
export function sum(parts: readonly Derivation[]): Written {
  return { text: parts.map((_, index) => `$${index}`).join(' + '), inputs: parts };
}

/** Relative distance within which two ways of adding the same numbers up agree. */
const ROUNDING = 1e-9;

export interface Told {
  /** What the planner computed; checked against the formula. */
  readonly value?: number | undefined;
  readonly doc?: string;
  readonly note?: string | undefined;
}

/** @throws Error where formula and planner disagree: then one of them was changed without the other, which is our bug */
export function derive(name: string, unit: string, formula: Written, told: Told = {}): Derivation {
  const computed = evaluate(
    formula.text,
    formula.inputs.map((input) => input.value),
  );
  const { value = computed } = told;
  if (!agree(value, computed))
    throw new Error(`the explanation of "${name}" gives ${computed}, the plan ${value}: ${spell(formula)}`);
  const [only] = formula.inputs;
  // What is only called by another name stays what it is.
  if (formula.text === '$0' && only !== undefined) return { ...only, name, value, unit, note: told.note ?? only.note };
  return {
    name,
    value,
    unit,
    formula: formula.text,
    inputs: formula.inputs,
    doc: told.doc ?? null,
    note: told.note ?? null,
    evidence: null,
  };
}

/** Whether two values are the same but for rounding; both endless is the same, and so is a remainder of much larger terms. */
export function agree(one: number, other: number): boolean {
  if (Number.isNaN(one) || Number.isNaN(other)) return false;
  return one === other || Math.abs(one - other) <= ROUNDING * Math.max(Math.abs(one), Math.abs(other), TINY);
}

const TINY = 1e-12;

function spell({ text, inputs }: Written): string {
  return inputs.reduceRight((whole, input, index) => whole.replaceAll(`$${index}`, `[${input.name} ${input.value}]`), text);
}

/** A quantity that rests on evidence, not on other quantities. */
export function leaf(name: string, value: number, unit: string, evidence: Evidence, note: string | null = null): Derivation {
  return { name, value, unit, formula: null, inputs: [], doc: null, note, evidence };
}
