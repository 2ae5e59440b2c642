// Selection: one row for a price or an error that names the candidates, with every trap that vendors' lists are known for.
import { describe, expect, test } from 'vitest';
import type { ListedPrice } from '../../src/documents/price-refresh.ts';
import { priceId } from '../../src/documents/price-refresh.ts';
import { collectAwsOffer, listAwsOffer } from '../../src/prices/aws-offer.ts';
import { collectAwsSavingsPlans, listAwsSavingsPlans } from '../../src/prices/aws-savings-plan.ts';
import { listAwsSpot } from '../../src/prices/aws-spot.ts';
import { azureFilter, listAzurePrices, readAzurePage } from '../../src/prices/azure-retail.ts';
import { selectPrices } from '../../src/prices/select-price.ts';
import {
  type AzureItemLike,
  awsOffer,
  awsPlans,
  azureItem,
  azurePage,
  azureRegion,
  changedAt,
  H100,
  H200,
  reservation,
  windows,
  withSuffix,
} from './vendor-answers.ts';

const day = '2026-11-23';
const rows = (prices: readonly ListedPrice[]) => Object.fromEntries(prices.map((each) => [priceId(each), each.usdPerHour]));

function azure(items: readonly AzureItemLike[], region = 'eastus', commitment: 'reservation' | 'savings-plan' = 'reservation') {
  const page = readAzurePage(azurePage(items), 'page');
  return selectPrices(listAzurePrices(page.Items, { region, instances: new Set([H100, H200]), day, commitment }, 'page'), 'page');
}

