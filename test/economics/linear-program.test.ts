// Programs as text: what the format holds and refuses, the same bytes each time, and the solver's answers against counting.
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Program, renderProgram, type Solver } from '../../src/economics/linear-program.ts';
import { loadSolver } from '../../src/files/load-solver.ts';

let solve: Solver;
beforeAll(async () => {
  solve = await loadSolver();
});

const atLeast = (bound: number, change: Partial<Program> = {}): Program => ({
  minimise: [[1, 'x']],
  constraints: [{ terms: [[1, 'x']], relation: '>=', bound }],
  variables: ['x'],
  ...change,
});

describe('the text', () => {
  test('of a small program, by hand', () => {
    expect(
      renderProgram({
        minimise: [
          [3, 'x'],
          [-0.5, 'y'],
        ],
        constraints: [
          {
            terms: [
              [1, 'x'],
              [-2, 'y'],
            ],
            relation: '>=',
            bound: 1.25,
          },
          { terms: [[1, 'y']], relation: '=', bound: -0 },
        ],
        variables: ['x', 'y'],
        most: new Map([['x', 7]]),
      }),
    ).toBe(
      [
        'Minimize',
        ' obj: + 3 x - 0.5 y',
        'Subject To',
        ' c0: + 1 x - 2 y >= 1.25',
        ' c1: + 1 y = 0',
        'Bounds',
        ' 0 <= x <= 7',
        ' 0 <= y',
        'General',
        ' x y',
        'End',
        '',
      ].join('\n'),
    );
  });

  test('a long sum goes over several lines and loses no term', () => {
    const variables = Array.from({ length: 400 }, (_, index) => `x${index}`);
    const text = renderProgram({
      minimise: variables.map((name, index) => [1 + index / 1000, name]),
      constraints: [{ terms: variables.map((name) => [1.123456789012345, name]), relation: '>=', bound: 2 }],
      variables,
    });
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(256);
    const row = text.slice(text.indexOf('c0:'), text.indexOf('Bounds'));
    expect(row.match(/x\d+/g)).toEqual(variables);
    // Two whole units of the one variable that costs least.
    const solution = solve(text);
    expect(variables.filter((name) => Math.round(solution?.value(name) ?? 0) > 0)).toEqual(['x0']);
    expect(solution?.value('x0')).toBeCloseTo(2, 6);
  });

  test.each(['', '2x', 'a b', 'x-1', 'x;y', 'é', 'x\nEnd', 'x'.repeat(202)])('refuses the name %j', (name) => {
    expect(() => renderProgram(atLeast(1, { variables: [name] }))).toThrow(RangeError);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('refuses %d anywhere', (value) => {
    expect(() => renderProgram(atLeast(value))).toThrow(RangeError);
    expect(() => renderProgram(atLeast(1, { minimise: [[value, 'x']] }))).toThrow(RangeError);
    expect(() => renderProgram(atLeast(1, { most: new Map([['x', value]]) }))).toThrow(RangeError);
    expect(() => renderProgram(atLeast(1, { constraints: [{ terms: [[value, 'x']], relation: '<=', bound: 1 }] }))).toThrow(
      RangeError,
    );
  });

  test('numbers have no separators and are read back to 15 digits', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e12, max: 1e12 }), (value) => {
        const written = /^ c0: \+ 1 x >= (\S+)$/m.exec(renderProgram(atLeast(value)))?.[1] ?? '';
        expect(written).toMatch(/^-?\d+(\.\d+)?(e[+-]\d+)?$/);
        expect(Math.abs(Number(written) - value)).toBeLessThanOrEqual(Math.abs(value) * 1e-14);
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});

describe('the solver', () => {
  test('rounds up what must be whole: x >= 2.5 is 3', () => {
    expect(solve(renderProgram(atLeast(2.5)))?.value('x')).toBeCloseTo(3, 6);
  });

  test('reads coefficients that are written with an exponent', () => {
    const text = renderProgram(
      atLeast(0, {
        minimise: [[1, 'x']],
        constraints: [
          {
            terms: [
              [2e-7, 'x'],
              [1, 'y'],
            ],
            relation: '>=',
            bound: 2.5,
          },
        ],
        variables: ['x', 'y'],
        most: new Map([['y', 2]]),
      }),
    );
    expect(text).toContain('e-7');
    // 2e-7 · x ≥ 0.5 with both y: 2,500,000.
    expect(solve(text)?.value('x')).toBeCloseTo(2_500_000, 0);
  });

  test.each(['e', 'e1', 'E5', 'x1e5', 'obj', 'c0'])('takes %s for a name', (name) => {
    const program: Program = {
      minimise: [[2, name]],
      constraints: [{ terms: [[3, name]], relation: '>=', bound: 7 }],
      variables: [name],
    };
    expect(solve(renderProgram(program))?.value(name)).toBeCloseTo(3, 6);
  });

  test('gives nothing where there is no solution, no least one, or no program', () => {
    expect(solve(renderProgram(atLeast(2.5, { most: new Map([['x', 2]]) })))).toBeNull();
    expect(solve(renderProgram(atLeast(2.5, { minimise: [[-1, 'x']] })))).toBeNull();
    expect(solve('no program at all')).toBeNull();
    // The module lives on after each of them.
    expect(solve(renderProgram(atLeast(2.5)))?.value('x')).toBeCloseTo(3, 6);
  });

  test('a variable that is not in the program is 0', () => {
    expect(solve(renderProgram(atLeast(1)))?.value('y')).toBe(0);
  });
});

type Small = {
  readonly costs: readonly number[];
  readonly rows: readonly { readonly coefficients: readonly number[]; readonly relation: '<=' | '>='; readonly bound: number }[];
};
const MOST = 4;
const small = fc.integer({ min: 1, max: 4 }).chain(
  (count): fc.Arbitrary<Small> =>
    fc.record({
      costs: fc.array(fc.integer({ min: -9, max: 9 }), { minLength: count, maxLength: count }),
      rows: fc.array(
        fc.record({
          coefficients: fc.array(fc.integer({ min: -5, max: 5 }), { minLength: count, maxLength: count }),
          relation: fc.constantFrom('<=' as const, '>=' as const),
          bound: fc.integer({ min: -8, max: 12 }),
        }),
        { minLength: 1, maxLength: 3 },
      ),
    }),
);
const name = (index: number) => `v${index}`;
const programOf = ({ costs, rows }: Small): Program => ({
  minimise: costs.map((cost, index) => [cost, name(index)]),
  constraints: rows.map(({ coefficients, relation, bound }) => ({
    terms: coefficients.map((coefficient, index) => [coefficient, name(index)]),
    relation,
    bound,
  })),
  variables: costs.map((_, index) => name(index)),
  most: new Map(costs.map((_, index) => [name(index), MOST])),
});
const dot = (one: readonly number[], other: readonly number[]) =>
  one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0);
const holds = ({ rows }: Small, values: readonly number[]) =>
  rows.every(({ coefficients, relation, bound }) =>
    relation === '<=' ? dot(coefficients, values) <= bound : dot(coefficients, values) >= bound,
  );

/** Least cost over all whole numbers from 0 to `MOST`; null where none holds. */
function countAll(task: Small): number | null {
  let best: number | null = null;
  for (let code = 0; code < (MOST + 1) ** task.costs.length; code += 1) {
    const values = task.costs.map((_, index) => Math.floor(code / (MOST + 1) ** index) % (MOST + 1));
    const cost = dot(task.costs, values);
    if (holds(task, values) && (best === null || cost < best)) best = cost;
  }
  return best;
}

test('finds the least of all whole numbers, and says when there is none', () => {
  const met = { solved: 0, infeasible: 0 };
  fc.assert(
    fc.property(small, (task) => {
      const expected = countAll(task);
      const solution = solve(renderProgram(programOf(task)));
      if (expected === null) {
        met.infeasible += 1;
        expect(solution).toBeNull();
        return;
      }
      met.solved += 1;
      const values = task.costs.map((_, index) => Math.round(solution?.value(name(index)) ?? Number.NaN));
      expect(holds(task, values)).toBe(true);
      expect(dot(task.costs, values)).toBe(expected);
    }),
    { numRuns: 200, seed: 3 },
  );
  expect(met.solved).toBeGreaterThan(30);
  expect(met.infeasible).toBeGreaterThan(5);
});

test('the same problem gives the same bytes and the same answer, from another solver too', async () => {
  const other = await loadSolver();
  fc.assert(
    fc.property(small, (task) => {
      const text = renderProgram(programOf(task));
      expect(renderProgram(programOf(structuredClone(task)))).toBe(text);
      const answers = [solve, solve, other].map((each) => {
        const solution = each(text);
        return solution === null ? null : task.costs.map((_, index) => solution.value(name(index)));
      });
      expect(answers[1]).toEqual(answers[0]);
      expect(answers[2]).toEqual(answers[0]);
    }),
    { numRuns: 30, seed: 4 },
  );
});
