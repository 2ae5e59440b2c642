// Asking AWS for spot prices: through its own client, which signs with the user's credentials. The package is optional.
// In: a region, instances, a day. Out: the listing of that region, or why there is none.
import type { DescribeSpotPriceHistoryCommandOutput, EC2Client } from '@aws-sdk/client-ec2';
import type { PriceListing } from '../documents/price-refresh.ts';
import { listAwsSpot } from '../prices/aws-spot.ts';
import { selectPrices } from '../prices/select-price.ts';
import { shapeError } from '../prices/vendor-answer.ts';
import { refreshDay } from './refresh-day.ts';

/** A client of a region that has credentials; null where the package or the credentials are missing, with the reason. */
export type SpotClient = { readonly client: SpotSource } | { readonly missing: string };

/** The one call that is made. */
export interface SpotSource {
  readonly pages: (region: string, instances: readonly string[], at: Date) => AsyncIterable<SpotPage>;
}
type SpotPage = Pick<DescribeSpotPriceHistoryCommandOutput, 'SpotPriceHistory' | 'NextToken'>;

const MOST_PAGES = 100;
const PAGE_ENTRIES = 1000;

/** Loads the client where it is installed and somebody is signed in. */
export async function openSpotClient(region: string): Promise<SpotClient> {
  let sdk: typeof import('@aws-sdk/client-ec2');
  try {
    sdk = await import('@aws-sdk/client-ec2');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    return { missing: 'the package @aws-sdk/client-ec2 is not installed' };
  }
  const probe = new sdk.EC2Client({ region });
  try {
    await probe.config.credentials();
  } catch {
    return { missing: 'nobody is signed in to AWS' };
  }
  const clients = new Map<string, EC2Client>([[region, probe]]);
  return {
    client: {
      pages: async function* (of, instances, at) {
        const client = clients.get(of) ?? new sdk.EC2Client({ region: of });
        clients.set(of, client);
        let token: string | undefined;
        do {
          const page: SpotPage = await client.send(
            new sdk.DescribeSpotPriceHistoryCommand({
              InstanceTypes: [...instances] as never,
              ProductDescriptions: ['Linux/UNIX'],
              // From now on: the price in force in each zone.
              StartTime: at,
              MaxResults: PAGE_ENTRIES,
              ...(token === undefined ? {} : { NextToken: token }),
            }),
          );
          yield page;
          token = page.NextToken === '' ? undefined : page.NextToken;
        } while (token !== undefined);
      },
    },
  };
}

export interface SpotQuestion {
  readonly region: string;
  readonly instances: readonly string[];
  readonly day: string | null;
  readonly now: Date;
  readonly isSkipped: (id: string) => boolean;
}

export async function listSpot(
  source: SpotSource,
  { region, instances, day, now, isSkipped }: SpotQuestion,
): Promise<PriceListing> {
  const from = `ec2 DescribeSpotPriceHistory in ${region}`;
  const entries: unknown[] = [];
  let pages = 0;
  for await (const page of source.pages(region, instances, now)) {
    pages += 1;
    if (pages > MOST_PAGES) throw shapeError(from, `more than ${MOST_PAGES} pages`, 'fewer');
    if (!Array.isArray(page.SpotPriceHistory)) throw shapeError(from, 'no list SpotPriceHistory', 'a list');
    entries.push(...page.SpotPriceHistory);
  }
  const asOf = refreshDay(day, now);
  const prices = listAwsSpot(entries, { region, instances: new Set(instances), day: asOf }, from);
  return {
    cloud: 'aws',
    region,
    covers: ['spot'],
    sourceKey: `aws-spot-${region}`,
    source: {
      kind: 'price-api',
      title: `EC2 DescribeSpotPriceHistory in ${region}, Linux/UNIX: newest price of each zone, median over the zones`,
      url: 'https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSpotPriceHistory.html',
      asOf,
    },
    prices: selectPrices(
      prices.filter((price) => !isSkipped(`${price.instance}/${price.region}/${price.purchase}`)),
      from,
    ),
    ageSeconds: 0,
  };
}
