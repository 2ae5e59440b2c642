// IPv4 arithmetic for the one virtual network: which half the nodes live in and how many fit.
// In: CIDR text of the deployment document. Out: CIDR text and counts. Knows nothing of Azure resources.

/** Azure keeps the first four addresses and the last one of every subnet. */
const reservedAddressesPerSubnet = 5;

/**
 * A private endpoint to Azure Monitor takes an address for each of its services, not one.
 * @source https://learn.microsoft.com/azure/azure-monitor/logs/private-link-design
 */
export const metricsDoorAddresses = 11;

interface AddressBlock {
  address: number;
  prefixBits: number;
}

/** Reads `a.b.c.d/n`; undefined where an octet is above 255, n above 32, or host bits are set and not allowed. */
function parseBlock(cidr: string, hostBits: 'allowed' | 'refused'): AddressBlock | undefined {
  const [base = '', prefix = ''] = cidr.split('/');
  const octets = base.split('.').map(Number);
  const prefixBits = Number(prefix);
  if (octets.length !== 4 || octets.some((octet) => !(octet >= 0 && octet <= 255)) || prefixBits > 32) return undefined;
  // Not shifts: 32-bit signed arithmetic turns the upper half of the address space negative.
  const address = octets.reduce((sum, octet) => sum * 256 + octet, 0);
  return hostBits === 'refused' && address % 2 ** (32 - prefixBits) !== 0 ? undefined : { address, prefixBits };
}

/** Whether the text names IPv4 addresses at all; host bits are fine, Azure masks them. */
export function isAddressRange(cidr: string): boolean {
  return parseBlock(cidr, 'allowed') !== undefined;
}

/** Whether the text is a network Azure takes for a virtual network: /8 to /28, no host bits set. */
export function isNetworkBlock(cidr: string): boolean {
  const block = parseBlock(cidr, 'refused');
  return block !== undefined && block.prefixBits >= 8 && block.prefixBits <= 28;
}

/**
 * The nodes' subnet: the lower half of the network, so that the seed job, a bastion or a gateway find room without
 * touching what runs.
 * @param networkCidr - a block for which {@link isNetworkBlock} holds
 */
export function chooseNodeSubnet(networkCidr: string): string {
  const [base, prefix] = networkCidr.split('/');
  return `${base}/${Number(prefix) + 1}`;
}

/** Room for the seed job: Azure asks for a subnet of its own for container groups. */
const seedPrefixBits = 28;

/**
 * The seed job's subnet: the beginning of the upper half, no larger than it must be.
 * @param networkCidr - a block for which {@link isNetworkBlock} holds
 */
export function chooseSeedSubnet(networkCidr: string): string {
  const { address, prefixBits } = parseBlock(networkCidr, 'allowed') ?? { address: 0, prefixBits: 0 };
  const middle = address + 2 ** (31 - prefixBits);
  const octets = [24, 16, 8, 0].map((bits) => Math.floor(middle / 2 ** bits) % 256);
  return `${octets.join('.')}/${Math.max(prefixBits + 1, seedPrefixBits)}`;
}

/**
 * Nodes a subnet can hold beside the load balancer's one frontend address.
 * @returns a count, 0 or more
 */
export function countNodeAddresses(subnetCidr: string): number {
  const prefixBits = Number(subnetCidr.split('/')[1]);
  return Math.max(0, 2 ** (32 - prefixBits) - reservedAddressesPerSubnet - 1);
}
