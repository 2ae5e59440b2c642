// Kubernetes objects as data: what a project's manifests hold, and where pods stand in them.

// biome-ignore lint/suspicious/noExplicitAny: a manifest is YAML that anybody may have edited; every rule looks before it believes
export type Json = any;

export interface KubernetesObject {
  /** File it was read from, relative to the project. */
  readonly file: string;
  readonly content: Json;
}

/** A template of pods, and the object that starts them. */
export interface PodTemplate {
  readonly owner: KubernetesObject;
  /** `leader` and `worker` of a group, `pod` anywhere else. */
  readonly part: 'leader' | 'worker' | 'pod';
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: Json;
}

export function ofKind(objects: readonly KubernetesObject[], ...kinds: readonly string[]): KubernetesObject[] {
  return objects.filter((each) => kinds.includes(each.content?.kind));
}

/** Kind and name, as messages name an object. */
export function nameOf({ content }: KubernetesObject): string {
  return `${content?.kind ?? 'object'}/${content?.metadata?.name ?? 'without a name'}`;
}

export function labelsOf(content: Json): Readonly<Record<string, string>> {
  return content?.metadata?.labels ?? {};
}

export function podTemplates(objects: readonly KubernetesObject[]): PodTemplate[] {
  return objects.flatMap((owner): PodTemplate[] => {
    const { kind, spec } = owner.content ?? {};
    const template = (part: PodTemplate['part'], content: Json): PodTemplate[] =>
      content === undefined ? [] : [{ owner, part, labels: labelsOf(content), spec: content.spec ?? {} }];
    if (kind === 'LeaderWorkerSet')
      return [
        ...template('leader', spec?.leaderWorkerTemplate?.leaderTemplate),
        ...template('worker', spec?.leaderWorkerTemplate?.workerTemplate),
      ];
    return ['Deployment', 'DaemonSet', 'StatefulSet', 'Job'].includes(kind) ? template('pod', spec?.template) : [];
  });
}

export function containersOf({ spec }: PodTemplate): Json[] {
  return [...list(spec.initContainers), ...list(spec.containers)];
}

export function engineOf({ spec }: PodTemplate): Json {
  return list(spec.containers).find((each) => each?.name === 'engine');
}

export function list(value: Json): Json[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
}

/** Kubernetes writes one sign where two stand. */
export function unescaped(text: Json): string {
  return String(text).replaceAll('$$', '$');
}
