// What Azure's own client packages declare: which words an enumeration has, which properties a model needs.
// In: the declaration files of the @azure/arm-* packages, read as text, since importing a client takes longer and shows no
// types. Out: words and required properties by the name that the SDK has for them too; both are made from the same API.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** Modules of the SDK whose package is not named after them. */
const RENAMED: Readonly<Record<string, string>> = { managedidentity: 'msi' };

export interface ArmDeclarations {
  /** Package and version. */
  readonly source: string;
  /** @returns null where the package has no enumeration of that name */
  wordsOf(name: string): readonly string[] | null;
  /** Properties a caller must give. @returns null where the package has no model of that name */
  requiredBy(name: string): readonly string[] | null;
}

/** Reads a package once, and only when one of its modules is asked for. */
export class ArmPackages {
  readonly #read = new Map<string, ArmDeclarations | null>();

  /** @param module - of the SDK, such as `compute`. @returns null where no such package is installed */
  of(module: string): ArmDeclarations | null {
    const known = this.#read.get(module);
    if (known !== undefined) return known;
    const found = readPackage(`@azure/arm-${RENAMED[module] ?? module}`);
    this.#read.set(module, found);
    return found;
  }
}

const require = createRequire(import.meta.url);

function readPackage(name: string): ArmDeclarations | null {
  const manifestPath = findManifest(name);
  if (manifestPath === null) return null;
  const { version, types } = JSON.parse(readFileSync(manifestPath, 'utf8')) as { version: string; types: string };
  return new PackageDeclarations(`${name} ${version}`, declarationTexts(join(dirname(manifestPath), types)));
}

function findManifest(name: string): string | null {
  try {
    return require.resolve(`${name}/package.json`);
  } catch {
    return null;
  }
}

/** The entry of the types, and the models it hands on. */
function declarationTexts(entry: string): string[] {
  const text = readFileSync(entry, 'utf8');
  const models = /from "(\.\/models\/index)\.js"/.exec(text)?.[1];
  const path = models === undefined ? null : join(dirname(entry), `${models}.d.ts`);
  if (path === null || !existsSync(path)) return [text];
  const rest = [...readFileSync(path, 'utf8').matchAll(/from "(\.\/\w+)\.js"/g)].map(([, file = '']) =>
    join(dirname(path), `${file}.d.ts`),
  );
  return [path, ...new Set(rest)].filter((each) => existsSync(each)).map((each) => readFileSync(each, 'utf8'));
}

type Declaration = ts.EnumDeclaration | ts.TypeAliasDeclaration | ts.InterfaceDeclaration;

class PackageDeclarations implements ArmDeclarations {
  readonly source: string;
  /** Text of each declaration by its name; only what is asked for is parsed, since some packages have thousands. */
  readonly #texts = new Map<string, string>();

  constructor(source: string, texts: readonly string[]) {
    this.source = source;
    for (const text of texts) {
      const starts = [...text.matchAll(/^export (?:declare )?(?:enum|interface|type) (\w+)/gm)];
      for (const [index, { 1: name = '', index: start }] of starts.entries())
        this.#texts.set(name, text.slice(start, starts[index + 1]?.index));
    }
  }

  wordsOf(name: string): readonly string[] | null {
    // Lists that may grow are an enumeration beside plain text, closed ones a union of words.
    const known = this.#declaration(`Known${name}`);
    if (known !== null && ts.isEnumDeclaration(known))
      return known.members.flatMap(({ initializer }) =>
        initializer !== undefined && ts.isStringLiteral(initializer) ? [initializer.text] : [],
      );
    const closed = this.#declaration(name);
    if (closed === null || !ts.isTypeAliasDeclaration(closed)) return null;
    const parts = ts.isUnionTypeNode(closed.type) ? closed.type.types : [closed.type];
    const words = parts.flatMap((each) =>
      ts.isLiteralTypeNode(each) && ts.isStringLiteral(each.literal) ? [each.literal.text] : [],
    );
    return words.length === parts.length ? words : null;
  }

  requiredBy(name: string): readonly string[] | null {
    const model = this.#declaration(name);
    if (model === null || !ts.isInterfaceDeclaration(model)) return null;
    const inherited = (model.heritageClauses ?? []).flatMap((clause) =>
      clause.types.flatMap((each) => (ts.isIdentifier(each.expression) ? (this.requiredBy(each.expression.text) ?? []) : [])),
    );
    const own = model.members.flatMap((member) =>
      ts.isPropertySignature(member) &&
      ts.isIdentifier(member.name) &&
      member.questionToken === undefined &&
      !member.modifiers?.some((each) => each.kind === ts.SyntaxKind.ReadonlyKeyword)
        ? [member.name.text]
        : [],
    );
    return [...new Set([...inherited, ...own])];
  }

  #declaration(name: string): Declaration | null {
    const text = this.#texts.get(name);
    if (text === undefined) return null;
    const [statement] = ts.createSourceFile(`${name}.d.ts`, text, ts.ScriptTarget.Latest).statements;
    return (statement as Declaration | undefined) ?? null;
  }
}
