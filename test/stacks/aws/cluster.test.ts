import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { App, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { AwsSolutionsChecks } from 'cdk-nag';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { type Deployment, deploymentSchema } from '../../../src/documents/deployment.ts';
import { findClusterProblems } from '../../../stacks/aws/cluster/cluster-limits.ts';
import { ClusterStack } from '../../../stacks/aws/cluster/cluster-stack.ts';
import { networkInterfaces } from '../../../stacks/aws/cluster/network-interfaces.ts';
import { poolSize } from '../../../stacks/aws/cluster/pool-size.ts';
import { SuppliesStack } from '../../../stacks/aws/supplies/supplies-stack.ts';
import { addDeploymentTags } from '../../../stacks/aws/tags.ts';
import { disaggregatedDeployment, spanningDeployment } from './fixture.ts';
import { type Json, onlyResource } from './synthesis.ts';

const ACCOUNT = '111122223333';
const GIB_BYTES = 2 ** 30;
const cdkJsonUrl = new URL('../../../stacks/aws/project/cdk.json', import.meta.url);
const projectContext = (JSON.parse(readFileSync(cdkJsonUrl, 'utf8')) as { context: Record<string, unknown> }).context;
const assemblies = mkdtempSync(join(tmpdir(), 'seekstack-cluster-'));
afterAll(() => rmSync(assemblies, { recursive: true, force: true }));

interface Synthesis {
  readonly template: Template;
  readonly findings: Json[];
  readonly milliseconds: number;
}

/** One app, synthesized once with all checks, as the emitted project does it. */
function synthesize(
  document: Deployment,
  { accountKnown = true, separateSupplies = false, change = (_: ClusterStack) => {} } = {},
): Synthesis {
  const started = performance.now();
  const account = accountKnown ? ACCOUNT : undefined;
  const outdir = mkdtempSync(join(assemblies, 'assembly-'));
  const app = new App({ analyticsReporting: false, context: projectContext, outdir });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const made = separateSupplies ? new SuppliesStack(app, `${document.name}-supplies`, { document, account }) : null;
  const cluster = new ClusterStack(app, document.name, {
    document,
    account,
    supplies:
      made === null
        ? undefined
        : {
            bucketName: made.exportValue(made.supplies.weights.bucketName, { name: `${document.name}-weights-bucket` }),
            keyArn: made.supplies.key.keyArn,
            secretArn: made.supplies.apiKey.secretArn,
          },
  });
  for (const stack of [made, cluster]) if (stack !== null) addDeploymentTags(stack, document);
  change(cluster);
  const template = Template.fromJSON(app.synth().getStackByName(document.name).template as Record<string, Json>);
  const report = join(outdir, 'validation-report.json');
  const findings = existsSync(report) ? findingsOf(JSON.parse(readFileSync(report, 'utf8'))) : [];
  return { template, findings, milliseconds: performance.now() - started };
}

function findingsOf(report: Json): Json[] {
  return report.pluginReports.flatMap((plugin: Json) => plugin.violations ?? []);
}

function variant(base: Deployment, changes: Record<string, unknown>): Deployment {
  return deploymentSchema.parse({ ...base, ...changes });
}

const spanning = spanningDeployment();
const blockEnd = '2026-12-01T11:30Z';
const apart = disaggregatedDeployment();
/** Two pools on p6-b300, whose first card carries no fabric, in a capacity block. */
const block = variant(apart, {
  placement: { region: 'us-east-1', zones: ['us-east-1b', 'us-east-1a', 'us-east-1c'] },
  machine: { ...apart.machine, type: 'p6-b300.48xlarge', fabric: { kind: 'efa', interfaces: 16, networkCards: 17 } },
  fleet: { ...apart.fleet, reservation: { id: 'cr-0123456789abcdef0', endsAt: blockEnd } },
});
const reserved = variant(spanning, { fleet: { ...spanning.fleet, reservation: { id: 'cr-0123456789abcdef0', endsAt: null } } });
/** Pools of single nodes, spot, Arm, without local disks; tags that end strings, templates and shells elsewhere. */
const spot = variant(apart, {
  machine: { ...apart.machine, type: 'p6e-gb200.36xlarge', cpuArchitecture: 'arm64', localDiskBytes: 0 },
  fleet: { ...apart.fleet, nodes: 2, minimumNodes: 2, maximumNodes: 4, billedNodes: 2, purchase: 'spot' },
  pools: apart.pools.map((pool) => ({ ...pool, nodesPerReplica: 1, layout: { ...pool.layout, dataParallel: 4 } })),
  disk: { rootBytes: 100 * GIB_BYTES, weightsBytes: 700 * GIB_BYTES },
  tags: { 'a=b + c@d': '=1+1', 'Fn::Join': '-Ref/AWS::AccountId', '42': '  ', Owner: '@sum:x/y' },
});

const made: Record<'spanning' | 'block' | 'reserved' | 'spot', Synthesis> = {} as never;
beforeAll(() => {
  made.spanning = synthesize(spanning, { separateSupplies: true });
  made.block = synthesize(block);
  made.reserved = synthesize(reserved, { accountKnown: false });
  made.spot = synthesize(spot);
}, 120_000);

/** The one resource of a type whose logical name begins so. */
function resourceNamed(synthesis: Synthesis, type: string, start: string): Json {
  const found = Object.entries(synthesis.template.findResources(type)).filter(([id]) => id.startsWith(start));
  if (found.length !== 1) throw new Error(`${found.length} of ${type} named ${start}`);
  return found[0]?.[1];
}

function launchData(synthesis: Synthesis, pool: string): Json {
  return resourceNamed(synthesis, 'AWS::EC2::LaunchTemplate', `${pool}Template`).Properties.LaunchTemplateData;
}

function nodeGroup(synthesis: Synthesis, pool: string): Json {
  return resourceNamed(synthesis, 'AWS::EKS::Nodegroup', `${pool}Nodes`);
}

function resourcesOf(synthesis: Synthesis, type: string): Json[] {
  return Object.values(synthesis.template.findResources(type));
}

function statementsOf(synthesis: Synthesis, role: string): Json[] {
  return resourcesOf(synthesis, 'AWS::IAM::Policy')
    .filter((policy) => policy.Properties.Roles.some(({ Ref }: Json) => Ref.startsWith(role)))
    .flatMap((policy) => policy.Properties.PolicyDocument.Statement);
}

describe('checks', () => {
  test('find nothing that is not acknowledged, and run at every synthesis', () => {
    for (const { findings } of Object.values(made)) expect(findings).toEqual([]);
    const careless = () =>
      synthesize(spanning, {
        change: (stack) =>
          new Role(stack, 'Careless', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }).addToPolicy(
            new PolicyStatement({ actions: ['s3:*'], resources: ['*'] }),
          ),
      });
    expect(careless).toThrow(/AwsSolutions-IAM5\[Action::s3:\*\]/);
  });

  test('take seconds, not minutes', () => {
    // The first synthesis of a process also loads the rules.
    expect(made.spot.milliseconds).toBeLessThan(5000);
  });

  test('hold for an account that is not known', () => {
    expect(JSON.stringify(made.reserved.template.toJSON())).not.toContain(ACCOUNT);
  });
});

