import vm from 'node:vm';

import { Match } from 'aws-cdk-lib/assertions';
import { beforeAll, describe, expect, test } from 'vitest';

import { REAPER_PROGRAM } from '../../../stacks/aws/guards/reaper-program.ts';
import { listReached, renderReport } from '../../../stacks/aws/rehearse/report.ts';
import { momentBefore } from '../../../stacks/aws/serving/capacity.ts';
import { gpuDeployment, spanningDeployment } from './fixture.ts';
import { appOf, type Json, launchDataOf, onlyResource, templatesOf } from './synthesis.ts';

const HOUR_SECONDS = 3600;
const created = new Date('2026-11-24T08:00:00Z');
const hoursLater = (hours: number) => new Date(created.getTime() + hours * HOUR_SECONDS * 1000).toISOString();

interface Cloud {
  /** Status by stack name; a stack that is not here does not exist. */
  readonly stacks: Record<string, string>;
  readonly failing?: string;
  readonly cluster?: boolean;
}

/** Runs the function as Lambda does, with clients that only write down what they are told. */
async function reap({ stacks, failing, cluster = false }: Cloud, time: string) {
  const told: string[] = [];
  const command = (name: string) =>
    class {
      readonly name = name;
      readonly input: Json;
      constructor(input: Json) {
        this.input = input;
      }
    };
  class Client {
    async send({ name, input }: { name: string; input: Json }): Promise<Json> {
      if (name === 'DescribeStacks') {
        const StackStatus = stacks[input.StackName];
        if (StackStatus === undefined) throw Object.assign(new Error('does not exist'), { name: 'ValidationError' });
        return { Stacks: [{ StackStatus, CreationTime: created }] };
      }
      if (name === 'DescribeTags') {
        const ours = input.ResourceArns[0].endsWith('/ours');
        return { TagDescriptions: [{ Tags: [{ Key: 'elbv2.k8s.aws/cluster', Value: ours ? 'bench' : 'another' }] }] };
      }
      const filters = input.Filters?.map((each: Json) => `${each.Name}=${each.Values}`).join(' ');
      told.push(`${name} ${filters ?? input.nodegroupName ?? Object.values(input)[0]}`);
      if (name === failing) throw new Error(`${name} is refused`);
      return { SecurityGroups: [{ GroupId: 'sg-ours' }], Volumes: [{ VolumeId: 'vol-ours' }] };
    }
  }
  const pages = (name: string, field: string) =>
    async function* () {
      yield {
        [name]: ['ours', 'theirs'].map((each) => ({
          [field]: `arn:${name === 'LoadBalancers' ? 'balancer' : 'targets'}/${each}`,
        })),
      };
    };
  const modules: Record<string, Json> = {
    '@aws-sdk/client-cloudformation': {
      CloudFormationClient: Client,
      DescribeStacksCommand: command('DescribeStacks'),
      DeleteStackCommand: command('DeleteStack'),
      paginateListStackResources: async function* () {
        yield {
          StackResourceSummaries: [
            { ResourceType: 'AWS::AutoScaling::AutoScalingGroup', PhysicalResourceId: 'nodes' },
            { ResourceType: 'AWS::EKS::Nodegroup', PhysicalResourceId: 'cluster/pool' },
            { ResourceType: 'AWS::EKS::Nodegroup', PhysicalResourceId: 'cluster/gone', ResourceStatus: 'DELETE_COMPLETE' },
            { ResourceType: 'AWS::EC2::VPC', PhysicalResourceId: 'vpc' },
          ],
        };
      },
    },
    '@aws-sdk/client-auto-scaling': {
      AutoScalingClient: Client,
      UpdateAutoScalingGroupCommand: command('UpdateAutoScalingGroup'),
    },
    '@aws-sdk/client-ec2': {
      EC2Client: Client,
      ...Object.fromEntries(
        ['DescribeSecurityGroups', 'DeleteSecurityGroup', 'DescribeVolumes', 'DeleteVolume'].map((name) => [
          `${name}Command`,
          command(name),
        ]),
      ),
    },
    '@aws-sdk/client-elastic-load-balancing-v2': {
      ElasticLoadBalancingV2Client: Client,
      paginateDescribeLoadBalancers: pages('LoadBalancers', 'LoadBalancerArn'),
      paginateDescribeTargetGroups: pages('TargetGroups', 'TargetGroupArn'),
      ...Object.fromEntries(
        ['DescribeTags', 'DeleteLoadBalancer', 'DeleteTargetGroup'].map((name) => [`${name}Command`, command(name)]),
      ),
    },
    '@aws-sdk/client-eks': { EKSClient: Client, UpdateNodegroupConfigCommand: command('UpdateNodegroupConfig') },
  };
  const exports: { handler?: (event: Json) => Promise<Json> } = {};
  vm.runInNewContext(REAPER_PROGRAM, {
    exports,
    require: (name: string) => modules[name],
    process: { env: { STACK_NAMES: 'bench bench-supplies', TIME_TO_LIVE_HOURS: '8', CLUSTER: String(cluster) } },
    Date,
    console: { log: () => undefined },
  });
  const answer = await exports.handler?.({ time }).catch((error: Error) => ({ done: error.message }));
  return { told, done: answer.done };
}

