import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Match } from 'aws-cdk-lib/assertions';
import { Peer, Port, SecurityGroup, type Vpc } from 'aws-cdk-lib/aws-ec2';
import { beforeAll, describe, expect, test } from 'vitest';

import { deploymentSchema } from '../../../src/documents/deployment.ts';
import { ENGINE_SERVICE } from '../../../stacks/aws/node/engine-service.ts';
import { cpuDeployment, gpuDeployment, readCommand } from './fixture.ts';
import { appOf, bootOf, type Json, launchDataOf, onlyResource, templatesOf } from './synthesis.ts';

const ENGINE_UNIT = `/etc/systemd/system/${ENGINE_SERVICE}`;
const document = gpuDeployment();
let gpu: ReturnType<typeof templatesOf>;
let cpu: ReturnType<typeof templatesOf>;

beforeAll(() => {
  gpu = templatesOf(document);
  cpu = templatesOf(cpuDeployment());
}, 60_000);

describe('nodes', () => {
  test('require session tokens for instance metadata, one hop away', () => {
    expect(launchDataOf(gpu.serving).MetadataOptions).toMatchObject({
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 1,
    });
  });

  test('have no public address, and no subnet that gives one', () => {
    expect(launchDataOf(gpu.serving).NetworkInterfaces).toMatchObject([{ AssociatePublicIpAddress: false }]);
    gpu.serving.allResourcesProperties('AWS::EC2::Subnet', { MapPublicIpOnLaunch: false });
  });

  test("keep root and weights on disks encrypted with the deployment's key", () => {
    const disks = launchDataOf(cpu.serving).BlockDeviceMappings;
    expect(disks.map((disk: Json) => [disk.DeviceName, disk.Ebs.VolumeSize, disk.Ebs.VolumeType])).toEqual([
      ['/dev/xvda', 100, 'gp3'],
      ['/dev/sdf', 600, 'gp3'],
    ]);
    for (const disk of disks)
      expect(disk.Ebs).toMatchObject({
        Encrypted: true,
        KmsKeyId: { 'Fn::ImportValue': expect.stringContaining('Key') },
      });
    expect(launchDataOf(gpu.serving).BlockDeviceMappings).toHaveLength(1);
  });

  test('get their volumes through a key that admits Auto Scaling', () => {
    const role = 'arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling';
    gpu.supplies.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Principal: { AWS: role },
            Action: Match.arrayWith(['kms:Decrypt', 'kms:GenerateDataKey*']),
          }),
          Match.objectLike({
            Principal: { AWS: role },
            Action: 'kms:CreateGrant',
            Condition: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
          }),
        ]),
      },
    });
  });

  test('are as many as planned, in the planned zones, and judged by the endpoint after the planned start', () => {
    gpu.serving.hasResourceProperties('AWS::AutoScaling::AutoScalingGroup', {
      MinSize: '1',
      DesiredCapacity: '2',
      MaxSize: '3',
      HealthCheckType: 'ELB',
      HealthCheckGracePeriod: 2400,
    });
    const subnetIds = onlyResource(gpu.serving, 'AWS::AutoScaling::AutoScalingGroup').Properties.VPCZoneIdentifier.map(
      (id: Json) => id.Ref,
    );
    const subnets = gpu.serving.findResources('AWS::EC2::Subnet');
    expect(subnetIds.map((id: string) => subnets[id]?.Properties.AvailabilityZone)).toEqual(document.placement.zones);
  });

  test('run the machine type of the plan on the image for it, without a look-up', () => {
    const imageParameter = (template: typeof gpu.serving) =>
      template.toJSON().Parameters[launchDataOf(template).ImageId.Ref].Default;
    expect(launchDataOf(gpu.serving).InstanceType).toBe('p5en.48xlarge');
    expect(imageParameter(gpu.serving)).toBe(
      '/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-amazon-linux-2023/latest/ami-id',
    );
    expect(imageParameter(cpu.serving)).toBe('/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64');
  });

  test('are spot only when the plan says so', () => {
    const spot = templatesOf({ ...document, fleet: { ...document.fleet, purchase: 'spot' } });
    expect(launchDataOf(spot.serving).InstanceMarketOptions).toMatchObject({
      MarketType: 'spot',
      SpotOptions: { SpotInstanceType: 'one-time' },
    });
    expect(launchDataOf(gpu.serving).InstanceMarketOptions).toBeUndefined();
    const committed = templatesOf({ ...document, fleet: { ...document.fleet, purchase: 'commitment-3y' } });
    expect(launchDataOf(committed.serving).InstanceMarketOptions).toBeUndefined();
  });

  test('may read one prefix, one repository and one secret, write their logs and metrics, and answer Session Manager', () => {
    const policies = Object.values(
      gpu.serving.findResources('AWS::IAM::Policy', {
        Properties: { Roles: [{ Ref: Match.stringLikeRegexp('^NodeRole') }] },
      }),
    );
    const statements = policies.flatMap((policy: Json) => policy.Properties.PolicyDocument.Statement);
    const imported = (part: string) => ({ 'Fn::ImportValue': expect.stringContaining(part) });
    const weights = { 'Fn::ImportValue': 'chat-prod-weights-arn' };
    expect(Object.fromEntries(statements.map((statement: Json) => [statement.Sid, statement.Resource]))).toEqual({
      WriteEngineLogs: { 'Fn::GetAtt': [expect.stringMatching(/^EngineLogs/), 'Arn'] },
      ReadWeights: { 'Fn::Join': ['', [weights, '/weights/*']] },
      ListWeights: weights,
      PullImages: imported('Images'),
      ReadApiKey: imported('ApiKey'),
      ReadEncrypted: imported('Key'),
      SignInToRegistry: '*',
      PublishMetrics: '*',
      AnswerSessionManager: '*',
    });
    expect(statements.find((each: Json) => each.Sid === 'PublishMetrics').Condition).toEqual({
      StringEquals: { 'cloudwatch:namespace': 'seekstack/chat-prod' },
    });
    expect(onlyRole(gpu.serving).Properties.ManagedPolicyArns).toBeUndefined();
  });

  function onlyRole(template: typeof gpu.serving): Json {
    return Object.entries(template.findResources('AWS::IAM::Role')).find(([id]) => id.startsWith('NodeRole'))?.[1];
  }
});

