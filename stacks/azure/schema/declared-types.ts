// The SDK's own declarations, read as data: which properties a resource takes, which it needs, which words they may hold.
// In: the declaration files of @pulumi/azure-native. Out: types of arguments. The compiler itself takes any text for a word
// of a list (`string | enum`), so what it lets through is looked up here.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** A name within a module of the SDK: what Azure's own packages call the same thing by. */
export interface DeclaredName {
  readonly module: string;
  readonly name: string;
}

/** What a property takes. */
export type DeclaredType =
  | { readonly kind: 'any' | 'string' | 'number' | 'boolean' }
  /** Null where words stand in the declaration itself. */
  | { readonly kind: 'words'; readonly words: readonly string[]; readonly enumeration: DeclaredName | null }
  | { readonly kind: 'list'; readonly of: DeclaredType }
  | { readonly kind: 'map'; readonly of: DeclaredType }
  | { readonly kind: 'object'; readonly model: DeclaredName; readonly properties: () => ReadonlyMap<string, DeclaredProperty> }
  | { readonly kind: 'one-of'; readonly types: readonly DeclaredType[] };

export interface DeclaredProperty {
  readonly required: boolean;
  readonly type: DeclaredType;
}

const require = createRequire(import.meta.url);
/** Words that Azure documents and this version of the SDK does not list. */
const WORDS_THE_SDK_LACKS: Readonly<Record<string, readonly string[]>> = {
  // @source https://learn.microsoft.com/azure/templates/microsoft.insights/datacollectionrules
  'monitor.KnownDataFlowStreams': ['Microsoft-PrometheusMetrics'],
};
const ANY: DeclaredType = { kind: 'any' };

export class DeclaredTypes {
  /** Package and version. */
  readonly source: string;
  readonly #root = dirname(require.resolve('@pulumi/azure-native/package.json'));
  readonly #inputs = new Map<string, ts.InterfaceDeclaration>();
  readonly #arguments = new Map<string, ReadonlyMap<string, DeclaredProperty> | null>();

  constructor() {
    const { name, version } = JSON.parse(readFileSync(join(this.#root, 'package.json'), 'utf8')) as Record<string, string>;
    this.source = `${name} ${version}`;
    const path = join(this.#root, 'types', 'input.d.ts');
    collect(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true), '', this.#inputs);
  }

  /** @returns null for a type that the SDK does not have */
  argumentsOf(type: string): ReadonlyMap<string, DeclaredProperty> | null {
    const known = this.#arguments.get(type);
    if (known !== undefined) return known;
    const found = this.#readArguments(type);
    this.#arguments.set(type, found);
    return found;
  }

  #readArguments(type: string): ReadonlyMap<string, DeclaredProperty> | null {
    const [, module = '', name = ''] = type.split(':');
    const path = join(this.#root, module, `${name.charAt(0).toLowerCase()}${name.slice(1)}.d.ts`);
    if (!existsSync(path)) return null;
    const found = new Map<string, ts.InterfaceDeclaration>();
    collect(ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true), '', found);
    const declaration = found.get(`${name}Args`);
    return declaration === undefined ? null : this.#propertiesOf(declaration);
  }

  #propertiesOf(declaration: ts.InterfaceDeclaration): ReadonlyMap<string, DeclaredProperty> {
    return new Map(
      declaration.members
        .filter(ts.isPropertySignature)
        .map((member) => [
          member.name.getText(),
          { required: member.questionToken === undefined, type: member.type === undefined ? ANY : this.#typeOf(member.type) },
        ]),
    );
  }

  #typeOf(node: ts.TypeNode): DeclaredType {
    if (ts.isUnionTypeNode(node)) return this.#unionOf(node.types);
    if (ts.isParenthesizedTypeNode(node)) return this.#typeOf(node.type);
    if (ts.isArrayTypeNode(node)) return { kind: 'list', of: this.#typeOf(node.elementType) };
    if (ts.isLiteralTypeNode(node) && ts.isStringLiteral(node.literal))
      return { kind: 'words', words: [node.literal.text], enumeration: null };
    if (ts.isTypeLiteralNode(node)) {
      const index = node.members.find(ts.isIndexSignatureDeclaration);
      return index === undefined ? ANY : { kind: 'map', of: this.#typeOf(index.type) };
    }
    if (ts.isTypeReferenceNode(node)) return this.#referenceOf(node);
    switch (node.kind) {
      case ts.SyntaxKind.StringKeyword:
        return { kind: 'string' };
      case ts.SyntaxKind.NumberKeyword:
        return { kind: 'number' };
      case ts.SyntaxKind.BooleanKeyword:
        return { kind: 'boolean' };
      default:
        return ANY;
    }
  }

  #referenceOf(node: ts.TypeReferenceNode): DeclaredType {
    const name = node.typeName.getText();
    const [argument] = node.typeArguments ?? [];
    if (name === 'pulumi.Input' && argument !== undefined) return this.#typeOf(argument);
    const [space, ...rest] = name.split('.');
    if (space === 'enums') return wordsOf(this.#root, rest);
    const declaration = space === 'inputs' ? this.#inputs.get(rest.join('.')) : undefined;
    if (declaration === undefined) return ANY;
    const model = { module: rest[0] ?? '', name: (rest.at(-1) ?? '').replace(/Args$/, '') };
    return { kind: 'object', model, properties: () => this.#propertiesOf(declaration) };
  }

  /** A list of words beside plain text is the list: Azure refuses all else. */
  #unionOf(nodes: readonly ts.TypeNode[]): DeclaredType {
    const types = nodes.filter((each) => each.kind !== ts.SyntaxKind.UndefinedKeyword).map((each) => this.#typeOf(each));
    const lists = types.filter((each) => each.kind === 'words');
    if (lists.length > 0) {
      const enumeration = lists.length === 1 ? (lists[0]?.enumeration ?? null) : null;
      return { kind: 'words', words: lists.flatMap((each) => each.words), enumeration };
    }
    const [first = ANY] = types;
    return types.length === 1 ? first : { kind: 'one-of', types };
  }
}

function collect(node: ts.Node, prefix: string, into: Map<string, ts.InterfaceDeclaration>): void {
  ts.forEachChild(node, (child) => {
    if (ts.isInterfaceDeclaration(child)) into.set(`${prefix}${child.name.text}`, child);
    else if (ts.isModuleDeclaration(child) && child.body !== undefined) collect(child.body, `${prefix}${child.name.text}.`, into);
  });
}

/** Values of an enumeration, which the SDK ships as an object. */
function wordsOf(root: string, [module = '', ...rest]: readonly string[]): DeclaredType {
  // A version of an interface is a folder of its own below the module's.
  const name = rest.at(-1) ?? '';
  const path = join(root, 'types', 'enums', module, ...rest.slice(0, -1), 'index.js');
  const found = existsSync(path) ? (require(path) as Record<string, Record<string, string>>)[name] : undefined;
  const lacking = WORDS_THE_SDK_LACKS[[module, ...rest].join('.')] ?? [];
  return found === undefined
    ? { kind: 'string' }
    : // A list that is known to lack words is not held against another that lacks them too.
      { kind: 'words', words: [...Object.values(found), ...lacking], enumeration: lacking.length > 0 ? null : { module, name } };
}
