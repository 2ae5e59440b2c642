// Faults of stacks with one node a replica, and the rule each is found by.
import type { Deployment } from '../../src/documents/deployment.ts';
import { gpuDeployment } from '../stacks/aws/fixture.ts';
import type { Json } from '../stacks/aws/synthesis.ts';
import { add, type Fault, properties, remove, type Stage } from './stage.ts';

const launch = (stage: Stage): Json => properties(stage, 'AWS::EC2::LaunchTemplate').LaunchTemplateData;
const group = (stage: Stage): Json => properties(stage, 'AWS::AutoScaling::AutoScalingGroup');
const boot = (stage: Stage, path: string, change: (text: string) => string) => {
  for (const files of stage.bootFiles.values()) files.set(path, change(files.get(path) ?? ''));
};
const ENGINE = '/etc/systemd/system/seekstack-engine.service';
const RESERVED = { id: 'cr-0123456789abcdef0', endsAt: null };
const BLOCK = { id: 'cr-0123456789abcdef0', endsAt: '2026-12-24T11:30Z' };
const oneZone = { region: 'eu-north-1', zones: ['eu-north-1b'] };

const changes: Record<string, Partial<Deployment>> = {
  serving: {},
  benchmark: { purpose: 'benchmark', timeToLiveHours: 8 },
  spot: { fleet: { ...gpuDeployment().fleet, purchase: 'spot' } },
  reserved: { placement: oneZone, fleet: { ...gpuDeployment().fleet, reservation: RESERVED } },
  block: { placement: oneZone, fleet: { ...gpuDeployment().fleet, reservation: BLOCK } },
};

export const SINGLE_NODE_VARIANTS: Readonly<Record<string, Deployment>> = Object.fromEntries(
  Object.entries(changes).map(([name, change]) => [name, { ...gpuDeployment(), ...change }]),
);

