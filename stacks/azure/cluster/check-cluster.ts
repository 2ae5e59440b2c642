// What a valid deployment document may still ask that the Kubernetes tier on Azure cannot give.
// In: the deployment document. Out: nothing, or one error that lists every problem at once.
import { RunError } from '@pulumi/pulumi';
import type { Deployment } from '../../../src/documents/deployment.ts';
import { chooseNodeSubnet, countNodeAddresses, isAddressRange, isNetworkBlock, metricsDoorAddresses } from '../address-space.ts';
import { listTagProblems } from '../tags.ts';
import { measurePool } from './pool-size.ts';
import { poolNodesMost, systemNodes } from './sizes.ts';

const labelCharactersMost = 63;
const gibibyte = 2 ** 30;
const osDiskBytes = { least: 30 * gibibyte, most: 2048 * gibibyte };
/** Of the endpoint, and of the private ways to vault, storage, registry, API server and Grafana. */
const ownAddresses = 8;
/** The range of pods and services, which the network must leave free. */
const ownRange = /^100\.6[45]\./;

function listMachineProblems({ machine, placement, fleet, pools }: Deployment): string[] {
  const problems: string[] = [];
  const spans = pools.some((pool) => pool.nodesPerReplica > 1);
  if (!machine.type.startsWith('Standard_') || machine.type.length > labelCharactersMost)
    problems.push(`machine.type: got ${machine.type}, expected an Azure VM size such as Standard_ND96isr_H100_v5`);
  if (machine.accelerator === null)
    problems.push('machine.accelerator: got nothing, expected an accelerator: this tier serves from no other');
  if (machine.fabric === null) {
    if (spans || pools.length > 1)
      problems.push('machine.fabric: got nothing, expected the network between nodes, which replicas or pools here share');
  } else if (machine.fabric.kind !== 'infiniband')
    problems.push(`machine.fabric.kind: got ${machine.fabric.kind}, expected infiniband: Azure has no other between machines`);
  if (!/^[a-z0-9]+$/.test(placement.region))
    problems.push(`placement.region: got ${placement.region}, expected an Azure region name such as norwayeast`);
  if (placement.zones.some((zone) => !/^[1-9]$/.test(zone)) || new Set(placement.zones).size < placement.zones.length)
    problems.push(`placement.zones: got ${placement.zones.join(', ')}, expected distinct zone numbers such as 1, 2`);
  if (fleet.purchase === 'owned')
    problems.push('fleet.purchase: got owned, expected on-demand, spot or a commitment (owned machines are not in Azure)');
  if (fleet.purchase === 'spot' && spans)
    problems.push('fleet.purchase: got spot, expected another: one node taken away ends a replica of several');
  return problems;
}

function listReservationProblems({ fleet: { reservation, purchase } }: Deployment): string[] {
  if (reservation === null) return [];
  const problems: string[] = [];
  if (!reservation.id.startsWith('/subscriptions/'))
    problems.push(`fleet.reservation.id: got ${reservation.id}, expected the id of a capacity reservation group on Azure`);
  if (reservation.endsAt !== null)
    problems.push(`fleet.reservation.endsAt: got ${reservation.endsAt}, expected nothing: reservations on Azure have no end`);
  if (purchase === 'spot')
    problems.push('fleet.reservation: got one, expected none with spot machines, which no reservation holds');
  return problems;
}

function listNetworkProblems(document: Deployment): string[] {
  const { network, fleet, pools } = document;
  const problems: string[] = [];
  for (const cidr of network.clientCidrs)
    if (!isAddressRange(cidr)) problems.push(`network.clientCidrs: got ${cidr}, expected IPv4 octets to 255 and a prefix to 32`);
  for (const pool of pools) {
    const { maximumNodes } = measurePool(pool, fleet);
    if (maximumNodes > poolNodesMost)
      problems.push(`fleet.maximumNodes: got ${maximumNodes} in ${pool.role}, expected at most ${poolNodesMost} in one pool`);
  }
  if (!isNetworkBlock(network.vpcCidr) || ownRange.test(network.vpcCidr))
    return [
      ...problems,
      `network.vpcCidr: got ${network.vpcCidr}, expected a /8 to /28 network with no host bits set, outside of 100.64.0.0/15`,
    ];
  const room = countNodeAddresses(chooseNodeSubnet(network.vpcCidr)) - ownAddresses - metricsDoorAddresses - systemNodes.count;
  if (fleet.maximumNodes > room)
    problems.push(
      `fleet.maximumNodes: got ${fleet.maximumNodes}, expected at most ${room} in the lower half of ${network.vpcCidr}`,
    );
  return problems;
}

function listOtherProblems({ disk, companions, engine, budget }: Deployment): string[] {
  const problems: string[] = [];
  if (disk.rootBytes < osDiskBytes.least || disk.rootBytes > osDiskBytes.most)
    problems.push(`disk.rootBytes: got ${disk.rootBytes}, expected ${osDiskBytes.least} to ${osDiskBytes.most}`);
  if (companions.objectStoreClient === null)
    problems.push('companions.objectStoreClient: got nothing, expected the container that fetches weights');
  if (companions.tlsProxy === null) problems.push('companions.tlsProxy: got nothing, expected the container that ends TLS');
  if (engine.apiKey === null) problems.push('engine.apiKey: got nothing, expected an engine that asks callers for a key');
  if (budget.usdPerMonth === 0) problems.push('budget.usdPerMonth: got 0, expected an amount above 0 (Azure refuses it)');
  return problems;
}

/** @throws RunError naming the document's fields, what they hold and what is expected */
export function checkCluster(document: Deployment): void {
  if (document.provider !== 'azure')
    throw new RunError(
      `this program deploys to Azure only\n  provider: got ${document.provider}, expected azure\n` +
        `  fix: use the project that was emitted for ${document.provider}`,
    );
  const problems = [
    ...listMachineProblems(document),
    ...listReservationProblems(document),
    ...listNetworkProblems(document),
    ...listOtherProblems(document),
    ...listTagProblems(document),
  ];
  if (problems.length > 0)
    throw new RunError(
      `the deployment document asks for what Azure cannot give\n${problems.map((each) => `  ${each}`).join('\n')}`,
    );
}
