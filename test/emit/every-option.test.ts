// Every option of every example: it is emitted as a whole and true to the plan, or refused for a reason a user can act on.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { deploymentSchema, imageReference } from '../../src/documents/deployment.ts';
import type { Plan, PlanOption } from '../../src/documents/plan.ts';
import { buildProject, ORIGIN_PATH, type Project } from '../../src/emit/build-project.ts';
import { SeekstackError } from '../../src/errors.ts';
import { findPackage } from '../../src/files/package-root.ts';
import { readKubernetesSchemas } from '../../src/files/read-manifests.ts';
import { readStackSources } from '../../src/files/read-stacks.ts';
import { checkManifests } from '../../src/verify/kubernetes/check-manifests.ts';
import { exampleNames, planExample, root } from '../load-real.ts';

const digest = 'ab'.repeat(32);
const sources = readStackSources(findPackage());

interface Emitted {
  readonly plan: Plan;
  readonly option: PlanOption;
  readonly project: Project;
}

const emitted: Emitted[] = [];
const refused: { readonly plan: Plan; readonly option: PlanOption; readonly error: unknown }[] = [];

beforeAll(() => {
  for (const name of exampleNames) {
    const plan = planExample(name);
    for (const option of plan.options) {
      try {
        emitted.push({ plan, option, project: buildProject(plan, digest, option, sources) });
      } catch (error) {
        refused.push({ plan, option, error });
      }
    }
  }
});

const text = ({ project }: Emitted, path: string) => project.files.get(path) as string;

test('the winner of each example is emitted, and many options of each provider', () => {
  for (const { plan, option } of refused) expect([plan.name, plan.verdict.winner]).not.toEqual([plan.name, option.id]);
  for (const provider of ['aws', 'azure', 'onprem'] as const)
    expect(emitted.filter(({ option }) => option.provider === provider).length).toBeGreaterThan(10);
});

test('what is not emitted is refused for a reason a user can act on', () => {
  expect(refused.length).toBeGreaterThan(0);
  for (const { option, error } of refused) {
    expect(error).toBeInstanceOf(SeekstackError);
    const { code, problems } = error as SeekstackError;
    expect([option.id, code, problems.length]).toEqual([option.id, 'E_NOT_EMITTABLE', 1]);
    expect([option.id, problems[0]?.fix]).toEqual([option.id, expect.not.stringContaining('report it')]);
    const known =
      option.nodesPerReplica > 1 ||
      option.prefill !== null ||
      option.serving.image === null ||
      option.checkpoint.hfId === null ||
      option.engine === 'ktransformers' ||
      (option.engine === 'tensorrt-llm' && option.layout.dataParallel > 1) ||
      (option.provider === 'azure' && option.machine.cpuArchitecture === 'arm64');
    expect([option.id, known]).toEqual([option.id, true]);
  }
});

test('every document is valid and says what the plan says', () => {
  for (const each of emitted) {
    const { plan, option } = each;
    const deployment = deploymentSchema.parse(JSON.parse(text(each, 'deployment.json')));
    expect(deployment).toEqual(each.project.deployment);
    expect(deployment).toMatchObject({
      optionId: option.id,
      provider: option.provider,
      placement: { region: option.region },
      machine: { type: option.machine.id },
      fleet: { nodes: option.nodes, purchase: option.purchase },
      model: { id: plan.workload.model, hfId: option.checkpoint.hfId },
      engine: { id: option.engine },
      cost: { usdPerHour: option.cost.usdPerHour },
      network: { clientCidrs: plan.workload.clients },
    });
    // The pool that answers callers comes last.
    expect(deployment.pools.at(-1)?.layout).toMatchObject({
      tensorParallel: option.layout.tensorParallel,
      maxSequences: option.batch.limit,
    });
    expect(deployment.pools).toHaveLength(option.prefill === null ? 1 : 2);
    expect((deployment.machine.accelerator?.count ?? 0) * deployment.fleet.nodes).toBe(option.accelerators);
    expect(deployment.engine.image.tag).not.toMatch(/^(latest|nightly|main)$/);
  }
});

