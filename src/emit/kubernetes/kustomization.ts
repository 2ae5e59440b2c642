// The one list of all objects, and what is filled in from the stacks that were deployed.
// In: a deployment document and the objects. Out: a kustomization; on AWS with values from `stack.env`.
import type { Deployment } from '../../documents/deployment.ts';
import { CERTIFICATE_ANNOTATION } from './endpoint.ts';
import { commonLabels, type Manifest, type Manifests, STAGE_LABEL } from './manifest.ts';
import { STACK_CONFIG } from './surroundings.ts';

/** Names in `stack.env`, which `npm run stack-env` writes on AWS. */
export const STACK_KEYS = [
  'AWS_REGION',
  'BUCKET',
  'API_KEY_SECRET',
  'STORAGE_KEY',
  'NETWORK_ID',
  'CERTIFICATE',
  'ENGINE_IMAGE',
  'CLIENT_IMAGE',
  'COUNTERS_IMAGE',
] as const;

/** @param files - path of each object relative to the kustomization → object */
export function kustomization(deployment: Deployment, files: Manifests): Record<string, unknown> {
  const list = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources: [...files.keys()] };
  if (deployment.provider !== 'aws') return list;
  const objects = [...files.values()];
  return {
    ...list,
    configMapGenerator: [
      {
        name: STACK_CONFIG,
        namespace: deployment.name,
        envs: ['stack.env'],
        options: { disableNameSuffixHash: true, labels: { ...commonLabels(deployment), [STAGE_LABEL]: 'base' } },
      },
    ],
    replacements: [
      ...fill('ENGINE_IMAGE', containerImages(objects, ['engine', 'router', 'fabric', 'smoke'])),
      ...fill('CLIENT_IMAGE', containerImages(objects, ['supplies', 'key'])),
      ...fill('COUNTERS_IMAGE', containerImages(objects, ['counters'])),
      ...fill('STORAGE_KEY', only(objects, 'StorageClass', 'parameters.kmsKeyId')),
      ...(deployment.network.certificate === null
        ? fill(
            'CERTIFICATE',
            objects
              .filter((each) => each.metadata.annotations?.[CERTIFICATE_ANNOTATION] !== undefined)
              .map((each) => ({
                select: selection(each),
                fieldPaths: [`metadata.annotations.${CERTIFICATE_ANNOTATION.replaceAll('.', '\\.')}`],
              })),
          )
        : []),
    ],
  };
}

interface Target {
  readonly select: { readonly kind: string; readonly name: string };
  readonly fieldPaths: readonly string[];
}

function fill(key: (typeof STACK_KEYS)[number], targets: readonly Target[]): Record<string, unknown>[] {
  return targets.length === 0 ? [] : [{ source: { kind: 'ConfigMap', name: STACK_CONFIG, fieldPath: `data.${key}` }, targets }];
}

function only(objects: readonly Manifest[], kind: string, path: string): Target[] {
  return objects.filter((each) => each.kind === kind).map((each) => ({ select: selection(each), fieldPaths: [path] }));
}

/** Where containers of these names stand in each kind of object that runs pods. */
function containerImages(objects: readonly Manifest[], names: readonly string[]): Target[] {
  return objects.flatMap((object) => {
    const fieldPaths = podSpecPaths(object.kind).flatMap((path) =>
      (['initContainers', 'containers'] as const).flatMap((list) =>
        containersAt(object, path, list)
          .filter((name) => names.includes(name))
          .map((name) => `${path}.${list}.[name=${name}].image`),
      ),
    );
    return fieldPaths.length === 0 ? [] : [{ select: selection(object), fieldPaths }];
  });
}

/** Paths of pod specifications in an object of a kind; none for objects that run nothing. */
export function podSpecPaths(kind: string): string[] {
  switch (kind) {
    case 'LeaderWorkerSet':
      return ['leaderTemplate', 'workerTemplate'].map((each) => `spec.leaderWorkerTemplate.${each}.spec`);
    case 'Deployment':
    case 'DaemonSet':
    case 'StatefulSet':
    case 'Job':
      return ['spec.template.spec'];
    default:
      return [];
  }
}

function containersAt(object: Manifest, path: string, list: string): string[] {
  const spec = path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], object);
  const containers = (spec as Record<string, unknown> | undefined)?.[list];
  return Array.isArray(containers) ? containers.map((each) => String((each as { name: string }).name)) : [];
}

function selection({ kind, metadata }: Manifest): Target['select'] {
  return { kind, name: metadata.name };
}
