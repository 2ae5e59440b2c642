// Registered inputs against the SDK's declarations.
// In: a registration. Out: one line for each property that Azure does not know, needs, or cannot read.
import type { Registration } from '../record/monitor.ts';
import type { DeclaredProperty, DeclaredType, DeclaredTypes } from './declared-types.ts';

export interface InputProblem {
  readonly urn: string;
  /** Dotted path of the property. */
  readonly field: string;
  readonly got: string;
  readonly expected: string;
}

const SHOWN_WORDS = 12;

export function checkRegistration(registration: Registration, types: DeclaredTypes): InputProblem[] {
  if (!registration.custom || !registration.type.startsWith('azure-native:')) return [];
  const problems: InputProblem[] = [];
  const report = (field: string, got: string, expected: string) => problems.push({ urn: registration.urn, field, got, expected });
  const declared = types.argumentsOf(registration.type);
  if (declared === null) report('', registration.type, 'a resource of the SDK');
  else checkObject(registration.inputs, declared, '', report);
  return problems;
}

type Report = (field: string, got: string, expected: string) => void;

function checkObject(
  value: Readonly<Record<string, unknown>>,
  declared: ReadonlyMap<string, DeclaredProperty>,
  path: string,
  report: Report,
): void {
  for (const [name, inner] of Object.entries(value)) {
    const property = declared.get(name);
    if (property === undefined) report(`${path}${name}`, 'a property nobody knows', `one of ${show([...declared.keys()])}`);
    else check(inner, property.type, `${path}${name}`, report);
  }
  for (const [name, { required }] of declared)
    if (required && value[name] === undefined) report(`${path}${name}`, 'nothing', 'a value: it is required');
}

function check(wrapped: unknown, type: DeclaredType, path: string, report: Report): void {
  const value = unwrapSecret(wrapped);
  switch (type.kind) {
    case 'any':
      return;
    case 'string':
    case 'number':
    case 'boolean':
      if (typeof value !== type.kind) report(path, JSON.stringify(value), `a ${type.kind}`);
      return;
    case 'words':
      if (typeof value !== 'string' || !type.words.includes(value)) report(path, JSON.stringify(value), show(type.words));
      return;
    case 'list':
      if (!Array.isArray(value)) report(path, JSON.stringify(value), 'a list');
      else for (const [index, each] of value.entries()) check(each, type.of, `${path}.${index}`, report);
      return;
    case 'map':
    case 'object':
      if (typeof value !== 'object' || value === null || Array.isArray(value)) report(path, JSON.stringify(value), 'an object');
      else if (type.kind === 'object') checkObject(value as Record<string, unknown>, type.properties(), `${path}.`, report);
      else for (const [key, each] of Object.entries(value)) check(each, type.of, `${path}.${key}`, report);
      return;
    case 'one-of': {
      const attempts = type.types.map((each) => {
        const found: [string, string, string][] = [];
        check(value, each, path, (...problem) => found.push(problem));
        return found;
      });
      const [first = []] = attempts;
      if (attempts.every((each) => each.length > 0)) for (const problem of first) report(...problem);
    }
  }
}

function unwrapSecret(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  return keys.length === 1 && keys[0] === 'secret' ? (value as { secret: unknown }).secret : value;
}

function show(words: readonly string[]): string {
  return words.length > SHOWN_WORDS ? `${words.slice(0, SHOWN_WORDS).join(', ')} …` : words.join(', ');
}