describe('the engine', () => {
  test('is the pinned image with accelerators, its command line intact', () => {
    const words = readCommand(bootOf(gpu.serving).file(ENGINE_UNIT));
    const at = words.indexOf(`<REPOSITORY>@${document.engine.image.digest}`);
    expect(words[at]).toMatch(/@sha256:[0-9a-f]{64}$/);
    expect(words.slice(at + 1)).toEqual(['serve', ...(document.pools[0]?.args ?? [])]);
    expect(words.slice(0, at)).toEqual(
      expect.arrayContaining(['--entrypoint=vllm', '--gpus=all', `--shm-size=${64 * 2 ** 30}`, '--publish=8000:8000']),
    );
  });

  test('has no accelerator option on a machine without one, and a tag where no digest is known', () => {
    const words = readCommand(bootOf(cpu.serving).file(ENGINE_UNIT));
    expect(words.some((word) => word.startsWith('--gpus') || word.startsWith('--shm-size'))).toBe(false);
    expect(words).toContain('<REPOSITORY>:engine-server-b6500');
  });

  test('logs to the encrypted group the stack makes', () => {
    const words = readCommand(bootOf(gpu.serving).file(ENGINE_UNIT));
    expect(words).toEqual(
      expect.arrayContaining([
        '--log-driver=awslogs',
        '--log-opt=awslogs-group=/seekstack/chat-prod/engine',
        '--log-opt=awslogs-region=eu-north-1',
      ]),
    );
    gpu.serving.hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: '/seekstack/chat-prod/engine',
      KmsKeyId: Match.anyValue(),
    });
  });
});