test('every engine is told its model, its length, its port and how many sequences it may take', () => {
  const seen = new Set<string>();
  for (const { plan, option, project } of emitted) {
    const args = project.deployment.pools[0]?.args ?? [];
    const after = (...names: string[]) => args[args.findIndex((arg) => names.includes(arg)) + 1];
    seen.add(option.engine);
    const stored = option.provider !== 'onprem';
    const model = stored ? '/weights/model' : option.checkpoint.hfId;
    if (option.engine !== 'llama.cpp' || !stored) expect(args.some((arg) => arg.startsWith(model as string))).toBe(true);
    expect(after('--port')).toBe('8000');
    expect(args.every((arg) => arg !== 'NaN' && arg !== 'undefined' && arg !== 'null')).toBe(true);
    const groups = option.engine === 'vllm' ? option.layout.dataParallel : 1;
    expect(Number(after('--max-num-seqs', '--max-running-requests', '--max_batch_size', '--parallel'))).toBe(
      Math.ceil((option.engine === 'llama.cpp' ? option.batch.atCapacity : option.batch.limit) / groups),
    );
    const slots = option.engine === 'llama.cpp' ? option.batch.atCapacity : 1;
    expect(Number(after('--max-model-len', '--context-length', '--max_seq_len', '--ctx-size'))).toBe(
      plan.workload.maximumTokens * slots,
    );
    if (option.engine !== 'llama.cpp') {
      const share = Number(after('--gpu-memory-utilization', '--mem-fraction-static', '--kv_cache_free_gpu_memory_fraction'));
      expect(share).toBeGreaterThan(0);
      expect(share).toBeLessThanOrEqual(1);
    }
  }
  expect([...seen].sort()).toEqual(['llama.cpp', 'sglang', 'tensorrt-llm', 'vllm']);
});

test('every README tells the cost an hour, how to deploy and how to take it down', () => {
  const down = { aws: 'npm run destroy', azure: 'npm run destroy', onprem: 'kubectl delete -k kubernetes' };
  const up = { aws: 'npm run deploy', azure: 'npm run up', onprem: 'kubectl apply -k kubernetes' };
  for (const each of emitted) {
    const readme = text(each, 'README.md');
    const hour = each.option.cost.usdPerHour.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    expect(readme).toContain(`USD ${hour} an hour`);
    expect(readme).toContain(up[each.option.provider]);
    expect(readme).toContain(down[each.option.provider]);
    expect(readme).toContain(each.option.id);
    expect(readme).not.toMatch(/undefined|NaN|\[object/);
  }
});

test('every command of a README of a stack is one the project has', () => {
  for (const each of emitted.filter(({ option }) => option.provider !== 'onprem')) {
    const { scripts } = JSON.parse(text(each, 'package.json')) as { scripts: Record<string, string> };
    for (const [, name] of text(each, 'README.md').matchAll(/npm run ([a-z-]+)/g)) expect(Object.keys(scripts)).toContain(name);
  }
});

describe('the stacks', () => {
  test.each(['aws', 'azure'] as const)('of %s hold every source of the folder, byte for byte', (provider) => {
    const one = emitted.find(({ option }) => option.provider === provider) as Emitted;
    const folder = join(root, 'stacks', provider);
    const programs = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(ts|py)$/.test(name));
    const single = one.project.deployment.tier === 'single-node';
    const project = readdirSync(join(folder, 'project'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, 'project').length + 1))
      .filter((name) => !(single && name.startsWith('in-cluster/')));
    const fromRoot = (path: string) => [path, join(root, path)] as const;
    const expected = new Map([
      ...programs.map((name) => [`stacks/${provider}/${name}`, join(folder, name)] as const),
      ...project.map((name) => [name === 'gitignore' ? '.gitignore' : name, join(folder, 'project', name)] as const),
      ...['deployment', 'operator-ids', 'rehearsal'].map((name) => `src/documents/${name}.ts`).map(fromRoot),
      ...(provider === 'azure' ? ['watching', 'endpoint'] : []).flatMap((folder) =>
        readdirSync(join(root, 'src', folder)).map((name) => fromRoot(`src/${folder}/${name}`)),
      ),
    ]);
    expect([...one.project.files.keys()]).toEqual([...expected.keys(), 'README.md', 'deployment.json', ORIGIN_PATH].sort());
    for (const [path, from] of expected) expect([path, text(one, path)]).toEqual([path, readFileSync(from, 'utf8')]);
  });

  test.each(['aws', 'azure'] as const)('of %s import nothing that is not emitted with them', (provider) => {
    const one = emitted.find(({ option }) => option.provider === provider) as Emitted;
    for (const [path, source] of one.project.files) {
      if (!path.endsWith('.ts')) continue;
      for (const [, target] of source.matchAll(/from '(\.[^']+)'/g))
        expect([path, one.project.files.has(join(path, '..', target as string))]).toEqual([path, true]);
    }
  });

  test.each(['aws', 'azure'] as const)('of %s have lockfiles of the same packages, without registry addresses', (provider) => {
    const one = emitted.find(({ option }) => option.provider === provider) as Emitted;
    const lock = JSON.parse(text(one, 'package-lock.json')) as {
      packages: Record<string, { version?: string; resolved?: string; dependencies?: object; devDependencies?: object }>;
    };
    const { dependencies, devDependencies } = JSON.parse(text(one, 'package.json')) as {
      dependencies: Record<string, string>;
      devDependencies: Record<string, string>;
    };
    expect(lock.packages['']).toMatchObject({ dependencies, devDependencies });
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
      expect([name, lock.packages[`node_modules/${name}`]?.version]).toEqual([name, version]);
    expect(Object.values(lock.packages).filter((entry) => entry.resolved !== undefined)).toEqual([]);
  });
});

