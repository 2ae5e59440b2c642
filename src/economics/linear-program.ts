// Mixed-integer programs as text: what the solver reads, and what it gives back. The solver itself is loaded at the edge.
// In: variables, an objective, constraints. Out: a program in CPLEX LP format, the same bytes for the same problem.

/** A sum of variables with coefficients. */
export type Terms = readonly (readonly [coefficient: number, variable: string])[];

export interface Constraint {
  readonly terms: Terms;
  readonly relation: '<=' | '>=' | '=';
  readonly bound: number;
}

/** All variables are whole numbers of 0 or more. */
export interface Program {
  /** What is made smallest. */
  readonly minimise: Terms;
  readonly constraints: readonly Constraint[];
  readonly variables: readonly string[];
  /** Upper bounds, where known. */
  readonly most?: ReadonlyMap<string, number>;
}

export interface Solution {
  /** Whether nothing better exists; else the best that a bounded search found. */
  readonly proved: boolean;
  readonly value: (variable: string) => number;
}

/** Solves a program in LP format; null where none was found. What it gives must be checked by whoever asked. */
export type Solver = (program: string) => Solution | null;

const TERMS_PER_LINE = 8;
/** Words that the format reads as its own. */
const RESERVED = new Set(
  'st inf infinity nan free end bound bounds general generals gen integer integers bin binary binaries semi min max minimize maximize minimum maximum subject such'.split(
    ' ',
  ),
);
const DIGITS = 15;

/** @throws RangeError for a coefficient that is no number, or a name the format cannot hold */
export function renderProgram({ minimise, constraints, variables, most }: Program): string {
  const declared = new Set(variables);
  for (const name of variables)
    if (!/^[a-zA-Z_]\w{0,200}$/.test(name) || RESERVED.has(name.toLowerCase()))
      throw new RangeError(`${name} is no name of a variable`);
  for (const terms of [minimise, ...constraints.map((constraint) => constraint.terms)])
    for (const [, name] of terms) if (!declared.has(name)) throw new RangeError(`${name} is not declared`);
  return [
    'Minimize',
    ` obj: ${renderTerms(minimise)}`,
    'Subject To',
    ...constraints.map(
      ({ terms, relation, bound }, index) => ` c${index}: ${renderTerms(terms)} ${relation} ${renderNumber(bound)}`,
    ),
    'Bounds',
    ...variables.map((name) => ` 0 <= ${name}${most?.has(name) === true ? ` <= ${renderNumber(most.get(name) ?? 0)}` : ''}`),
    'General',
    ...chunks(variables).map((names) => ` ${names.join(' ')}`),
    'End',
    '',
  ].join('\n');
}

function renderTerms(terms: Terms): string {
  const rendered = terms.map(
    ([coefficient, name]) => `${coefficient < 0 ? '-' : '+'} ${renderNumber(Math.abs(coefficient))} ${name}`,
  );
  return chunks(rendered)
    .map((line) => line.join(' '))
    .join('\n  ');
}

function renderNumber(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`${value} in a program`);
  return String(Number(value.toPrecision(DIGITS)));
}

function chunks<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / TERMS_PER_LINE) }, (_, index) =>
    items.slice(index * TERMS_PER_LINE, (index + 1) * TERMS_PER_LINE),
  );
}
