// A cluster on Azure from a plan: its document, its project, its README.
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Plan, PlanOption } from '../../src/documents/plan.ts';
import { buildDeployment } from '../../src/emit/build-deployment.ts';
import { buildProject } from '../../src/emit/build-project.ts';
import { findPackage } from '../../src/files/package-root.ts';
import { readStackSources } from '../../src/files/read-stacks.ts';
import { planExample } from '../load-real.ts';
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
