// What must exist after a deployment, asked for through the AWS SDK and held against the deployment document.
// In: a document and the address of a server. Out: a line for each thing that is not as the document says.
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import {
  CloudFormationClient,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  type Stack,
} from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import {
  DescribeLaunchTemplateVersionsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { GetKeyRotationStatusCommand, KMSClient } from '@aws-sdk/client-kms';
import { AwsQueryProtocol } from '@aws-sdk/core/protocols';

import type { Deployment } from '../../../src/documents/deployment.ts';
import { ENDPOINT_PORT } from '../serving/endpoint.ts';
import { DEPLOYMENT_TAG } from '../tags.ts';

interface Found {
  readonly what: string;
  readonly got: unknown;
  readonly expected: unknown;
}

/** Asks one server about one deployment. */
export class Inspector {
  readonly #region: string;
  readonly #cloud: CloudFormationClient;
  readonly #machines: EC2Client;
  readonly #groups: AutoScalingClient;
  readonly #balancers: ElasticLoadBalancingV2Client;
  readonly #keys: KMSClient;
  readonly #watch: CloudWatchClient;

  constructor(endpoint: string, region: string) {
    const settings = { endpoint, region, credentials: { accessKeyId: 'rehearsal', secretAccessKey: 'rehearsal' } };
    this.#region = region;
    this.#cloud = new CloudFormationClient(settings);
    this.#machines = new EC2Client(settings);
    this.#groups = new AutoScalingClient(settings);
    this.#balancers = new ElasticLoadBalancingV2Client(settings);
    this.#keys = new KMSClient(settings);
    // The server knows this of the protocols that CloudWatch is asked in; the SDK's own choice is another.
    this.#watch = new CloudWatchClient({ ...settings, protocol: AwsQueryProtocol });
  }

  /** Logical and physical ids of a stack's resources; empty where there is no such stack. */
  async resourcesOf(stackName: string): Promise<Map<string, { type: string; id: string }>> {
    if ((await this.stack(stackName)) === undefined) return new Map();
    const { StackResources = [] } = await this.#cloud.send(new DescribeStackResourcesCommand({ StackName: stackName }));
    return new Map(
      StackResources.map((each) => [
        each.LogicalResourceId ?? '',
        { type: each.ResourceType ?? '', id: each.PhysicalResourceId ?? '' },
      ]),
    );
  }

  async stack(stackName: string): Promise<Stack | undefined> {
    const { Stacks = [] } = await this.#cloud
      .send(new DescribeStacksCommand({ StackName: stackName }))
      .catch(() => ({ Stacks: [] as Stack[] }));
    return Stacks.find((each) => each.StackStatus !== 'DELETE_COMPLETE');
  }

  /** Groups of nodes that exist at all, whoever made them. */
  async countGroups(): Promise<number> {
    return (await this.#groups.send(new DescribeAutoScalingGroupsCommand({}))).AutoScalingGroups?.length ?? 0;
  }

  /** Everything about the nodes and the endpoint that is not as the document says. */
  async differences(document: Deployment): Promise<string[]> {
    const resources = await this.resourcesOf(document.name);
    const idOf = (type: string) => [...resources.values()].find((each) => each.type === type)?.id ?? `no ${type}`;
    const found = [
      ...(await this.#group(document, idOf('AWS::AutoScaling::AutoScalingGroup'))),
      ...(await this.#launchTemplate(document, idOf('AWS::EC2::LaunchTemplate'))),
      ...(await this.#endpoint(document, idOf('AWS::ElasticLoadBalancingV2::LoadBalancer'))),
      ...(await this.#doors()),
      ...(await this.#key(document)),
      ...(await this.#alarms(document)),
    ];
    return found
      .filter(({ got, expected }) => JSON.stringify(got) !== JSON.stringify(expected))
      .map(({ what, got, expected }) => `${what}: got ${JSON.stringify(got)}, expected ${JSON.stringify(expected)}`);
  }

  async #group({ fleet, placement, name }: Deployment, groupName: string): Promise<Found[]> {
    const { AutoScalingGroups: [group] = [] } = await this.#groups.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [groupName] }),
    );
    const subnets = await this.#machines.send(
      new DescribeSubnetsCommand({ SubnetIds: group?.VPCZoneIdentifier?.split(',') ?? [] }),
    );
    return [
      { what: 'nodes at least', got: group?.MinSize, expected: fleet.minimumNodes },
      { what: 'nodes', got: group?.DesiredCapacity, expected: fleet.nodes },
      { what: 'nodes at most', got: group?.MaxSize, expected: fleet.maximumNodes },
      { what: 'zones', got: subnets.Subnets?.map((each) => each.AvailabilityZone).sort(), expected: [...placement.zones].sort() },
      { what: 'public addresses', got: subnets.Subnets?.some((each) => each.MapPublicIpOnLaunch), expected: false },
      { what: 'tag of the group', got: group?.Tags?.find((tag) => tag.Key === DEPLOYMENT_TAG)?.Value, expected: name },
    ];
  }

  async #launchTemplate({ machine, disk, fleet }: Deployment, templateId: string): Promise<Found[]> {
    const { LaunchTemplateVersions: versions = [] } = await this.#machines.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: templateId }),
    );
    const data = versions.at(-1)?.LaunchTemplateData;
    return [
      { what: 'instance type', got: data?.InstanceType, expected: machine.type },
      { what: 'metadata tokens', got: data?.MetadataOptions?.HttpTokens, expected: 'required' },
      { what: 'metadata hops', got: Number(data?.MetadataOptions?.HttpPutResponseHopLimit), expected: 1 },
      {
        what: 'encrypted disks',
        got: data?.BlockDeviceMappings?.map((each) => String(each.Ebs?.Encrypted)),
        expected: disk.weightsBytes > 0 ? ['true', 'true'] : ['true'],
      },
      {
        what: 'reservation',
        got: data?.CapacityReservationSpecification?.CapacityReservationTarget?.CapacityReservationId ?? null,
        expected: fleet.reservation?.id ?? null,
      },
    ];
  }

  async #endpoint({ engine }: Deployment, balancerArn: string): Promise<Found[]> {
    const { LoadBalancers: [balancer] = [] } = await this.#balancers.send(
      new DescribeLoadBalancersCommand({ LoadBalancerArns: [balancerArn] }),
    );
    const { Listeners = [] } = await this.#balancers.send(new DescribeListenersCommand({ LoadBalancerArn: balancerArn }));
    const { TargetGroups = [] } = await this.#balancers.send(new DescribeTargetGroupsCommand({ LoadBalancerArn: balancerArn }));
    return [
      { what: 'endpoint', got: [balancer?.Scheme, balancer?.Type], expected: ['internal', 'network'] },
      {
        what: 'listeners',
        got: Listeners.map((each) => [each.Port, each.Protocol, each.Certificates?.length]),
        expected: [[ENDPOINT_PORT, 'TLS', 1]],
      },
      {
        what: 'targets',
        got: TargetGroups.map((each) => [each.Port, each.HealthCheckPath]),
        expected: [[engine.port, engine.healthPath]],
      },
    ];
  }

  /** No rule lets the world in. */
  async #doors(): Promise<Found[]> {
    const { SecurityGroups = [] } = await this.#machines.send(new DescribeSecurityGroupsCommand({}));
    const open = SecurityGroups.filter((group) =>
      group.IpPermissions?.some((rule) => rule.IpRanges?.some((range) => range.CidrIp === '0.0.0.0/0')),
    );
    return [{ what: 'groups open to the world', got: open.map((each) => each.GroupName), expected: [] }];
  }

  async #key({ name }: Deployment): Promise<Found[]> {
    const supplies = await this.resourcesOf(`${name}-supplies`);
    const key = [...supplies.values()].find((each) => each.type === 'AWS::KMS::Key')?.id;
    const rotates = await this.#keys.send(new GetKeyRotationStatusCommand({ KeyId: key }));
    return [{ what: `rotation of the key in ${this.#region}`, got: rotates.KeyRotationEnabled, expected: true }];
  }

  /** Each tells somebody, and at the plan's figures; an engine that publishes nothing has no alarm of its own. */
  async #alarms({ name, promise, fleet, engine }: Deployment): Promise<Found[]> {
    const made = [...(await this.resourcesOf(name))].filter(([, each]) => each.type === 'AWS::CloudWatch::Alarm');
    const { MetricAlarms = [] } = await this.#watch.send(
      new DescribeAlarmsCommand({ AlarmNames: made.map(([, each]) => each.id), MaxRecords: 100 }),
    );
    const thresholdOf = (construct: string): number | null => {
      const id = made.find(([logicalId]) => logicalId.startsWith(construct))?.[1].id;
      return MetricAlarms.find((each) => each.AlarmName === id)?.Threshold ?? null;
    };
    const watched = engine.metrics !== null;
    return [
      { what: 'alarms', got: MetricAlarms.length, expected: made.length },
      {
        what: 'alarms that tell nobody',
        got: MetricAlarms.filter((each) => (each.AlarmActions ?? []).length === 0).map((each) => each.AlarmName),
        expected: [],
      },
      { what: 'nodes that must answer', got: thresholdOf('EngineDown'), expected: fleet.minimumNodes },
      {
        what: 'seconds to the first token',
        got: thresholdOf('SlowFirstToken'),
        expected: watched ? promise.ttftTargetSeconds : null,
      },
      { what: 'seconds a token', got: thresholdOf('SlowTokens'), expected: watched ? promise.tpotTargetSeconds : null },
    ];
  }
}
