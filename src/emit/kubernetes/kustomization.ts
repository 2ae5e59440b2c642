// The one list of all objects, and what is filled in from the stacks that were deployed.
// In: a deployment document and the objects. Out: a kustomization; in a cloud with values from `stack.env`.
import type { Deployment } from '../../documents/deployment.ts';
import { CERTIFICATE_ANNOTATION } from './endpoint.ts';
import { gatewayName, IDENTITY_ANNOTATION } from './gateway.ts';
import { commonLabels, type Manifest, type Manifests, STAGE_LABEL } from './manifest.ts';
import { STORAGE_KEY_PARAMETER } from './storage.ts';
import { STACK_CONFIG } from './surroundings.ts';

/** Names in `stack.env`, which the outputs of the deployed stacks fill. */
export const STACK_KEYS = {
  aws: [
    'AWS_REGION',
    'BUCKET',
    'API_KEY_SECRET',
    'STORAGE_KEY',
    'NETWORK_ID',
    'CERTIFICATE',
    'ENGINE_IMAGE',
    'CLIENT_IMAGE',
    'COUNTERS_IMAGE',
  ],
  azure: [
    'STORAGE_ACCOUNT',
    'WEIGHTS_CONTAINER',
    'VAULT',
    'API_KEY_SECRET',
    'CERTIFICATE_SECRET',
    'STORAGE_KEY',
    'ENGINE_IDENTITY',
    'GATEWAY_IDENTITY',
    'ENGINE_IMAGE',
    'CLIENT_IMAGE',
    'COUNTERS_IMAGE',
    'GATEWAY_IMAGE',
    // Filled into values of a chart, by the program that installs it.
    'REMOTE_WRITE_URL',
    'METRICS_IDENTITY',
    'TENANT',
  ],
} as const;
type StackKey = (typeof STACK_KEYS)['aws' | 'azure'][number];

/** @param files - path of each object relative to the kustomization → object */
export function kustomization(deployment: Deployment, files: Manifests): Record<string, unknown> {
  const { provider, network } = deployment;
  const list = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources: [...files.keys()] };
  if (provider === 'onprem') return list;
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
      ...fill('CLIENT_IMAGE', containerImages(objects, ['supplies', 'key', 'certificate', 'driver'])),
      ...fill('COUNTERS_IMAGE', containerImages(objects, ['counters'])),
      ...fill('GATEWAY_IMAGE', containerImages(objects, ['gateway'])),
      ...fill('STORAGE_KEY', storageKeys(objects, provider)),
      ...(network.certificate === null ? fill('CERTIFICATE', annotated(objects, CERTIFICATE_ANNOTATION)) : []),
      ...fill('ENGINE_IDENTITY', annotated(objects, IDENTITY_ANNOTATION, deployment.name)),
      ...fill('GATEWAY_IDENTITY', annotated(objects, IDENTITY_ANNOTATION, gatewayName(deployment))),
    ],
  };
}

interface Target {
  readonly select: { readonly kind: string; readonly name: string };
  readonly fieldPaths: readonly string[];
}

function fill(key: StackKey, targets: readonly Target[]): Record<string, unknown>[] {
  return targets.length === 0 ? [] : [{ source: { kind: 'ConfigMap', name: STACK_CONFIG, fieldPath: `data.${key}` }, targets }];
}

/** Classes whose disks are encrypted with a key of the deployment's. */
function storageKeys(objects: readonly Manifest[], provider: 'aws' | 'azure'): Target[] {
  const parameter = STORAGE_KEY_PARAMETER[provider];
  return objects
    .filter((each) => each.kind === 'StorageClass' && parameter in ((each.parameters as object | undefined) ?? {}))
    .map((each) => ({ select: selection(each), fieldPaths: [`parameters.${parameter}`] }));
}

/** @param name - of the object, where others carry the annotation too */
function annotated(objects: readonly Manifest[], annotation: string, name?: string): Target[] {
  return objects
    .filter(
      (each) => each.metadata.annotations?.[annotation] !== undefined && (name ?? each.metadata.name) === each.metadata.name,
    )
    .map((each) => ({
      select: selection(each),
      fieldPaths: [`metadata.annotations.${annotation.replaceAll('.', '\\.')}`],
    }));
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