export const SINGLE_NODE_FAULTS: readonly Fault<Stage>[] = [
  [
    'another instance type',
    'serving',
    'instance-type',
    (s) => {
      launch(s).InstanceType = 'p5.48xlarge';
    },
  ],
  [
    'an unknown instance type',
    'serving',
    'instance-offered',
    (s) => {
      launch(s).InstanceType = 'p9.48xlarge';
    },
  ],
  [
    'a region without the machine',
    'serving',
    'instance-offered',
    (s) => {
      s.document.placement.region = 'eu-west-9';
    },
  ],
  [
    'minimum above maximum',
    'serving',
    'group-size',
    (s) => {
      group(s).MinSize = '5';
    },
  ],
  [
    'more nodes than planned',
    'serving',
    'group-size',
    (s) => {
      group(s).DesiredCapacity = '3';
    },
  ],
  [
    'a higher ceiling than planned',
    'serving',
    'group-size',
    (s) => {
      group(s).MaxSize = '30';
    },
  ],
  [
    'ranks that do not fill the machine',
    'serving',
    'ranks-fill-machines',
    (s) => {
      s.document.pools[0].layout.tensorParallel = 4;
    },
  ],
  [
    'a subnet in another zone',
    'serving',
    'zones',
    (s) => {
      properties(s, 'AWS::EC2::Subnet').AvailabilityZone = 'eu-north-1z';
    },
  ],
  [
    'a forgotten reservation',
    'reserved',
    'reservation',
    (s) => {
      delete launch(s).CapacityReservationSpecification;
    },
  ],
  [
    'somebody else’s reservation',
    'reserved',
    'reservation',
    (s) => {
      launch(s).CapacityReservationSpecification.CapacityReservationTarget.CapacityReservationId = 'cr-00000000';
    },
  ],
  [
    'a placement group beside a reservation',
    'reserved',
    'reservation',
    (s) => add(s, { Type: 'AWS::EC2::PlacementGroup', Properties: { Strategy: 'cluster' } }),
  ],
  [
    'a placement in the template beside a reservation',
    'reserved',
    'reservation',
    (s) => {
      launch(s).Placement = { GroupName: 'near' };
    },
  ],
  [
    'a reservation over two zones',
    'reserved',
    'reservation',
    (s) => {
      s.document.placement.zones.push('eu-north-1a');
    },
  ],
  [
    'a block bought on demand',
    'block',
    'capacity-block',
    (s) => {
      delete launch(s).InstanceMarketOptions;
    },
  ],
  ['a block that nobody leaves', 'block', 'capacity-block', (s) => remove(s, 'AWS::AutoScaling::ScheduledAction')],
  [
    'a block left too late',
    'block',
    'capacity-block',
    (s) => {
      properties(s, 'AWS::AutoScaling::ScheduledAction').StartTime = '2026-12-24T11:20:00Z';
    },
  ],
  [
    'a block left by half',
    'block',
    'capacity-block',
    (s) => {
      properties(s, 'AWS::AutoScaling::ScheduledAction').DesiredCapacity = 1;
    },
  ],
  [
    'spot where none was planned',
    'serving',
    'capacity-block',
    (s) => {
      launch(s).InstanceMarketOptions = { MarketType: 'spot' };
    },
  ],
  [
    'spot without a drain',
    'spot',
    'spot-drains',
    (s) => {
      for (const files of s.bootFiles.values()) files.delete('/etc/systemd/system/seekstack-drain.service');
    },
  ],
  [
    'a disk smaller than the weights',
    'serving',
    'disk-room',
    (s) => {
      s.document.machine.localDiskBytes = 500e9;
    },
  ],
  [
    'an image by a tag that moves',
    'serving',
    'image-pinned',
    (s) => {
      properties(s, 'AWS::ECR::Repository').ImageTagMutability = 'MUTABLE';
    },
  ],
  [
    'an unpinned image',
    'serving',
    'image-pinned',
    (s) => boot(s, ENGINE, (text) => text.replace(/\$\{REPOSITORY\}@sha256:[0-9a-f]+/, '${REPOSITORY}/latest')),
  ],
  ['no shared memory', 'serving', 'shared-memory', (s) => boot(s, ENGINE, (text) => text.replace(/"--shm-size=\d+" /, ''))],
  [
    'more ranks than accelerators',
    'serving',
    'engine-arguments',
    (s) => boot(s, ENGINE, (text) => text.replace('"--tensor-parallel-size" "8"', '"--tensor-parallel-size" "16"')),
  ],
  [
    'a container without accelerators',
    'serving',
    'engine-arguments',
    (s) => boot(s, ENGINE, (text) => text.replace('"--gpus=all" ', '')),
  ],
  [
    'a health check before the start is over',
    'serving',
    'start-time',
    (s) => {
      group(s).HealthCheckGracePeriod = 300;
    },
  ],
  [
    'a start shorter than reading the weights',
    'serving',
    'start-time',
    (s) => {
      s.document.engine.readSeconds = 9e5;
    },
  ],
  [
    'a group without its template',
    'serving',
    'group-uses-template',
    (s) => {
      group(s).LaunchTemplate = { LaunchTemplateId: 'lt-1', Version: '1' };
    },
  ],
  [
    'a security group open to the world',
    'serving',
    'no-open-door',
    (s) => {
      properties(s, 'AWS::EC2::SecurityGroup', (each) => each.SecurityGroupIngress).SecurityGroupIngress[0].CidrIp = '0.0.0.0/0';
    },
  ],
  [
    'a rule open to the world over IPv6',
    'serving',
    'no-open-door',
    (s) => add(s, { Type: 'AWS::EC2::SecurityGroupIngress', Properties: { CidrIpv6: '::/0' } }),
  ],
  ['an internet gateway', 'serving', 'no-public-address', (s) => add(s, { Type: 'AWS::EC2::InternetGateway', Properties: {} })],
  [
    'a public subnet',
    'serving',
    'no-public-address',
    (s) => {
      properties(s, 'AWS::EC2::Subnet').MapPublicIpOnLaunch = true;
    },
  ],
  [
    'a public address',
    'serving',
    'no-public-address',
    (s) => {
      launch(s).NetworkInterfaces[0].AssociatePublicIpAddress = true;
    },
  ],
  [
    'metadata without tokens',
    'serving',
    'metadata-service',
    (s) => {
      launch(s).MetadataOptions.HttpTokens = 'optional';
    },
  ],
  [
    'metadata two hops away',
    'serving',
    'metadata-service',
    (s) => {
      launch(s).MetadataOptions.HttpPutResponseHopLimit = 2;
    },
  ],
  [
    'a disk in the clear',
    'serving',
    'encrypted',
    (s) => {
      launch(s).BlockDeviceMappings[0].Ebs.Encrypted = false;
    },
  ],
  [
    'a bucket without encryption',
    'serving',
    'encrypted',
    (s) => {
      delete properties(s, 'AWS::S3::Bucket').BucketEncryption;
    },
  ],
  [
    'a topic without a key',
    'serving',
    'encrypted',
    (s) => {
      delete properties(s, 'AWS::SNS::Topic').KmsMasterKeyId;
    },
  ],
  [
    'logs without a key',
    'serving',
    'encrypted',
    (s) => {
      delete properties(s, 'AWS::Logs::LogGroup').KmsKeyId;
    },
  ],
  [
    'a key that never turns',
    'serving',
    'encrypted',
    (s) => {
      properties(s, 'AWS::KMS::Key').EnableKeyRotation = false;
    },
  ],
  [
    'a repository without a key',
    'serving',
    'encrypted',
    (s) => {
      delete properties(s, 'AWS::ECR::Repository').EncryptionConfiguration;
    },
  ],
  [
    'a bucket open to policies',
    'serving',
    'closed-buckets',
    (s) => {
      properties(s, 'AWS::S3::Bucket').PublicAccessBlockConfiguration.BlockPublicPolicy = false;
    },
  ],
  [
    'an endpoint on the internet',
    'serving',
    'endpoint-speaks-tls',
    (s) => {
      properties(s, 'AWS::ElasticLoadBalancingV2::LoadBalancer').Scheme = 'internet-facing';
    },
  ],
  [
    'an endpoint in the clear',
    'serving',
    'endpoint-speaks-tls',
    (s) => {
      properties(s, 'AWS::ElasticLoadBalancingV2::Listener').Protocol = 'TCP';
    },
  ],
  [
    'an old TLS policy',
    'serving',
    'endpoint-speaks-tls',
    (s) => {
      properties(s, 'AWS::ElasticLoadBalancingV2::Listener').SslPolicy = 'ELBSecurityPolicy-2016-08';
    },
  ],
  [
    'a policy that allows everything',
    'serving',
    'least-privilege',
    (s) => {
      properties(s, 'AWS::IAM::Policy').PolicyDocument.Statement[0].Action = 's3:*';
    },
  ],
  [
    'a policy for every resource',
    'serving',
    'least-privilege',
    (s) => {
      properties(s, 'AWS::IAM::Policy').PolicyDocument.Statement[0] = {
        Effect: 'Allow',
        Action: 's3:GetObject',
        Resource: '*',
      };
    },
  ],
  ['no API key', 'serving', 'api-key', (s) => remove(s, 'AWS::SecretsManager::Secret')],
  [
    'a missing tag',
    'serving',
    'tagged',
    (s) => {
      group(s).Tags = group(s).Tags.filter((tag: Json) => tag.Key !== 'seekstack:plan');
    },
  ],
  [
    'machines without tags',
    'serving',
    'tagged',
    (s) => {
      launch(s).TagSpecifications = [];
    },
  ],
  ['no budget', 'serving', 'budget', (s) => remove(s, 'AWS::Budgets::Budget')],
  [
    'a budget of another size',
    'serving',
    'budget',
    (s) => {
      properties(s, 'AWS::Budgets::Budget').Budget.BudgetLimit.Amount = 1;
    },
  ],
  [
    'a budget that tells nobody',
    'serving',
    'budget',
    (s) => {
      properties(s, 'AWS::Budgets::Budget').NotificationsWithSubscribers = [];
    },
  ],
  ['a benchmark without an end', 'benchmark', 'time-to-live', (s) => remove(s, 'AWS::Events::Rule')],
  [
    'a benchmark whose end is switched off',
    'benchmark',
    'time-to-live',
    (s) => {
      properties(s, 'AWS::Events::Rule').State = 'DISABLED';
    },
  ],
  [
    'a benchmark that lives longer than planned',
    'benchmark',
    'time-to-live',
    (s) => {
      properties(s, 'AWS::Lambda::Function').Environment.Variables.TIME_TO_LIVE_HOURS = '800';
    },
  ],
];