describe('the control plane', () => {
  test('answers in the network only, in standard support, with its secrets encrypted and everything logged', () => {
    const { Properties: cluster } = onlyResource(made.spanning.template, 'AWS::EKS::Cluster');
    expect(cluster).toMatchObject({
      Name: 'wide',
      AccessConfig: { AuthenticationMode: 'API', BootstrapClusterCreatorAdminPermissions: false },
      BootstrapSelfManagedAddons: false,
      ComputeConfig: { Enabled: false },
      EncryptionConfig: [
        { Provider: { KeyArn: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] } }, Resources: ['secrets'] },
      ],
      ResourcesVpcConfig: { EndpointPrivateAccess: true, EndpointPublicAccess: false },
      UpgradePolicy: { SupportType: 'STANDARD' },
    });
    expect(Number(cluster.Version.split('.')[1])).toBeGreaterThanOrEqual(34);
    expect(cluster.Logging.ClusterLogging.EnabledTypes.map((each: Json) => each.Type).sort()).toEqual([
      'api',
      'audit',
      'authenticator',
      'controllerManager',
      'scheduler',
    ]);
    expect(cluster.ResourcesVpcConfig.SubnetIds).toHaveLength(2);
  });

  test('lets in the callers of the plan on one port, and nobody from everywhere', () => {
    const api = resourcesOf(made.spanning, 'AWS::EC2::SecurityGroup').find((group) =>
      group.Properties.GroupDescription.startsWith('Kubernetes API'),
    );
    expect(api.Properties.SecurityGroupIngress.map((rule: Json) => [rule.CidrIp, rule.FromPort, rule.ToPort])).toEqual([
      ['10.0.0.0/8', 443, 443],
      ['192.168.7.0/24', 443, 443],
    ]);
    for (const group of resourcesOf(made.spanning, 'AWS::EC2::SecurityGroup'))
      expect(JSON.stringify(group.Properties.SecurityGroupIngress ?? [])).not.toContain('0.0.0.0/0');
  });

  test('is administered by a role that is named at deployment', () => {
    made.spanning.template.hasParameter('AdministratorRoleArn', { Type: 'String' });
    expect(onlyResource(made.spanning.template, 'AWS::EKS::AccessEntry').Properties).toMatchObject({
      PrincipalArn: { Ref: 'AdministratorRoleArn' },
      AccessPolicies: [{ AccessScope: { Type: 'cluster' } }],
    });
  });

  test('comes without functions or custom resources', () => {
    const types = Object.values(made.spanning.template.toJSON().Resources as Json).map((each: Json) => each.Type as string);
    expect(types.filter((type) => /Lambda|Custom|CloudFormation|SSM/.test(type))).toEqual([]);
  });

  test('logs to encrypted groups that stand before it, under a key that admits only these', () => {
    for (const LogGroupName of ['/aws/eks/wide/cluster', '/seekstack/wide/network'])
      made.spanning.template.hasResourceProperties('AWS::Logs::LogGroup', {
        LogGroupName,
        RetentionInDays: 365,
        KmsKeyId: Match.anyValue(),
      });
    const [logGroup = ''] = Object.keys(
      made.spanning.template.findResources('AWS::Logs::LogGroup', { Properties: { LogGroupName: '/aws/eks/wide/cluster' } }),
    );
    expect(onlyResource(made.spanning.template, 'AWS::EKS::Cluster').DependsOn).toContain(logGroup);
    const logs = onlyResource(made.spanning.template, 'AWS::KMS::Key').Properties.KeyPolicy.Statement.find(
      (each: Json) => each.Sid === 'LogsUseKey',
    );
    expect(JSON.stringify(logs.Condition.ArnEquals)).toMatch(
      /log-group:\/aws\/eks\/wide\/cluster.*log-group:\/seekstack\/wide\/network/,
    );
  });
});

