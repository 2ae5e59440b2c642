// Projects under review: synthesized templates, a recorded program and manifests, each with hand edits in what was made, not in
// the document it was made from. The program of AWS is synthesized in this process, that of Azure recorded as a user's would be.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Deployment } from '../../src/documents/deployment.ts';
import type { PlanDiff } from '../../src/documents/diff.ts';
import type { Plan } from '../../src/documents/plan.ts';
import { buildDeployment } from '../../src/emit/build-deployment.ts';
import { readBootFiles } from '../../src/files/read-assembly.ts';
import { parseWorkload } from '../../src/files/read-documents.ts';
import { planWorkload } from '../../src/plan/plan-workload.ts';
import { attributeEdit } from '../../src/review/attribute-edit.ts';
import { type Project, sideOfProject } from '../../src/review/project-side.ts';
import { reviewChange } from '../../src/review/review-change.ts';
import { declaredOnAws } from '../../src/verify/aws/declared-aws.ts';
import { listResources } from '../../src/verify/aws/template.ts';
import { declaredOnAzure } from '../../src/verify/azure/declared-azure.ts';
import type { DeclaredFleet } from '../../src/verify/declared-fleet.ts';
import { realCatalog, root } from '../load-real.ts';
import { type Json, templatesOf } from '../stacks/aws/synthesis.ts';
import { recordOf } from '../verify/azure-faults.ts';
import { WINNER } from './golden-plans.ts';

const catalog = realCatalog();
const text = readFileSync(join(root, 'examples/chat.yaml'), 'utf8').concat(
  'limits: { machines: [p5.48xlarge, Standard_ND96isr_H200_v5] }\n',
);
const read = parseWorkload(text, 'chat.yaml');
const plan: Plan = planWorkload({
  workload: read.workload,
  workloadDigest: read.digest,
  fallbackName: 'chat',
  catalog,
  version: '0.0.0',
  source: read.source,
});

const projectOf = (document: Deployment, declared: DeclaredFleet, spareReplicas = 0): Project => ({
  label: 'stack',
  revision: null,
  sha256: 'e'.repeat(64),
  document,
  declared,
  origin: { spareReplicas, source: read.source },
  lineOf: () => 7,
});
const review = (one: Project, other: Project): Promise<PlanDiff> => {
  const [base, head] = [sideOfProject(one, catalog), sideOfProject(other, catalog)];
  return reviewChange({
    base: base.side,
    head: head.side,
    choice: WINNER,
    version: '0.0.0',
    policy: null,
    today: null,
    moment: { validAt: null, commit: null },
    reproduce: 'seekstack diff a b',
    attribute: () => attributeEdit({ base: { ...base, project: one }, head: { ...head, project: other }, catalog }),
  });
};
const documentFor = (provider: 'aws' | 'azure') => {
  const option = plan.options.find((each) => each.id === plan.verdict.best[provider]) ?? expect.fail();
  return { option, document: buildDeployment(plan, 'f'.repeat(64), option) };
};
const total = (diff: PlanDiff) => diff.rows.find((row) => row.id === 'usdPerMonth');
const partsOf = (diff: PlanDiff) =>
  Object.fromEntries(diff.attribution.causes.map((cause) => [cause.name.split(':')[0], cause.usdPerMonth]));