test('manifests keep the published schemas and every rule, on premises and wherever replicas span nodes', () => {
  const schemas = readKubernetesSchemas(findPackage().catalog);
  const tiers = new Set<string>();
  for (const each of emitted) {
    const { deployment, files } = each.project;
    const names = [...files.keys()].filter((name) => /^kubernetes\/[^/]+\.yaml$/.test(name));
    expect([each.option.id, names.length > 0]).toEqual([
      each.option.id,
      deployment.provider === 'onprem' || deployment.tier === 'kubernetes',
    ]);
    if (names.length === 0) continue;
    tiers.add(`${deployment.provider} ${deployment.tier} ${deployment.pools.length}`);
    const { resources } = parse(text(each, 'kubernetes/kustomization.yaml')) as { resources: string[] };
    const objects = names
      .filter((name) => !name.endsWith('/kustomization.yaml'))
      .map((file) => ({ file, content: parse(text(each, file)) as unknown }));
    const listed = resources.map((name) => `kubernetes/${name}`);
    expect([each.option.id, checkManifests({ document: deployment, objects }, schemas, listed).findings]).toEqual([
      each.option.id,
      [],
    ]);
  }
  expect([...tiers]).toEqual(
    expect.arrayContaining(['onprem single-node 1', 'onprem kubernetes 1', 'aws kubernetes 1', 'azure kubernetes 1']),
  );
}, 120_000);