describe('the function that ends a benchmark', () => {
  const both = { bench: 'CREATE_COMPLETE', 'bench-supplies': 'CREATE_COMPLETE' };

  test('leaves a stack alone until its hours are over', async () => {
    expect(await reap({ stacks: both }, hoursLater(7.9))).toEqual({ told: [], done: 'nothing' });
  });

  test('stops nodes and then deletes the stack', async () => {
    expect(await reap({ stacks: both }, hoursLater(8))).toEqual({
      told: ['UpdateAutoScalingGroup nodes', 'UpdateNodegroupConfig pool', 'DeleteStack bench'],
      done: 'deleting',
    });
  });

  test('deletes a stack whose nodes cannot be stopped, or whose deletion failed before', async () => {
    const stacks = { ...both, bench: 'DELETE_FAILED' };
    expect((await reap({ stacks, failing: 'UpdateAutoScalingGroup' }, hoursLater(9))).told).toContain('DeleteStack bench');
  });

  test('takes along what controllers made also where nodes cannot be stopped', async () => {
    const stacks = { ...both, bench: 'DELETE_FAILED' };
    const { told, done } = await reap({ stacks, cluster: true, failing: 'UpdateAutoScalingGroup' }, hoursLater(9));
    expect(told).toEqual(
      expect.arrayContaining(['UpdateNodegroupConfig pool', 'DeleteSecurityGroup sg-ours', 'DeleteVolume vol-ours']),
    );
    expect([told.at(-1), done]).toEqual(['DeleteStack bench', 'deleting']);
  });

  test('waits for a deletion under way', async () => {
    expect((await reap({ stacks: { ...both, bench: 'DELETE_IN_PROGRESS' } }, hoursLater(9))).told).toEqual([]);
  });

  test('lets supplies wait a day for their nodes', async () => {
    const alone = { 'bench-supplies': 'CREATE_COMPLETE' };
    expect((await reap({ stacks: alone }, hoursLater(31))).told).toEqual([]);
    expect((await reap({ stacks: alone }, hoursLater(32))).told).toContain('DeleteStack bench-supplies');
    expect(await reap({ stacks: {} }, hoursLater(99))).toEqual({ told: [], done: 'nothing' });
  });

  test('takes along what the controllers of a cluster made, and only that', async () => {
    const { told } = await reap({ stacks: both, cluster: true }, hoursLater(9));
    expect(told).toEqual([
      'UpdateAutoScalingGroup nodes',
      'UpdateNodegroupConfig pool',
      'DeleteLoadBalancer arn:balancer/ours',
      'DeleteTargetGroup arn:targets/ours',
      'DescribeSecurityGroups tag:elbv2.k8s.aws/cluster=bench',
      'DeleteSecurityGroup sg-ours',
      'DescribeVolumes tag:kubernetes.io/cluster/bench=owned status=available',
      'DeleteVolume vol-ours',
      'DeleteStack bench',
    ]);
  });

  test('deletes the stack although something is still in use', async () => {
    const { told, done } = await reap({ stacks: both, cluster: true, failing: 'DeleteSecurityGroup' }, hoursLater(9));
    expect([told.at(-1), done]).toEqual(['DeleteStack bench', 'deleting']);
  });
});