describe('add-ons', () => {
  test('are those of EKS, nodes wait for some and some for nodes', () => {
    const addOns = resourcesOf(made.spanning, 'AWS::EKS::Addon');
    expect(addOns.map((each) => each.Properties.AddonName).sort()).toEqual([
      'aws-ebs-csi-driver',
      'coredns',
      'eks-node-monitoring-agent',
      'eks-pod-identity-agent',
      'kube-proxy',
      'metrics-server',
      'vpc-cni',
    ]);
    expect(nodeGroup(made.spanning, 'System').DependsOn.sort()).toEqual(['PodIdentityAgent', 'PodNetwork', 'ServiceProxy']);
    expect(nodeGroup(made.spanning, 'Serve').DependsOn.sort()).toEqual(['Disks', 'Names', 'NodeHealth', 'PodMetrics']);
    for (const id of ['Disks', 'Names', 'NodeHealth', 'PodMetrics'])
      expect((made.spanning.template.toJSON().Resources as Json)[id].DependsOn).toEqual([expect.stringMatching(/^SystemNodes/)]);
  });

  test('enforce network policies and keep few addresses', () => {
    const network = resourcesOf(made.spanning, 'AWS::EKS::Addon').find((each) => each.Properties.AddonName === 'vpc-cni');
    expect(JSON.parse(network.Properties.ConfigurationValues)).toEqual({
      enableNetworkPolicy: 'true',
      env: { MINIMUM_IP_TARGET: '16', WARM_IP_TARGET: '4' },
    });
    expect(network.Properties.PodIdentityAssociations).toMatchObject([{ ServiceAccount: 'aws-node' }]);
  });

  test('that others need run on nodes that are not ready or kept for accelerators', () => {
    const configuration = (name: string) =>
      JSON.parse(
        resourcesOf(made.spanning, 'AWS::EKS::Addon').find((each) => each.Properties.AddonName === name).Properties
          .ConfigurationValues,
      );
    expect(configuration('eks-pod-identity-agent')).toEqual({ tolerations: [{ operator: 'Exists' }] });
    expect(configuration('eks-node-monitoring-agent').dcgmAgent.tolerations).toEqual([
      { key: nodeGroup(made.spanning, 'Serve').Properties.Taints[0].Key, operator: 'Exists', effect: 'NoSchedule' },
    ]);
  });
});

describe('system nodes', () => {
  test('are two over the zones, encrypted, with session tokens one hop away', () => {
    expect(nodeGroup(made.spanning, 'System').Properties).toMatchObject({
      AmiType: 'AL2023_x86_64_STANDARD',
      ScalingConfig: { MinSize: 2, DesiredSize: 2, MaxSize: 2 },
      NodeRepairConfig: { Enabled: true },
    });
    expect(nodeGroup(made.spanning, 'System').Properties.Subnets).toHaveLength(2);
    expect(launchData(made.spanning, 'System')).toMatchObject({
      InstanceType: 'm7i.large',
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { Encrypted: true, VolumeSize: 50, VolumeType: 'gp3' } }],
    });
  });
});

