// Emitted projects: verbatim programs, one valid document, exact pins, and never over somebody's edits.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { deploymentSchema } from '../../src/documents/deployment.ts';
import type { Plan, PlanOption } from '../../src/documents/plan.ts';
import { buildProject, type Project } from '../../src/emit/build-project.ts';
import { engineCommand } from '../../src/emit/engine-arguments.ts';
import { findPackage } from '../../src/files/package-root.ts';
import { readStackSources } from '../../src/files/read-stacks.ts';
import { inFolder, runCli } from '../cli/harness.ts';
import { planExample, root } from '../load-real.ts';

const digest = 'a'.repeat(64);
const sources = readStackSources(findPackage());
const plan = planExample('chat.yaml');
const best = (provider: 'aws' | 'azure' | 'onprem', of: Plan = plan): PlanOption => {
  const found = of.options.find((option) => option.id === of.verdict.best[provider]);
  if (found === undefined) throw new Error(`no feasible option on ${provider}`);
  return found;
};

describe.each(['aws', 'azure', 'onprem'] as const)('a project for %s', (provider) => {
  let project: Project;
  beforeAll(() => {
    project = buildProject(plan, digest, best(provider), sources);
  });
  test('holds a valid document that says what the plan says', () => {
    const deployment = deploymentSchema.parse(JSON.parse(project.files.get('deployment.json') ?? ''));
    const option = best(provider);
    expect(deployment).toMatchObject({
      optionId: option.id,
      planDigest: digest,
      fleet: { nodes: option.nodes },
      machine: { type: option.machine.id },
      placement: { region: option.region },
    });
    expect(deployment.cost.usdPerMonth).toBe(option.cost.usdPerMonth.typical);
    expect(deployment.engine.image.tag).not.toMatch(/^(latest|nightly)$/);
  });
  test('is the same when built again', () =>
    expect([...buildProject(plan, digest, best(provider), sources).files]).toEqual([...project.files]));
  test('tells commands, cost an hour and teardown in its README', () => {
    const readme = project.files.get('README.md') ?? '';
    expect(readme).toContain(
      `USD ${best(provider).cost.usdPerHour.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })} an hour`,
    );
    expect(readme).toMatch(/## Deploy[\s\S]*## Take it down/);
    expect(readme).toMatch(/npm run destroy|pulumi destroy|kubectl delete/);
  });
});

describe.each(['aws', 'azure'] as const)('the stack of %s', (provider) => {
  const project = buildProject(plan, digest, best(provider), sources);
  const rootManifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>;
    dependencies: Record<string, string>;
  };
  test('is copied as it is, with the document module', () => {
    const programs = [...project.files].filter(([path]) => path.endsWith('.ts'));
    expect(programs.length).toBeGreaterThan(8);
    for (const [path, text] of programs) expect(text).toBe(readFileSync(join(root, path), 'utf8'));
    expect(project.files.has('src/documents/deployment.ts')).toBe(true);
    expect(project.files.has('.gitignore')).toBe(true);
    expect(
      [...project.files.keys()].filter((path) => path.startsWith(provider === 'aws' ? 'stacks/azure' : 'stacks/aws')),
    ).toEqual([]);
  });
  test('pins exactly what was tested here', () => {
    const manifest = JSON.parse(project.files.get('package.json') ?? '') as {
      dependencies?: Record<string, string>;
      devDependencies?: Record<string, string>;
    };
    const pinned = { ...rootManifest.devDependencies, ...rootManifest.dependencies };
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }))
      expect([name, version]).toEqual([name, pinned[name]]);
    expect(project.files.get('package-lock.json')).not.toContain('"resolved"');
  });
});

