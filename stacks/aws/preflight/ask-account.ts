// What an account says about itself, asked through the AWS SDK. Nothing is changed.
// In: a deployment document, credentials of the environment. Out: facts; null for what the account does not tell.
import { ACMClient, DescribeCertificateCommand } from '@aws-sdk/client-acm';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeCapacityReservationsCommand, DescribeInstanceTypeOfferingsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';

import type { Deployment } from '../../../src/documents/deployment.ts';
import { CHECKSUMS_FILE, WEIGHTS_PREFIX } from '../supplies/buckets.ts';
import type { AccountFacts } from './judge.ts';

/** What clients need beyond the environment; an endpoint of a test, say. */
export interface AccountSettings {
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** @throws whatever the SDK throws where credentials are missing or refused */
export async function askAccount(
  document: Deployment,
  certificate: string | undefined,
  settings: AccountSettings = {},
): Promise<AccountFacts> {
  const client = { ...settings, region: document.placement.region };
  return {
    quotaVcpus: await askQuota(document, client),
    offeredZones: await askOffering(document, client),
    reservation: await askReservation(document, client),
    certificate: await askCertificate(document.network.certificate ?? certificate, client),
    seeded: await askSeeded(document, client),
  };
}

type Client = AccountSettings & { readonly region: string };

async function askQuota({ fleet }: Deployment, client: Client): Promise<number | null> {
  if (fleet.quota === null) return null;
  const asked = new GetServiceQuotaCommand({ ServiceCode: 'ec2', QuotaCode: fleet.quota.code });
  const found = await unless(['NoSuchResourceException'], () => new ServiceQuotasClient(client).send(asked));
  return found?.Quota?.Value ?? null;
}

async function askOffering({ machine }: Deployment, client: Client): Promise<string[]> {
  const { InstanceTypeOfferings = [] } = await new EC2Client(client).send(
    new DescribeInstanceTypeOfferingsCommand({
      LocationType: 'availability-zone',
      Filters: [{ Name: 'instance-type', Values: [machine.type] }],
    }),
  );
  return InstanceTypeOfferings.map((each) => each.Location ?? '').sort();
}

async function askReservation({ fleet }: Deployment, client: Client): Promise<AccountFacts['reservation']> {
  if (fleet.reservation === null) return null;
  const asked = new DescribeCapacityReservationsCommand({ CapacityReservationIds: [fleet.reservation.id] });
  const found = await unless(['InvalidCapacityReservationId.NotFound'], () => new EC2Client(client).send(asked));
  const [each] = found?.CapacityReservations ?? [];
  if (each === undefined) return null;
  return {
    state: each.State ?? 'unknown',
    machineType: each.InstanceType ?? '',
    zone: each.AvailabilityZone ?? '',
    total: each.TotalInstanceCount ?? 0,
    available: each.AvailableInstanceCount ?? 0,
    endsAt: each.EndDate?.toISOString() ?? null,
  };
}

async function askCertificate(arn: string | undefined, client: Client): Promise<string | null> {
  if (arn === undefined) return null;
  const asked = new DescribeCertificateCommand({ CertificateArn: arn });
  const found = await unless(['ResourceNotFoundException'], () => new ACMClient(client).send(asked));
  return found?.Certificate?.Status ?? 'not in this account and region';
}

async function askSeeded({ name }: Deployment, client: Client): Promise<boolean | null> {
  const asked = new DescribeStacksCommand({ StackName: `${name}-supplies` });
  const found = await unless(['ValidationError'], () => new CloudFormationClient(client).send(asked));
  const bucket = found?.Stacks?.[0]?.Outputs?.find((each) => each.OutputKey === 'WeightsBucketName')?.OutputValue;
  if (bucket === undefined) return null;
  const head = new HeadObjectCommand({ Bucket: bucket, Key: `${WEIGHTS_PREFIX}/${CHECKSUMS_FILE}` });
  // A path, not a host name: a server on this machine answers to no bucket's name.
  const store = new S3Client({ ...client, forcePathStyle: client.endpoint !== undefined });
  return (await unless(['NotFound', 'NoSuchKey', '404'], () => store.send(head))) !== undefined;
}

/** @returns undefined where the account answers with one of these errors, which is an answer too */
async function unless<T>(names: readonly string[], ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Error && names.includes(error.name)) return undefined;
    throw error;
  }
}
