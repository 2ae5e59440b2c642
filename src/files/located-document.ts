// YAML and JSON documents that remember where every field stands.
// In: text and a schema. Out: a typed value and a locator; or every problem at once, each with line, column and mend.
import { distance } from 'fastest-levenshtein';
import { type Document, type ErrorCode, isAlias, isMap, isNode, LineCounter, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { type Problem, SeekstackError, type Where } from '../errors.ts';

/** A parsed document and the place of each of its fields. */
export interface LocatedDocument {
  readonly value: unknown;
  /** Place of a field, or of its nearest parent that is there. */
  readonly locate: (path: readonly PropertyKey[]) => Where;
}

type Path = readonly PropertyKey[];

/**
 * Parses YAML (and so JSON) of one document, without aliases.
 * @throws SeekstackError E_YAML_SYNTAX or E_YAML_ALIAS
 */
export function parseLocated(text: string, file: string): LocatedDocument {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const syntaxError = document.errors[0];
  if (syntaxError !== undefined) {
    const position = lines.linePos(syntaxError.pos[0]);
    throw new SeekstackError({
      code: 'E_YAML_SYNTAX',
      where: { file, line: position.line, column: position.col },
      ...(SYNTAX_WORDS[syntaxError.code] ?? { got: syntaxError.message, fix: 'mend the line' }),
      expected: 'valid YAML with one document in it',
    });
  }
  refuseAliases(document, file, lines);
  const locate = (path: Path): Where => ({
    file,
    ...positionOf(document, path, lines),
    ...(path.length === 0 ? {} : { field: formatPath(path) }),
  });
  return { value: document.toJS(), locate };
}

/** The parser's own words speak of its API, or of its stack, in these cases. */
const SYNTAX_WORDS: Partial<Record<ErrorCode, { readonly got: string; readonly fix: string }>> = {
  DUPLICATE_KEY: { got: 'a field that this mapping has already', fix: 'remove one of the two' },
  MULTIPLE_DOCS: { got: 'a second document after the first', fix: 'keep one document in the file' },
  RESOURCE_EXHAUSTION: { got: 'lists or mappings nested too deeply to be read', fix: 'check that this is the file you mean' },
  TAB_AS_INDENT: { got: 'a tab that indents', fix: 'indent with spaces' },
};

/** Aliases can refer to themselves or grow a small file without bound; no document here needs them. */
function refuseAliases(document: Document.Parsed, file: string, lines: LineCounter): void {
  visit(document, {
    Alias: (_key, node) => {
      const position = lines.linePos(node.range?.[0] ?? 0);
      throw new SeekstackError({
        code: 'E_YAML_ALIAS',
        where: { file, line: position.line, column: position.col },
        got: `the alias *${node.source}`,
        expected: 'values written out',
        fix: `write the value of &${node.source} here`,
      });
    },
  });
}

function positionOf(document: Document.Parsed, path: Path, lines: LineCounter): { line: number; column: number } {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    const key = keyNode(document, path.slice(0, depth));
    const range = (isNode(key) ? key.range : undefined) ?? (isNode(node) && !isAlias(node) ? node.range : undefined);
    if (range) {
      const position = lines.linePos(range[0]);
      return { line: position.line, column: position.col };
    }
  }
  return { line: 1, column: 1 };
}

function keyNode(document: Document.Parsed, path: Path): unknown {
  const last = path.at(-1);
  if (last === undefined) return undefined;
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  return parent.items.find((pair) => isNode(pair.key) && String(pair.key) === String(last))?.key;
}

/**
 * Validates a located document.
 * @param expectedSchema - the document kind, such as `seekstack/workload@1`, told when another kind is found
 * @throws SeekstackError with every problem found
 */
export function validateLocated<Schema extends z.ZodType>(
  document: LocatedDocument,
  schema: Schema,
  expectedSchema: string,
): z.output<Schema> {
  const { value } = document;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SeekstackError({
      code: 'E_FIELD_TYPE',
      where: document.locate([]),
      got: describe(value),
      expected: `a mapping that begins with "schema: ${expectedSchema}"`,
      fix: 'start from one of the files in examples/',
    });
  const found = (value as Record<string, unknown>).schema;
  if (found !== expectedSchema)
    throw new SeekstackError({
      code: 'E_SCHEMA',
      where: document.locate(['schema']),
      got: found === undefined ? 'no schema field' : describe(found),
      expected: `"${expectedSchema}"`,
      fix: `write "schema: ${expectedSchema}", or give a file of that kind`,
    });
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new SeekstackError(result.error.issues.flatMap((issue) => problemsOf(issue, document, value, schema)));
}

function problemsOf(issue: z.core.$ZodIssue, document: LocatedDocument, value: unknown, schema: z.core.$ZodType): Problem[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(issue, key, document, schema));
    case 'invalid_union': {
      const best = issue.errors.toSorted((one, other) => depthOf(other) - depthOf(one))[0] ?? [];
      const inner = best.filter((candidate) => candidate.path.length > 0);
      if (inner.length > 0)
        return inner.flatMap((each) => problemsOf({ ...each, path: [...issue.path, ...each.path] }, document, value, schema));
      return [misfit(issue, document, value)];
    }
    case 'invalid_key':
      return [{ ...misfit(issue, document, value), got: String(issue.path.at(-1)), fix: 'change the name' }];
    default:
      return [misfit(issue, document, value)];
  }
}