describe('a benchmark', () => {
  const document = { ...gpuDeployment(), purpose: 'benchmark' as const, timeToLiveHours: 8 };
  let app: ReturnType<typeof appOf>;
  let templates: ReturnType<typeof templatesOf>;
  beforeAll(() => {
    app = appOf(document);
    templates = templatesOf(document);
  }, 60_000);

  test('can end before its first node starts', () => {
    expect(app.serving.dependencies).toContain(app.reaper);
    expect(templatesOf(gpuDeployment()).reaper).toBeNull();
  });

  test('is looked at every ten minutes by a function that may end these stacks only', () => {
    const { reaper } = templates;
    reaper?.hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(10 minutes)', State: 'ENABLED' });
    reaper?.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: { STACK_NAMES: 'chat-prod chat-prod-supplies', TIME_TO_LIVE_HOURS: '8' } },
    });
    reaper?.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Sid: 'EndStacks',
            Resource: [
              'arn:aws:cloudformation:eu-north-1:111122223333:stack/chat-prod-supplies/*',
              'arn:aws:cloudformation:eu-north-1:111122223333:stack/chat-prod/*',
            ],
          }),
          Match.objectLike({
            Sid: 'StopNodes',
            Condition: { StringEquals: { 'aws:ResourceTag/seekstack:deployment': 'chat-prod' } },
          }),
        ]),
      },
    });
  });

  test.each(['single-node', 'kubernetes'] as const)('passes the rules in an account that is not named (%s)', (tier) => {
    const anywhere =
      tier === 'single-node' ? document : { ...spanningDeployment(), purpose: 'benchmark' as const, timeToLiveHours: 8 };
    expect(() => appOf(anywhere, {}).app.synth()).not.toThrow();
  });

  test('passes the rules, and its weights go by themselves', () => {
    app.app.synth();
    templates.supplies.hasResourceProperties('AWS::S3::Bucket', {
      LifecycleConfiguration: { Rules: Match.arrayWith([Match.objectLike({ ExpirationInDays: 2 })]) },
    });
  });
});

describe('capacity', () => {
  const document = gpuDeployment();
  const bought = (endsAt: string | null, purchase: 'on-demand' | 'spot' = 'on-demand') =>
    templatesOf({
      ...document,
      placement: { ...document.placement, zones: ['eu-north-1b'] },
      fleet: { ...document.fleet, purchase, reservation: endsAt === '' ? null : { id: 'cr-0123456789abcdef0', endsAt } },
    });

  test('out of a reservation is named in the launch template, without a placement group', () => {
    const { serving } = bought(null);
    expect(launchDataOf(serving).CapacityReservationSpecification).toEqual({
      CapacityReservationTarget: { CapacityReservationId: 'cr-0123456789abcdef0' },
    });
    expect(launchDataOf(serving).InstanceMarketOptions).toBeUndefined();
    expect(launchDataOf(serving).Placement).toBeUndefined();
    serving.resourceCountIs('AWS::EC2::PlacementGroup', 0);
    serving.resourceCountIs('AWS::AutoScaling::ScheduledAction', 0);
  });

  test('out of a capacity block ends 45 minutes before the block does', () => {
    const { serving } = bought('2026-12-24T11:30Z');
    expect(launchDataOf(serving).InstanceMarketOptions).toEqual({ MarketType: 'capacity-block' });
    expect(onlyResource(serving, 'AWS::AutoScaling::ScheduledAction').Properties).toMatchObject({
      StartTime: '2026-12-24T10:45:00Z',
      MinSize: 0,
      MaxSize: 0,
      DesiredCapacity: 0,
    });
    expect(momentBefore('2026-03-01T00:15Z', 45 * 60)).toBe('2026-02-28T23:30:00Z');
  });

  test('follows the requests between the bounds, and stays where they are equal', () => {
    const { serving } = bought('');
    expect(onlyResource(serving, 'AWS::AutoScaling::ScalingPolicy').Properties).toMatchObject({
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingConfiguration: {
        TargetValue: 230,
        CustomizedMetricSpecification: { MetricName: 'RunningRequests', Namespace: 'seekstack/chat-prod', Statistic: 'Average' },
      },
    });
    const fixed = templatesOf({ ...document, fleet: { ...document.fleet, minimumNodes: 2, maximumNodes: 2 } });
    fixed.serving.resourceCountIs('AWS::AutoScaling::ScalingPolicy', 0);
  });
});

describe('the report of a rehearsal', () => {
  const templates = new Map([
    ['chat', { Resources: { Nodes: { Type: 'AWS::AutoScaling::AutoScalingGroup' }, Budget: { Type: 'AWS::Budgets::Budget' } } }],
  ]);

  test('tells what the server made from what it passed over', () => {
    const resources = listReached(templates, new Map([['chat', new Set(['Nodes'])]]));
    expect(resources.map((each) => [each.logicalId, each.reached])).toEqual([
      ['Nodes', 'simulated'],
      ['Budget', 'not-simulated'],
    ]);
    const steps = [{ name: 'cdk deploy', seconds: 12.34, passed: false, found: '', failures: ['nodes: got 1, expected 2'] }];
    expect(renderReport({ schema: 'seekstack/rehearsal@1', server: 'moto 5', passed: false, steps, resources })).toBe(
      [
        'Rehearsed on moto 5',
        '  FAIL cdk deploy (12.3 s)',
        '       nodes: got 1, expected 2',
        '1 of 2 resources were made; the server does not know AWS::Budgets::Budget',
        '',
      ].join('\n'),
    );
  });
});