describe('serving nodes', () => {
  test('are whole replicas in one zone, kept for pods that ask for accelerators, and repaired', () => {
    const { Properties: group } = nodeGroup(made.spanning, 'Serve');
    expect(group).toMatchObject({
      AmiType: 'AL2023_x86_64_NVIDIA',
      CapacityType: 'ON_DEMAND',
      ScalingConfig: { MinSize: 2, DesiredSize: 4, MaxSize: 6 },
      UpdateConfig: { MaxUnavailable: 2, UpdateStrategy: 'MINIMAL' },
      Labels: { 'seekstack.dev/pool': 'serve', 'seekstack.dev/server': 'p5.48xlarge' },
      Taints: [{ Key: 'nvidia.com/gpu', Value: 'true', Effect: 'NO_SCHEDULE' }],
      NodeRepairConfig: { Enabled: true },
    });
    expect(group.InstanceTypes).toBeUndefined();
    expect(zonesOf(made.spanning, group)).toEqual(['us-east-1a']);
  });

  test('of all pools share the zone of the plan that comes first', () => {
    for (const pool of ['Prefill', 'Decode']) {
      const { Properties: group } = nodeGroup(made.block, pool);
      expect(zonesOf(made.block, group)).toEqual(['us-east-1b']);
      expect(group.ScalingConfig).toMatchObject({ DesiredSize: 2, MaxSize: 2 });
      expect(group.Labels['seekstack.dev/pool']).toBe(pool.toLowerCase());
    }
  });

  test('have encrypted disks, session tokens one hop away, and no public address', () => {
    for (const [synthesis, pool] of [
      [made.spanning, 'Serve'],
      [made.spot, 'Decode'],
    ] as const) {
      const data = launchData(synthesis, pool);
      expect(data.MetadataOptions).toMatchObject({ HttpTokens: 'required', HttpPutResponseHopLimit: 1 });
      expect(data.IamInstanceProfile).toBeUndefined();
      expect(data.ImageId).toBeUndefined();
      for (const disk of data.BlockDeviceMappings)
        expect(disk.Ebs).toMatchObject({ Encrypted: true, KmsKeyId: { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] } });
      for (const each of data.NetworkInterfaces) expect(each.AssociatePublicIpAddress ?? false).toBe(false);
      synthesis.template.allResourcesProperties('AWS::EC2::Subnet', { MapPublicIpOnLaunch: false });
    }
  });

  test('keep weights on local disks as one, or on a faster and larger root disk', () => {
    const boot = launchData(made.spanning, 'Serve').UserData['Fn::Base64'] as string;
    const [head = '', part = ''] = boot.split(/^--[^\n-]+$/m);
    expect(head).toMatch(/^Content-Type: multipart\/mixed; boundary="[^"]+"\nMIME-Version: 1.0\n/);
    expect(part).toContain('Content-Type: application/node.eks.aws\n');
    expect(part).toContain('apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\n');
    expect(part).toContain('localStorage:\n      strategy: RAID0\n');
    expect(launchData(made.spanning, 'Serve').BlockDeviceMappings).toMatchObject([{ Ebs: { VolumeSize: 200 } }]);

    const slow = launchData(made.spot, 'Decode');
    expect(slow.UserData).toBeUndefined();
    expect(slow.BlockDeviceMappings).toMatchObject([{ Ebs: { VolumeSize: 800, Iops: 4000, Throughput: 1000 } }]);
  });

  test('of an Arm machine run the image for it', () => {
    expect(nodeGroup(made.spot, 'Prefill').Properties.AmiType).toBe('AL2023_ARM_64_NVIDIA');
  });

  test('are let into an account by its key', () => {
    const statements = onlyResource(made.block.template, 'AWS::KMS::Key').Properties.KeyPolicy.Statement;
    expect(statements.map((each: Json) => each.Sid)).toEqual(
      expect.arrayContaining(['AutoScalingUsesKey', 'AutoScalingAttachesVolumes', 'LogsUseKey']),
    );
  });

  function zonesOf(synthesis: Synthesis, group: Json): string[] {
    const subnets = synthesis.template.findResources('AWS::EC2::Subnet');
    return group.Subnets.map((id: Json) => subnets[id.Ref]?.Properties.AvailabilityZone);
  }
});

