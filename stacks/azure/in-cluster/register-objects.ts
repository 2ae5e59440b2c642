// Objects as resources: each of its own kind, in the order of stages, and waited for as long as it may take.
// In: objects with their values. Out: resources by `Kind/name`.
import { CustomResource } from '@pulumi/kubernetes/apiextensions/customResource.js';
import { DaemonSet } from '@pulumi/kubernetes/apps/v1/daemonSet.js';
import { Deployment as PodDeployment } from '@pulumi/kubernetes/apps/v1/deployment.js';
import { Job } from '@pulumi/kubernetes/batch/v1/job.js';
import { ConfigMap } from '@pulumi/kubernetes/core/v1/configMap.js';
import { Namespace } from '@pulumi/kubernetes/core/v1/namespace.js';
import { Service } from '@pulumi/kubernetes/core/v1/service.js';
import { ServiceAccount } from '@pulumi/kubernetes/core/v1/serviceAccount.js';
import { NetworkPolicy } from '@pulumi/kubernetes/networking/v1/networkPolicy.js';
import { PodDisruptionBudget } from '@pulumi/kubernetes/policy/v1/podDisruptionBudget.js';
import { Role } from '@pulumi/kubernetes/rbac/v1/role.js';
import { RoleBinding } from '@pulumi/kubernetes/rbac/v1/roleBinding.js';
import { StorageClass } from '@pulumi/kubernetes/storage/v1/storageClass.js';
import type * as pulumi from '@pulumi/pulumi';
import type { KubernetesObject } from './read-manifests.ts';

export const stages = ['base', 'fabric', 'serving', 'smoke'] as const;
export type Stage = (typeof stages)[number];
const stageLabel = 'seekstack.dev/stage';

type Arguments = Record<string, unknown>;
type ResourceClass = new (name: string, args: never, options: pulumi.CustomResourceOptions) => pulumi.CustomResource;

/** Kinds of Kubernetes itself; all others are of definitions that operators bring. */
const ownKinds: Readonly<Record<string, ResourceClass>> = {
  'apps/v1/DaemonSet': DaemonSet,
  'apps/v1/Deployment': PodDeployment,
  'batch/v1/Job': Job,
  'v1/ConfigMap': ConfigMap,
  'v1/Namespace': Namespace,
  'v1/Service': Service,
  'v1/ServiceAccount': ServiceAccount,
  'networking.k8s.io/v1/NetworkPolicy': NetworkPolicy,
  'policy/v1/PodDisruptionBudget': PodDisruptionBudget,
  'rbac.authorization.k8s.io/v1/Role': Role,
  'rbac.authorization.k8s.io/v1/RoleBinding': RoleBinding,
  'storage.k8s.io/v1/StorageClass': StorageClass,
};

/** How it is told that what an operator makes of its object is ready. */
const readiness: Readonly<Record<string, string>> = {
  LeaderWorkerSet: 'condition=Available',
  NicClusterPolicy: 'jsonpath={.status.state}=ready',
};

export interface RegisterOptions {
  provider: pulumi.ProviderResource;
  dependsOn: pulumi.Resource[];
  /** Longest time until an object is ready, seconds. */
  seconds: number;
  /** Objects whose number of replicas somebody else sets. */
  scaled: ReadonlySet<string>;
}

export function stageOf({ metadata }: KubernetesObject): Stage {
  const found = stages.find((each) => each === metadata.labels?.[stageLabel]);
  return found ?? 'base';
}

/** Kind and name: the same as long as the object is the same one. */
export function keyOf({ kind, metadata }: KubernetesObject): string {
  return `${kind}/${metadata.name}`;
}

/** @param filled - the object with its values, known once the other stack's outputs are */
export function registerObject(
  object: KubernetesObject,
  filled: pulumi.Output<KubernetesObject>,
  { provider, dependsOn, seconds, scaled }: RegisterOptions,
): pulumi.CustomResource {
  const { apiVersion, kind } = object;
  const args: Arguments = { apiVersion, kind };
  for (const field of Object.keys(object))
    if (field !== 'apiVersion' && field !== 'kind')
      args[field] = filled.apply((each) => (field === 'metadata' ? withNotes(each, seconds) : each[field]));
  const Kind = ownKinds[`${apiVersion}/${kind}`] ?? (CustomResource as unknown as ResourceClass);
  return new Kind(keyOf(object), args as never, {
    provider,
    dependsOn,
    customTimeouts: { create: `${seconds}s`, update: `${seconds}s` },
    ...(scaled.has(keyOf(object)) ? { ignoreChanges: ['spec.replicas'] } : {}),
  });
}

/** Words for the provider only. A service inside the cluster is one before any pod answers behind it. */
function withNotes({ kind, metadata, spec }: KubernetesObject, seconds: number): KubernetesObject['metadata'] {
  const notes: Record<string, string> = {};
  const ready = readiness[kind];
  if (ready !== undefined) {
    notes['pulumi.com/waitFor'] = ready;
    notes['pulumi.com/timeoutSeconds'] = String(seconds);
  }
  if (kind === 'Service' && (spec as { type?: string } | undefined)?.type !== 'LoadBalancer')
    notes['pulumi.com/skipAwait'] = 'true';
  return Object.keys(notes).length === 0 ? metadata : { ...metadata, annotations: { ...metadata.annotations, ...notes } };
}