describe('the endpoint', () => {
  test('is internal, speaks TLS with the certificate asked for, and writes down who called', () => {
    gpu.serving.hasResourceProperties('AWS::ElasticLoadBalancingV2::LoadBalancer', {
      Scheme: 'internal',
      Type: 'network',
      LoadBalancerAttributes: Match.arrayWith([{ Key: 'access_logs.s3.enabled', Value: 'true' }]),
    });
    gpu.serving.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Port: 443,
      Protocol: 'TLS',
      SslPolicy: Match.stringLikeRegexp('TLS13'),
      Certificates: [{ CertificateArn: { Ref: 'CertificateArn' } }],
    });
    gpu.serving.hasResourceProperties('AWS::ElasticLoadBalancingV2::TargetGroup', {
      Port: 8000,
      HealthCheckProtocol: 'HTTP',
      HealthCheckPath: '/health',
    });
    const certificate = 'arn:aws:acm:eu-north-1:111122223333:certificate/0f0f';
    const named = templatesOf({ ...document, network: { ...document.network, certificate } });
    named.serving.hasResourceProperties('AWS::ElasticLoadBalancingV2::Listener', {
      Certificates: [{ CertificateArn: certificate }],
    });
  });

  test('admits the client networks only, and the nodes admit only the endpoint', () => {
    const groups = Object.values(gpu.serving.findResources('AWS::EC2::SecurityGroup'));
    const ingress = groups.flatMap((group: Json) => group.Properties.SecurityGroupIngress ?? []);
    expect(ingress.map((rule: Json) => [rule.CidrIp, rule.FromPort, rule.ToPort])).toEqual([
      ['10.40.0.0/16', 443, 443],
      ['10.0.0.0/8', 443, 443],
      ['192.168.7.0/24', 443, 443],
    ]);
    expect(onlyResource(gpu.serving, 'AWS::EC2::SecurityGroupIngress').Properties).toMatchObject({
      GroupId: { 'Fn::GetAtt': [expect.stringMatching(/^NodeTraffic/), 'GroupId'] },
      SourceSecurityGroupId: { 'Fn::GetAtt': [expect.stringMatching(/^EndpointTraffic/), 'GroupId'] },
      FromPort: 8000,
      ToPort: 8000,
    });
  });
});

describe('the network', () => {
  test('has the planned block, no way to the internet, private endpoints and flow logs', () => {
    gpu.serving.hasResourceProperties('AWS::EC2::VPC', { CidrBlock: '10.40.0.0/16' });
    for (const type of ['AWS::EC2::NatGateway', 'AWS::EC2::InternetGateway', 'AWS::EC2::EIP', 'AWS::EC2::Route'])
      gpu.serving.resourceCountIs(type, 0);
    const doors = Object.values(gpu.serving.findResources('AWS::EC2::VPCEndpoint')) as Json[];
    expect(doors.filter((each) => each.Properties.VpcEndpointType === 'Interface')).toHaveLength(7);
    const storage = doors.find((each) => each.Properties.VpcEndpointType === 'Gateway');
    expect(storage.Properties.PolicyDocument.Statement.map((each: Json) => each.Sid)).toEqual([
      'Weights',
      'ListWeights',
      'ImageLayers',
      'Packages',
    ]);
    gpu.serving.hasResourceProperties('AWS::EC2::FlowLog', { TrafficType: 'ALL' });
    gpu.serving.resourceCountIs('AWS::Lambda::Function', 0);
  });

  test('fits the smallest block accepted, with six zones', () => {
    const zones = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => `us-east-1${letter}`);
    const small = templatesOf({
      ...document,
      placement: { region: 'us-east-1', zones },
      network: { ...document.network, vpcCidr: '10.40.7.0/24' },
    });
    small.serving.resourceCountIs('AWS::EC2::Subnet', 6);
  });
});

describe('the budget', () => {
  test("has the planned amount, this deployment's costs and the planned alarms", () => {
    gpu.budget.hasResourceProperties('AWS::Budgets::Budget', {
      Budget: {
        BudgetLimit: { Amount: 110_000, Unit: 'USD' },
        TimeUnit: 'MONTHLY',
        CostFilters: { TagKeyValue: ['user:seekstack:deployment$chat-prod'] },
      },
    });
    const alarms = onlyResource(gpu.budget, 'AWS::Budgets::Budget').Properties.NotificationsWithSubscribers;
    expect(alarms.map((alarm: Json) => alarm.Notification.Threshold)).toEqual([50, 80, 100]);
    for (const alarm of alarms) expect(alarm.Subscribers).toEqual([{ SubscriptionType: 'EMAIL', Address: 'owner@example.com' }]);
  });

  test('tells an encrypted topic that Budgets may publish to where no address is known', () => {
    const alarms = onlyResource(cpu.budget, 'AWS::Budgets::Budget').Properties.NotificationsWithSubscribers;
    for (const alarm of alarms)
      expect(alarm.Subscribers).toEqual([{ SubscriptionType: 'SNS', Address: { Ref: expect.stringMatching(/^Notices/) } }]);
    cpu.budget.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: Match.anyValue() });
    cpu.budget.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({ Effect: 'Allow', Principal: { Service: 'budgets.amazonaws.com' } })]),
      },
    });
  });

  test('stands before the nodes, in the region where budgets live', () => {
    const { budget, serving } = appOf(document);
    expect(budget.region).toBe('us-east-1');
    expect(serving.dependencies).toContain(budget);
  });
});

