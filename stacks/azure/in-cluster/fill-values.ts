// Puts what only a deployed stack knows into manifests, at the places the kustomization names: the same ones kubectl fills.
// In: objects, places, values. Out: objects; those given are left as they were.
import { RunError } from '@pulumi/pulumi';
import type { KubernetesObject, Replacement } from './read-manifests.ts';

export type StackValues = Readonly<Record<string, string>>;

/** What neither YAML nor an assignment in a shell reads as anything but itself. */
const plain = /^[A-Za-z0-9:/@._?=-]*$/;
/** What stands in values of a chart where the stack's own go. */
const marked = /^from stack\.env: ([A-Z_]+)$/;

/** @throws RunError for a value that is not one plain word */
export function checkValues(values: StackValues): StackValues {
  for (const [name, value] of Object.entries(values))
    if (typeof value !== 'string' || !plain.test(value))
      throw new RunError(
        `the stack's value ${name} is ${JSON.stringify(value)}\n  expected: letters, digits and : / @ . _ ? = -`,
      );
  return values;
}

/**
 * One object with every value in its place.
 * @param generated - name of the config map that holds all values
 * @throws RunError where a value or a place is missing
 */
export function fillObject(
  object: KubernetesObject,
  replacements: readonly Replacement[],
  values: StackValues,
  generated: string,
): KubernetesObject {
  const filled = structuredClone(object);
  if (filled.kind === 'ConfigMap' && filled.metadata.name === generated) filled.data = { ...values };
  for (const { source, targets } of replacements)
    for (const { select, fieldPaths } of targets) {
      if (select.kind !== filled.kind || select.name !== filled.metadata.name) continue;
      const key = source.fieldPath.replace(/^data\./, '');
      const value = findValue(values, key, `${select.kind} ${select.name}`);
      for (const path of fieldPaths) setAt(filled, path, value);
    }
  return filled;
}

/**
 * Values of a chart with those of the stack in their places.
 * @param id - of the operator the chart is of
 * @throws RunError where a value is missing
 */
export function fillChart(id: string, chart: Record<string, unknown>, values: StackValues): Record<string, unknown> {
  const fill = (each: unknown): unknown => {
    if (Array.isArray(each)) return each.map(fill);
    if (typeof each === 'object' && each !== null) return fillAll(each);
    const [, key] = typeof each === 'string' ? (marked.exec(each) ?? []) : [];
    return key === undefined ? each : findValue(values, key, `the chart of ${id}`);
  };
  const fillAll = (fields: object) => Object.fromEntries(Object.entries(fields).map(([key, each]) => [key, fill(each)]));
  return fillAll(chart);
}

function findValue(values: StackValues, key: string, who: string): string {
  const value = values[key];
  if (value === undefined || value === '')
    throw new RunError(`the stack has no value ${key}, which ${who} needs\n  fix: pulumi up in the project itself first`);
  return value;
}

/** Steps of a path: names between dots that no backslash stands before, and `[name=x]` for the element of a list. */
export function splitPath(path: string): string[] {
  return path.split(/(?<!\\)\./).map((step) => step.replaceAll('\\.', '.'));
}

function setAt(object: KubernetesObject, path: string, value: string): void {
  const steps = splitPath(path);
  const last = steps.pop() ?? '';
  let place: unknown = object;
  for (const step of steps) place = enter(place, step);
  if (typeof place !== 'object' || place === null || !Object.hasOwn(place, last))
    throw new RunError(`${object.kind} ${object.metadata.name} has no field ${path}\n  fix: emit the project again`);
  (place as Record<string, unknown>)[last] = value;
}

function enter(place: unknown, step: string): unknown {
  const [, key, wanted] = /^\[([^=]+)=(.*)\]$/.exec(step) ?? [];
  if (key !== undefined && Array.isArray(place)) return place.find((each: Record<string, unknown>) => each[key] === wanted);
  return typeof place === 'object' && place !== null && Object.hasOwn(place, step)
    ? (place as Record<string, unknown>)[step]
    : undefined;
}
