// Places: every field of a document is found at its line and column.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { SeekstackError } from '../../src/errors.ts';
import { formatPath, parseLocated, validateLocated, withPlaces } from '../../src/files/located-document.ts';

const text = `schema: a@1
place:
  regions: [eu-north-1, eu-west-1]
  deep:
    - name: one
    - name: two
"quoted key": 3
`;

describe('locate', () => {
  const document = parseLocated(text, 'file.yaml');

  test.each([
    [['schema'], 1, 1],
    [['place'], 2, 1],
    [['place', 'regions'], 3, 3],
    [['place', 'regions', 1], 3, 25],
    [['place', 'deep', 1, 'name'], 6, 7],
    [['quoted key'], 7, 1],
  ] as const)('%j stands at %d:%d', (path, line, column) => {
    expect(document.locate(path)).toEqual({ file: 'file.yaml', line, column, field: formatPath(path) });
  });

  test('a field that is absent is told at its nearest parent', () => {
    expect(document.locate(['place', 'deep', 0, 'nothing'])).toMatchObject({ line: 5, column: 7 });
    expect(document.locate(['nowhere', 'at', 'all'])).toMatchObject({ line: 1, column: 1 });
  });

  test('the whole document has a place and no field', () => {
    expect(document.locate([])).toEqual({ file: 'file.yaml', line: 1, column: 1 });
  });

  test('lines count alike whatever ends them', () => {
    expect(parseLocated(text.replaceAll('\n', '\r\n'), 'f').locate(['place', 'deep', 1, 'name'])).toMatchObject({
      line: 6,
      column: 7,
    });
  });

  test('a byte-order mark is no part of the first key', () => {
    expect(parseLocated(`\ufeffschema: a@1\n`, 'f').value).toEqual({ schema: 'a@1' });
  });
});

describe('withPlaces', () => {
  const document = parseLocated(text, 'file.yaml');
  const problem = { code: 'E_REFERENCE', got: 'x', expected: 'y', fix: 'z' } as const;

  test('a problem that names a field gets its file, line and column', () => {
    const error = withPlaces(new SeekstackError({ ...problem, where: { field: 'place.regions[1]' } }), document);
    expect(error.problems[0]?.where).toEqual({ file: 'file.yaml', line: 3, column: 25, field: 'place.regions[1]' });
  });

  test('a problem that has its place, or names no field, is left alone', () => {
    const problems = [problem, { ...problem, where: { file: 'other.yaml', line: 9, field: 'schema' } }];
    expect(withPlaces(new SeekstackError(problems), document).problems).toEqual(problems);
  });

  test('the code and its exit stay the same', () => {
    const error = withPlaces(new SeekstackError({ ...problem, code: 'E_FACT_MISSING', where: { field: 'schema' } }), document);
    expect([error.code, error.exitCode]).toEqual(['E_FACT_MISSING', 5]);
  });
});

describe('what a schema wants is told in a user’s words', () => {
  const said = (schema: z.ZodType, value: string) => {
    try {
      validateLocated(parseLocated(`schema: a@1\nx: ${value}\n`, 'f'), z.strictObject({ schema: z.string(), x: schema }), 'a@1');
      return 'taken';
    } catch (error) {
      return (error as SeekstackError).problems
        .map((problem) => `${problem.code} ${problem.got} → ${problem.expected}`)
        .join('; ');
    }
  };

  test.each([
    [z.number().min(3), '1', 'E_VALUE 1 → at least 3'],
    [z.number().positive(), '0', 'E_VALUE 0 → more than 0'],
    [z.number().max(3), '4', 'E_VALUE 4 → at most 3'],
    [z.number().lt(3), '3', 'E_VALUE 3 → less than 3'],
    [z.int(), '1.5', 'E_FIELD_TYPE 1.5 → a whole number'],
    [z.number(), '.inf', 'E_FIELD_TYPE Infinity → a finite number'],
    [z.string().min(1), '""', 'E_VALUE "" → at least 1 character'],
    [z.array(z.string()).max(2), '[a, b, c]', 'E_VALUE ["a","b","c"] → at most 2 entries'],
    [z.literal('only'), 'other', 'E_VALUE "other" → "only"'],
    [z.boolean(), 'perhaps', 'E_FIELD_TYPE "perhaps" → true or false'],
    [z.string(), '', 'E_FIELD_TYPE nothing → a text'],
    [z.union([z.number(), z.boolean()]), 'a', 'E_VALUE "a" → a number, or true or false'],
    [z.union([z.literal('none'), z.number().min(3)]), '1', 'E_VALUE 1 → at least 3'],
    [z.union([z.literal('none'), z.number().min(3)]), 'few', 'E_VALUE "few" → "none"'],
    [z.record(z.string().regex(/^[A-Z]$/, 'one capital letter'), z.number()), '{ab: 1}', 'E_VALUE ab → one capital letter'],
    [z.strictObject({ inner: z.number() }), '{inner: 1, outer: 2}', 'E_FIELD_UNKNOWN outer → one of inner'],
  ] as const)('case %#', (schema, value, expected) => expect(said(schema, value)).toBe(expected));
});

test('any text either parses or is refused as a user’s error', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'{}[]:,-?&*!|>\'"%@`# \n\ta1') })),
      (any) => {
        try {
          const document = parseLocated(any, 'f');
          validateLocated(document, z.strictObject({ schema: z.literal('a@1') }), 'a@1');
        } catch (error) {
          expect(error).toBeInstanceOf(SeekstackError);
        }
      },
    ),
    { numRuns: 500 },
  );
});
