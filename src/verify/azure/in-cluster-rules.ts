// Rules about what the second program registers: every emitted object, filled, and in an order that can work.
import type { Recording, Registration } from '../../documents/recording.ts';
import { type KubernetesObject, nameOf } from '../kubernetes/objects.ts';
import { type AzureRule, type Json, list } from './rule.ts';

const RELEASE = 'kubernetes:helm.sh/v3:Release';
const PROVIDER = 'pulumi:providers:kubernetes';
const STAGE_LABEL = 'seekstack.dev/stage';
const STAGES = ['base', 'fabric', 'serving', 'smoke'] as const;
/** What stands in a manifest until the stack is known. */
const UNFILLED = 'from stack.env';

const inside = ({ registrations }: Recording) =>
  registrations.filter((each) => each.type.startsWith('kubernetes:') && each.type !== RELEASE);
const releases = ({ registrations }: Recording) => registrations.filter((each) => each.type === RELEASE);
const keyOf = ({ inputs }: Registration): string => `${(inputs as Json).kind}/${(inputs as Json).metadata?.name}`;
const stageOf = ({ inputs }: Registration): string => (inputs as Json).metadata?.labels?.[STAGE_LABEL] ?? '';

export const IN_CLUSTER_RULES: readonly AzureRule[] = [
  {
    name: 'every-object-registered',
    tier: 'kubernetes',
    check: ({ recording, objects = [] }, report) => {
      const registered = inside(recording).map(keyOf);
      for (const object of objects) {
        const times = registered.filter((each) => each === nameOf(object)).length;
        if (times !== 1) report(null, `${nameOf(object)} ${times} times`, 'once, as it was emitted');
      }
      const known = new Set([...objects.map(nameOf), 'ConfigMap/stack']);
      for (const each of inside(recording)) if (!known.has(keyOf(each))) report(each, keyOf(each), 'an object of the manifests');
    },
  },
  {
    name: 'objects-as-emitted',
    tier: 'kubernetes',
    check: ({ recording, objects = [] }, report) => {
      for (const each of [...inside(recording), ...releases(recording)])
        if (JSON.stringify(each.inputs).includes(UNFILLED)) report(each, UNFILLED, 'the value of the stack');
      for (const each of inside(recording)) {
        const emitted = objects.find((object) => nameOf(object) === keyOf(each));
        const differs = emitted === undefined ? undefined : firstDifference(emitted, each);
        if (differs !== undefined) report(each, differs, 'as it was emitted, but for values of the stack');
      }
    },
  },
  {
    name: 'operators-pinned',
    tier: 'kubernetes',
    check: ({ recording, document: { operators } }, report) => {
      for (const release of releases(recording)) {
        const { name, version, chart, repositoryOpts, namespace } = release.inputs as Json;
        const wanted = operators.find((each) => each.id === name);
        if (wanted === undefined) {
          report(release, name, 'an operator of the document');
          continue;
        }
        if (version !== wanted.version) report(release, version, `${wanted.version}, as in the document`);
        const from = String(chart).startsWith('oci://') ? chart : `${repositoryOpts?.repo}/${chart}`;
        if (from !== `${wanted.repository}/${wanted.chart}`) report(release, from, `${wanted.repository}/${wanted.chart}`);
        if (namespace !== wanted.namespace) report(release, namespace, wanted.namespace);
      }
      for (const id of ['leader-worker-set', 'prometheus'])
        if (!releases(recording).some((each) => each.inputs.name === id))
          report(null, `no ${id}`, 'the operator its objects are of');
    },
  },
  {
    name: 'stages-in-order',
    tier: 'kubernetes',
    check: ({ recording }, report) => {
      const objects = inside(recording);
      const before = (each: Registration, earlier: readonly Registration[], what: string) => {
        const missing = earlier.find(({ urn }) => !each.dependencies.includes(urn));
        if (missing !== undefined) report(each, `does not wait for ${missing.name}`, what);
      };
      const base = objects.filter((each) => stageOf(each) === 'base');
      for (const release of releases(recording)) before(release, base, 'operators after what all stands on');
      STAGES.forEach((stage, index) => {
        const earlier = objects.filter((each) => STAGES.slice(0, index).some((one) => one === stageOf(each)));
        for (const each of objects.filter((one) => stageOf(one) === stage)) {
          before(each, earlier, `${stage} after ${STAGES.slice(0, index).join(', ')}`);
          if (index > 0) before(each, releases(recording), `${stage} after every operator`);
        }
      });
      for (const check of objects.filter((each) => (each.inputs as Json).kind === 'Job'))
        before(
          check,
          objects.filter((each) => stageOf(each) === stageOf(check) && (each.inputs as Json).kind !== 'Job'),
          'a check after all else of its stage',
        );
    },
  },
  {
    name: 'reached-with-a-login',
    tier: 'kubernetes',
    check: ({ recording }, report) => {
      const providers = recording.registrations.filter((each) => each.type === PROVIDER);
      if (providers.length !== 1) report(null, `${providers.length} ways into the cluster`, 'one');
      for (const provider of providers) {
        const { kubeconfig } = provider.inputs as Json;
        const text = String(kubeconfig?.secret ?? '');
        if (typeof kubeconfig !== 'object' || text === '') report(provider, 'a kubeconfig in clear', 'a secret');
        if (!text.includes('"kubelogin"') || /"(token|password|client-key-data)"/.test(text))
          report(provider, 'a kubeconfig with credentials', 'a login of whoever runs the program');
        for (const each of [...inside(recording), ...releases(recording)])
          if (!each.provider.startsWith(`${provider.urn}::`))
            report(each, each.provider || 'a provider of its own', provider.name);
      }
    },
  },
];

/** Path of the first field that is not as emitted; texts may differ where the stack fills them in. */
function firstDifference({ content }: KubernetesObject, { inputs }: Registration): string | undefined {
  return difference(content, inputs, '', fillable(content));
}

/** Places that the stack fills, whatever stands there. */
function fillable(content: Json): (path: string) => boolean {
  const notes = Object.entries<Json>(content.metadata?.annotations ?? {}).flatMap(([key, value]) =>
    value === UNFILLED ? [`.metadata.annotations.${key}`] : [],
  );
  return (path) => path.endsWith('.image') || notes.includes(path) || path.startsWith('.parameters.');
}

function difference(emitted: Json, got: Json, path: string, filled: (path: string) => boolean): string | undefined {
  if (filled(path)) return undefined;
  if (Array.isArray(emitted)) {
    if (list(got).length !== emitted.length) return path;
    return first(emitted.map((each, index) => difference(each, got[index], `${path}.${index}`, filled)));
  }
  if (typeof emitted === 'object' && emitted !== null) {
    if (typeof got !== 'object' || got === null) return path;
    // The provider's own notes come on top.
    const extra = Object.keys(got).find(
      (key) => !Object.hasOwn(emitted, key) && !key.startsWith('pulumi.com/') && key !== 'annotations',
    );
    if (extra !== undefined) return `${path}.${extra}`;
    return first(Object.keys(emitted).map((key) => difference(emitted[key], got[key], `${path}.${key}`, filled)));
  }
  return emitted === got ? undefined : path;
}

function first(found: readonly (string | undefined)[]): string | undefined {
  return found.find((each) => each !== undefined);
}
