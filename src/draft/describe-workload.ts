// What the fields of a workload mean, read from its schema: one sentence a field and a section.
// In: nothing but the schema. Out: sentences by dotted path, in the schema's order.
import { z } from 'zod';
import { workloadSchema } from '../documents/workload.ts';

interface JsonSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

/** Every field and section with its meaning; a field's is empty where the schema says nothing. */
export function describeWorkload(): ReadonlyMap<string, string> {
  const meanings = new Map<string, string>();
  const walk = (schema: JsonSchema, path: string) => {
    for (const [name, inner] of Object.entries(schema.properties ?? {})) {
      const at = path === '' ? name : `${path}.${name}`;
      meanings.set(at, inner.description ?? '');
      walk(inner, at);
    }
  };
  walk(z.toJSONSchema(workloadSchema, { io: 'input', unrepresentable: 'any', target: 'draft-7' }) as JsonSchema, '');
  return meanings;
}