describe('pool sizes', () => {
  const { fleet, pools } = spanning;
  const [pool = apart.pools[0] as never] = pools;

  test('round to whole replicas within the bounds of the fleet', () => {
    expect(poolSize(pool, fleet)).toEqual({ minimumNodes: 2, desiredNodes: 4, maximumNodes: 6 });
    expect(poolSize(pool, { ...fleet, minimumNodes: 3, maximumNodes: 5 })).toEqual({
      minimumNodes: 4,
      desiredNodes: 4,
      maximumNodes: 4,
    });
    expect(poolSize({ ...pool, replicas: 1 }, { ...fleet, minimumNodes: 1, maximumNodes: 7 })).toEqual({
      minimumNodes: 2,
      desiredNodes: 2,
      maximumNodes: 2,
    });
  });
});

describe('the fabric', () => {
  const shape = (all: Json[]) => all.map((each) => [each.NetworkCardIndex, each.DeviceIndex, each.InterfaceType]);
  const cards = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, index) => [first + index, 0, 'efa-only']);

  test('of p5 has 32 interfaces, the first card carries one beside its addresses', () => {
    const all = launchData(made.spanning, 'Serve').NetworkInterfaces;
    expect(shape(all)).toEqual([[0, 0, 'interface'], [0, 1, 'efa-only'], ...cards(1, 31)]);
    expect(all.filter((each: Json) => each.InterfaceType === 'efa-only')).toHaveLength(32);
    for (const each of all) expect(each.DeleteOnTermination).toBe(true);
  });

  test('of p6-b300 has 16 interfaces, none on the first of 17 cards', () => {
    const all = launchData(made.block, 'Prefill').NetworkInterfaces;
    expect(shape(all)).toEqual([[0, 0, 'interface'], ...cards(1, 16)]);
    expect(all).toHaveLength(17);
  });

  test('of one card has two interfaces', () => {
    expect(shape(networkInterfaces({ interfaces: 1, networkCards: 1 }, { cluster: 'c', fabric: 'f' }))).toEqual([
      [0, 0, 'interface'],
      [0, 1, 'efa-only'],
    ]);
  });

  test('passes within its own group, in and out, and the first interface is in the cluster as well', () => {
    const [first, ...others] = launchData(made.spanning, 'Serve').NetworkInterfaces;
    const fabric = { 'Fn::GetAtt': [expect.stringMatching(/^Fabric/), 'GroupId'] };
    expect(first.Groups).toEqual([{ 'Fn::GetAtt': [expect.stringMatching(/^Cluster/), 'ClusterSecurityGroupId'] }, fabric]);
    for (const each of others) expect(each.Groups).toEqual([fabric]);
    expect(onlyResource(made.spanning.template, 'AWS::EC2::SecurityGroupIngress').Properties).toMatchObject({
      IpProtocol: '-1',
      GroupId: fabric,
      SourceSecurityGroupId: fabric,
    });
    expect(onlyResource(made.spanning.template, 'AWS::EC2::SecurityGroupEgress').Properties).toMatchObject({
      IpProtocol: '-1',
      GroupId: fabric,
      DestinationSecurityGroupId: fabric,
    });
  });
});

