// Gathers the published schemas of every kind the manifests use into one file, for checks without a network.
// In: folders of four Go modules, as `go mod download -json MODULE@VERSION` names them; one kind is written out below. Out: catalogs/schemas/kubernetes.json.
// node dist/scripts/vendor-kubernetes-schemas.js KUBERNETES LWS KEDA PROMETHEUS_OPERATOR
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';

// biome-ignore lint/suspicious/noExplicitAny: schemas of schemas have no type of their own here
type Json = any;

const GROUPS = [
  'api__v1',
  'apis__apps__v1',
  'apis__batch__v1',
  'apis__networking.k8s.io__v1',
  'apis__policy__v1',
  'apis__rbac.authorization.k8s.io__v1',
  'apis__storage.k8s.io__v1',
];
const KINDS = new Set([
  'v1/Namespace',
  'v1/ServiceAccount',
  'v1/Service',
  'v1/ConfigMap',
  'v1/Secret',
  'apps/v1/Deployment',
  'apps/v1/DaemonSet',
  'apps/v1/StatefulSet',
  'batch/v1/Job',
  'networking.k8s.io/v1/NetworkPolicy',
  'policy/v1/PodDisruptionBudget',
  'rbac.authorization.k8s.io/v1/Role',
  'rbac.authorization.k8s.io/v1/RoleBinding',
  'storage.k8s.io/v1/StorageClass',
]);
const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

const [kubernetes = '', lws = '', keda = '', prometheus = ''] = process.argv.slice(2);
const definitions: Record<string, Json> = {};
const kinds: Record<string, Json> = {};

const published: Record<string, Json> = {};
for (const group of GROUPS) {
  const text = readFileSync(join(kubernetes, 'api', 'openapi-spec', 'v3', `${group}_openapi.json`), 'utf8');
  Object.assign(published, JSON.parse(text).components.schemas);
}
for (const [name, schema] of Object.entries(published))
  for (const { group, version, kind } of (schema as Json)['x-kubernetes-group-version-kind'] ?? []) {
    const key = [group, version, kind].filter((part) => part !== '').join('/');
    if (KINDS.has(key)) kinds[key] = refer(name);
  }

for (const path of [
  join(lws, 'config', 'crd', 'bases', 'leaderworkerset.x-k8s.io_leaderworkersets.yaml'),
  join(keda, 'config', 'crd', 'bases', 'keda.sh_scaledobjects.yaml'),
  ...['podmonitors', 'prometheusrules'].map((each) =>
    join(prometheus, 'example', 'prometheus-operator-crd', `monitoring.coreos.com_${each}.yaml`),
  ),
]) {
  const { spec } = parse(readFileSync(path, 'utf8')) as Json;
  for (const { name, schema } of spec.versions) {
    const closed = clean(schema.openAPIV3Schema);
    closed.properties.metadata = refer(OBJECT_META);
    kinds[`${spec.group}/${name}/${spec.names.kind}`] = closed;
  }
}

kinds['mellanox.com/v1alpha1/NicClusterPolicy'] = nicClusterPolicy();

/**
 * The fields that are emitted, read in Mellanox/network-operator config/crd/bases and config/samples: its repository is no
 * module that could be downloaded. Every other field of the kind is refused.
 */
function nicClusterPolicy(): Json {
  const closed = (properties: Json, required: readonly string[] = []): Json => ({
    type: 'object',
    ...(required.length > 0 ? { required: [...required] } : {}),
    properties,
    additionalProperties: false,
  });
  const text = { type: 'string', minLength: 1 };
  const image = { image: text, repository: text, version: text };
  const probe = closed({ initialDelaySeconds: { type: 'integer' }, periodSeconds: { type: 'integer' } });
  return closed(
    {
      apiVersion: text,
      kind: text,
      metadata: refer(OBJECT_META),
      spec: closed({
        nodeAffinity: refer('io.k8s.api.core.v1.NodeAffinity'),
        tolerations: { type: 'array', items: refer('io.k8s.api.core.v1.Toleration') },
        ofedDriver: closed(
          {
            ...image,
            env: { type: 'array', items: refer('io.k8s.api.core.v1.EnvVar') },
            startupProbe: probe,
            livenessProbe: probe,
            readinessProbe: probe,
          },
          Object.keys(image),
        ),
        rdmaSharedDevicePlugin: closed({ ...image, config: text }, Object.keys(image)),
      }),
    },
    ['apiVersion', 'kind', 'metadata', 'spec'],
  );
}

/** Pulls a definition, and all it refers to, in. */
function refer(name: string): Json {
  if (definitions[name] === undefined) {
    definitions[name] = {};
    definitions[name] = clean(published[name]);
  }
  return { $ref: `#/definitions/${name}` };
}

/** Drops what is for readers, and closes objects: a field that no schema names is a mistake, not an extension. */
function clean(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(clean);
  if (typeof schema !== 'object' || schema === null) return schema;
  if (typeof schema.$ref === 'string') return refer(schema.$ref.slice('#/components/schemas/'.length));
  if (schema['x-kubernetes-int-or-string'] === true) return { type: ['integer', 'string'] };
  const kept: Json = {};
  // Go's regular expressions know flags that JavaScript's do not.
  const pattern = compiles(schema.pattern) ? schema.pattern : undefined;
  for (const key of [
    'type',
    'nullable',
    'enum',
    'minimum',
    'maximum',
    'minLength',
    'maxLength',
    'minItems',
    'maxItems',
    'required',
  ])
    if (schema[key] !== undefined) kept[key] = schema[key];
  if (pattern !== undefined) kept.pattern = pattern;
  for (const key of ['allOf', 'oneOf', 'anyOf', 'items']) if (schema[key] !== undefined) kept[key] = clean(schema[key]);
  if (schema.properties !== undefined)
    kept.properties = Object.fromEntries(Object.entries(schema.properties).map(([name, each]) => [name, clean(each)]));
  if (schema.additionalProperties !== undefined) kept.additionalProperties = clean(schema.additionalProperties);
  else if (schema.properties !== undefined && schema['x-kubernetes-preserve-unknown-fields'] !== true)
    kept.additionalProperties = false;
  return kept;
}

function compiles(pattern: string | undefined): boolean {
  try {
    return pattern !== undefined && new RegExp(pattern, 'u') instanceof RegExp;
  } catch {
    return false;
  }
}

const source = (folder: string, licence: string) => ({
  module: `${basename(folder).includes('@') ? folder.split('/mod/').pop() : folder}`,
  licence,
});
mkdirSync(join('catalogs', 'schemas'), { recursive: true });
writeFileSync(
  join('catalogs', 'schemas', 'kubernetes.json'),
  `${JSON.stringify(
    {
      schema: 'seekstack/kubernetes-schemas@1',
      asOf: '2026-11-24',
      sources: [kubernetes, lws, keda, prometheus].map((each) => source(each, 'Apache-2.0')),
      kinds,
      definitions,
    },
    null,
    1,
  )}\n`,
);
