// Kubernetes objects as data, and what all objects of a deployment share: names, labels, selectors, escaped text.
import type { Deployment, Pool } from '../../documents/deployment.ts';

/** A Kubernetes object: kind, name and the rest as data. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** Manifests by file name, in the order they are applied. */
export type Manifests = ReadonlyMap<string, Manifest>;

/** When an object is applied: what all else stands on, the check of the fabric, the service itself, the check of the service. */
export type Stage = 'base' | 'fabric' | 'serving' | 'smoke';

export const STAGE_LABEL = 'seekstack.dev/stage';
export const POOL_LABEL = 'seekstack.dev/pool';
export const SERVER_LABEL = 'seekstack.dev/server';
/** What a pod is for: engine, router, counters, check. */
export const PART_LABEL = 'app.kubernetes.io/component';
/** Set by the LeaderWorkerSet controller; 0 is the pod of a group that answers requests. */
export const RANK_LABEL = 'leaderworkerset.sigs.k8s.io/worker-index';
const NAME_LABEL = 'app.kubernetes.io/name';
const PLAN_DIGITS = 16;

export const GPU_RESOURCES = { nvidia: 'nvidia.com/gpu', amd: 'amd.com/gpu' } as const;

/** Name, namespace and labels of an object. */
export function metadataOf(deployment: Deployment, name: string, stage: Stage): Manifest['metadata'] {
  return { name, namespace: deployment.name, labels: { ...commonLabels(deployment), [STAGE_LABEL]: stage } };
}

export function commonLabels({ name, planDigest }: Deployment): Record<string, string> {
  return {
    [NAME_LABEL]: name,
    'app.kubernetes.io/managed-by': 'seekstack',
    'seekstack.dev/plan': planDigest.slice(0, PLAN_DIGITS),
  };
}

/** Finds every pod of a deployment, or those of one part or pool. */
export function selectorOf({ name }: Deployment, more: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { [NAME_LABEL]: name, ...more };
}

/** The leader pods of a pool. */
export function leadersOf(deployment: Deployment, role: Pool['role']): Record<string, string> {
  return selectorOf(deployment, { [PART_LABEL]: 'engine', [POOL_LABEL]: role, [RANK_LABEL]: '0' });
}

/** The pool whose leaders answer requests by themselves; null where a router stands before two. */
export function servingRole({ pools }: Deployment): 'serve' | null {
  return pools.length === 1 ? 'serve' : null;
}

/** Kubernetes fills `$(NAME)` in commands, arguments and variables in; doubled, the sign stays a sign. */
export function literally(text: string): string {
  return text.replaceAll('$', '$$$$');
}

/** Variables of a container whose values are taken as they stand. */
export function variables(values: Readonly<Record<string, string>>): { name: string; value: string }[] {
  return Object.entries(values).map(([name, value]) => ({ name, value: literally(value) }));
}
