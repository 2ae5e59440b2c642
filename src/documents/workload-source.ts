// The workload as it was written, carried by what was made from it: so that a plan can be made again with one field changed,
// and a cause can be told by its line. In: a parsed workload file. Out: its fields by path, and where each stands.
import { z } from 'zod';

const quantile = z.strictObject({ probability: z.number(), tokens: z.number() });

export const workloadSourceSchema = z.strictObject({
  /** Name of the file, or its path in a repository; never a folder of a machine. */
  file: z.string(),
  /** Fields as they were written, before units are read. */
  document: z.record(z.string(), z.unknown()),
  /** Line of each field, 1-based, by its dotted path. */
  lines: z.record(z.string(), z.int()),
  /** What the file of `demand.trace` held; null without one. */
  trace: z
    .strictObject({
      requests: z.int(),
      seconds: z.number(),
      meanRequestsPerSecond: z.number(),
      peakRequestsPerSecond: z.number(),
      burstiness: z.number(),
      promptTokens: z.array(quantile),
      outputTokens: z.array(quantile),
      prefixShare: z.number().nullable(),
    })
    .nullable(),
});

export type WorkloadSource = z.infer<typeof workloadSourceSchema>;

/** What a project was emitted from, kept beside it. */
export const originSchema = z.strictObject({
  schema: z.literal('seekstack/origin@1'),
  planDigest: z.string(),
  optionId: z.string(),
  /** Whole replicas beyond the peak's, which a project counts among all others. */
  spareReplicas: z.int(),
  sparePrefillWorkers: z.int(),
  source: workloadSourceSchema.nullable(),
});

export type Origin = z.infer<typeof originSchema>;

/** Fields that say nothing of the workload. */
const ABOUT_THE_FILE = new Set(['$schema', 'schema']);

/** Values by dotted path; a list is one value, since its order and length are one decision. */
export function fieldsOf(document: unknown): ReadonlyMap<string, unknown> {
  const fields = new Map<string, unknown>();
  const walk = (value: unknown, path: string) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      fields.set(path, value);
      return;
    }
    for (const [key, inner] of Object.entries(value)) {
      if (path === '' && ABOUT_THE_FILE.has(key)) continue;
      walk(inner, path === '' ? key : `${path}.${key}`);
    }
  };
  walk(document, '');
  return fields;
}

/** A document made of fields again; mappings come out in the order of the fields. */
export function documentOf(fields: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const document: Record<string, unknown> = { schema: 'seekstack/workload@1' };
  for (const [path, value] of fields) {
    const names = path.split('.');
    let at = document;
    for (const name of names.slice(0, -1)) {
      const inner = Object.hasOwn(at, name) ? at[name] : undefined;
      const mapping = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner : {};
      define(at, name, mapping);
      at = mapping as Record<string, unknown>;
    }
    define(at, names.at(-1) ?? '', value);
  }
  return document;
}

/** Sets what is a plain field even where its name means something to the language. */
function define(on: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(on, name, { value, enumerable: true, writable: true, configurable: true });
}
