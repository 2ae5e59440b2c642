// Every figure of every example plan explains down to evidence, and each formula gives its value again.
import { beforeAll, describe, expect, test } from 'vitest';
import { figuresOf } from '../../src/documents/figures.ts';
import type { Plan } from '../../src/documents/plan.ts';
import { agree, type Derivation } from '../../src/explain/derive.ts';
import { type Explainer, prepareExplainer } from '../../src/explain/explain-plan.ts';
import { evaluate } from '../../src/explain/formula.ts';
import { exampleNames, realCatalog } from '../load-real.ts';
import { planWithSource } from './plan-with-source.ts';

/** Whole derivation, each quantity once. */
function walk(derivation: Derivation, visit: (each: Derivation) => void, seen = new Set<Derivation>()): void {
  if (seen.has(derivation)) return;
  seen.add(derivation);
  visit(derivation);
  for (const input of derivation.inputs) walk(input, visit, seen);
}

describe.each(exampleNames)('%s', (name) => {
  let plan: Plan;
  let explain: Explainer;
  beforeAll(() => {
    plan = planWithSource(name);
    explain = prepareExplainer(plan, realCatalog());
  }, 300_000);

  test('every figure explains without a hole, and its formulas give their values again', { timeout: 600_000 }, () => {
    const seen = new Set<Derivation>();
    const faults: string[] = [];
    for (const figure of figuresOf(plan)) {
      const derivation = explain(figure.path);
      if (!agree(derivation.value, figure.value)) faults.push(`${figure.path} is ${figure.value}, explained ${derivation.value}`);
      expect(derivation.unit, figure.path).toBe(figure.unit);
      walk(derivation, (each) => faults.push(...faultsOf(each)), seen);
    }
    expect(faults.slice(0, 20)).toEqual([]);
    expect(seen.size).toBeGreaterThan(500);
  });
});

/** What is wrong with one quantity: a formula that gives another value, or a leaf nobody could look up. */
function faultsOf({ name, value, formula, inputs, evidence }: Derivation): string[] {
  if (formula !== null) {
    const again = evaluate(
      formula,
      inputs.map((input) => input.value),
    );
    return agree(again, value) && inputs.length > 0 && evidence === null
      ? []
      : [`${name}: ${formula} gives ${again}, not ${value}`];
  }
  if (evidence === null) return [`${name} has no evidence`];
  if (evidence.stated.trim() === '') return [`${name} states nothing`];
  if (evidence.kind === 'workload')
    return evidence.file !== null && evidence.field !== null && evidence.line !== null ? [] : [`${name} has no line`];
  const { source } = evidence;
  if (source === null || source.title.length < 3 || !/^\d{4}/.test(source.asOf) || source.asOf.startsWith('1970'))
    return [`${name} has no source with a date`];
  if (evidence.kind === 'catalogue' && (evidence.file === null || evidence.row === null || evidence.row === ''))
    return [`${name} names no row`];
  return [];
}
