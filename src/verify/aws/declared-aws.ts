// What synthesized stacks declare: read from the templates, not from the document they were made from.
import type { Deployment } from '../../documents/deployment.ts';
import { billedAt, type DeclaredFleet, type UnknownResource } from '../declared-fleet.ts';
import { type ClusterUse, countUnits } from './count-cost.ts';
import {
  type Json,
  launchData,
  ofType,
  POOL_LABEL,
  referenceOf,
  type SynthesizedStacks,
  servingNodeGroups,
  servingTemplates,
} from './template.ts';

/** Types whose instances cost nothing by being there, or whose cost is counted, or follows from use and is in the plan's lines. */
const KNOWN_TYPES = new Set(
  [
    'AutoScaling::AutoScalingGroup AutoScaling::LifecycleHook AutoScaling::ScalingPolicy AutoScaling::ScheduledAction',
    'Budgets::Budget CloudWatch::Alarm CloudWatch::Dashboard CodeBuild::Project ECR::Repository',
    'EC2::EIP EC2::FlowLog EC2::InternetGateway EC2::LaunchTemplate EC2::NatGateway EC2::PlacementGroup EC2::Route',
    'EC2::RouteTable EC2::SecurityGroup EC2::SecurityGroupEgress EC2::SecurityGroupIngress EC2::Subnet',
    'EC2::SubnetRouteTableAssociation EC2::VPC EC2::VPCEndpoint EC2::VPCGatewayAttachment',
    'EKS::AccessEntry EKS::Addon EKS::Cluster EKS::Nodegroup EKS::PodIdentityAssociation',
    'ElasticLoadBalancingV2::Listener ElasticLoadBalancingV2::LoadBalancer ElasticLoadBalancingV2::TargetGroup',
    'Events::Rule IAM::InstanceProfile IAM::ManagedPolicy IAM::Policy IAM::Role IAM::OIDCProvider KMS::Alias KMS::Key',
    'Lambda::Function Lambda::Permission Logs::LogGroup S3::Bucket S3::BucketPolicy Scheduler::Schedule',
    'SecretsManager::Secret SNS::Subscription SNS::Topic SNS::TopicPolicy SSM::Parameter',
  ]
    .join(' ')
    .split(' ')
    .map((name) => `AWS::${name}`),
);
/** The machine that the price list has for a cluster's own pods. */
const SYSTEM_MACHINE = 'm7i.large';
const DISK_TYPE = 'gp3';

export function declaredOnAws(stacks: SynthesizedStacks, document: Deployment, inCluster?: ClusterUse): DeclaredFleet {
  const { resources } = stacks;
  const machines = [...new Set(servingTemplates(resources).map((each) => String(launchData(each).InstanceType)))];
  const sizes = [
    ...ofType(resources, 'AWS::AutoScaling::AutoScalingGroup').map((each) => Number(each.properties.DesiredCapacity)),
    ...servingNodeGroups(resources).map((each) => Number(each.properties.ScalingConfig?.DesiredSize)),
  ];
  const nodes = sizes.reduce((sum, size) => sum + size, 0);
  const replicas = replicasIn(sizes, document);
  const spot =
    servingTemplates(resources).some((each) => launchData(each).InstanceMarketOptions?.MarketType === 'spot') ||
    servingNodeGroups(resources).some((each) => each.properties.CapacityType === 'SPOT');
  const { purchase } = document.fleet;
  return {
    machine: machines[0] ?? document.machine.type,
    region: document.placement.region,
    purchase: spot ? 'spot' : purchase === 'spot' ? 'on-demand' : purchase,
    nodes,
    replicas,
    unitsAt: Number.isFinite(nodes) ? (billedShare) => countUnits(stacks, billedAt(document, billedShare), inCluster) : null,
    unknown: [
      ...(machines.length > 1 ? [{ what: machines.join(', '), reason: 'machines of more than one type serve' }] : []),
      ...(Number.isFinite(nodes) ? [] : [{ what: 'size of a group', reason: 'it is not a number' }]),
      ...unknownIn(stacks),
    ],
  };
}

/** One group or node group a pool, as they are built; a single one serves the only pool. */
function replicasIn(sizes: readonly number[], { pools }: Deployment): number[] {
  if (pools.length === 1) return [Math.floor(sizes.reduce((sum, size) => sum + size, 0) / (pools[0]?.nodesPerReplica ?? 1))];
  return pools.map((pool, index) => Math.floor((sizes[index] ?? 0) / pool.nodesPerReplica));
}

function unknownIn({ resources }: SynthesizedStacks): UnknownResource[] {
  const system = ofType(resources, 'AWS::EKS::Nodegroup').filter((each) => each.properties.Labels?.[POOL_LABEL] === 'system');
  const systemTemplates = system.map((each) => referenceOf(each.properties.LaunchTemplate?.Id));
  const systemMachines = [
    ...system.flatMap((each) => (each.properties.InstanceTypes ?? []) as unknown[]),
    ...resources.filter((each) => systemTemplates.includes(each.logicalId)).map((each) => launchData(each).InstanceType),
  ];
  const disks = ofType(resources, 'AWS::EC2::LaunchTemplate').flatMap(
    (each) => (launchData(each).BlockDeviceMappings ?? []) as Json[],
  );
  return [
    ...resources
      .filter((each) => !KNOWN_TYPES.has(each.type))
      .map((each) => ({ what: `${each.stack}/${each.logicalId}`, reason: `no price is known for ${each.type}` })),
    ...systemMachines
      .filter((machine) => machine !== undefined && machine !== SYSTEM_MACHINE)
      .map((machine) => ({ what: String(machine), reason: `no price is known for it as a node of the cluster's own pods` })),
    ...disks
      .map((disk) => disk?.Ebs?.VolumeType)
      .filter((type) => type !== undefined && type !== DISK_TYPE)
      .map((type) => ({ what: `disk of type ${type}`, reason: `only the price of ${DISK_TYPE} is known` })),
  ];
}
