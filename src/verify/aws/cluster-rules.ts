// Rules about a cluster: its control plane, its groups of nodes and the fabric between them.
import type { Pool } from '../../documents/deployment.ts';
import { poolBounds } from '../pool-bounds.ts';
import { RESTORE } from './machine-rules.ts';
import type { Rule } from './rule.ts';
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

/** EC2 ends machines of a capacity block this long before the block's own end. */
const BLOCK_LEAVE_SECONDS = 30 * 60;
const ACCELERATOR_TAINT = 'nvidia.com/gpu';
const CONTROL_PLANE_LOGS = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'];

const groupOf = (resources: readonly TemplateResource[], pool: Pool) =>
  servingNodeGroups(resources).find((each) => each.properties.Labels?.[POOL_LABEL] === pool.role);
const list = (value: Json): Json[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);

export const CLUSTER_RULES: readonly Rule[] = [
  {
    name: 'node-group-size',
    check: ({ resources, document }, report) => {
      for (const pool of document.pools) {
        const group = groupOf(resources, pool);
        if (group === undefined) {
          report(null, `no node group for ${pool.role}`, 'one a pool', RESTORE);
          continue;
        }
        const { MinSize, DesiredSize, MaxSize } = group.properties.ScalingConfig ?? {};
        const sizes = [MinSize, DesiredSize, MaxSize].map(Number);
        const { minimum, maximum } = poolBounds(document, pool);
        const wanted = [minimum, pool.replicas, maximum].map((replicas) => replicas * pool.nodesPerReplica);
        if (sizes.some((size, index) => size !== wanted[index]))
          report(group, sizes.join(' ≤ '), `${wanted.join(' ≤ ')} as planned, whole replicas`, RESTORE);
      }
      for (const group of ofType(resources, 'AWS::EKS::Nodegroup')) {
        const { MinSize, DesiredSize, MaxSize } = group.properties.ScalingConfig ?? {};
        if (!(Number(MinSize) <= Number(DesiredSize) && Number(DesiredSize) <= Number(MaxSize)))
          report(group, `${MinSize} ≤ ${DesiredSize} ≤ ${MaxSize}`, 'minimum ≤ desired ≤ maximum', RESTORE);
      }
    },
  },
  {
    name: 'node-group-uses-template',
    check: ({ resources }, report) => {
      const known = new Set(ofType(resources, 'AWS::EC2::LaunchTemplate').map((each) => each.logicalId));
      for (const group of ofType(resources, 'AWS::EKS::Nodegroup')) {
        const id = referenceOf(group.properties.LaunchTemplate?.Id);
        if (id === null || !known.has(id)) report(group, id, 'a launch template of the stack', RESTORE);
      }
    },
  },
  {
    name: 'interface-layout',
    check: ({ resources, document: { machine } }, report) => {
      if (machine.fabric?.kind !== 'efa') return;
      const { interfaces, networkCards } = machine.fabric;
      for (const template of servingTemplates(resources)) {
        const found: Json[] = list(launchData(template).NetworkInterfaces);
        const fabric = found.filter((each) => each.InterfaceType === 'efa' || each.InterfaceType === 'efa-only');
        const first = found.filter((each) => Number(each.NetworkCardIndex) === 0 && Number(each.DeviceIndex) === 0);
        const places = new Set(found.map((each) => `${each.NetworkCardIndex}/${each.DeviceIndex}`));
        const cards = new Set(fabric.map((each) => Number(each.NetworkCardIndex)));
        if (fabric.length !== interfaces)
          report(template, `${fabric.length} interfaces of the fabric`, `${interfaces}, as ${machine.type} has`, RESTORE);
        if (first.length !== 1 || first[0].InterfaceType === 'efa-only')
          report(
            template,
            first.map((each) => each.InterfaceType).join(', ') || 'nothing on the first place',
            'an interface with addresses on card 0, device 0',
            RESTORE,
          );
        if (places.size !== found.length) report(template, 'two interfaces on one place', 'one a place', RESTORE);
        if (cards.size !== fabric.length || Math.max(-1, ...cards) >= networkCards)
          report(template, `cards ${[...cards].join(', ')}`, `one fabric interface a card, cards below ${networkCards}`, RESTORE);
      }
    },
  },
  {
    name: 'fabric-group',
    check: ({ resources, document: { machine } }, report) => {
      if (machine.fabric?.kind !== 'efa') return;
      for (const template of servingTemplates(resources))
        for (const each of list(launchData(template).NetworkInterfaces).filter((one) =>
          String(one.InterfaceType).startsWith('efa'),
        )) {
          const groups = list(each.Groups).map(referenceOf);
          if (!groups.some((group) => group !== null && refersToItself(resources, group))) {
            report(
              template,
              `card ${each.NetworkCardIndex} in ${groups.join(', ')}`,
              'a security group that lets all its own traffic in and out',
              RESTORE,
            );
            break;
          }
        }
    },
  },
  {
    name: 'near-each-other',
    check: ({ resources, document: { pools, fleet } }, report) => {
      for (const pool of pools.filter((each) => each.nodesPerReplica > 1)) {
        const group = groupOf(resources, pool);
        if (group === undefined) continue;
        if (list(group.properties.Subnets).length !== 1)
          report(group, `${list(group.properties.Subnets).length} subnets`, 'one: a fabric ends at its zone', RESTORE);
        const template = resources.find((each) => each.logicalId === referenceOf(group.properties.LaunchTemplate?.Id));
        const placed = referenceOf(launchData(template ?? group).Placement?.GroupName);
        const strategy = ofType(resources, 'AWS::EC2::PlacementGroup').find((each) => each.logicalId === placed)?.properties
          .Strategy;
        if (fleet.reservation === null && strategy !== 'cluster')
          report(template ?? group, strategy, 'a placement group of the strategy cluster', RESTORE);
      }
    },
  },
  {
    name: 'capacity-type',
    check: ({ resources, document: { fleet } }, report) => {
      const endsAt = fleet.reservation?.endsAt ?? null;
      const wanted = endsAt !== null ? 'CAPACITY_BLOCK' : fleet.purchase === 'spot' ? 'SPOT' : 'ON_DEMAND';
      for (const group of servingNodeGroups(resources)) {
        if (group.properties.CapacityType !== wanted) report(group, group.properties.CapacityType, wanted, RESTORE);
        if (endsAt !== null && !leavesInTime(resources, group, endsAt))
          report(
            group,
            'no schedule that empties it',
            `one at least ${BLOCK_LEAVE_SECONDS / 60} minutes before ${endsAt}`,
            RESTORE,
          );
      }
      if (endsAt === null) return;
      for (const template of servingTemplates(resources))
        if (launchData(template).InstanceMarketOptions?.MarketType !== 'capacity-block')
          report(template, launchData(template).InstanceMarketOptions?.MarketType, 'capacity-block', RESTORE);
    },
  },
  {
    name: 'accelerators-kept-free',
    check: ({ resources }, report) => {
      for (const group of servingNodeGroups(resources))
        if (!list(group.properties.Taints).some((taint) => taint.Key === ACCELERATOR_TAINT && taint.Effect === 'NO_SCHEDULE'))
          report(group, 'no taint', `${ACCELERATOR_TAINT}: only what asks for accelerators lands here`, RESTORE);
    },
  },
  {
    name: 'private-control-plane',
    check: ({ resources }, report) => {
      for (const cluster of ofType(resources, 'AWS::EKS::Cluster')) {
        const { ResourcesVpcConfig = {}, EncryptionConfig, Logging, AccessConfig } = cluster.properties;
        if (ResourcesVpcConfig.EndpointPublicAccess !== false || ResourcesVpcConfig.EndpointPrivateAccess !== true)
          report(cluster, 'an endpoint on the internet', 'private access only', RESTORE);
        if (list(EncryptionConfig).length === 0) report(cluster, 'secrets without a key', 'a key', RESTORE);
        const logged = new Set(list(Logging?.ClusterLogging?.EnabledTypes).map((each) => each.Type));
        const missing = CONTROL_PLANE_LOGS.filter((each) => !logged.has(each));
        if (missing.length > 0) report(cluster, `no log of ${missing.join(', ')}`, 'all logs of the control plane', RESTORE);
        if (AccessConfig?.AuthenticationMode !== 'API')
          report(cluster, AccessConfig?.AuthenticationMode, 'API: access by entries, not by a map in the cluster', RESTORE);
      }
    },
  },
  {
    name: 'pod-identity',
    check: ({ resources, document: { name } }, report) => {
      const engine = ofType(resources, 'AWS::EKS::PodIdentityAssociation').filter(
        ({ properties: { Namespace, ServiceAccount } }) => Namespace === name && ServiceAccount === name,
      );
      if (engine.length !== 1) report(null, `${engine.length} identities of the engine`, `one, for ${name} in ${name}`, RESTORE);
    },
  },
  {
    name: 'image-pinned',
    check: ({ resources }, report) => {
      for (const repository of ofType(resources, 'AWS::ECR::Repository'))
        if (repository.properties.ImageTagMutability !== 'IMMUTABLE')
          report(repository, repository.properties.ImageTagMutability, 'IMMUTABLE', RESTORE);
    },
  },
  {
    name: 'api-key',
    check: ({ resources, document: { engine } }, report) => {
      if (engine.apiKey !== null && ofType(resources, 'AWS::SecretsManager::Secret').length === 0)
        report(null, 'no secret', 'one with the API key', RESTORE);
    },
  },
  {
    name: 'start-time',
    check: ({ document: { engine } }, report) => {
      if (engine.startupSeconds < engine.readSeconds)
        report(
          null,
          `${engine.startupSeconds} s`,
          `at least ${Math.ceil(engine.readSeconds)} s, which reading the weights takes`,
          'raise engine.startupSeconds',
        );
    },
  },
];

