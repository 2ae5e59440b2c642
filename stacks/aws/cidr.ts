// IPv4 blocks in prefix notation.
// In: text such as 10.0.0.0/8. Out: its parts, or null when it is no canonical block.

export interface CidrBlock {
  /** Network address as an unsigned 32-bit number. */
  readonly address: number;
  readonly prefixBits: number;
}

const ADDRESS_BITS = 32;
const OCTET_VALUES = 256;

/**
 * Parses a block strictly: EC2 rejects or silently rewrites a block whose host bits are set.
 * @returns null for octets over 255, prefixes over 32, or set host bits
 */
export function parseCidr(text: string): CidrBlock | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(text);
  if (match === null) return null;
  const [a = 0, b = 0, c = 0, d = 0, prefixBits = 0] = match.slice(1).map(Number);
  const octets = [a, b, c, d];
  if (octets.some((octet) => octet >= OCTET_VALUES) || prefixBits > ADDRESS_BITS) return null;
  const address = octets.reduce((sum, octet) => sum * OCTET_VALUES + octet, 0);
  return address % 2 ** (ADDRESS_BITS - prefixBits) === 0 ? { address, prefixBits } : null;
}