describe('engine arguments', () => {
  const option = best('aws');
  const layout = { name: '', tensorParallel: 2, dataParallel: 4, expertParallel: 8, pipelineParallel: 1 };
  const shaped = (engine: PlanOption['engine'], changes: Partial<PlanOption> = {}): PlanOption => ({
    ...option,
    engine,
    layout,
    batch: { atPeak: 10, atCapacity: 80, limit: 90 },
    ...changes,
  });
  test('of vLLM count sequences a data-parallel group', () => {
    const { command, args } = engineCommand(plan, shaped('vllm'));
    expect(command).toEqual(['vllm', 'serve']);
    expect(args.join(' ')).toContain(
      '--tensor-parallel-size 2 --data-parallel-size 4 --pipeline-parallel-size 1 --enable-expert-parallel --max-num-seqs 23',
    );
  });
  test('of SGLang count all ranks as tensor-parallel under attention data parallelism', () => {
    expect(engineCommand(plan, shaped('sglang')).args.join(' ')).toContain(
      '--tp 8 --dp 4 --pp-size 1 --ep-size 8 --enable-dp-attention --max-running-requests 90',
    );
    expect(engineCommand(plan, shaped('sglang', { layout: { ...layout, expertParallel: 1 } })).args.join(' ')).toContain(
      '--tp 2 --dp 4',
    );
  });
  test('of TensorRT-LLM are refused where a file would be needed', () => {
    expect(() => engineCommand(plan, shaped('tensorrt-llm'))).toThrow(/E_NOT_EMITTABLE/);
    expect(
      engineCommand(plan, shaped('tensorrt-llm', { layout: { ...layout, tensorParallel: 8, dataParallel: 1 } })).args,
    ).toContain('--max_batch_size');
  });
  test('of llama.cpp name the quantisation and share one context', () => {
    const checkpoint = { ...option.checkpoint, hfId: 'unsloth/DeepSeek-R1-GGUF', hfInclude: '*Q4_K_M*' };
    const batch = { atPeak: 1, atCapacity: 2, limit: 2 };
    const { args } = engineCommand(plan, shaped('llama.cpp', { provider: 'onprem', checkpoint, batch }));
    expect(args.join(' ')).toContain('-hf unsloth/DeepSeek-R1-GGUF:Q4_K_M');
    // On AWS no machine reaches the hub: the file is named by the node that fetched it.
    expect(engineCommand(plan, shaped('llama.cpp', { provider: 'aws', checkpoint, batch })).args).not.toContain('-hf');
    expect(args[args.indexOf('--ctx-size') + 1]).toBe(String(2 * plan.workload.maximumTokens));
  });
  test('are refused for KTransformers, unpublished checkpoints, unknown images and many nodes', () => {
    expect(() => engineCommand(plan, shaped('ktransformers'))).toThrow(/E_NOT_EMITTABLE/);
    expect(() => engineCommand(plan, shaped('vllm', { checkpoint: { ...option.checkpoint, hfId: null } }))).toThrow(
      /E_NOT_EMITTABLE/,
    );
    expect(() => buildProject(plan, digest, { ...option, serving: { ...option.serving, image: null } }, sources)).toThrow(
      /E_NOT_EMITTABLE/,
    );
    const wide = { ...option, nodesPerReplica: 2 };
    for (const [change, why] of [
      [{ provider: 'azure' }, /no tls-proxy is known/],
      [{ engine: 'tensorrt-llm' }, /spans 2 nodes of tensorrt-llm[\s\S]*vLLM or SGLang/],
      [{ machine: { ...option.machine, acceleratorVendor: 'amd' } }, /of amd accelerators/],
      [{ machine: { ...option.machine, fabric: null } }, /whose fabric is not known/],
      [
        { engine: 'vllm', prefill: { layout: option.layout, workers: 1, spareWorkers: 0, nodesPerWorker: 1 } },
        /prefill and \d+ decode workers of vllm[\s\S]*SGLang/,
      ],
    ] as const)
      expect(() => buildProject(plan, digest, { ...wide, ...change } as PlanOption, sources)).toThrow(why);
  });
});

describe('an on-premises project', () => {
  interface Loaded {
    kind: string;
    spec: Record<string, never> & {
      replicas: number;
      template: { spec: { containers: { image: string; args: string[]; resources: { limits: Record<string, string> } }[] } };
    };
  }
  const load = (project: Project) =>
    new Map(
      [...project.files].filter(([path]) => path.startsWith('kubernetes/')).map(([path, text]) => [path, parse(text) as Loaded]),
    );
  test('asks for as many accelerators as the plan, pinned and closed by default', () => {
    const option = best('onprem');
    const project = buildProject(plan, digest, option, sources);
    const manifests = load(project);
    const set = manifests.get('kubernetes/30-stateful-set.yaml') as Loaded;
    const container = set.spec.template.spec.containers[0];
    expect(set.spec.replicas * Number(container?.resources.limits['nvidia.com/gpu'])).toBe(option.accelerators);
    expect(container?.image).toMatch(/@sha256:|:[\w.-]+$/);
    expect(container?.args).toEqual(project.deployment.pools[0]?.args);
    expect([...manifests.values()].map((each) => each.kind)).toEqual(
      expect.arrayContaining(['Namespace', 'ServiceAccount', 'Service', 'StatefulSet', 'PodDisruptionBudget', 'NetworkPolicy']),
    );
    expect(manifests.get('kubernetes/50-network-deny.yaml')?.spec).toEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    });
    const listed = (manifests.get('kubernetes/kustomization.yaml') as unknown as { resources: string[] }).resources;
    expect(listed.map((name) => `kubernetes/${name}`).sort()).toEqual(
      [...manifests.keys()].filter((path) => !path.endsWith('kustomization.yaml')).sort(),
    );
  });
  test('orders what the plan pays for', () => {
    const option = best('onprem');
    const rows = (buildProject(plan, digest, option, sources).files.get('bill-of-materials.csv') ?? '')
      .trim()
      .split('\n')
      .slice(1);
    const total = rows.reduce((sum, row) => sum + Number(row.split(',').at(-2)), 0);
    expect(Math.abs(total - option.cost.capexUsd)).toBeLessThan(rows.length);
  });
  test('of a CPU box asks for no accelerator', () => {
    const of = planExample('cpu-team.yaml');
    const project = buildProject(of, digest, best('onprem', of), sources);
    expect(project.files.get('kubernetes/30-stateful-set.yaml')).not.toMatch(/nvidia|amd\.com/);
    expect(project.deployment.engine.id).toBe('llama.cpp');
  });
});

