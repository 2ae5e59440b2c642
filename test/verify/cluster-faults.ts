// Faults of a cluster's stacks, and the rule each is found by.
import type { Deployment } from '../../src/documents/deployment.ts';
import { disaggregatedDeployment, spanningDeployment } from '../stacks/aws/fixture.ts';
import type { Json } from '../stacks/aws/synthesis.ts';
import { add, type Fault, properties, remove, type Stage, the } from './stage.ts';

const wide = spanningDeployment();
const BLOCK = { id: 'cr-0123456789abcdef0', endsAt: '2026-12-24T11:30Z' };
export const CLUSTER_VARIANTS: Record<string, Deployment> = {
  spanning: wide,
  apart: disaggregatedDeployment(),
  benchmark: { ...wide, purpose: 'benchmark', timeToLiveHours: 8 },
  reserved: { ...wide, fleet: { ...wide.fleet, minimumNodes: 4, maximumNodes: 4, reservation: { ...BLOCK, endsAt: null } } },
  block: { ...wide, fleet: { ...wide.fleet, minimumNodes: 4, maximumNodes: 4, reservation: BLOCK } },
};
const serves = (each: Json) => each.Labels?.['seekstack.dev/pool'] !== 'system';
const nodes = (stage: Stage): Json => properties(stage, 'AWS::EKS::Nodegroup', serves);
const launch = (stage: Stage): Json =>
  properties(stage, 'AWS::EC2::LaunchTemplate', (each) => each.LaunchTemplateData.NetworkInterfaces !== undefined)
    .LaunchTemplateData;
const cards = (stage: Stage): Json[] => launch(stage).NetworkInterfaces;
const cluster = (stage: Stage): Json => properties(stage, 'AWS::EKS::Cluster');