describe('capacity', () => {
  test('as it comes puts machines of one replica next to each other', () => {
    expect(launchData(made.spanning, 'Serve')).toMatchObject({ Placement: { GroupName: { Ref: 'ServePlacement' } } });
    expect(launchData(made.spanning, 'Serve').InstanceMarketOptions).toBeUndefined();
    expect(onlyResource(made.spanning.template, 'AWS::EC2::PlacementGroup').Properties.Strategy).toBe('cluster');
    made.spanning.template.resourceCountIs('AWS::Scheduler::Schedule', 0);
  });

  test('out of a reservation is targeted, on demand, and in no placement group', () => {
    const data = launchData(made.reserved, 'Serve');
    expect(data.CapacityReservationSpecification).toEqual({
      CapacityReservationTarget: { CapacityReservationId: 'cr-0123456789abcdef0' },
    });
    expect(data.InstanceMarketOptions).toBeUndefined();
    expect(data.Placement).toBeUndefined();
    expect(nodeGroup(made.reserved, 'Serve').Properties.CapacityType).toBe('ON_DEMAND');
    made.reserved.template.resourceCountIs('AWS::EC2::PlacementGroup', 0);
    made.reserved.template.resourceCountIs('AWS::Scheduler::Schedule', 0);
  });

  test('out of a block is bought as such', () => {
    for (const pool of ['Prefill', 'Decode']) {
      const data = launchData(made.block, pool);
      expect(data.InstanceMarketOptions).toEqual({ MarketType: 'capacity-block' });
      expect(data.CapacityReservationSpecification.CapacityReservationTarget.CapacityReservationId).toBe('cr-0123456789abcdef0');
      expect(data.Placement).toBeUndefined();
      expect(data.InstanceType).toBe('p6-b300.48xlarge');
      expect(nodeGroup(made.block, pool).Properties.CapacityType).toBe('CAPACITY_BLOCK');
    }
  });

  test('out of a block is left forty minutes before its end, each group by a role for that group alone', () => {
    const schedules = made.block.template.findResources('AWS::Scheduler::Schedule');
    expect(Object.keys(schedules).sort()).toEqual(['DecodeLeaveCapacityBlock', 'PrefillLeaveCapacityBlock']);
    for (const pool of ['Prefill', 'Decode']) {
      const { Properties: schedule } = schedules[`${pool}LeaveCapacityBlock`] as Json;
      const group = expect.stringMatching(new RegExp(`^${pool}Nodes`));
      expect(schedule).toMatchObject({
        ScheduleExpression: 'at(2026-12-01T10:50:00)',
        ScheduleExpressionTimezone: 'UTC',
        FlexibleTimeWindow: { Mode: 'OFF' },
      });
      expect(JSON.stringify(schedule.Target.Arn)).toContain(':scheduler:::aws-sdk:eks:updateNodegroupConfig');
      const input = schedule.Target.Input['Fn::Join'][1] as Json[];
      const text = input
        .map((part) => (typeof part === 'string' ? part : `<${JSON.stringify(part).replaceAll('"', '')}>`))
        .join('');
      expect(JSON.parse(text)).toMatchObject({ ScalingConfig: { MinSize: 0, DesiredSize: 0 } });
      expect(JSON.parse(text).NodegroupName).toMatch(new RegExp(`${pool}Nodes\\w+,NodegroupName`));
      const role = (made.block.template.toJSON().Resources as Json)[schedule.Target.RoleArn['Fn::GetAtt'][0]];
      expect(role.Properties.Policies).toMatchObject([
        {
          PolicyDocument: {
            Statement: [{ Action: 'eks:UpdateNodegroupConfig', Effect: 'Allow', Resource: { 'Fn::GetAtt': [group, 'Arn'] } }],
          },
        },
      ]);
      expect(role.Properties.AssumeRolePolicyDocument.Statement[0].Condition).toMatchObject({
        StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
      });
    }
  });

  test('on the spot market is the node group’s affair, not the launch template’s', () => {
    expect(nodeGroup(made.spot, 'Prefill').Properties.CapacityType).toBe('SPOT');
    expect(launchData(made.spot, 'Prefill').InstanceMarketOptions).toBeUndefined();
    made.spot.template.resourceCountIs('AWS::EC2::PlacementGroup', 0);
  });
});

describe('the network', () => {
  test('has one way out and private doors to twelve services', () => {
    const { template } = made.spanning;
    template.resourceCountIs('AWS::EC2::NatGateway', 1);
    template.resourceCountIs('AWS::EC2::EIP', 1);
    const doors = resourcesOf(made.spanning, 'AWS::EC2::VPCEndpoint');
    const inward = doors.filter((door) => door.Properties.VpcEndpointType === 'Interface');
    expect(inward.map((door) => door.Properties.ServiceName.split('us-east-1.')[1]).sort()).toEqual([
      'ec2',
      'ecr.api',
      'ecr.dkr',
      'eks',
      'eks-auth',
      'elasticloadbalancing',
      'logs',
      'monitoring',
      'secretsmanager',
      'ssm',
      'ssmmessages',
      'sts',
    ]);
    for (const door of inward) {
      expect(door.Properties.PrivateDnsEnabled).toBe(true);
      expect(door.Properties.SubnetIds).toHaveLength(2);
      expect(door.Properties.SecurityGroupIds).toEqual([{ 'Fn::GetAtt': [expect.stringMatching(/^ServiceDoors/), 'GroupId'] }]);
    }
    expect(doors).toHaveLength(13);
    template.hasResourceProperties('AWS::EC2::FlowLog', { TrafficType: 'ALL' });
  });

  test('spreads over two zones at most, and no load balancer finds the way to the internet', () => {
    const subnets = resourcesOf(made.block, 'AWS::EC2::Subnet');
    expect(new Set(subnets.map((each) => each.Properties.AvailabilityZone))).toEqual(new Set(['us-east-1a', 'us-east-1b']));
    const tagged = (key: string) =>
      subnets.filter((each) => each.Properties.Tags.some((tag: Json) => tag.Key === key && tag.Value === '1'));
    expect(tagged('kubernetes.io/role/internal-elb')).toHaveLength(2);
    expect(tagged('kubernetes.io/role/elb')).toEqual([]);
  });
});

