// What separates two sets of inputs of one resource, and whether it can be changed in place.
// In: old and new inputs, unmarked. Out: a line for each leaf that differs, by path.

export interface Change {
  /** As the engine writes paths: `sku.capacity`, `zones[0]`, `tags["cost centre"]`. */
  readonly path: string;
  /** The property of the resource it lies in. */
  readonly property: string;
  readonly kind: 'add' | 'delete' | 'update';
  /** Whether another resource has to take this one's place. */
  readonly replaces: boolean;
  readonly before: unknown;
  readonly after: unknown;
}

/**
 * Azure fixes where a resource is and what it is called: these are parts of its address, or bound to a data centre.
 * A provider made from Azure's specifications knows more of them; none of those is something the document changes.
 */
const FIXED = /^(location|scope|resourceUri|(?!display).*Name)$/;

/** @returns every difference, in the order of the paths */
export function compareInputs(before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): Change[] {
  return keysOf(before, after).flatMap((property) =>
    differ(step('', property), before[property], after[property]).map((leaf) => ({
      ...leaf,
      property,
      replaces: FIXED.test(property),
    })),
  );
}

type Leaf = Pick<Change, 'path' | 'kind' | 'before' | 'after'>;

function differ(path: string, before: unknown, after: unknown): Leaf[] {
  if (before === undefined && after === undefined) return [];
  if (before === undefined) return [{ path, kind: 'add', before, after }];
  if (after === undefined) return [{ path, kind: 'delete', before, after }];
  if (Array.isArray(before) && Array.isArray(after))
    return Array.from({ length: Math.max(before.length, after.length) }, (_, index) =>
      differ(`${path}[${index}]`, before[index], after[index]),
    ).flat();
  if (isRecord(before) && isRecord(after))
    return keysOf(before, after).flatMap((key) => differ(step(path, key), before[key], after[key]));
  return Object.is(before, after) ? [] : [{ path, kind: 'update', before, after }];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function keysOf(one: object, other: object): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].sort();
}

function step(path: string, key: string): string {
  if (/^[A-Za-z_$][\w$]*$/.test(key)) return path === '' ? key : `${path}.${key}`;
  return `${path}[${JSON.stringify(key)}]`;
}
