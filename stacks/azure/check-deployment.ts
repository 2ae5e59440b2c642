// What a valid deployment document may still ask that this single-node tier on Azure cannot give.
// In: the deployment document. Out: nothing, or one error that lists every problem at once.
import { RunError } from '@pulumi/pulumi';
import type { Deployment } from '../../src/documents/deployment.ts';
import { chooseNodeSubnet, countNodeAddresses, isAddressRange, isNetworkBlock } from './address-space.ts';
import { chooseNodeImage, type NodeImage } from './node-image.ts';
import { listTagProblems } from './tags.ts';
import { chooseCachePlace, chooseHubHome, measureCacheBytes } from './weight-cache.ts';

/** Limit of one flexible scale set. */
const maximumScaleSetNodes = 1000;
const gibibyte = 2 ** 30;
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

function listDiskProblems(document: Deployment, image: NodeImage): string[] {
  const { disk, model } = document;
  const problems: string[] = [];
  if (disk.rootBytes < image.minimumRootBytes || disk.rootBytes > maximumRootBytes)
    problems.push(
      `disk.rootBytes: got ${disk.rootBytes}, expected ${image.minimumRootBytes} to ${maximumRootBytes} for image ${image.offer} ${image.sku}`,
    );
  if (disk.weightsBytes > maximumDataDiskBytes)
    problems.push(`disk.weightsBytes: got ${disk.weightsBytes}, expected at most ${maximumDataDiskBytes} (one Premium SSD)`);
  const place = chooseCachePlace(document);
  const freeBytes = measureCacheBytes(document) - (place === 'root-disk' ? image.minimumRootBytes : 0);
  if (freeBytes < model.weightBytes)
    problems.push(
      `model.weightBytes: got ${model.weightBytes}, expected at most the ${Math.max(0, freeBytes)} bytes left on the ${place}` +
        ' (set disk.weightsBytes for a network disk)',
    );
  return problems;
}

function listProblems(document: Deployment): string[] {
  const { machine, engine, budget } = document;
  const problems = [...listMachineProblems(document), ...listNetworkProblems(document), ...listTagProblems(document)];
  const image = chooseNodeImage(machine);
  if (image === undefined)
    problems.push(
      `machine: got ${machine.accelerator?.id} on ${machine.cpuArchitecture}, expected x86_64 ` +
        '(the Azure marketplace has no arm64 image with accelerator drivers)',
    );
  else problems.push(...listDiskProblems(document, image));
  // It becomes a mount target, where a comma would start another option.
  if (!/^(\/[A-Za-z0-9._-]+)+$/.test(chooseHubHome(document)))
    problems.push(
      `engine.environment.HF_HOME: got ${JSON.stringify(engine.environment.HF_HOME)}, expected an absolute path of letters, digits and . _ -`,
    );
  if (budget.usdPerMonth === 0) problems.push('budget.usdPerMonth: got 0, expected an amount above 0 (Azure refuses it)');
  return problems;
}

/**
 * Refuses what this tier cannot deploy and returns the image for what it can.
 * @throws RunError naming the document's field, what it holds and what is expected; the provider and the replica size
 *   are told alone, since with a wrong one the other findings mean nothing
 */
export function checkDeployment(document: Deployment): NodeImage {
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
  const problems = listProblems(document);
  const image = chooseNodeImage(document.machine);
  if (problems.length > 0 || image === undefined)
    throw new RunError(
      `the deployment document asks for what Azure cannot give\n${problems.map((line) => `  ${line}`).join('\n')}`,
    );
  return image;
}
