// What this tier refuses although the deployment schema allows it.
// In: a parsed document. Out: one problem a field, none when the cluster can be built.
import type { Deployment } from '../../../src/documents/deployment.ts';
import type { DeploymentProblem } from '../aws-limits.ts';
import { parseCidr } from '../cidr.ts';
import { CLUSTER_ZONES, OUTWARD_PREFIX_BITS, POD_ADDRESSES, SYSTEM_NODES } from './sizes.ts';

/** Endpoints, control plane, load balancer, and the five that AWS keeps of every subnet. */
const OTHER_ADDRESSES = 32;
const LABEL_CHARACTERS_MOST = 63;
const ADDRESS_BITS = 32;
/** On subnets they choose where load balancers go, on anything else what may be changed or deleted. */
const CONTROLLER_TAGS = /(^|[./])(kubernetes\.io|k8s\.io|k8s\.aws|k8s\.amazonaws\.com)\/|^(ebs\.csi\.aws\.com|eks:)/i;

/**
 * Everything in a document that cannot be built as a cluster; what no program on AWS can build is said by findAwsProblems.
 * @returns problems in document order; empty when it can
 */
export function findClusterProblems(document: Deployment): DeploymentProblem[] {
  const problems: DeploymentProblem[] = [];
  const refuse = (field: string, got: string | number, expected: string) => problems.push({ field, got: String(got), expected });
  const { tier, placement, machine, fleet, pools, network, tags } = document;
  const spans = pools.some((pool) => pool.nodesPerReplica > 1);

  if (tier !== 'kubernetes') refuse('tier', tier, 'kubernetes');
  if (placement.zones.length < CLUSTER_ZONES)
    refuse(
      'placement.zones',
      JSON.stringify(placement.zones),
      'two zones: a control plane lies in two. The machines are in the first',
    );
  if (machine.type.length > LABEL_CHARACTERS_MOST)
    refuse('machine.type', machine.type, `at most ${LABEL_CHARACTERS_MOST} characters, for the label of its nodes`);
  if (machine.accelerator === null) refuse('machine.accelerator', 'nothing', 'an accelerator: this tier serves from no other');
  else if (machine.accelerator.vendor !== 'nvidia')
    refuse('machine.accelerator.vendor', machine.accelerator.vendor, 'nvidia: the image of EKS carries no other driver');
  problems.push(...findFabricProblems(machine.fabric, spans || pools.length > 1));

  if (fleet.purchase === 'spot' && spans)
    refuse('fleet.purchase', fleet.purchase, 'on-demand or a commitment: one node taken away ends a replica of several');
  if (fleet.purchase === 'spot' && fleet.reservation !== null)
    refuse('fleet.reservation', fleet.reservation.id, 'none with spot machines, which no reservation holds');
  const endsAt = fleet.reservation?.endsAt ?? null;
  if (endsAt !== null && !isMoment(endsAt)) refuse('fleet.reservation.endsAt', endsAt, 'a moment, such as 2026-12-01T11:30Z');

  const room = nodeAddresses(network.vpcCidr, Math.min(CLUSTER_ZONES, placement.zones.length));
  const needed = (fleet.maximumNodes + SYSTEM_NODES.count) * (POD_ADDRESSES.leastPerNode + POD_ADDRESSES.spare + 1);
  if (room !== null && room < needed + OTHER_ADDRESSES)
    refuse(
      'network.vpcCidr',
      network.vpcCidr,
      `a block with ${needed + OTHER_ADDRESSES} addresses a zone for ${fleet.maximumNodes} nodes and their pods, not ${room}`,
    );
  for (const key of Object.keys(tags))
    if (CONTROLLER_TAGS.test(key))
      refuse(`tags.${key}`, key, "another key: the cluster's controllers take what carries it for their own");
  return problems;
}

function findFabricProblems(fabric: Deployment['machine']['fabric'], needed: boolean): DeploymentProblem[] {
  if (fabric === null)
    return needed
      ? [{ field: 'machine.fabric', got: 'nothing', expected: 'the network between nodes, which replicas or pools here share' }]
      : [];
  const { kind, interfaces, networkCards } = fabric;
  if (kind !== 'efa') return [{ field: 'machine.fabric.kind', got: kind, expected: 'efa: EC2 has no other between machines' }];
  return networkCards === interfaces || networkCards === interfaces + 1
    ? []
    : [
        {
          field: 'machine.fabric.networkCards',
          got: String(networkCards),
          expected: `${interfaces}, or ${interfaces + 1} where the first carries none`,
        },
      ];
}

/** Dates that no calendar has are moved on by some engines, and then read back differently. */
function isMoment(text: string): boolean {
  const moment = new Date(text);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(text.slice(0, -1));
}

/** Addresses of the smallest subnet for nodes; null where the block itself is refused elsewhere. */
function nodeAddresses(vpcCidr: string, zones: number): number | null {
  const block = parseCidr(vpcCidr);
  if (block === null || zones === 0) return null;
  const left = 2 ** (ADDRESS_BITS - block.prefixBits) - zones * 2 ** (ADDRESS_BITS - OUTWARD_PREFIX_BITS);
  return left < zones ? 0 : 2 ** Math.floor(Math.log2(left / zones));
}
