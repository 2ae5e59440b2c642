// Naming what differs between two inputs: fields of the workload with their lines, kinds of the catalogue with their files.
// In: workloads as they were written, digests of catalogue files. Out: what was and what is, in words.
import type { CauseKind } from '../documents/diff.ts';
import { fieldsOf, type WorkloadSource } from '../documents/workload-source.ts';

export interface NamedCause {
  readonly kind: CauseKind;
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly where: { readonly file: string; readonly line: number | null } | null;
}

/** Longest value that is told whole. */
const LONGEST_VALUE = 80;

/** What of a trace counts as one field: the file's name, and what was in it. */
interface TraceValue {
  readonly file: unknown;
  readonly holds: WorkloadSource['trace'];
}

/** Fields of a workload by path; the trace stands with what it held, so that other requests under the same name are a change. */
export function sourceFields(source: WorkloadSource): ReadonlyMap<string, unknown> {
  const fields = new Map(fieldsOf(source.document));
  const file = fields.get(TRACE_FIELD);
  if (file !== undefined) fields.set(TRACE_FIELD, { file, holds: source.trace } satisfies TraceValue);
  return fields;
}

/** Fields with plain values again, and what the trace among them held. */
export function plainFields(fields: ReadonlyMap<string, unknown>): {
  fields: ReadonlyMap<string, unknown>;
  trace: WorkloadSource['trace'];
} {
  const trace = fields.get(TRACE_FIELD) as TraceValue | undefined;
  if (trace === undefined) return { fields, trace: null };
  return { fields: new Map([...fields, [TRACE_FIELD, trace.file]]), trace: trace.holds };
}

const TRACE_FIELD = 'demand.trace';

/** Fields that are not the same on both sides, in the order of the head and then of the base. */
export function changedFields(base: WorkloadSource, head: WorkloadSource): NamedCause[] {
  const [before, after] = [sourceFields(base), sourceFields(head)];
  const names = [...new Set([...after.keys(), ...before.keys()])];
  return names
    .filter((name) => JSON.stringify(before.get(name)) !== JSON.stringify(after.get(name)))
    .map((name): NamedCause => {
      const owner = after.has(name) ? head : base;
      return {
        kind: 'workload',
        name,
        before: before.has(name) ? sayValue(before.get(name)) : null,
        after: after.has(name) ? sayValue(after.get(name)) : null,
        where: { file: owner.file, line: owner.lines[name] ?? null },
      };
    });
}

function sayValue(value: unknown): string {
  const trace = value as Partial<TraceValue> | null;
  const told = typeof trace === 'object' && trace !== null && 'holds' in trace ? trace.file : value;
  const text = typeof told === 'string' ? told : (JSON.stringify(told) ?? 'nothing');
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE - 1)}…`;
}

interface File {
  readonly path: string;
  readonly sha256: string;
}

/** Kinds of the catalogue whose files are not the same, with what happened to each file. */
export function changedKinds(
  base: readonly File[],
  head: readonly File[],
  kindOf: (path: string) => CauseKind | null,
): NamedCause[] {
  const [before, after] = [
    new Map(base.map((file) => [file.path, file.sha256])),
    new Map(head.map((file) => [file.path, file.sha256])),
  ];
  const byKind = new Map<CauseKind, string[]>();
  for (const path of [...new Set([...before.keys(), ...after.keys()])].sort()) {
    if (before.get(path) === after.get(path)) continue;
    const done = !before.has(path) ? 'added' : !after.has(path) ? 'removed' : 'changed';
    const kind = kindOf(path) ?? 'catalogue';
    byKind.set(kind, [...(byKind.get(kind) ?? []), `${path} ${done}`]);
  }
  return [...byKind].map(([kind, files]) => ({ kind, name: listSome(files), before: null, after: null, where: null }));
}

const FILES_TOLD = 3;

function listSome(files: readonly string[]): string {
  const told = files.slice(0, FILES_TOLD).join(', ');
  return files.length <= FILES_TOLD ? told : `${told} and ${files.length - FILES_TOLD} more`;
}

/** Several causes that can only be told together. */
export function joinCauses(causes: readonly NamedCause[]): NamedCause {
  const [first] = causes;
  if (first !== undefined && causes.length === 1) return first;
  const kinds = [...new Set(causes.map((each) => each.kind))];
  const name = kinds
    .map((kind) => {
      const names = causes.filter((each) => each.kind === kind).map((each) => each.name);
      return kinds.length === 1 ? names.join(', ') : `${kind} (${names.join(', ')})`;
    })
    .join(' and ');
  const [lone] = kinds;
  return {
    kind: kinds.length === 1 && lone !== undefined ? lone : kinds.includes('workload') ? 'workload' : 'catalogue',
    name,
    before: null,
    after: null,
    where: causes.find((each) => each.where !== null)?.where ?? null,
  };
}
