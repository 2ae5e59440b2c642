// What a valid deployment document may still ask that this single-node tier on Azure cannot give.
// In: the deployment document, and whether the deployer names an image. Out: nothing, or one error that lists every problem at once.
import { RunError } from '@pulumi/pulumi';
import type { Deployment } from '../../src/documents/deployment.ts';
import { chooseNodeSubnet, countNodeAddresses, isAddressRange, isNetworkBlock } from './address-space.ts';
import { chooseNodeImage } from './node/node-image.ts';
import { chooseCachePlace, measureCacheBytes } from './node/weight-cache.ts';
import { listTagProblems } from './tags.ts';

/** Limit of one flexible scale set. */
const maximumScaleSetNodes = 1000;
const gibibyte = 2 ** 30;
/** Of an image of the deployer's own, about which nothing is known: as large as those of the marketplace. */
const usualRootBytes = 100e9;
const maximumRootBytes = 4095 * gibibyte;
const maximumDataDiskBytes = 32_767 * gibibyte;

function listMachineProblems(document: Deployment): string[] {
  const { machine, placement, fleet } = document;
  const problems: string[] = [];
  if (!machine.type.startsWith('Standard_'))
    problems.push(`machine.type: got ${machine.type}, expected an Azure VM size such as Standard_ND96isr_H200_v5`);
  if (!/^[a-z0-9]+$/.test(placement.region))
    problems.push(`placement.region: got ${placement.region}, expected an Azure region name such as norwayeast`);
  if (placement.zones.some((zone) => !/^[1-9]$/.test(zone)) || new Set(placement.zones).size < placement.zones.length)
    problems.push(`placement.zones: got ${placement.zones.join(', ')}, expected distinct zone numbers such as 1, 2`);
  const { reservation } = fleet;
  if (reservation !== null && !reservation.id.startsWith('/subscriptions/'))
    problems.push(`fleet.reservation.id: got ${reservation.id}, expected the id of a capacity reservation group`);
  if (reservation !== null && fleet.purchase === 'spot')
    problems.push('fleet.reservation: got spot machines, expected machines that are not (Azure reserves no spot capacity)');
  if (fleet.purchase === 'owned')
    problems.push('fleet.purchase: got owned, expected on-demand, spot or a commitment (owned machines are not in Azure)');
  return problems;
}

function listNetworkProblems(document: Deployment): string[] {
  const { network, fleet } = document;
  const problems: string[] = [];
  for (const cidr of network.clientCidrs)
    if (!isAddressRange(cidr)) problems.push(`network.clientCidrs: got ${cidr}, expected IPv4 octets to 255 and a prefix to 32`);
  if (!isNetworkBlock(network.vpcCidr))
    return [...problems, `network.vpcCidr: got ${network.vpcCidr}, expected a /8 to /28 network with no host bits set`];
  const room = Math.min(maximumScaleSetNodes, countNodeAddresses(chooseNodeSubnet(network.vpcCidr)));
  if (fleet.maximumNodes > room)
    problems.push(
      `fleet.maximumNodes: got ${fleet.maximumNodes}, expected at most ${room} in the lower half of ${network.vpcCidr}`,
    );
  return problems;
}

function listDiskProblems(document: Deployment): string[] {
  const { disk, model } = document;
  const problems: string[] = [];
  const minimumRootBytes = chooseNodeImage(document.machine)?.minimumRootBytes ?? usualRootBytes;
  if (disk.rootBytes < minimumRootBytes || disk.rootBytes > maximumRootBytes)
    problems.push(
      `disk.rootBytes: got ${disk.rootBytes}, expected ${minimumRootBytes} to ${maximumRootBytes}: the system and one container`,
    );
  if (disk.weightsBytes > maximumDataDiskBytes)
    problems.push(`disk.weightsBytes: got ${disk.weightsBytes}, expected at most ${maximumDataDiskBytes} (one Premium SSD)`);
  const place = chooseCachePlace(document);
  const freeBytes = measureCacheBytes(document) - (place === 'root-disk' ? minimumRootBytes : 0);
  if (freeBytes < model.weightBytes)
    problems.push(
      `model.weightBytes: got ${model.weightBytes}, expected at most the ${Math.max(0, freeBytes)} bytes left on the ${place}` +
        ' (set disk.weightsBytes for a network disk)',
    );
  return problems;
}

function listProblems(document: Deployment, nodeImage: string | undefined): string[] {
  const { machine, budget, companions } = document;
  const problems = [
    ...listMachineProblems(document),
    ...listNetworkProblems(document),
    ...listTagProblems(document),
    ...listDiskProblems(document),
  ];
  if (chooseNodeImage(machine) === undefined && nodeImage === undefined)
    problems.push(
      `machine: got ${machine.type} on ${machine.cpuArchitecture}, for which no marketplace image is known; ` +
        'set one of your own: pulumi config set nodeImage /subscriptions/…/galleries/…/images/…/versions/…',
    );
  for (const [name, use] of [
    ['tlsProxy', 'ends TLS'],
    ['seeder', 'fills the stores'],
  ] as const)
    if (companions[name] === null) problems.push(`companions.${name}: got null, expected the image that ${use}`);
  if (budget.usdPerMonth === 0) problems.push('budget.usdPerMonth: got 0, expected an amount above 0 (Azure refuses it)');
  return problems;
}

/**
 * Refuses what this tier cannot deploy.
 * @param nodeImage - id of an image of the deployer's own
 * @throws RunError naming the document's field, what it holds and what is expected; the provider and the replica size
 *   are told alone, since with a wrong one the other findings mean nothing
 */
export function checkDeployment(document: Deployment, nodeImage: string | undefined): void {
  const { provider, tier } = document;
  if (provider !== 'azure')
    throw new RunError(
      `this program deploys to Azure only\n  provider: got ${provider}, expected azure\n` +
        `  fix: use the project that was emitted for ${provider}`,
    );
  if (tier !== 'single-node')
    throw new RunError(
      `this program runs one replica on one node\n  tier: got ${tier}, expected single-node\n` +
        '  fix: pick an option whose replica fits one node, or deploy this one on Kubernetes',
    );
  const problems = listProblems(document, nodeImage);
  if (problems.length > 0)
    throw new RunError(
      `the deployment document asks for what Azure cannot give\n${problems.map((line) => `  ${line}`).join('\n')}`,
    );
}
