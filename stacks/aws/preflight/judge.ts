// Whether an account is ready for a deployment.
// In: the document, and what was found in the account. Out: one line a question, in the order in which they are mended.
import type { Deployment } from '../../../src/documents/deployment.ts';

/** Null or undefined: could not be found out. */
export interface AccountFacts {
  /** vCPUs that may run at once under the quota of the document; null where the account does not say. */
  readonly quotaVcpus: number | null;
  /** Zones in which the machine is offered to this account. */
  readonly offeredZones: readonly string[];
  readonly reservation: {
    readonly state: string;
    readonly machineType: string;
    readonly zone: string;
    readonly total: number;
    readonly available: number;
    /** ISO 8601; null where it has no end. */
    readonly endsAt: string | null;
  } | null;
  /** Status of the certificate; null where none was named. */
  readonly certificate: string | null;
  /** Whether the list of checksums, written last, is in the bucket; null where there is no bucket yet. */
  readonly seeded: boolean | null;
}

export interface Check {
  readonly question: 'quota' | 'offering' | 'reservation' | 'certificate' | 'weights';
  readonly outcome: 'ready' | 'not ready' | 'unknown';
  readonly says: string;
}

export function judgeAccount(document: Deployment, facts: AccountFacts): Check[] {
  return [
    judgeQuota(document, facts),
    judgeOffering(document, facts),
    ...judgeReservation(document, facts),
    judgeCertificate(document, facts),
    judgeWeights(document, facts),
  ];
}

function judgeQuota({ fleet, placement }: Deployment, { quotaVcpus }: AccountFacts): Check {
  const question = 'quota';
  if (fleet.reservation !== null && fleet.reservation.endsAt !== null)
    return { question, outcome: 'ready', says: 'none is asked of machines in a capacity block' };
  if (fleet.quota === null || quotaVcpus === null)
    return { question, outcome: 'unknown', says: `no quota is known for these machines in ${placement.region}` };
  const { code, vcpus } = fleet.quota;
  return quotaVcpus >= vcpus
    ? { question, outcome: 'ready', says: `${code} allows ${quotaVcpus} vCPUs, ${vcpus} are needed` }
    : {
        question,
        outcome: 'not ready',
        says: `${code} allows ${quotaVcpus} vCPUs, ${vcpus} are needed: aws service-quotas request-service-quota-increase --service-code ec2 --quota-code ${code} --desired-value ${vcpus} --region ${placement.region}`,
      };
}

function judgeOffering({ machine, placement, tier }: Deployment, { offeredZones }: AccountFacts): Check {
  // All machines of a cluster are in its first zone; a group of single nodes uses every one.
  const wanted = tier === 'kubernetes' ? placement.zones.slice(0, 1) : placement.zones;
  const missing = wanted.filter((zone) => !offeredZones.includes(zone));
  return missing.length === 0
    ? { question: 'offering', outcome: 'ready', says: `${machine.type} is offered in ${wanted.join(', ')}` }
    : {
        question: 'offering',
        outcome: 'not ready',
        says: `${machine.type} is not offered to this account in ${missing.join(', ')}, but in ${offeredZones.join(', ') || 'no zone of the region'}: set placement.zones`,
      };
}

function judgeReservation({ fleet, machine, placement }: Deployment, { reservation }: AccountFacts): Check[] {
  if (fleet.reservation === null) return [];
  const { id, endsAt } = fleet.reservation;
  const say = (outcome: Check['outcome'], says: string): Check[] => [{ question: 'reservation', outcome, says: `${id} ${says}` }];
  if (reservation === null) return say('not ready', `is not in this account in ${placement.region}`);
  if (reservation.machineType !== machine.type) return say('not ready', `holds ${reservation.machineType}, not ${machine.type}`);
  if (reservation.zone !== placement.zones[0])
    return say('not ready', `is in ${reservation.zone}, the deployment in ${placement.zones[0]}`);
  if (reservation.total < fleet.nodes) return say('not ready', `holds ${reservation.total} machines, ${fleet.nodes} are needed`);
  if (endsAt !== null && reservation.endsAt !== null && Date.parse(reservation.endsAt) < Date.parse(endsAt))
    return say('not ready', `ends at ${reservation.endsAt}, before ${endsAt}: set deployment.reservationEnds and plan again`);
  // A block that is paid for waits under this name until it starts.
  if (reservation.state === 'scheduled') return say('not ready', 'has not started yet');
  if (reservation.state !== 'active') return say('not ready', `is ${reservation.state}`);
  if (reservation.available < fleet.nodes)
    return say('not ready', `has ${reservation.available} of ${reservation.total} machines free, ${fleet.nodes} are needed`);
  return say('ready', `has ${reservation.available} machines free`);
}

function judgeCertificate({ network, name }: Deployment, { certificate }: AccountFacts): Check {
  const question = 'certificate';
  if (certificate === null)
    return { question, outcome: 'unknown', says: `none is named: give --certificate ARN, and again when ${name} is deployed` };
  return certificate === 'ISSUED'
    ? { question, outcome: 'ready', says: 'is issued' }
    : { question, outcome: 'not ready', says: `${network.certificate ?? 'it'} is ${certificate}` };
}

function judgeWeights({ name }: Deployment, { seeded }: AccountFacts): Check {
  const question = 'weights';
  if (seeded === null)
    return { question, outcome: 'not ready', says: `no bucket yet: npx cdk deploy ${name}-supplies, then start the seed job` };
  return seeded
    ? { question, outcome: 'ready', says: 'are in the bucket, with their checksums' }
    : { question, outcome: 'not ready', says: `are not all in the bucket: start or await ${name}-seed` };
}
