// The preflight: what it makes of an account, and what it asks of one.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Deployment } from '../../../src/documents/deployment.ts';
import { stackEnvironment } from '../../../stacks/aws/cluster/stack-env.ts';
import { askAccount } from '../../../stacks/aws/preflight/ask-account.ts';
import { type AccountFacts, judgeAccount } from '../../../stacks/aws/preflight/judge.ts';
import { gpuDeployment, spanningDeployment } from './fixture.ts';

const reserved: Deployment = {
  ...spanningDeployment(),
  fleet: { ...spanningDeployment().fleet, reservation: { id: 'cr-0123456789abcdef0', endsAt: '2026-12-24T11:30Z' } },
};
const reservation = {
  state: 'active',
  machineType: 'p5.48xlarge',
  zone: 'us-east-1a',
  total: 4,
  available: 4,
  endsAt: '2026-12-24T11:30:00.000Z',
};
const ready: AccountFacts = {
  quotaVcpus: 576,
  offeredZones: ['eu-north-1a', 'eu-north-1b', 'eu-north-1c', 'us-east-1a'],
  reservation,
  certificate: 'ISSUED',
  seeded: true,
};
const outcomes = (document: Deployment, facts: AccountFacts) =>
  Object.fromEntries(judgeAccount(document, facts).map((each) => [each.question, each.outcome]));

describe('an account', () => {
  test('is ready when everything is there', () => {
    for (const document of [gpuDeployment(), spanningDeployment(), reserved])
      expect(new Set(Object.values(outcomes(document, ready)))).toEqual(new Set(['ready']));
  });

  test.each<[what: string, question: string, document: Deployment, facts: Partial<AccountFacts>, says: RegExp]>([
    [
      'a quota too small',
      'quota',
      gpuDeployment(),
      { quotaVcpus: 96 },
      /allows 96 vCPUs, 576 are needed: aws service-quotas request/,
    ],
    ['no quota told', 'quota', gpuDeployment(), { quotaVcpus: null }, /no quota is known/],
    [
      'a zone without the machine',
      'offering',
      gpuDeployment(),
      { offeredZones: ['eu-north-1a'] },
      /eu-north-1b, eu-north-1c, but in eu-north-1a/,
    ],
    ['no reservation', 'reservation', reserved, { reservation: null }, /is not in this account/],
    [
      'a reservation of other machines',
      'reservation',
      reserved,
      { reservation: { ...reservation, machineType: 'p5en.48xlarge' } },
      /holds p5en/,
    ],
    [
      'a reservation elsewhere',
      'reservation',
      reserved,
      { reservation: { ...reservation, zone: 'us-east-1b' } },
      /is in us-east-1b/,
    ],
    [
      'a reservation too small',
      'reservation',
      reserved,
      { reservation: { ...reservation, total: 3 } },
      /holds 3 machines, 4 are needed/,
    ],
    [
      'a reservation in use',
      'reservation',
      reserved,
      { reservation: { ...reservation, available: 1 } },
      /has 1 of 4 machines free/,
    ],
    [
      'a block that has not begun',
      'reservation',
      reserved,
      { reservation: { ...reservation, state: 'scheduled' } },
      /has not started/,
    ],
    ['a block that is over', 'reservation', reserved, { reservation: { ...reservation, state: 'expired' } }, /is expired/],
    [
      'a block that ends early',
      'reservation',
      reserved,
      { reservation: { ...reservation, endsAt: '2026-12-23T11:30:00Z' } },
      /before 2026-12-24/,
    ],
    ['a certificate that waits', 'certificate', gpuDeployment(), { certificate: 'PENDING_VALIDATION' }, /is PENDING_VALIDATION/],
    ['no certificate', 'certificate', gpuDeployment(), { certificate: null }, /none is named/],
    ['weights on their way', 'weights', gpuDeployment(), { seeded: false }, /start or await chat-prod-seed/],
    ['no bucket', 'weights', gpuDeployment(), { seeded: null }, /npx cdk deploy chat-prod-supplies/],
  ])('with %s is not', (_, question, document, facts, says) => {
    const found = judgeAccount(document, { ...ready, ...facts }).find((each) => each.question === question);
    expect(found?.outcome).not.toBe('ready');
    expect(found?.says).toMatch(says);
  });
});

