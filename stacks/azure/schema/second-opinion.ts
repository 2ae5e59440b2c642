// A second opinion on inputs: what Azure's own client packages say of a word or of a model that the SDK lets through.
// In: words and models by the SDK's names, with what was given. Out: the package's own list, and a count of what was asked.
import type { ArmPackages } from './arm-packages.ts';
import type { DeclaredName } from './declared-types.ts';

/** How much a package was asked about. */
export interface Consulted {
  readonly source: string;
  /** Enumerated values that were looked up. */
  words: number;
  /** Objects whose required properties were looked up. */
  models: number;
}

/** What a package knows. */
export interface Opinion<Known> {
  readonly source: string;
  readonly known: Known;
}

/** The SDK fills it in from the resource group. */
const FILLED_IN = new Set(['location']);

export class SecondOpinion {
  readonly #packages: ArmPackages;
  readonly #consulted = new Map<string, Consulted>();
  readonly #unknown = new Set<string>();

  constructor(packages: ArmPackages) {
    this.#packages = packages;
  }

  /**
   * The words of the package of the same module under the same name.
   * @param words - those of the SDK; a list that shares none of them is another one of the same name
   * @returns null where no package has it
   */
  wordsOf(enumeration: DeclaredName, words: readonly string[]): Opinion<readonly string[]> | null {
    const { module, name } = enumeration;
    const declarations = this.#packages.of(module);
    const known = declarations?.wordsOf(name) ?? null;
    if (declarations === null || known === null || !known.some((each) => words.includes(each))) {
      this.#unknown.add(`${module}.${name}`);
      return null;
    }
    this.#count(declarations.source).words += 1;
    return { source: declarations.source, known };
  }

  /**
   * What the package asks of a model of that name.
   * @param declared - properties the SDK has for it: what was renamed or flattened on the way is not asked for
   */
  requiredBy({ module, name }: DeclaredName, declared: ReadonlySet<string>): Opinion<readonly string[]> | null {
    const declarations = this.#packages.of(module);
    const required = declarations?.requiredBy(name) ?? null;
    if (declarations === null || required === null) return null;
    this.#count(declarations.source).models += 1;
    return { source: declarations.source, known: required.filter((each) => declared.has(each) && !FILLED_IN.has(each)) };
  }

  /** In the order of their names. */
  get consulted(): readonly Consulted[] {
    return [...this.#consulted.values()].sort((one, other) => (one.source < other.source ? -1 : 1));
  }

  /** Enumerations that only the SDK knows. */
  get unknown(): readonly string[] {
    return [...this.#unknown].sort();
  }

  #count(source: string): Consulted {
    const known = this.#consulted.get(source) ?? { source, words: 0, models: 0 };
    this.#consulted.set(source, known);
    return known;
  }
}