describe('identities', () => {
  test('of the engine’s pods may read one prefix, one secret and what one key encrypts', () => {
    made.spanning.template.hasResourceProperties('AWS::EKS::PodIdentityAssociation', {
      Namespace: 'wide',
      ServiceAccount: 'wide',
      RoleArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^EngineRole'), 'Arn'] },
    });
    const statements = statementsOf(made.spanning, 'EngineRole');
    expect(statements.map((each) => [each.Sid, each.Action])).toEqual([
      ['ReadWeights', 's3:GetObject'],
      ['ListWeights', 's3:ListBucket'],
      ['ReadApiKey', 'secretsmanager:GetSecretValue'],
      ['ReadEncrypted', 'kms:Decrypt'],
    ]);
    expect(JSON.stringify(statements[0].Resource)).toMatch(/"Fn::ImportValue":"wide-weights-bucket".*"\/weights\/\*"/);
    expect(statements[1].Condition).toEqual({ StringLike: { 's3:prefix': ['weights/*'] } });
    expect(statements.slice(2).map((each) => Object.keys(each.Resource))).toEqual([['Fn::ImportValue'], ['Fn::ImportValue']]);
  });

  test('are asked for at deployment where no other stack has them', () => {
    expect(JSON.stringify(statementsOf(made.block, 'EngineRole').map((each) => each.Resource))).toMatch(
      /SuppliedBucketName.*SuppliedApiKeyArn.*SuppliedKeyArn/,
    );
  });

  test('go to one service account of this cluster each', () => {
    const roles = Object.entries(made.spanning.template.findResources('AWS::IAM::Role')) as [string, Json][];
    const pods = roles.filter(([, role]) =>
      JSON.stringify(role.Properties.AssumeRolePolicyDocument).includes('pods.eks.amazonaws.com'),
    );
    expect(
      pods.map(([, role]) => {
        const [statement, ...more] = role.Properties.AssumeRolePolicyDocument.Statement;
        expect(more).toEqual([]);
        expect(statement.Action).toEqual(['sts:AssumeRole', 'sts:TagSession']);
        const { StringEquals: tags } = statement.Condition;
        expect(tags['aws:RequestTag/eks-cluster-name']).toBe('wide');
        return `${tags['aws:RequestTag/kubernetes-namespace']}/${tags['aws:RequestTag/kubernetes-service-account']}`;
      }),
    ).toEqual([
      'kube-system/aws-node',
      'kube-system/ebs-csi-controller-sa',
      'wide/wide',
      'kube-system/aws-load-balancer-controller',
      'kube-system/cluster-autoscaler',
    ]);
    expect(statementsOf(made.spanning, 'AutoscalerRole').filter((each) => each.Condition === undefined)).toEqual([
      expect.objectContaining({ Sid: 'Look' }),
    ]);
    // What never changes its size needs nobody who changes it.
    expect(JSON.stringify(made.block.template)).not.toContain('cluster-autoscaler');
  });

  test('of the load balancer controller change only what carries the tag of the cluster', () => {
    const statements = statementsOf(made.spanning, 'LoadBalancerRole');
    for (const { Sid, Action, Resource, Condition } of statements) {
      if (Sid === 'Look') {
        for (const action of [Action].flat()) expect(action).toMatch(/:(Describe|Get)/);
        continue;
      }
      expect(Resource).not.toBe('*');
      if (Sid === 'CreateGroups' || Sid === 'ServiceRole') continue;
      const text = JSON.stringify(Condition);
      expect(
        text.includes('"aws:ResourceTag/elbv2.k8s.aws/cluster":"wide"') || Sid === 'OpenGroups' || text.includes('RequestTag'),
      ).toBe(true);
    }
    const open = statements.find((each) => each.Sid === 'OpenGroups');
    expect(Object.keys(open.Condition.ArnEquals)).toEqual(['ec2:Vpc']);
    const actions = statements.flatMap((each) => each.Action);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });

  test('of nodes are not enough to make addresses or read weights', () => {
    const role = resourceNamed(made.spanning, 'AWS::IAM::Role', 'NodeRole');
    expect(JSON.stringify(role.Properties.ManagedPolicyArns)).not.toMatch(/CNI|S3|Secrets/);
    expect(statementsOf(made.spanning, 'NodeRole').map((each) => each.Sid)).toEqual(['AnswerSessionManager']);
  });
});