describe('the stack', () => {
  const expected = {
    team: 'search',
    'cost-center': '42 / research',
    'seekstack:deployment': 'chat-prod',
    'seekstack:plan': document.planDigest,
  };

  test.each([
    'AWS::Logs::LogGroup',
    'AWS::SNS::Topic',
    'AWS::EC2::VPC',
    'AWS::EC2::Subnet',
    'AWS::EC2::SecurityGroup',
    'AWS::EC2::VPCEndpoint',
    'AWS::IAM::Role',
    'AWS::AutoScaling::AutoScalingGroup',
    'AWS::ElasticLoadBalancingV2::LoadBalancer',
    'AWS::ElasticLoadBalancingV2::TargetGroup',
  ])('tags every %s', (type) => {
    const resources = Object.values(gpu.serving.findResources(type));
    expect(resources).not.toHaveLength(0);
    for (const { Properties } of resources as Json[]) expect(readTags(Properties.Tags)).toMatchObject(expected);
  });

  test('tags instances, volumes and the budget', () => {
    const specifications = launchDataOf(gpu.serving).TagSpecifications;
    expect(specifications.map((specification: Json) => specification.ResourceType)).toEqual(['instance', 'volume']);
    for (const { Tags } of specifications) expect(readTags(Tags)).toMatchObject(expected);
    expect(readTags(onlyResource(gpu.budget, 'AWS::Budgets::Budget').Properties.ResourceTags)).toMatchObject(expected);
  });

  test('states endpoint, group, planned cost and plan', () => {
    const outputs = gpu.serving.toJSON().Outputs;
    expect(outputs).toMatchObject({
      EndpointDnsName: {},
      NodeGroupName: {},
      CostUsdPerHour: { Value: '135.45' },
      PlanDigest: { Value: document.planDigest },
    });
  });

  test('is the same text when synthesized twice', () => {
    expect(readAssembly(document)).toEqual(readAssembly(gpuDeployment()));
  });

  test('needs no account', () => {
    const { app } = appOf(document, {});
    const stacks = app.synth().stacks;
    expect(stacks.map((stack) => [stack.id, stack.environment.account, stack.environment.region])).toEqual([
      ['chat-prod-budget', 'unknown-account', 'us-east-1'],
      ['chat-prod-supplies', 'unknown-account', 'eu-north-1'],
      ['chat-prod', 'unknown-account', 'eu-north-1'],
    ]);
    expect(app.synth().manifest.missing).toBeUndefined();
  });

  test.each([gpuDeployment(), cpuDeployment()])('passes the AwsSolutions and built-in rules ($name)', (chosen) => {
    const { app, outdir } = appOf(chosen);
    app.synth();
    const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8'));
    expect(report.pluginReports.flatMap((plugin: Json) => plugin.violations)).toEqual([]);
  });

  test('fails the rules once something is open to the world', () => {
    const { app, serving } = appOf(document);
    const vpc = serving.node.findChild('Network') as Vpc;
    new SecurityGroup(serving, 'Open', { vpc }).addIngressRule(Peer.anyIpv4(), Port.tcp(8000));
    expect(() => app.synth()).toThrow(/AwsSolutions-EC23/);
  });

  test('keeps hostile but valid strings inside their values', () => {
    const hostile = deploymentSchema.parse({
      ...document,
      optionId: '${Token[TOKEN.7]} $(reboot) `id`',
      pools: [
        { ...document.pools[0], args: ["'; reboot #", '${AWS::Region}', '$(id) `id` %H %% $$ \\" ${Token[TOKEN.7]}', ';'] },
      ],
      cost: {
        ...document.cost,
        lines: [{ id: 'x', label: '${Token[TOKEN.7]}', usdPerMonth: null, basis: '{{resolve:ssm:x}}', quantity: null }],
      },
    });
    const { app } = appOf(hostile);
    expect(() => app.synth()).not.toThrow();
    const words = readCommand(bootOf(templatesOf(hostile).serving).file(ENGINE_UNIT));
    const args = hostile.pools[0]?.args ?? [];
    expect(words.slice(-args.length)).toEqual(args);
  });
});

function readTags(tags: Json): Record<string, string> {
  return Object.fromEntries(tags.map((tag: { Key: string; Value: string }) => [tag.Key, tag.Value]));
}

function readAssembly(chosen: typeof document): Record<string, string> {
  const { app, outdir } = appOf(chosen);
  app.synth();
  const templates = readdirSync(outdir).filter((name) => name.endsWith('.template.json') || name.endsWith('.assets.json'));
  return Object.fromEntries(templates.map((name) => [name, readFileSync(join(outdir, name), 'utf8')]));
}