/** A value that is absent or not what the schema wants. */
function misfit(issue: z.core.$ZodIssue, document: LocatedDocument, value: unknown): Problem {
  const found = valueAt(value, issue.path);
  const missing = found === undefined;
  const wrongType = issue.code === 'invalid_type';
  return {
    code: missing ? 'E_FIELD_MISSING' : wrongType ? 'E_FIELD_TYPE' : 'E_VALUE',
    where: document.locate(issue.path),
    got: describe(found),
    expected: typeof found === 'number' && !Number.isFinite(found) ? 'a finite number' : expectedBy(issue),
    fix: missing ? `add ${formatPath(issue.path)}` : issue.code === 'invalid_value' ? 'choose one of these' : 'change the value',
  };
}

/** What an issue wants, in a user's words: the schema's own where it has some, else ours for zod's. */
function expectedBy(issue: z.core.$ZodIssue): string {
  if (issue.message.startsWith('must be ')) return issue.message.slice('must be '.length);
  switch (issue.code) {
    case 'invalid_type':
      return describeType(issue.expected);
    case 'invalid_value':
      return `${issue.values.length === 1 ? '' : 'one of '}${issue.values.map((allowed) => JSON.stringify(allowed)).join(', ')}`;
    case 'too_small':
      return `${issue.inclusive === false ? 'more than' : 'at least'} ${countOf(issue.minimum, issue.origin)}`;
    case 'too_big':
      return `${issue.inclusive === false ? 'less than' : 'at most'} ${countOf(issue.maximum, issue.origin)}`;
    case 'invalid_format':
      return issue.message.startsWith('Invalid') ? `a text of the form ${issue.pattern ?? issue.format}` : issue.message;
    case 'invalid_key':
      return issue.issues.map(expectedBy).join(' and ');
    case 'invalid_union': {
      const wanted = issue.errors.flat();
      // What fits the type of the value says more than what wants another type.
      const near = wanted.filter((each) => each.code !== 'invalid_type' || each.message.startsWith('must be '));
      return [...new Set((near.length === 0 ? wanted : near).map(expectedBy))].join(', or ');
    }
    default:
      return issue.message;
  }
}

function countOf(limit: number | bigint, origin: string): string {
  const thing = { string: 'character', array: 'entry', set: 'entry' }[origin];
  if (thing === undefined) return String(limit);
  return Number(limit) === 1 ? `1 ${thing}` : `${limit} ${thing === 'entry' ? 'entries' : `${thing}s`}`;
}

function unknownKey(
  issue: z.core.$ZodIssueUnrecognizedKeys,
  key: string,
  document: LocatedDocument,
  schema: z.core.$ZodType,
): Problem {
  const known = keysAt(schema, issue.path);
  const nearest = known.toSorted((one, other) => distance(one, key) - distance(other, key))[0];
  return {
    code: 'E_FIELD_UNKNOWN',
    where: document.locate([...issue.path, key]),
    got: key,
    expected: known.length === 0 ? 'no such field' : `one of ${known.join(', ')}`,
    fix:
      nearest !== undefined && distance(nearest, key) <= Math.max(2, key.length / 2)
        ? `did you mean ${nearest}?`
        : 'remove the field',
  };
}

/** Keys a mapping at a path may have, read from the schema; empty where any key goes. */
function keysAt(schema: z.core.$ZodType, path: Path): string[] {
  const { def } = (schema as unknown as { _zod: { def: SchemaDef } })._zod;
  const inner = def.innerType ?? (def.type === 'pipe' ? def.in : undefined);
  if (inner !== undefined) return keysAt(inner, path);
  if (def.options !== undefined) return [...new Set(def.options.flatMap((option) => keysAt(option, path)))];
  const [first, ...rest] = path;
  if (first === undefined) return Object.keys(def.shape ?? {});
  const next = def.shape?.[String(first)] ?? def.element ?? def.valueType;
  return next === undefined ? [] : keysAt(next, rest);
}

/** The parts of zod's own description of a schema that lead from it to the schemas inside. */
interface SchemaDef {
  readonly type: string;
  readonly innerType?: z.core.$ZodType;
  readonly in?: z.core.$ZodType;
  readonly options?: readonly z.core.$ZodType[];
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  readonly element?: z.core.$ZodType;
  readonly valueType?: z.core.$ZodType;
}

function depthOf(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length));
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined),
    value,
  );
}

function describeType(expected: string): string {
  const names: Record<string, string> = {
    object: 'a mapping',
    array: 'a list',
    string: 'a text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    record: 'a mapping',
  };
  return names[expected] ?? expected;
}

function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.length <= 4 ? JSON.stringify(value) : `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'a mapping';
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 80 ? text : `${text.slice(0, 77)}…`;
}

/** `place.regions[0]` */
export function formatPath(path: Path): string {
  return path.map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index === 0 ? '' : '.'}${String(key)}`)).join('');
}

/** Adds file, line and column to problems that only name a field. */
export function withPlaces(error: SeekstackError, document: LocatedDocument): SeekstackError {
  return new SeekstackError(
    error.problems.map((problem) => {
      const field = problem.where?.field;
      if (field === undefined || problem.where?.file !== undefined) return problem;
      return { ...problem, where: { ...document.locate(parsePath(field)), field } };
    }),
    { cause: error },
  );
}

function parsePath(field: string): PropertyKey[] {
  return field.split('.').flatMap((part) =>
    part
      .split(/[[\]]/)
      .filter((piece) => piece !== '')
      .map((piece) => (/^\d+$/.test(piece) ? Number(piece) : piece)),
  );
}