describe('outputs and tags', () => {
  test('say what owner and manifests need', () => {
    const outputs = made.block.template.toJSON().Outputs as Json;
    expect(Object.keys(outputs)).toEqual(
      expect.arrayContaining([
        'ClusterName',
        'KubeconfigCommand',
        'Namespace',
        'ServiceAccount',
        'SystemNodeGroupName',
        'PrefillNodeGroupName',
        'DecodeNodeGroupName',
        'NetworkId',
        'StorageKeyArn',
        'CostUsdPerHour',
        'PlanDigest',
      ]),
    );
    expect(outputs.CostUsdPerHour.Value).toBe(String(block.cost.usdPerHour));
    expect(outputs.PlanDigest.Value).toBe(block.planDigest);
  });

  test('reach cluster, node groups, machines and disks as they are', () => {
    const wanted = { ...spot.tags, 'seekstack:deployment': 'apart', 'seekstack:plan': spot.planDigest };
    const asRecord = (tags: Json[]) => Object.fromEntries(tags.map((tag) => [tag.Key, tag.Value]));
    expect(asRecord(onlyResource(made.spot.template, 'AWS::EKS::Cluster').Properties.Tags)).toEqual(wanted);
    expect(nodeGroup(made.spot, 'Decode').Properties.Tags).toEqual(wanted);
    for (const type of ['instance', 'volume'])
      expect(
        asRecord(launchData(made.spot, 'Decode').TagSpecifications.find((each: Json) => each.ResourceType === type).Tags),
      ).toMatchObject(wanted);
    for (const subnet of resourcesOf(made.spot, 'AWS::EC2::Subnet'))
      expect(asRecord(subnet.Properties.Tags)).toMatchObject(wanted);
  });
});

describe('limits', () => {
  const fieldsOf = (base: Deployment, changes: Record<string, unknown>) =>
    findClusterProblems({ ...base, ...changes } as Deployment).map((each) => each.field);

  test('refuse nothing of what is built here', () => {
    for (const document of [spanning, apart, block, reserved, spot]) expect(findClusterProblems(document)).toEqual([]);
  });

  test('name each field that no cluster can be built from', () => {
    const { machine, fleet, placement, network } = spanning;
    const reservation = (endsAt: string) => ({ fleet: { ...fleet, reservation: { id: 'cr-0123456789abcdef0', endsAt } } });
    expect(fieldsOf(spanning, { tier: 'single-node' })).toEqual(['tier']);
    expect(fieldsOf(spanning, { placement: { ...placement, zones: ['us-east-1a'] } })).toEqual(['placement.zones']);
    expect(fieldsOf(spanning, { machine: { ...machine, accelerator: null } })).toEqual(['machine.accelerator']);
    expect(fieldsOf(spanning, { machine: { ...machine, accelerator: { ...machine.accelerator, vendor: 'amd' } } })).toEqual([
      'machine.accelerator.vendor',
    ]);
    expect(fieldsOf(spanning, { machine: { ...machine, fabric: null } })).toEqual(['machine.fabric']);
    expect(fieldsOf(spanning, { machine: { ...machine, fabric: { ...machine.fabric, kind: 'infiniband' } } })).toEqual([
      'machine.fabric.kind',
    ]);
    for (const networkCards of [31, 34])
      expect(fieldsOf(spanning, { machine: { ...machine, fabric: { ...machine.fabric, networkCards } } })).toEqual([
        'machine.fabric.networkCards',
      ]);
    expect(fieldsOf(spanning, { fleet: { ...fleet, purchase: 'spot' } })).toEqual(['fleet.purchase']);
    expect(fieldsOf(spot, { fleet: { ...spot.fleet, reservation: { id: 'cr-0123456789abcdef0', endsAt: null } } })).toEqual([
      'fleet.reservation',
    ]);
    for (const endsAt of ['2026-13-01T00:00Z', '2026-02-30T00:00Z', '2026-12-01T25:00Z'])
      expect(fieldsOf(spanning, reservation(endsAt))).toEqual(['fleet.reservation.endsAt']);
    expect(fieldsOf(spanning, { network: { ...network, vpcCidr: '10.0.0.0/24' } })).toEqual(['network.vpcCidr']);
    expect(fieldsOf(spanning, { fleet: { ...fleet, maximumNodes: 900 } })).toEqual(['network.vpcCidr']);
  });

  test('refuse tags that the controllers of a cluster act on', () => {
    for (const key of [
      'kubernetes.io/role/elb',
      'kubernetes.io/cluster/other',
      'elbv2.k8s.aws/cluster',
      'service.k8s.aws/stack',
      'k8s.io/cluster-autoscaler/enabled',
      'node.k8s.amazonaws.com/instance_id',
      'ebs.csi.aws.com/cluster',
      'eks:cluster-name',
    ])
      expect(fieldsOf(spanning, { tags: { [key]: 'wide' } })).toEqual([`tags.${key}`]);
    expect(fieldsOf(spanning, { tags: { 'k8s-team': 'eksperiment', eks: '1' } })).toEqual([]);
  });
});
