// Hostile text: whatever the deployment's schema lets through arrives in the manifests as it is, and nowhere as code.
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { deploymentSchema } from '../../src/documents/deployment.ts';
import type { Plan, PlanOption } from '../../src/documents/plan.ts';
import { buildProject } from '../../src/emit/build-project.ts';
import { SeekstackError } from '../../src/errors.ts';
import { planExample } from '../load-real.ts';
import { asKubernetesFills } from '../stacks/kubernetes.ts';

const digest = 'ab'.repeat(32);
const none = new Map<string, string>();

let plan: Plan;
let option: PlanOption;

beforeAll(() => {
  plan = planExample('chat.yaml');
  option = plan.options.find((each) => each.id === plan.verdict.best.onprem) as PlanOption;
});

const withFlags = (modelFlags: string[]): PlanOption => ({ ...option, serving: { ...option.serving, modelFlags } });

interface Pod {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly template: { readonly spec: { readonly containers: readonly { readonly args: readonly string[] }[] } };
  };
}

/** The arguments as kubectl would read them, by the rules of YAML 1.2 and of 1.1, which Go's parser still follows in part. */
function readArgs(text: string): (readonly string[])[] {
  return (['1.1', '1.2'] as const).map((version) =>
    ((parse(text, { version }) as Pod).spec.template.spec.containers[0]?.args ?? []).map((word) => asKubernetesFills(word, {})),
  );
}

const printable = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  minLength: 1,
  maxLength: 60,
});
const nasty = fc.constantFrom(
  '${HOME}',
  '$(reboot)',
  '`reboot`',
  '"; rm -rf / #',
  "'''",
  '{{ .Values.x }}',
  '- a: b',
  '!!js/function x',
  '&a',
  '*a',
  '%',
  '@x',
  '|',
  '>-',
  '? x',
  ': ',
  ' #',
  '---',
  '...',
  '~',
  'null',
  'true',
  'no',
  'NO',
  'on',
  'y',
  '0123',
  '0x1f',
  '1_000',
  '1e3',
  '.inf',
  '12:30:45',
  '2026-11-24',
  '<<',
  '=',
  ' leading',
  'trailing ',
  '\\n',
);

describe('manifests', () => {
  test('carry every printable argument unchanged, in either version of YAML', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(printable, nasty), { minLength: 1, maxLength: 12 }), (flags) => {
        const project = buildProject(plan, digest, withFlags(flags), none);
        const args = project.deployment.pools[0]?.args ?? [];
        expect(args.slice(-flags.length)).toEqual(flags);
        for (const read of readArgs(project.files.get('kubernetes/30-stateful-set.yaml') as string)) expect(read).toEqual(args);
        expect(deploymentSchema.parse(JSON.parse(project.files.get('deployment.json') as string))).toEqual(project.deployment);
      }),
      { numRuns: 60 },
    );
  });

  test.each(['no', 'on', 'y', 'yes', 'null', 'true', 'off', 'n'])('a deployment named %s keeps its name', (name) => {
    const { files } = buildProject({ ...plan, name }, digest, option, none);
    for (const [path, text] of files) {
      if (!path.startsWith('kubernetes/') || path.endsWith('kustomization.yaml')) continue;
      const found = parse(text, { version: '1.1' }) as Pod;
      expect([path, typeof found.metadata.name]).toEqual([path, 'string']);
      expect(found.metadata.name).toMatch(new RegExp(`^${name}`));
      if (path !== 'kubernetes/00-namespace.yaml') expect(found.metadata.namespace).toBe(name);
    }
  });
});

describe('the schema refuses', () => {
  const refused = (changed: () => unknown) => {
    try {
      changed();
    } catch (error) {
      expect(error).toBeInstanceOf(SeekstackError);
      return (error as SeekstackError).problems.map((problem) => `${problem.code} ${problem.where?.field}`);
    }
    return [];
  };

  test.each(['line\nbreak', 'tab\t', 'bell\u0007', 'ünïcode', '\u202ereversed', '\u2028', 'nul\0', ''])(
    'the argument %j',
    (flag) => {
      const [problem] = refused(() => buildProject(plan, digest, withFlags([flag]), none));
      expect(problem).toMatch(/^E_NOT_EMITTABLE pools\.0\.args\.\d+$/);
    },
  );

  test.each(['../../etc', 'Upper', 'a b', 'a;b', '', 'x'.repeat(33), '-a', 'a-', '1a'])('the name %j', (name) => {
    expect(refused(() => buildProject({ ...plan, name }, digest, option, none))).toContain('E_NOT_EMITTABLE name');
  });

  test.each(['Owner/Repo;x', 'one-part', 'a/b c'])('the repository %j', (hfId) => {
    const changed = { ...option, checkpoint: { ...option.checkpoint, hfId } };
    expect(refused(() => buildProject(plan, digest, changed, none))).toContain('E_NOT_EMITTABLE model.hfId');
  });

  test.each(['latest; rm', '-v', ''])('the image tag %j', (tag) => {
    const image = { repository: 'docker.io/vllm/vllm-openai', tag, digest: null };
    const changed = { ...option, serving: { ...option.serving, image } };
    expect(refused(() => buildProject(plan, digest, changed, none))).toContain('E_NOT_EMITTABLE engine.image.tag');
  });

  test('a layout that does not fill its machine', () => {
    const changed = { ...option, layout: { ...option.layout, tensorParallel: 3 } };
    expect(refused(() => buildProject(plan, digest, changed, none))).toContain('E_NOT_EMITTABLE pools.0.layout');
  });
});

test('typographic signs in cost lines become ASCII, and others a question mark', () => {
  const line = {
    ...(option.cost.lines[0] as PlanOption['cost']['lines'][number]),
    label: '2 × node – “a” · 漢',
    basis: 'ünïcode\n',
  };
  const { deployment } = buildProject(plan, digest, { ...option, cost: { ...option.cost, lines: [line] } }, none);
  expect(deployment.cost.lines).toMatchObject([{ label: '2 x node - ?a? - ?', basis: '?n?code?' }]);
});
