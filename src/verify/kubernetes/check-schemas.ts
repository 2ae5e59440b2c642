// Manifests against the published schemas of their kinds. Fields that no schema names are refused, as kubectl's strict mode does.
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Finding } from '../finding.ts';
import { type KubernetesObject, nameOf } from './objects.ts';

/** Kinds by `group/version/Kind`, and what they refer to. */
export interface PublishedSchemas {
  readonly kinds: Readonly<Record<string, object>>;
  readonly definitions: Readonly<Record<string, object>>;
}

/** A fault in a type that has two shapes is told once for each: a few are enough to find it. */
const ERRORS_TOLD = 3;

export function checkSchemas(objects: readonly KubernetesObject[], schemas: PublishedSchemas): Finding[] {
  return objects.flatMap((object): Finding[] => {
    const key = `${object.content?.apiVersion}/${object.content?.kind}`;
    const validate = validatorOf(schemas, key);
    if (validate === null)
      return [tell(object, key, 'a kind whose schema is known', 'correct apiVersion and kind, or take the object out')];
    if (validate(object.content)) return [];
    return (validate.errors ?? [])
      .slice(0, ERRORS_TOLD)
      .map((error) => tell(object, placeOf(error), expectationOf(error), `correct it in ${object.file}`));
  });
}

/** Compiling takes longer than checking, and the schemas do not change. */
const compiled = new WeakMap<PublishedSchemas, Ajv>();
const ROOT = 'https://kubernetes.io/schemas';

/** @returns null for a kind that the schemas do not have */
function validatorOf(schemas: PublishedSchemas, key: string): ValidateFunction | null {
  if (!Object.hasOwn(schemas.kinds, key)) return null;
  let ajv = compiled.get(schemas);
  if (ajv === undefined) {
    ajv = new Ajv({ strict: false, allErrors: true });
    ajv.addSchema({ $id: ROOT, kinds: schemas.kinds, definitions: schemas.definitions });
    compiled.set(schemas, ajv);
  }
  return ajv.getSchema(`${ROOT}#/kinds/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`) ?? null;
}

function tell(object: KubernetesObject, got: string, expected: string, fix: string): Finding {
  return { rule: 'published-schema', stack: 'kubernetes', resource: nameOf(object), got, expected, fix };
}

function placeOf({ instancePath, params }: ErrorObject): string {
  const unknown = (params as { additionalProperty?: string }).additionalProperty;
  return `${instancePath}${unknown === undefined ? '' : `/${unknown}`}` || '/';
}

function expectationOf({ keyword, message, params }: ErrorObject): string {
  if (keyword === 'additionalProperties') return 'a field of the published schema';
  if (keyword === 'enum') return `one of ${(params as { allowedValues: unknown[] }).allowedValues.join(', ')}`;
  return message ?? keyword;
}
