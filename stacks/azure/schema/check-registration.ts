// Registered inputs against the declarations of the SDK, and of Azure's own client packages as a second opinion.
// In: registrations. Out: one line for each property that Azure does not know, needs, or cannot read, and who says so.
import type { Registration } from '../record/monitor.ts';
import type { DeclaredName, DeclaredProperty, DeclaredType, DeclaredTypes } from './declared-types.ts';
import type { SecondOpinion } from './second-opinion.ts';

export interface InputProblem {
  readonly urn: string;
  /** Dotted path of the property. */
  readonly field: string;
  readonly got: string;
  readonly expected: string;
  /** Packages that refuse it, with their versions. */
  readonly source: string;
}

const SHOWN_WORDS = 12;

export function checkRegistration(registration: Registration, types: DeclaredTypes, opinion: SecondOpinion): InputProblem[] {
  if (!registration.custom || !registration.type.startsWith('azure-native:')) return [];
  const check = new InputCheck(types.source, opinion);
  const declared = types.argumentsOf(registration.type);
  const [, module = '', name = ''] = registration.type.split(':');
  if (declared === null) check.report('', registration.type, 'a resource of the SDK');
  else check.object(registration.inputs, { module, name }, declared, '');
  return check.problems.map((each) => ({ urn: registration.urn, ...each }));
}

/** One walk through the inputs of a resource. */
class InputCheck {
  readonly problems: Omit<InputProblem, 'urn'>[] = [];
  readonly #sdk: string;
  readonly #opinion: SecondOpinion;

  constructor(sdk: string, opinion: SecondOpinion) {
    this.#sdk = sdk;
    this.#opinion = opinion;
  }

  report(field: string, got: string, expected: string, source = this.#sdk): void {
    this.problems.push({ field, got, expected, source });
  }

  object(
    value: Readonly<Record<string, unknown>>,
    model: DeclaredName,
    declared: ReadonlyMap<string, DeclaredProperty>,
    path: string,
  ): void {
    for (const [name, inner] of Object.entries(value)) {
      const property = declared.get(name);
      if (property === undefined)
        this.report(`${path}${name}`, 'a property nobody knows', `one of ${show([...declared.keys()])}`);
      else this.#value(inner, property.type, `${path}${name}`);
    }
    const second = this.#opinion.requiredBy(model, new Set(declared.keys()));
    for (const [name, { required }] of declared) {
      if (value[name] !== undefined) continue;
      const sources = [...(required ? [this.#sdk] : []), ...(second?.known.includes(name) === true ? [second.source] : [])];
      if (sources.length > 0) this.report(`${path}${name}`, 'nothing', 'a value: it is required', sources.join(', '));
    }
  }

  #value(wrapped: unknown, type: DeclaredType, path: string): void {
    const value = unwrapSecret(wrapped);
    switch (type.kind) {
      case 'any':
        return;
      case 'string':
      case 'number':
      case 'boolean':
        if (typeof value !== type.kind) this.report(path, JSON.stringify(value), `a ${type.kind}`);
        return;
      case 'words':
        this.#word(value, type, path);
        return;
      case 'list':
        if (!Array.isArray(value)) this.report(path, JSON.stringify(value), 'a list');
        else for (const [index, each] of value.entries()) this.#value(each, type.of, `${path}.${index}`);
        return;
      case 'map':
      case 'object':
        if (typeof value !== 'object' || value === null || Array.isArray(value))
          this.report(path, JSON.stringify(value), 'an object');
        else if (type.kind === 'object') this.object(value as Record<string, unknown>, type.model, type.properties(), `${path}.`);
        else for (const [key, each] of Object.entries(value)) this.#value(each, type.of, `${path}.${key}`);
        return;
      case 'one-of': {
        const attempts = type.types.map((each) => {
          const attempt = new InputCheck(this.#sdk, this.#opinion);
          attempt.#value(value, each, path);
          return attempt.problems;
        });
        const [first = []] = attempts;
        if (attempts.every((each) => each.length > 0)) this.problems.push(...first);
      }
    }
  }

  /** Both must know a word; told with both lists, so that it shows which of them lags behind. */
  #word(value: unknown, { words, enumeration }: DeclaredType & { kind: 'words' }, path: string): void {
    const second = enumeration === null ? null : this.#opinion.wordsOf(enumeration, words);
    const knows = (list: readonly string[]) => typeof value === 'string' && list.includes(value);
    const lists = [{ source: this.#sdk, known: words }, ...(second === null ? [] : [second])];
    const refusing = lists.filter((each) => !knows(each.known));
    if (refusing.length === 0) return;
    const same = lists.every((each) => show(each.known) === show(words));
    this.report(
      path,
      JSON.stringify(value),
      same ? show(words) : lists.map((each) => `${show(each.known)} (${each.source})`).join('; '),
      refusing.map((each) => each.source).join(', '),
    );
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
