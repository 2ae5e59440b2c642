// A cluster on Azure from a plan: its document, its project, its README.
import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Plan, PlanOption } from '../../src/documents/plan.ts';
import { buildDeployment } from '../../src/emit/build-deployment.ts';
import { buildProject } from '../../src/emit/build-project.ts';
import { findPackage } from '../../src/files/package-root.ts';
import { readStackSources } from '../../src/files/read-stacks.ts';
import { planExample, realCatalog } from '../load-real.ts';
import { reservationGroup } from '../stacks/azure/cluster-fixture.ts';

const digest = 'ab'.repeat(32);
const sources = readStackSources(findPackage());
const plan = planExample('two-nodes.yaml');
const optionOn = (provider: 'aws' | 'azure'): PlanOption => {
  const found = plan.options.find((each) => each.provider === provider && each.nodesPerReplica > 1);
  if (found === undefined) throw new Error(`no option of several nodes on ${provider}`);
  return found;
};
const reserved = (id: string, zone: string): Plan => ({
  ...plan,
  workload: {
    ...plan.workload,
    deployment: {
      ...plan.workload.deployment,
      reservation: { provider: id.startsWith('/') ? 'azure' : 'aws', id, zone, endsAt: null },
    },
  },
});

describe('the document of a cluster on Azure', () => {
  test('names the fabric, the containers of its own cloud and every operator it needs', () => {
    const document = buildDeployment(plan, digest, optionOn('azure'));
    expect(document).toMatchObject({
      tier: 'kubernetes',
      machine: { fabric: { kind: 'infiniband', interfaces: 8 } },
      pools: [{ nodesPerReplica: 2 }],
      companions: {
        objectStoreClient: { repository: 'mcr.microsoft.com/azure-cli' },
        tlsProxy: { repository: 'docker.io/nginxinc/nginx-unprivileged' },
      },
    });
    expect(document.operators.map((each) => each.id).sort()).toEqual(
      ['accelerators', 'fabric', 'keda', 'leader-worker-set', 'local-disks', 'prometheus'].sort(),
    );
    expect(document.pools[0]?.args.join(' ')).toContain('/weights/model');
    for (const { digest: known } of Object.values(document.companions).flatMap((each) => (each === null ? [] : [each])))
      expect(known).toMatch(/^sha256:/);
  });

  test('takes a reservation of its own cloud, and leaves that of another', () => {
    const [azure, aws] = [optionOn('azure'), optionOn('aws')];
    const group = reserved(reservationGroup, '1');
    expect(buildDeployment(group, digest, azure).fleet).toMatchObject({
      reservation: { id: reservationGroup, endsAt: null },
      minimumNodes: azure.nodes,
      maximumNodes: azure.nodes,
    });
    expect(buildDeployment(group, digest, azure).placement.zones[0]).toBe('1');
    expect(buildDeployment(group, digest, aws).fleet.reservation).toBeNull();
    expect(buildDeployment(reserved('cr-0123456789abcdef0', 'us-east-1a'), digest, azure).fleet.reservation).toBeNull();
  });
});