describe('Azure', () => {
  test('Linux of four rows that share a size: not Windows, which shares the meter, nor low priority', () => {
    expect(rows(azure(azureRegion('eastus')))).toEqual({
      [`${H100}/eastus/on-demand`]: 98.32,
      [`${H100}/eastus/spot`]: 18.169536,
      [`${H100}/eastus/commitment-1y`]: 68.493151,
    });
  });

  test('a reservation labelled "1 Hour" is the total for its term', () => {
    const found = azure(azureRegion('eastus2'), 'eastus2');
    expect(rows(found)[`${H200}/eastus2/commitment-3y`]).toBe(42.221918);
    expect(1_109_592 / 26_280).toBeCloseTo(42.221918, 6);
  });

  test('a savings plan is hourly, and stands in a list beside the price', () => {
    expect(rows(azure(azureRegion('eastus2'), 'eastus2', 'savings-plan'))).toEqual({
      [`${H200}/eastus2/on-demand`]: 84.8,
      [`${H200}/eastus2/spot`]: 84.8,
      [`${H200}/eastus2/commitment-1y`]: 60,
      [`${H200}/eastus2/commitment-3y`]: 45.5,
    });
  });

  test('two meters for one price are refused by name, even at the same price', () => {
    const twice = [
      azureItem(H100, 'eastus', 98.32),
      azureItem(H100, 'eastus', 98.32, { productName: 'Virtual Machines Other Series' }),
    ];
    expect(() => azure(twice)).toThrow(/E_PRICE_AMBIGUOUS.*\n.*2 prices for .*Other Series.*\n.*\n.*--skip/s);
  });

  test('the same meter printed on two pages is one', () => {
    const item = azureItem(H100, 'eastus', 98.32);
    expect(rows(azure([item, structuredClone(item)]))).toEqual({ [`${H100}/eastus/on-demand`]: 98.32 });
  });

  test('a price that has ended, or begins later, gives way to the one in force', () => {
    const items = [
      azureItem(H100, 'eastus', 120, { effectiveEndDate: '2026-05-31T23:59:59Z', effectiveStartDate: '2025-01-01T00:00:00Z' }),
      azureItem(H100, 'eastus', 98.32),
      azureItem(H100, 'eastus', 90, { effectiveStartDate: '2026-12-01T00:00:00Z' }),
    ];
    expect(rows(azure(items))).toEqual({ [`${H100}/eastus/on-demand`]: 98.32 });
  });

  test.each<[string, AzureItemLike, RegExp]>([
    ['another currency', { currencyCode: 'EUR' }, /EUR for/],
    ['another unit', { unitOfMeasure: '1 Month' }, /"1 Month"/],
    ['a tier that begins later', { tierMinimumUnits: 100 }, /from 100 units on/],
    ['two prices that differ', { unitPrice: 98.33 }, /retail price of 98.32 beside a unit price of 98.33/],
    ['no price', { retailPrice: 0, unitPrice: 0 }, /a price of 0/],
    ['a negative price', { retailPrice: -1, unitPrice: -1 }, /a price of -1/],
    ['a price in text', { retailPrice: '98.32' }, /retailPrice is "98.32"/],
    ['a type nobody knows', { type: 'Gift' }, /type is "Gift"/],
    ['a term on what is no reservation', { reservationTerm: '1 Year' }, /Consumption with the term 1 Year/],
    ['a reservation without a term', { type: 'Reservation' }, /Reservation with the term/],
    ['spot in one name only', { skuName: 'ND96isrH100v5 Spot' }, /both to end with Spot/],
    ['a field that is gone', { meterName: undefined }, /meterName is absent/],
  ])('%s is refused', (_, changes, words) => {
    expect(() => azure([azureItem(H100, 'eastus', 98.32, changes)])).toThrow(words);
  });

  test('a page that counts more than it holds is incomplete', () => {
    const page = { ...(azurePage(azureRegion('eastus')) as object), Count: 6 };
    expect(() => readAzurePage(page, 'page')).toThrow(/5 items on a page that counts 6/);
  });

  test('hostile text in an error is told without its control characters', () => {
    const bad = azureItem(H100, 'eastus', 98.32, { currencyCode: '\u001b[31mUSD\u202e\n' });
    expect(() => azure([bad])).toThrow(/got: \?\[31mUSD\?\? for/);
  });

  test('the question quotes what it asks for', () => {
    expect(azureFilter('eastus', ["a'b", 'c'])).toBe(
      "serviceName eq 'Virtual Machines' and armRegionName eq 'eastus' and (armSkuName eq 'a''b' or armSkuName eq 'c')",
    );
  });

  test('Windows reservations and development prices are left out', () => {
    const items = [
      azureItem(H100, 'eastus', 98.32),
      windows(reservation(H100, 'eastus', 5, '1 Year')),
      azureItem(H100, 'eastus', 50, { type: 'DevTestConsumption' }),
      withSuffix(azureItem(H100, 'westus', 20), 'Spot'),
    ];
    expect(rows(azure(items))).toEqual({ [`${H100}/eastus/on-demand`]: 98.32 });
  });
});

const instances = new Set(['p5.48xlarge', 'p5en.48xlarge', 'p6-b200.48xlarge']);

type Offer = { products: Record<string, object>; terms: { OnDemand: Record<string, object>; Reserved: Record<string, object> } };

function aws(file: Record<string, unknown>, reserved: 'all-upfront' | 'partial-upfront' | 'no-upfront' | null = null) {
  const { products, terms } = file as unknown as Offer;
  const collector = collectAwsOffer(instances, 'offer');
  for (const [key, value] of Object.entries(products)) collector.product(key, value);
  for (const [key, value] of Object.entries(terms.OnDemand)) collector.term('onDemand', key, value);
  for (const [key, value] of Object.entries(terms.Reserved)) collector.term('reserved', key, value);
  const extract = collector.finish(file.version, file.publicationDate);
  return listAwsOffer(extract, { region: 'us-east-1', day, reserved }, 'offer');
}

const awsRows = (file: Record<string, unknown>) => {
  const candidates = aws(file);
  return rows(
    selectPrices(
      candidates.map(({ price }) => price),
      'offer',
    ),
  );
};

type Path = readonly (string | number)[];
const product: Path = ['products', 'TESTP548XLARGE'];
const dimension: Path = ['terms', 'OnDemand', 'TESTP548XLARGE', 0, 'priceDimensions', 0];

/** An offer file with one value changed. */
const changed = (path: Path, value: unknown) => changedAt(awsOffer('us-east-1'), path, value);

describe('AWS offers', () => {
  test('shared Linux only, of products that share type and price with the unused half of a reservation', () => {
    expect(awsRows(awsOffer('us-east-1'))).toEqual({
      'p5.48xlarge/us-east-1/on-demand': 55.04,
      'p5en.48xlarge/us-east-1/on-demand': 63.296,
      'p6-b200.48xlarge/us-east-1/on-demand': 113.9328,
    });
  });

  test('a second product that fits is refused by name', () => {
    const { products, terms } = awsOffer('us-east-1') as unknown as Offer;
    const twin = { ...products.TESTP548XLARGE, sku: 'TESTTWIN' };
    const [offer] = Object.values(terms.OnDemand.TESTP548XLARGE ?? {}) as object[];
    const file = changedAt(changed(['products', 'TESTTWIN'], twin), ['terms', 'OnDemand', 'TESTTWIN'], {
      x: { ...offer, sku: 'TESTTWIN' },
    });
    expect(() => awsRows(file)).toThrow(/2 prices for p5.48xlarge\/us-east-1\/on-demand: sku TESTP548XLARGE .*; sku TESTTWIN /);
  });

  test('a product printed twice is refused: one of the two would win unseen', () => {
    const file = awsOffer('us-east-1') as unknown as Offer;
    const collector = collectAwsOffer(instances, 'offer');
    for (const [key, value] of [...Object.entries(file.products), ...Object.entries(file.products)])
      collector.product(key, value);
    for (const [key, value] of Object.entries(file.terms.OnDemand)) collector.term('onDemand', key, value);
    const found = listAwsOffer(collector.finish('1', '2'), { region: 'us-east-1', day, reserved: null }, 'offer');
    expect(() =>
      selectPrices(
        found.map(({ price }) => price),
        'offer',
      ),
    ).toThrow(/2 prices for/);
  });

  test.each<[string, Path, unknown, RegExp]>([
    [
      'an amount that its description contradicts',
      [...dimension, 'pricePerUnit', 'USD'],
      '45.04',
      /USD 45.04 described as "\$55.04 per/,
    ],
    ['an amount as a number', [...dimension, 'pricePerUnit', 'USD'], 55.04, /pricePerUnit.USD is 55.04/],
    ['an amount in another currency only', [...dimension, 'pricePerUnit'], { CNY: '55.04' }, /USD is absent/],
    ['a price by another unit', [...dimension, 'unit'], 'Quantity', /the first by Quantity/],
    ['a tier', [...dimension, 'endRange'], '100', /one hourly price/],
    ['a product under another name', [...product, 'sku'], 'OTHER', /product TESTP548XLARGE with the sku OTHER/],
    ['an attribute that is gone', [...product, 'attributes', 'tenancy'], undefined, /attributes.tenancy is absent/],
  ])('%s is refused', (_, path, value, words) => {
    expect(() => awsRows(changed(path, value))).toThrow(words);
  });

  test('terms before products are refused, since what is wanted of them is not known yet', () => {
    const collector = collectAwsOffer(instances, 'offer');
    collector.term('onDemand', 'x', {});
    expect(() => collector.product('x', {})).toThrow(/a product after the first term/);
  });

  test('a price of nothing is none', () => {
    const file = changedAt(
      changed([...dimension, 'pricePerUnit', 'USD'], '0.0000000000'),
      [...dimension, 'description'],
      '$0.00 per On Demand Linux p5.48xlarge Instance Hour',
    );
    expect(awsRows(file)).not.toHaveProperty('p5.48xlarge/us-east-1/on-demand');
  });

  test('a reservation is its hours and its share of what is paid at once', () => {
    const found = aws(awsOffer('us-east-1'), 'partial-upfront').map(({ price }) => price);
    expect(rows(found)['p5en.48xlarge/us-east-1/commitment-3y']).toBe(24);
    expect(rows(aws(awsOffer('us-east-1'), 'all-upfront').map(({ price }) => price))).not.toHaveProperty(
      'p5en.48xlarge/us-east-1/commitment-3y',
    );
  });
});

function plans(file: Record<string, unknown>, payment: 'all-upfront' | 'no-upfront') {
  const { products, terms } = file as { products: unknown[]; terms: { savingsPlan: unknown[] } };
  const collector = collectAwsSavingsPlans(instances, 'plans');
  for (const product of products) collector.product(product);
  for (const term of terms.savingsPlan) collector.term(term);
  const onDemandSkus = new Map(aws(awsOffer('us-east-1')).map(({ sku, price }) => [price.instance, sku]));
  const extract = collector.finish(file.version, file.publicationDate);
  return selectPrices(
    listAwsSavingsPlans(extract, { region: 'us-east-1', day, instances: [...instances], payment, onDemandSkus }, 'plans'),
    'plans',
  );
}

describe('AWS savings plans', () => {
  test('the rate on Linux of the family, one payment at a time', () => {
    expect(rows(plans(awsPlans('us-east-1'), 'all-upfront'))).toEqual({ 'p5en.48xlarge/us-east-1/commitment-3y': 23.8 });
    expect(rows(plans(awsPlans('us-east-1'), 'no-upfront'))).toEqual({
      'p5.48xlarge/us-east-1/commitment-3y': 27.52,
      'p5en.48xlarge/us-east-1/commitment-3y': 28.1,
    });
  });

  test.each<[string, Path, unknown, RegExp]>([
    ['a discount on another product', ['rates', 0, 'discountedSku'], 'OTHER', /discounts OTHER/],
    ['another currency', ['rates', 0, 'discountedRate', 'currency'], 'CNY', /CNY/],
    ['another length', ['leaseContractLength', 'duration'], 1, /1 year for a plan of 3yr/],
    ['a map where a list was', ['rates'], {}, /no list of rates/],
  ])('%s is refused', (_, path, value, words) => {
    expect(() => plans(changedAt(awsPlans('us-east-1'), ['terms', 'savingsPlan', 0, ...path], value), 'no-upfront')).toThrow(
      words,
    );
  });
});

describe('AWS spot', () => {
  const entry = (zone: string, usd: string, at = '2026-11-20T00:00:00.000Z', changes: object = {}) => ({
    AvailabilityZone: zone,
    InstanceType: 'p5en.48xlarge',
    ProductDescription: 'Linux/UNIX',
    SpotPrice: usd,
    Timestamp: at,
    ...changes,
  });
  const spot = (entries: readonly unknown[]) =>
    listAwsSpot(entries, { region: 'us-east-2', instances: new Set(['p5en.48xlarge']), day }, 'spot');

  test('the median over zones, never the least', () => {
    const found = spot([entry('us-east-2a', '17.094500'), entry('us-east-2b', '11.759000'), entry('us-east-2c', '9.394400')]);
    expect(found.map((each) => each.usdPerHour)).toEqual([11.759]);
    expect(found[0]?.label).toContain('us-east-2c 9.394400');
  });

  test('the newest of a zone, whatever the order and the kind of date', () => {
    const found = spot([
      entry('us-east-2a', '5', '2026-11-01T00:00:00.000Z'),
      entry('us-east-2a', '6', new Date('2026-11-20') as never),
      entry('us-east-2b', '8'),
    ]);
    expect(found.map((each) => each.usdPerHour)).toEqual([7]);
  });

  test('no Local Zone, no Windows, no other instance', () => {
    const found = spot([
      entry('us-east-2a', '6'),
      entry('us-east-2-bos-1a', '60'),
      entry('us-east-2b', '90', undefined, { ProductDescription: 'Windows' }),
      entry('us-east-2b', '90', undefined, { InstanceType: 'p5.48xlarge' }),
    ]);
    expect(found.map((each) => [each.usdPerHour, each.notes])).toEqual([[6, 'one zone']]);
  });

  test('two prices of a zone at one time are refused', () => {
    expect(() => spot([entry('us-east-2a', '6'), entry('us-east-2a', '7')])).toThrow(/two prices for/);
  });
});