describe('AWS, synthesized', () => {
  const { option, document } = documentFor('aws');
  const stacks = Object.entries(templatesOf(document)).flatMap(([name, template]) =>
    template === null ? [] : [[name, JSON.stringify(template.toJSON())] as const],
  );
  const declared = (spoil: (templates: Map<string, Json>) => void = () => {}) => {
    const templates = new Map(stacks.map(([name, json]) => [name, JSON.parse(json) as Json]));
    spoil(templates);
    return declaredOnAws({ resources: listResources(templates), bootFiles: readBootFiles(templates) }, document);
  };
  const resources = (templates: Map<string, Json>, type: string): Json[] =>
    [...templates.values()].flatMap((template) => Object.values<Json>(template.Resources).filter((each) => each.Type === type));
  const asEmitted = projectOf(document, declared());

  test('costs, carries and answers what the plan says', async () => {
    const { side } = sideOfProject(asEmitted, catalog);
    expect(side.told.missing).toEqual([]);
    expect(side.measured?.option.cost.usdPerMonth.typical).toBeCloseTo(option.cost.usdPerMonth.typical, 6);
    expect(side.measured?.option.capacity.requestsPerSecond.typical).toBeCloseTo(option.capacity.requestsPerSecond.typical, 9);
    expect(side.measured?.option.latency.ttftSeconds.typical).toBeCloseTo(option.latency.ttftSeconds.typical, 9);
    const diff = await review(asEmitted, asEmitted);
    expect([diff.verdict, diff.attribution.causes]).toEqual(['unchanged', []]);
  });

  test('two nodes more in the group triple machines, disks and capacity, and nothing else', async () => {
    const edited = projectOf(
      document,
      declared((templates) => {
        for (const group of resources(templates, 'AWS::AutoScaling::AutoScalingGroup')) group.Properties.DesiredCapacity = '3';
      }),
    );
    const diff = await review(asEmitted, edited);
    const compute = option.cost.lines.find((line) => line.id === 'compute')?.usdPerMonth ?? 0;
    expect(diff.lines.moved.find((line) => line.id === 'compute')?.delta).toBeCloseTo(2 * compute, 6);
    expect(diff.rows.find((row) => row.id === 'capacityRequestsPerSecond')?.ratio).toBeCloseTo(2, 9);
    expect(diff.attribution.causes).toMatchObject([
      { name: 'nodes', before: '1', after: '3', where: { file: 'stacks/aws', line: null } },
    ]);
  });

  test('a second NAT gateway and a larger disk are told apart from a node', async () => {
    const edited = projectOf(
      document,
      declared((templates) => {
        const [stack] = templates.values();
        const holder =
          [...templates.values()].find((each) =>
            Object.values<Json>(each.Resources).some((one) => one.Type === 'AWS::EC2::LaunchTemplate'),
          ) ?? stack;
        holder.Resources.Added = { Type: 'AWS::EC2::NatGateway', Properties: {} };
        for (const group of resources(templates, 'AWS::AutoScaling::AutoScalingGroup')) group.Properties.DesiredCapacity = '2';
      }),
    );
    const diff = await review(asEmitted, edited);
    const parts = partsOf(diff);
    expect(Object.keys(parts).sort()).toEqual(['nodes', 'other resources']);
    expect(parts['other resources']).toBeCloseTo(730 * (catalog.service('aws', 'nat-gateway')?.usdPerUnit ?? 0), 2);
    expect(Math.round(((parts.nodes ?? 0) + (parts['other resources'] ?? 0)) * 100)).toBe(
      Math.round((diff.attribution.usdPerMonth ?? 0) * 100),
    );
  });

  test('another type in the launch template, with the document as it was', async () => {
    const edited = projectOf(
      document,
      declared((templates) => {
        for (const each of resources(templates, 'AWS::EC2::LaunchTemplate'))
          each.Properties.LaunchTemplateData.InstanceType = 'p5en.48xlarge';
      }),
    );
    const diff = await review(asEmitted, edited);
    expect(diff.attribution.causes).toMatchObject([
      { name: 'machine', before: 'p5.48xlarge', after: 'p5en.48xlarge', where: { file: 'stacks/aws' } },
    ]);
    expect(diff.rows.find((row) => row.id === 'tpotSeconds')?.delta).toBeLessThan(0);
  });

  test.each([
    [
      'a resource of a type nobody priced',
      (templates: Map<string, Json>) => {
        [...templates.values()][0].Resources.Lake = { Type: 'AWS::FSx::FileSystem', Properties: {} };
      },
      /AWS::FSx::FileSystem/,
    ],
    [
      'a disk of another type',
      (templates: Map<string, Json>) => {
        for (const each of resources(templates, 'AWS::EC2::LaunchTemplate'))
          each.Properties.LaunchTemplateData.BlockDeviceMappings[0].Ebs.VolumeType = 'io2';
      },
      /io2/,
    ],
    [
      'an instance type nobody knows',
      (templates: Map<string, Json>) => {
        for (const each of resources(templates, 'AWS::EC2::LaunchTemplate'))
          each.Properties.LaunchTemplateData.InstanceType = 'p9.48xlarge';
      },
      /p9\.48xlarge/,
    ],
    [
      'a number of nodes that is none',
      (templates: Map<string, Json>) => {
        for (const each of resources(templates, 'AWS::AutoScaling::AutoScalingGroup'))
          each.Properties.DesiredCapacity = { Ref: 'Size' };
      },
      /size of a group/,
    ],
  ])('%s has no total', async (_name, spoil, what) => {
    const diff = await review(asEmitted, projectOf(document, declared(spoil)));
    expect(diff.verdict).toBe('incomplete');
    expect(JSON.stringify(diff.head.missing)).toMatch(what);
    expect(total(diff)?.after).toBeNull();
  });
});

