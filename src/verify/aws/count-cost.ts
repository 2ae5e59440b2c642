// The bill counted anew from what was synthesized, and held against the plan's.
// In: templates and the deployment document. Out: a line for each cost line, counted or carried as use, and what differs.
import type { Deployment } from '../../documents/deployment.ts';
import { HOURS_PER_MONTH } from '../../units.ts';
import { type CountedBill, compareBill } from '../compare-bill.ts';
import {
  type Json,
  launchData,
  ofType,
  POOL_LABEL,
  referenceOf,
  type SynthesizedStacks,
  servingNodeGroups,
  servingTemplates,
  type TemplateResource,
} from './template.ts';

const FREE_DISK_OPERATIONS = 3000;
const FREE_DISK_MEBIBYTES_PER_SECOND = 125;
const BYTES_PER_GIGABYTE = 1e9;
/** What objects inside a cluster have its controllers make, and AWS bills. */
export interface ClusterUse {
  readonly balancers: number;
  readonly diskGibibytes: number;
}

const NOTHING_IN_CLUSTER: ClusterUse = { balancers: 0, diskGibibytes: 0 };

/** Cost lines that follow from requests and images, not from resources. */
const FROM_USE = new Set([
  'nlb-capacity',
  'internet-egress-first-10tb',
  'cross-az-each-direction',
  'interface-endpoint-data',
  'nat-gateway-data',
  'cloudwatch-logs',
  'ecr-storage',
]);

/**
 * Counts units a month of everything that is billed by being there.
 * @returns item of the price list → units a month of 730 hours
 */
export function countUnits(
  stacks: SynthesizedStacks,
  document: Deployment,
  inCluster: ClusterUse = NOTHING_IN_CLUSTER,
): ReadonlyMap<string, number> {
  const { resources, bootFiles } = stacks;
  const count = (type: string) => ofType(resources, type).length;
  const groups = ofType(resources, 'AWS::AutoScaling::AutoScalingGroup');
  const system = ofType(resources, 'AWS::EKS::Nodegroup').filter((each) => each.properties.Labels?.[POOL_LABEL] === 'system');
  // A fleet that grows is billed by its mean over the term; the template holds its end.
  const share = document.fleet.billedNodes / document.fleet.nodes;
  const desired =
    groups.reduce((sum, group) => sum + Number(group.properties.DesiredCapacity), 0) +
    servingNodeGroups(resources).reduce((sum, group) => sum + desiredSize(group), 0);
  const nodes = desired * share;
  const systemNodes = system.reduce((sum, group) => sum + desiredSize(group), 0);
  const doors = ofType(resources, 'AWS::EC2::VPCEndpoint').filter((each) => each.properties.VpcEndpointType === 'Interface');
  const volumesOf = (templates: readonly TemplateResource[]): Json[] =>
    templates.flatMap((template) => launchData(template).BlockDeviceMappings ?? []);
  const gibibytes = (each: Json[]) => each.reduce((sum, volume) => sum + Number(volume.Ebs?.VolumeSize ?? 0), 0);
  const volumes = volumesOf(servingTemplates(resources));
  const systemTemplates = system.map((group) => referenceOf(group.properties.LaunchTemplate?.Id));
  const systemVolumes = volumesOf(resources.filter((each) => systemTemplates.includes(each.logicalId)));
  const over = (name: string, free: number) =>
    volumes.reduce((sum, each) => sum + Math.max(0, Number(each.Ebs?.[name] ?? free) - free), 0);
  return new Map([
    ['compute', nodes * HOURS_PER_MONTH],
    ['system-node-m7i-large', systemNodes * HOURS_PER_MONTH],
    ['nlb', (count('AWS::ElasticLoadBalancingV2::LoadBalancer') + inCluster.balancers) * HOURS_PER_MONTH],
    ['nat-gateway', count('AWS::EC2::NatGateway') * HOURS_PER_MONTH],
    ['public-ipv4', count('AWS::EC2::EIP') * HOURS_PER_MONTH],
    ['eks-control-plane', count('AWS::EKS::Cluster') * HOURS_PER_MONTH],
    ['interface-endpoint', doors.reduce((sum, door) => sum + (door.properties.SubnetIds?.length ?? 0), 0) * HOURS_PER_MONTH],
    ['ebs-gp3-storage', nodes * gibibytes(volumes) + systemNodes * gibibytes(systemVolumes) + inCluster.diskGibibytes],
    ['ebs-gp3-iops-above-3000', nodes * over('Iops', FREE_DISK_OPERATIONS)],
    ['ebs-gp3-throughput-above-125', nodes * over('Throughput', FREE_DISK_MEBIBYTES_PER_SECOND)],
    ['s3-standard', count('AWS::CodeBuild::Project') * (document.model.weightBytes / BYTES_PER_GIGABYTE)],
    ['kms-key', count('AWS::KMS::Key')],
    ['secret', count('AWS::SecretsManager::Secret')],
    ['cloudwatch-dashboard', count('AWS::CloudWatch::Dashboard')],
    ['cloudwatch-alarm', count('AWS::CloudWatch::Alarm')],
    ['cloudwatch-metric', countMetrics(bootFiles)],
  ]);
}

/** @returns the bill by line; a finding for each line that is not the plan's, and for each resource that no line pays for */
export function countBill(stacks: SynthesizedStacks, document: Deployment, inCluster?: ClusterUse): CountedBill {
  return compareBill(countUnits(stacks, document, inCluster), document, FROM_USE);
}

function desiredSize(group: TemplateResource): number {
  return Number(group.properties.ScalingConfig?.DesiredSize ?? 0);
}

/** Metrics that nodes publish, each one for the whole fleet: what the settings of their program name. */
function countMetrics(bootFiles: SynthesizedStacks['bootFiles']): number {
  const names = new Set<string>();
  for (const files of bootFiles.values()) {
    const text = files.get('/etc/seekstack/watch.json');
    if (text === undefined) continue;
    const { engine, accelerators } = JSON.parse(text) as Record<string, Record<string, Record<string, string>> | null>;
    names.add('EngineUp');
    for (const source of [engine, accelerators])
      for (const kind of ['distributions', 'sums', 'means', 'increases'])
        for (const name of Object.keys(source?.[kind] ?? {})) names.add(name);
  }
  return names.size;
}