describe('on premises', () => {
  interface Container {
    readonly image: string;
    readonly env: readonly { readonly name: string; readonly value: unknown }[];
    readonly resources: { readonly limits: Record<string, string>; readonly requests: Record<string, string> };
    readonly securityContext: object;
  }
  interface Read {
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace: string };
    readonly spec: {
      readonly replicas: number;
      readonly serviceName: string;
      readonly template: { readonly spec: { readonly containers: readonly [Container] } };
    };
  }
  const owned = () => emitted.filter(({ option }) => option.provider === 'onprem');
  const single = () => owned().filter(({ project }) => project.deployment.tier === 'single-node');
  const read = <T = Read>(each: Emitted, name: string) => parse(text(each, `kubernetes/${name}`)) as T;

  test('replicas times accelerators are those of the plan, by the vendor’s own resource', () => {
    const vendors = new Set<string | null>();
    for (const each of single()) {
      const { option } = each;
      const { spec } = read(each, '30-stateful-set.yaml');
      const [container] = spec.template.spec.containers;
      vendors.add(option.machine.acceleratorVendor);
      const resource = { nvidia: 'nvidia.com/gpu', amd: 'amd.com/gpu', none: '' }[option.machine.acceleratorVendor ?? 'none'];
      expect(container.resources.limits).toEqual(container.resources.requests);
      expect(Object.keys(container.resources.limits)).toEqual(resource === '' ? [] : [resource]);
      expect(spec.replicas * Number(container.resources.limits[resource] ?? 0)).toBe(option.accelerators);
      expect(spec.replicas).toBe(option.nodes);
    }
    expect(vendors).toEqual(new Set(['nvidia', 'amd', null]));
  });

  test('the container is the pinned image, may gain no privileges, and has a text for every variable', () => {
    for (const each of single()) {
      const [container] = read(each, '30-stateful-set.yaml').spec.template.spec.containers;
      expect(container.image).toBe(imageReference(each.project.deployment.engine.image));
      expect(container.image).toMatch(/@sha256:[0-9a-f]{64}$|:(?!latest$)[\w.-]+$/);
      expect(container.securityContext).toEqual({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
      for (const { value } of container.env) expect(typeof value).toBe('string');
    }
  });

  test('traffic is denied before it is allowed, and allowed only from the clients', () => {
    for (const each of single()) {
      const deny = read<{ spec: object }>(each, '50-network-deny.yaml');
      expect(deny.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
      const allow = read<{ spec: { ingress: { from: { ipBlock: { cidr: string } }[] }[] } }>(each, '51-network-allow.yaml');
      expect(allow.spec.ingress.flatMap((rule) => rule.from.map((peer) => peer.ipBlock.cidr))).toEqual(
        each.plan.workload.clients,
      );
    }
  });

  test('names fit together: service, set, namespace', () => {
    for (const each of single()) {
      const set = read(each, '30-stateful-set.yaml');
      expect(set.spec.serviceName).toBe(read(each, '20-service-nodes.yaml').metadata.name);
      expect(read(each, '00-namespace.yaml').metadata.name).toBe(set.metadata.namespace);
    }
  });

  test('the bill of materials sums to what the plan would buy', () => {
    for (const each of owned()) {
      const { option } = each;
      expect(option.cost.capital.reduce((sum, item) => sum + item.usdEach * item.quantity, 0)).toBeCloseTo(
        option.cost.capexUsd,
        2,
      );
      const [head = '', ...rows] = text(each, 'bill-of-materials.csv').trim().split('\n');
      expect(head).toBe('item,description,quantity,usdEach,usdEachLow,usdEachHigh,usdTotal,source');
      expect(rows).toHaveLength(option.cost.capital.length);
      const total = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 }).format(option.cost.capexUsd);
      expect(text(each, 'BILL-OF-MATERIALS.md')).toContain(`| **total** | | | | **${total}** |`);
      for (const item of option.cost.capital) {
        expect(item.low).toBeLessThanOrEqual(item.usdEach);
        expect(item.high).toBeGreaterThanOrEqual(item.usdEach);
      }
    }
  });

  test('every price in it has a source that is named', () => {
    for (const each of owned())
      for (const item of each.option.cost.capital) {
        const source = each.plan.sources[item.source];
        expect(source).toBeDefined();
        expect(text(each, 'BILL-OF-MATERIALS.md')).toContain(source?.title);
      }
  });

  test('no file of a cloud’s program is among it', () => {
    for (const { project } of owned())
      expect([...project.files.keys()].filter((path) => path.endsWith('.ts') || path === 'package.json')).toEqual([]);
  });
});