describe('Azure, recorded', () => {
  const { option, document } = documentFor('azure');
  const recording = recordOf(document);
  const declared = (spoil: (recording: Json) => void = () => {}) => {
    const copy = structuredClone(recording) as Json;
    spoil(copy);
    return declaredOnAzure(copy, document);
  };
  const scaleSet = (copy: Json) => copy.registrations.find((each: Json) => each.type.endsWith('VirtualMachineScaleSet')).inputs;
  const asEmitted = projectOf(document, declared());

  test('costs what the plan says', () => {
    const { side } = sideOfProject(asEmitted, catalog);
    expect(side.told.missing).toEqual([]);
    expect(side.measured?.option.cost.usdPerMonth.typical).toBeCloseTo(option.cost.usdPerMonth.typical, 6);
  });

  test('one more machine, another region, a resource nobody knows', async () => {
    const more = await review(
      asEmitted,
      projectOf(
        document,
        declared((copy) => {
          scaleSet(copy).sku.capacity = 2;
        }),
      ),
    );
    expect(more.attribution.causes).toMatchObject([{ name: 'nodes', before: '1', after: '2' }]);
    expect(more.lines.moved.map((line) => line.id)).toContain('disk-premium-p10-128gib');
    const away = await review(
      asEmitted,
      projectOf(
        document,
        declared((copy) => {
          scaleSet(copy).location = 'atlantis';
        }),
      ),
    );
    expect([away.verdict, total(away)?.after]).toEqual(['incomplete', null]);
    const strange = await review(
      asEmitted,
      projectOf(
        document,
        declared((copy) => {
          copy.registrations.push({ ...copy.registrations[0], type: 'azure-native:redis:Redis', name: 'cache', custom: true });
        }),
      ),
    );
    expect(strange.head.missing).toMatchObject([{ what: 'cache', reason: 'no price is known for azure-native:redis:Redis' }]);
  });
});

test('fewer machines than the peak takes: told as what does not keep its targets', async () => {
  const busy = parseWorkload(text.replace('users: 1200', 'users: 9000').replace(', Standard_ND96isr_H200_v5', ''), 'busy.yaml');
  const grown = planWorkload({
    workload: busy.workload,
    workloadDigest: busy.digest,
    fallbackName: 'busy',
    catalog,
    version: '0.0.0',
    source: busy.source,
  });
  const best =
    grown.options.find((each) => each.provider === 'aws' && each.prefill === null && each.nodesPerReplica === 1) ?? expect.fail();
  const document = buildDeployment(grown, 'f'.repeat(64), best);
  const fleet = (nodes: number): DeclaredFleet => ({
    machine: document.machine.type,
    region: document.placement.region,
    purchase: document.fleet.purchase,
    nodes,
    replicas: [nodes],
    unitsAt: null,
    unknown: [],
  });
  const project = (nodes: number): Project => ({
    ...projectOf(document, fleet(nodes)),
    origin: { spareReplicas: 0, source: busy.source },
  });
  expect(best.nodes).toBeGreaterThan(1);
  const diff = await review(project(best.nodes), project(1));
  expect(diff.verdict).toBe('infeasible');
  expect(diff.head.reason).toMatch(/cannot carry the peak|misses its target/);
  expect(total(diff)?.after).toBeLessThan(total(diff)?.before ?? 0);
});