/** Whether a group lets everything from itself in and to itself out. */
function refersToItself(resources: SynthesizedStacks['resources'], group: string): boolean {
  const passes = (type: string, other: string) =>
    ofType(resources, type).some(
      ({ properties }) =>
        referenceOf(properties.GroupId) === group &&
        referenceOf(properties[other]) === group &&
        String(properties.IpProtocol) === '-1',
    );
  return (
    passes('AWS::EC2::SecurityGroupIngress', 'SourceSecurityGroupId') &&
    passes('AWS::EC2::SecurityGroupEgress', 'DestinationSecurityGroupId')
  );
}

function leavesInTime(resources: SynthesizedStacks['resources'], group: TemplateResource, endsAt: string): boolean {
  return ofType(resources, 'AWS::Scheduler::Schedule').some(({ properties }) => {
    const [, at = ''] = /^at\((.*)\)$/.exec(String(properties.ScheduleExpression)) ?? [];
    const early = (Date.parse(endsAt) - Date.parse(`${at}Z`)) / 1000;
    const input = JSON.stringify(properties.Target?.Input ?? '').replaceAll('\\', '');
    return (
      early >= BLOCK_LEAVE_SECONDS &&
      input.includes(group.logicalId) &&
      /"MinSize":0/.test(input) &&
      /"DesiredSize":0/.test(input)
    );
  });
}