describe('the questions', () => {
  const asked: string[] = [];
  let server: Server;
  let missing = false;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        const target = String(request.headers['x-amz-target'] ?? '');
        const action = target.split('.').pop() || (new URLSearchParams(body).get('Action') ?? `${request.method} ${request.url}`);
        asked.push(action);
        const { status, type, text } = answer(action, missing);
        response.writeHead(status, { 'content-type': type });
        response.end(text);
      });
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });
  afterAll(() => server.close());

  const settings = () => ({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });

  test('are asked of the services they are about, and change nothing', async () => {
    missing = false;
    expect(await askAccount(reserved, 'arn:aws:acm:us-east-1:1:certificate/x', settings())).toEqual({
      ...ready,
      offeredZones: ['us-east-1a'],
    });
    expect(asked.map((each) => each.split('?')[0])).toEqual([
      'GetServiceQuota',
      'DescribeInstanceTypeOfferings',
      'DescribeCapacityReservations',
      'DescribeCertificate',
      'DescribeStacks',
      'HEAD /weights-bucket/weights/SHA256SUMS',
    ]);
  });

  test('are answered where there is nothing', async () => {
    missing = true;
    expect(await askAccount(reserved, 'arn:aws:acm:us-east-1:1:certificate/x', settings())).toEqual({
      quotaVcpus: null,
      offeredZones: [],
      reservation: null,
      certificate: 'not in this account and region',
      seeded: null,
    });
  });
});

describe('what manifests learn from the stacks', () => {
  const supplies = {
    ImagesUri: '1.dkr.ecr.us-east-1.amazonaws.com/wide',
    WeightsBucketName: 'w',
    ApiKeySecretArn: 'arn:aws:x:y',
  };
  const cluster = { StorageKeyArn: 'arn:aws:kms:key/1', NetworkId: 'vpc-1' };

  test('are plain lines, images by the names they have in the registry', () => {
    const document = spanningDeployment();
    const text = stackEnvironment(document, supplies, cluster, 'arn:aws:acm:c');
    expect(text.trim().split('\n')).toEqual([
      'AWS_REGION=us-east-1',
      'BUCKET=w',
      'API_KEY_SECRET=arn:aws:x:y',
      'STORAGE_KEY=arn:aws:kms:key/1',
      'NETWORK_ID=vpc-1',
      'CERTIFICATE=arn:aws:acm:c',
      `ENGINE_IMAGE=${supplies.ImagesUri}@${document.engine.image.digest}`,
      `CLIENT_IMAGE=${supplies.ImagesUri}@${document.companions.objectStoreClient?.digest}`,
      `COUNTERS_IMAGE=${supplies.ImagesUri}@${document.companions.acceleratorMetrics?.digest}`,
    ]);
  });

  test.each([
    ['no output', {}, cluster, 'arn:c', /no output ImagesUri: deploy/],
    ['no certificate', supplies, cluster, undefined, /--certificate ARN/],
    [
      'a value that is a command',
      supplies,
      { ...cluster, NetworkId: 'vpc$(reboot)' },
      'arn:c',
      /NETWORK_ID is .*letters, digits/,
    ],
    ['a value of two lines', supplies, { ...cluster, NetworkId: 'a\nB=c' }, 'arn:c', /NETWORK_ID/],
  ])('are refused with %s', (_, from, of, certificate, message) => {
    expect(() => stackEnvironment(spanningDeployment(), from as never, of, certificate)).toThrow(message);
  });
});

/** Answers in each service's own protocol. */
function answer(action: string, missing: boolean): { status: number; type: string; text: string } {
  const json = (value: object, status = 200) => ({ status, type: 'application/x-amz-json-1.1', text: JSON.stringify(value) });
  const xml = (text: string, status = 200) => ({ status, type: 'text/xml', text });
  const ec2Error = (code: string) =>
    xml(`<Response><Errors><Error><Code>${code}</Code><Message>none</Message></Error></Errors></Response>`, 400);
  switch (action) {
    case 'GetServiceQuota':
      return missing ? json({ __type: 'NoSuchResourceException' }, 400) : json({ Quota: { Value: 576 } });
    case 'DescribeInstanceTypeOfferings':
      return xml(
        `<DescribeInstanceTypeOfferingsResponse><instanceTypeOfferingSet>${missing ? '' : '<item><location>us-east-1a</location></item>'}</instanceTypeOfferingSet></DescribeInstanceTypeOfferingsResponse>`,
      );
    case 'DescribeCapacityReservations':
      return missing
        ? ec2Error('InvalidCapacityReservationId.NotFound')
        : xml(
            '<DescribeCapacityReservationsResponse><capacityReservationSet><item><state>active</state><instanceType>p5.48xlarge</instanceType><availabilityZone>us-east-1a</availabilityZone><totalInstanceCount>4</totalInstanceCount><availableInstanceCount>4</availableInstanceCount><endDate>2026-12-24T11:30:00.000Z</endDate></item></capacityReservationSet></DescribeCapacityReservationsResponse>',
          );
    case 'DescribeCertificate':
      return missing ? json({ __type: 'ResourceNotFoundException' }, 400) : json({ Certificate: { Status: 'ISSUED' } });
    case 'DescribeStacks':
      return missing
        ? xml(
            '<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>no</Message></Error></ErrorResponse>',
            400,
          )
        : xml(
            '<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>wide-supplies</StackName><Outputs><member><OutputKey>WeightsBucketName</OutputKey><OutputValue>weights-bucket</OutputValue></member></Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>',
          );
    default:
      return { status: missing ? 404 : 200, type: 'text/plain', text: '' };
  }
}
