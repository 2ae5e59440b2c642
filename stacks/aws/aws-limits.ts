// What AWS, or this program, refuses although the deployment schema allows it.
// In: a parsed document. Out: one problem a field, none when the document can be built.
import type { Deployment } from '../../src/documents/deployment.ts';
import { type CidrBlock, parseCidr } from './cidr.ts';
import { LONGEST_RESOURCES } from './node/resources.ts';
import { renderUserData, USER_DATA_MOST_BYTES } from './node/user-data.ts';

export interface DeploymentProblem {
  /** Dotted path inside the document. */
  readonly field: string;
  readonly got: string;
  readonly expected: string;
}

/** A /16 is the largest VPC; below a /24 six zones no longer leave a load balancer its eight free addresses. */
const VPC_PREFIX_BITS = { least: 16, most: 24 } as const;
/** AWS allows 50 tags on a resource; the stack adds its own and Auto Scaling one more. */
const OWN_TAGS_MOST = 40;

/**
 * Everything in a document that cannot be built by this program.
 * @returns problems in document order; empty when it can
 */
export function findAwsProblems(document: Deployment): DeploymentProblem[] {
  const problems: DeploymentProblem[] = [];
  const refuse = (field: string, got: string | number, expected: string) => problems.push({ field, got: String(got), expected });

  const { placement, machine, fleet, network, budget, tags } = document;
  if (document.provider !== 'aws') refuse('provider', document.provider, 'aws: this program builds on AWS only');
  if (!/^[a-z]{2}-[a-z]+-\d$/.test(placement.region) || placement.region.startsWith('cn-'))
    refuse('placement.region', placement.region, 'a public AWS region, such as eu-north-1');
  const zonesExpected = explainZones(placement);
  if (zonesExpected !== null) refuse('placement.zones', JSON.stringify(placement.zones), zonesExpected);
  if (!/^[a-z0-9-]+\.[a-z0-9-]+$/.test(machine.type))
    refuse('machine.type', machine.type, 'an EC2 instance type, such as p5en.48xlarge');
  const alone = document.tier === 'single-node';
  if (alone && machine.accelerator !== null && machine.accelerator.vendor !== 'nvidia')
    refuse('machine.accelerator.vendor', machine.accelerator.vendor, 'nvidia: the machine image carries no other driver');
  if (fleet.reservation !== null && !fleet.reservation.id.startsWith('cr-'))
    refuse('fleet.reservation.id', fleet.reservation.id, 'a capacity reservation of EC2, such as cr-0123456789abcdef0');
  if (fleet.purchase === 'owned') refuse('fleet.purchase', fleet.purchase, 'on-demand, spot, commitment-1y or commitment-3y');

  const vpc = parseCidr(network.vpcCidr);
  if (vpc === null || vpc.prefixBits < VPC_PREFIX_BITS.least || vpc.prefixBits > VPC_PREFIX_BITS.most)
    refuse(
      'network.vpcCidr',
      network.vpcCidr,
      `a block between /${VPC_PREFIX_BITS.least} and /${VPC_PREFIX_BITS.most} with no host bits set`,
    );
  network.clientCidrs.forEach((text, index) => {
    const expected = explainClientBlock(parseCidr(text));
    if (expected !== null) refuse(`network.clientCidrs.${index}`, text, expected);
  });

  const userDataBytes = alone ? renderUserData(document, LONGEST_RESOURCES).length : 0;
  if (userDataBytes > USER_DATA_MOST_BYTES)
    refuse(
      'pools.0.args',
      `boot data of ${userDataBytes} bytes`,
      `at most ${USER_DATA_MOST_BYTES} bytes: shorten args or environment`,
    );

  if (budget.usdPerMonth <= 0)
    refuse('budget.usdPerMonth', budget.usdPerMonth, 'more than 0 USD: AWS Budgets takes no empty budget');
  if (Object.keys(tags).length > OWN_TAGS_MOST) refuse('tags', Object.keys(tags).length, `at most ${OWN_TAGS_MOST} tags`);
  for (const key of Object.keys(tags))
    if (/^(aws|seekstack):/i.test(key))
      refuse(`tags.${key}`, key, 'a key that starts with neither aws: nor seekstack:, which are reserved');
  return problems;
}

function explainZones({ region, zones }: Deployment['placement']): string | null {
  if (zones.length === 0) return 'at least one zone of the region';
  if (new Set(zones).size !== zones.length) return 'each zone once';
  const belongs = (zone: string) => zone.startsWith(region) && /^[a-z]$/.test(zone.slice(region.length));
  return zones.every(belongs) ? null : `zones of ${region}, such as ${region}a`;
}

function explainClientBlock(block: CidrBlock | null): string | null {
  if (block === null) return 'an IPv4 block with no host bits set, such as 10.0.0.0/8';
  // The endpoint has no authentication of its own: who may reach it is the only gate.
  return block.prefixBits === 0 ? 'the networks of the callers: 0.0.0.0/0 admits everyone' : null;
}