export const CLUSTER_FAULTS: readonly Fault<Stage>[] = [
  ['another instance type', 'spanning', 'instance-type', (s) => (launch(s).InstanceType = 'p5en.48xlarge')],
  ['an unknown instance type', 'spanning', 'instance-offered', (s) => (launch(s).InstanceType = 'p9.48xlarge')],
  ['no group for a pool', 'apart', 'node-group-size', (s) => (nodes(s).Labels['seekstack.dev/pool'] = 'serve')],
  ['half a replica', 'spanning', 'node-group-size', (s) => (nodes(s).ScalingConfig.DesiredSize = 3)],
  ['a higher ceiling than planned', 'spanning', 'node-group-size', (s) => (nodes(s).ScalingConfig.MaxSize = 60)],
  ['minimum above maximum', 'spanning', 'node-group-size', (s) => (nodes(s).ScalingConfig.MinSize = 8)],
  ['a launch template of somebody else', 'spanning', 'node-group-uses-template', (s) => (nodes(s).LaunchTemplate.Id = 'lt-1')],
  ['a card left empty', 'spanning', 'interface-layout', (s) => cards(s).pop()],
  ['an interface without the fabric', 'spanning', 'interface-layout', (s) => (cards(s)[5].InterfaceType = 'interface')],
  ['a first interface without addresses', 'spanning', 'interface-layout', (s) => (cards(s)[0].InterfaceType = 'efa-only')],
  ['two interfaces on one place', 'spanning', 'interface-layout', (s) => (cards(s)[3].NetworkCardIndex = 1)],
  ['a card the machine does not have', 'spanning', 'interface-layout', (s) => (cards(s)[3].NetworkCardIndex = 40)],
  ['a fabric in the wrong group', 'spanning', 'fabric-group', (s) => (cards(s)[1].Groups = cards(s)[0].Groups.slice(0, 1))],
  ['a fabric group that lets nothing in', 'spanning', 'fabric-group', (s) => remove(s, 'AWS::EC2::SecurityGroupIngress')],
  ['a fabric group that lets nothing out', 'spanning', 'fabric-group', (s) => remove(s, 'AWS::EC2::SecurityGroupEgress')],
  [
    'a fabric of TCP only',
    'spanning',
    'fabric-group',
    (s) => (properties(s, 'AWS::EC2::SecurityGroupIngress').IpProtocol = 'tcp'),
  ],
  ['machines far apart', 'spanning', 'near-each-other', (s) => delete launch(s).Placement],
  ['machines spread out', 'spanning', 'near-each-other', (s) => (properties(s, 'AWS::EC2::PlacementGroup').Strategy = 'spread')],
  ['a replica over two zones', 'spanning', 'near-each-other', (s) => nodes(s).Subnets.push({ Ref: 'Another' })],
  [
    'a subnet in a zone of no plan',
    'spanning',
    'zones',
    (s) => (properties(s, 'AWS::EC2::Subnet').AvailabilityZone = 'us-east-1f'),
  ],
  ['a placement group beside a reservation', 'reserved', 'reservation', (s) => (launch(s).Placement = { GroupName: 'pg' })],
  ['a reservation left unused', 'reserved', 'reservation', (s) => delete launch(s).CapacityReservationSpecification],
  ['a block bought as on-demand', 'block', 'capacity-type', (s) => (nodes(s).CapacityType = 'ON_DEMAND')],
  ['a block without its market', 'block', 'capacity-type', (s) => delete launch(s).InstanceMarketOptions],
  ['nodes that stay past the block', 'block', 'capacity-type', (s) => remove(s, 'AWS::Scheduler::Schedule')],
  [
    'nodes that leave too late',
    'block',
    'capacity-type',
    (s) => (properties(s, 'AWS::Scheduler::Schedule').ScheduleExpression = 'at(2026-12-24T11:20:00)'),
  ],
  ['spot for what was planned on demand', 'spanning', 'capacity-type', (s) => (nodes(s).CapacityType = 'SPOT')],
  ['accelerators for anybody', 'spanning', 'accelerators-kept-free', (s) => delete nodes(s).Taints],
  [
    'a public control plane',
    'spanning',
    'private-control-plane',
    (s) => (cluster(s).ResourcesVpcConfig.EndpointPublicAccess = true),
  ],
  ['secrets of the cluster without a key', 'spanning', 'private-control-plane', (s) => delete cluster(s).EncryptionConfig],
  ['no audit log', 'spanning', 'private-control-plane', (s) => cluster(s).Logging.ClusterLogging.EnabledTypes.splice(1, 1)],
  [
    'access by a map in the cluster',
    'spanning',
    'private-control-plane',
    (s) => (cluster(s).AccessConfig.AuthenticationMode = 'CONFIG_MAP'),
  ],
  [
    'an identity for other pods',
    'spanning',
    'pod-identity',
    (s) => (properties(s, 'AWS::EKS::PodIdentityAssociation', (each) => each.Namespace === 'wide').ServiceAccount = 'default'),
  ],
  [
    'images whose tags move',
    'spanning',
    'image-pinned',
    (s) => (properties(s, 'AWS::ECR::Repository').ImageTagMutability = 'MUTABLE'),
  ],
  ['no API key', 'spanning', 'api-key', (s) => remove(s, 'AWS::SecretsManager::Secret')],
  ['a start that is given up early', 'spanning', 'start-time', (s) => (s.document.engine.startupSeconds = 10)],
  [
    'ranks that do not fill the machines',
    'spanning',
    'ranks-fill-machines',
    (s) => (s.document.pools[0].layout.tensorParallel = 4),
  ],
  ['no room for the weights', 'spanning', 'disk-room', (s) => (s.document.machine.localDiskBytes = 7e11)],
  ['a second way out', 'spanning', 'no-public-address', (s) => add(s, structuredClone(the(s, 'AWS::EC2::NatGateway')))],
  ['a public address', 'spanning', 'no-public-address', (s) => (cards(s)[0].AssociatePublicIpAddress = true)],
  ['metadata without a session', 'spanning', 'metadata-service', (s) => (launch(s).MetadataOptions.HttpTokens = 'optional')],
  [
    'metadata within reach of pods',
    'spanning',
    'metadata-service',
    (s) => (launch(s).MetadataOptions.HttpPutResponseHopLimit = 2),
  ],
  ['a disk without encryption', 'spanning', 'encrypted', (s) => (launch(s).BlockDeviceMappings[0].Ebs.Encrypted = false)],
  ['a node group without tags', 'spanning', 'tagged', (s) => delete nodes(s).Tags],
  ['a cluster of another plan', 'spanning', 'tagged', (s) => delete cluster(s).Tags],
  [
    'a group open to everyone',
    'spanning',
    'no-open-door',
    (s) => add(s, { Type: 'AWS::EC2::SecurityGroup', Properties: { SecurityGroupIngress: [{ CidrIp: '0.0.0.0/0' }] } }),
  ],
  [
    'rights over everything',
    'spanning',
    'least-privilege',
    (s) => (properties(s, 'AWS::IAM::Policy').PolicyDocument.Statement[0].Action = '*'),
  ],
  ['a benchmark that stays', 'benchmark', 'time-to-live', (s) => remove(s, 'AWS::Events::Rule')],
  ['no budget', 'spanning', 'budget', (s) => remove(s, 'AWS::Budgets::Budget')],
];
