// AWS spot prices: pages of a client that is signed in, and a clear reason where nobody is.
import { afterEach, expect, test, vi } from 'vitest';
import { listSpot, openSpotClient, type SpotSource } from '../../src/fetch/aws-spot-listing.ts';

afterEach(() => vi.unstubAllEnvs());

const entry = (zone: string, usd: string) => ({
  AvailabilityZone: zone,
  InstanceType: 'p5en.48xlarge' as const,
  ProductDescription: 'Linux/UNIX' as const,
  SpotPrice: usd,
  Timestamp: new Date('2026-11-20T00:00:00Z'),
});
const question = {
  region: 'us-east-2',
  instances: ['p5en.48xlarge'],
  day: '2026-11-23',
  now: new Date('2026-11-23T12:00:00Z'),
  isSkipped: () => false,
};

test('the median over zones of all pages, dated and with its question as the source', async () => {
  const asked: unknown[] = [];
  const source: SpotSource = {
    pages: async function* (region, instances, at) {
      asked.push([region, instances, at.toISOString()]);
      yield { SpotPriceHistory: [entry('us-east-2a', '17.094500')], NextToken: 'more' };
      yield { SpotPriceHistory: [entry('us-east-2b', '11.759000'), entry('us-east-2c', '9.394400')], NextToken: '' };
    },
  };
  const listing = await listSpot(source, question);
  expect(asked).toEqual([['us-east-2', ['p5en.48xlarge'], '2026-11-23T12:00:00.000Z']]);
  expect(listing.prices.map((price) => [price.instance, price.purchase, price.usdPerHour])).toEqual([
    ['p5en.48xlarge', 'spot', 11.759],
  ]);
  expect(listing).toMatchObject({
    covers: ['spot'],
    sourceKey: 'aws-spot-us-east-2',
    source: { kind: 'price-api', asOf: '2026-11-23' },
  });
});

test('a page without its list is refused', async () => {
  const source: SpotSource = {
    pages: async function* () {
      yield { NextToken: '' } as never;
    },
  };
  await expect(listSpot(source, question)).rejects.toThrow(/no list SpotPriceHistory/);
});

test('without credentials there is a reason, not an error', async () => {
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_PROFILE', 'AWS_WEB_IDENTITY_TOKEN_FILE'])
    vi.stubEnv(name, '');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere/credentials');
  vi.stubEnv('AWS_CONFIG_FILE', '/nowhere/config');
  expect(await openSpotClient('us-east-2')).toEqual({ missing: 'nobody is signed in to AWS' });
});