describe('a cluster on AMD accelerators', () => {
  const option = optionOn('azure');
  const operators = realCatalog().operators.filter((each) => each.for.includes('azure') && (each.vendor ?? 'amd') === 'amd');
  const { deployment, files } = buildProject(
    plan,
    digest,
    {
      ...option,
      machine: { ...option.machine, id: 'Standard_ND96isr_MI300X_v5', accelerator: 'mi300x', acceleratorVendor: 'amd' },
      serving: {
        ...option.serving,
        companions: option.serving.companions.filter((each) => each.id !== 'accelerator-metrics'),
        operators: operators.map(({ id, repository, chart, version, namespace }) => ({
          id,
          repository,
          chart,
          version,
          namespace,
        })),
      },
    },
    sources,
  );
  const file = (path: string) => parse(files.get(`kubernetes/${path}`) ?? '');
  const named = (part: RegExp) => [...files].find(([path]) => part.test(path))?.[1] ?? '';

  test('installs AMD’s operator, with what its webhooks need before it, and no driver of its own', () => {
    const ids = deployment.operators.map((each) => each.id);
    expect(ids.indexOf('certificates')).toBeLessThan(ids.indexOf('accelerators'));
    expect(deployment.operators.find((each) => each.id === 'accelerators')?.chart).toBe('gpu-operator-charts');
    const values = file('operators/accelerators.yaml');
    expect(values.deviceConfig.spec.driver.enable).toBe(false);
    expect(values.deviceConfig.spec.devicePlugin.devicePluginImage).toMatch(/@sha256:[0-9a-f]{64}$/);
    expect(values['node-feature-discovery'].enabled).toBe(false);
    expect(file('operators/fabric.yaml')['node-feature-discovery'].worker.tolerations[0].key).toBe('amd.com/gpu');
  });

  test('puts one version of the driver, under one key, on the nodes of its pools alone', () => {
    const { spec } = parse(named(/-driver\.yaml$/)).spec.template;
    expect(spec.nodeSelector).toEqual({ 'seekstack.dev/server': 'Standard_ND96isr_MI300X_v5' });
    expect(spec.containers[0].securityContext).toEqual({ privileged: true });
    expect(files.get('kubernetes/kustomization.yaml')).toContain('[name=driver].image');
    const program = parse(named(/-driver-program\.yaml$/)).data['install.sh'];
    expect(program).toMatch(/^version=\d+\.\d+\.\d+$/m);
    expect(program).toMatch(/gpg --show-keys/);
    // The shell reads it, and finds nothing wrong with its words.
    expect(spawnSync('bash', ['-n'], { input: program, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  test('asks for AMD’s devices beside the fabric, and counts nothing that no exporter counts', () => {
    const { containers } = parse(named(/-replicas-serve\.yaml$/)).spec.leaderWorkerTemplate.leaderTemplate.spec;
    expect(containers[0].resources.limits).toEqual({ 'amd.com/gpu': '8', 'rdma/shared_ib': '1' });
    expect([...files.keys()].filter((path) => path.includes('counters'))).toEqual([]);
    expect(files.get('README.md')).toContain('-driver`');
  });
});

describe('the project of a cluster on Azure', () => {
  const { files } = buildProject(plan, digest, optionOn('azure'), sources);
  const readme = files.get('README.md') ?? '';

  test('has two programs, one set of manifests, and no script beside them', () => {
    for (const path of ['Pulumi.yaml', 'in-cluster/Pulumi.yaml', 'in-cluster/main.js', 'stacks/azure/in-cluster/main.ts'])
      expect([path, files.has(path)]).toEqual([path, true]);
    expect([...files.keys()].filter((path) => path.endsWith('.sh'))).toEqual([]);
    expect(files.get('kubernetes/kustomization.yaml')).toContain('GATEWAY_IDENTITY');
  });

  // An entry without a default is demanded by the engine before the program is asked anything.
  test.each(['Pulumi.yaml', 'in-cluster/Pulumi.yaml'])(
    '%s names each value once, and demands none that a tier is without',
    (path) => {
      const { config } = parse(files.get(path) ?? '', { uniqueKeys: true }) as { config: Record<string, { default?: string }> };
      const demanded = Object.keys(config).filter((each) => config[each]?.default === undefined);
      expect(demanded).toEqual(path === 'Pulumi.yaml' ? ['budgetStart', 'sshPublicKey', 'certificate'] : ['cluster']);
    },
  );

  test('is watched from outside: Prometheus sends, and has neither rules nor a page of its own', () => {
    const { grafana, alertmanager, prometheus } = parse(files.get('kubernetes/operators/prometheus.yaml') ?? '');
    expect([grafana.enabled, alertmanager.enabled]).toEqual([false, false]);
    expect(prometheus.prometheusSpec.remoteWrite[0].url).toBe('from stack.env: REMOTE_WRITE_URL');
    const kinds = [...files].filter(([path]) => /^kubernetes\/\d/.test(path)).map(([, text]) => parse(text).kind);
    expect(kinds).toContain('PodMonitor');
    expect(kinds).not.toContain('PrometheusRule');
    expect([...files.values()].join('')).not.toContain('grafana_dashboard');
    expect(readme).toContain('grafanaEndpoint');
  });

  test('tells both stacks, in order, and how to take them down', () => {
    const at = (text: string) => readme.indexOf(text);
    expect(at('pulumi config set administratorGroup')).toBeGreaterThan(0);
    expect(at('az container logs')).toBeGreaterThan(at('pulumi config set administratorGroup'));
    expect(at('cd in-cluster\npulumi stack init')).toBeGreaterThan(at('az container logs'));
    expect(at('cd in-cluster && pulumi destroy')).toBeGreaterThan(at('## Take it down'));
    expect(readme).not.toMatch(/aws |cdk|kubectl apply/);
  });

  test('is not there for one node a replica', () => {
    const chat = planExample('chat.yaml');
    const option = chat.options.find((each) => each.id === chat.verdict.best.azure);
    if (option === undefined) throw new Error('no option on Azure');
    const single = buildProject(chat, digest, option, sources).files;
    expect([...single.keys()].filter((path) => path.startsWith('in-cluster/') || path.startsWith('kubernetes/'))).toEqual([]);
  });
});