describe('emitting into a folder', () => {
  const emit = (folder: string, ...more: string[]) =>
    runCli('emit', join(folder, 'plan.json'), '--provider', 'onprem', '--out', join(folder, 'out'), ...more);
  const prepared = (use: (folder: string) => Promise<void>) =>
    inFolder(async (folder) => {
      await runCli('plan', join(root, 'examples/chat.yaml'), '-o', join(folder, 'plan.json'));
      await use(folder);
    });
  test('writes it whole, and finds nothing to do the second time', () =>
    prepared(async (folder) => {
      expect((await emit(folder)).exitCode).toBe(0);
      expect((await emit(folder)).out).toMatch(/0 files added, 0 updated, 0 removed, \d+ as they were/);
      expect(readdirSync(folder).sort()).toEqual(['out', 'plan.json']);
    }));
  test('refuses to touch an edited file that the plan changed too, and leaves all others alone', () =>
    prepared(async (folder) => {
      await emit(folder);
      const readme = join(folder, 'out/README.md');
      writeFileSync(readme, 'mine');
      expect((await emit(folder)).exitCode).toBe(0);
      expect(readFileSync(readme, 'utf8')).toBe('mine');
      // As if another version had emitted it: what was there before the edit is not what is to come.
      const manifest = join(folder, 'out/.seekstack/manifest.json');
      writeFileSync(manifest, readFileSync(manifest, 'utf8').replace(/(?<="README.md": ")[0-9a-f]{8}/, '00000000'));
      rmSync(join(folder, 'out/deployment.json'));
      const { exitCode, err } = await emit(folder);
      expect([exitCode, err.split('  ')[0]]).toEqual([2, 'E_OUT_CONFLICT']);
      expect(readFileSync(readme, 'utf8')).toBe('mine');
      expect(existsSync(join(folder, 'out/deployment.json'))).toBe(false);
      expect((await emit(folder, '--force')).exitCode).toBe(0);
      expect(readFileSync(readme, 'utf8')).not.toBe('mine');
    }));
  test('refuses a folder whose files it did not write, and a file in its place', () =>
    prepared(async (folder) => {
      mkdirSync(join(folder, 'out'));
      writeFileSync(join(folder, 'out/README.md'), 'not ours');
      expect((await emit(folder)).err).toMatch(/E_OUT_CONFLICT[\s\S]*seekstack did not put there/);
      rmSync(join(folder, 'out'), { recursive: true });
      writeFileSync(join(folder, 'out'), '');
      expect((await emit(folder)).err).toMatch(/E_OUT_CONFLICT[\s\S]*a folder, or a name that is free/);
    }));
  test('removes what is no longer part of it, but not what was edited', () =>
    prepared(async (folder) => {
      await emit(folder);
      writeFileSync(join(folder, 'out/BILL-OF-MATERIALS.md'), 'mine');
      const { exitCode } = await runCli('emit', join(folder, 'plan.json'), '--provider', 'aws', '--out', join(folder, 'out'));
      expect(exitCode).toBe(0);
      expect(existsSync(join(folder, 'out/kubernetes/00-namespace.yaml'))).toBe(false);
      expect(readFileSync(join(folder, 'out/BILL-OF-MATERIALS.md'), 'utf8')).toBe('mine');
    }));
  test('names the options a plan has', () =>
    prepared(async (folder) => {
      const { exitCode, err } = await runCli(
        'emit',
        join(folder, 'plan.json'),
        '--option',
        'aws/none',
        '--out',
        join(folder, 'out'),
      );
      expect([exitCode, err.split('  ')[0]]).toEqual([2, 'E_OPTION_UNKNOWN']);
      expect(existsSync(join(folder, 'out'))).toBe(false);
    }));
});

test('an option with two pools is refused, and the next one that may do is named', () => {
  const option = best('aws');
  const pools = { ...option, prefill: { layout: option.layout, workers: 2, spareWorkers: 0, nodesPerWorker: 1 } };
  const told = { ...plan, options: [pools, { ...option, id: 'aws/next' }] };
  expect(() => buildProject(told, digest, pools, sources)).toThrow(/--option aws\/next/);
});
