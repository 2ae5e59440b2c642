// Answers in the shapes vendors are known to give, with made-up identifiers: what a client meets, decoys included.
export const H100 = 'Standard_ND96isr_H100_v5';
export const H200 = 'Standard_ND96isr_H200_v5';

export interface AzureItemLike {
  [field: string]: unknown;
}

let meters = 0;

/** One meter; give what differs from a plain on-demand Linux price. */
export function azureItem(instance: string, region: string, usd: number, changes: AzureItemLike = {}): AzureItemLike {
  meters += 1;
  const short = instance.replace(/^Standard_/, '').replaceAll('_', '');
  return {
    currencyCode: 'USD',
    tierMinimumUnits: 0,
    retailPrice: usd,
    unitPrice: usd,
    armRegionName: region,
    location: region,
    effectiveStartDate: '2026-06-01T00:00:00Z',
    meterId: `00000000-0000-4000-8000-${String(meters).padStart(12, '0')}`,
    meterName: short,
    productId: `DZH318Z0TEST${meters}`,
    skuId: `DZH318Z0TEST${meters}/0001`,
    productName: 'Virtual Machines ND Series',
    skuName: short,
    serviceName: 'Virtual Machines',
    serviceId: 'DZH313Z7MMC8',
    serviceFamily: 'Compute',
    unitOfMeasure: '1 Hour',
    type: 'Consumption',
    isPrimaryMeterRegion: true,
    armSkuName: instance,
    ...changes,
  };
}

/** The suffix that tells spot and low priority apart stands in two names. */
export function withSuffix(item: AzureItemLike, suffix: string): AzureItemLike {
  return { ...item, meterName: `${item.meterName} ${suffix}`, skuName: `${item.skuName} ${suffix}` };
}

export function windows(item: AzureItemLike): AzureItemLike {
  return { ...item, productName: `${item.productName} Windows` };
}

export function reservation(instance: string, region: string, totalUsd: number, term: '1 Year' | '3 Years'): AzureItemLike {
  return azureItem(instance, region, totalUsd, { type: 'Reservation', reservationTerm: term });
}

/** What Azure says of a region: Linux beside Windows, spot beside low priority, reservations as totals. */
export function azureRegion(region: string): AzureItemLike[] {
  if (region === 'eastus')
    return [
      azureItem(H100, region, 98.32),
      windows(azureItem(H100, region, 102.736)),
      withSuffix(azureItem(H100, region, 18.169536), 'Spot'),
      windows(withSuffix(azureItem(H100, region, 41.094), 'Low Priority')),
      reservation(H100, region, 600_000, '1 Year'),
    ];
  return [
    azureItem(H200, region, 84.8, {
      savingsPlan: [
        { unitPrice: 60, retailPrice: 60, term: '1 Year' },
        { unitPrice: 45.5, retailPrice: 45.5, term: '3 Years' },
      ],
    }),
    withSuffix(azureItem(H200, region, 84.8), 'Spot'),
    reservation(H200, region, 1_109_592, '3 Years'),
  ];
}

export function azurePage(items: readonly AzureItemLike[], next: string | null = null): unknown {
  return {
    BillingCurrency: 'USD',
    CustomerEntityId: 'Default',
    CustomerEntityType: 'Retail',
    Items: items,
    NextPageLink: next,
    Count: items.length,
  };
}

export interface AwsRow {
  readonly instance: string;
  readonly usd: string;
  /** By term and payment: the hourly part and the part paid at once. */
  readonly reserved?: readonly {
    readonly years: 1 | 3;
    readonly payment: string;
    readonly hourly: string;
    readonly upfront: string;
  }[];
  /** Hourly rate of a savings plan by term and payment. */
  readonly plans?: readonly { readonly years: 1 | 3; readonly payment: string; readonly usd: string }[];
}

export const AWS_ROWS: readonly AwsRow[] = [
  { instance: 'p5.48xlarge', usd: '55.0400000000', plans: [{ years: 3, payment: 'No Upfront', usd: '27.52' }] },
  {
    instance: 'p5en.48xlarge',
    usd: '63.2960000000',
    reserved: [{ years: 3, payment: 'Partial Upfront', hourly: '12.0000000000', upfront: '315360' }],
    plans: [
      { years: 3, payment: 'All Upfront', usd: '23.80' },
      { years: 3, payment: 'No Upfront', usd: '28.1' },
    ],
  },
  { instance: 'p6-b200.48xlarge', usd: '113.9328000000' },
];

export function awsSku(instance: string): string {
  return `TEST${instance.replaceAll(/[^a-z0-9]/g, '').toUpperCase()}`;
}

function usagePrefix(region: string): string {
  return region === 'us-east-1' ? '' : region === 'us-east-2' ? 'USE2-' : 'EUN1-';
}

type Json = Record<string, unknown>;

function awsProduct(instance: string, region: string, changes: Json = {}): Json {
  return {
    productFamily: 'Compute Instance',
    attributes: {
      servicecode: 'AmazonEC2',
      location: region,
      instanceType: instance,
      tenancy: 'Shared',
      operatingSystem: 'Linux',
      licenseModel: 'No License required',
      usagetype: `${usagePrefix(region)}BoxUsage:${instance}`,
      operation: 'RunInstances',
      capacitystatus: 'Used',
      marketoption: 'OnDemand',
      preInstalledSw: 'NA',
      regionCode: region,
      ...changes,
    },
  };
}

function onDemandTerm(sku: string, instance: string, usd: string, what = 'On Demand Linux'): Json {
  const offer = `${sku}.JRTCKXETXF`;
  const rate = `${offer}.6YS6EN2CT7`;
  return {
    [offer]: {
      offerTermCode: 'JRTCKXETXF',
      sku,
      effectiveDate: '2026-07-01T00:00:00Z',
      priceDimensions: {
        [rate]: {
          rateCode: rate,
          description: `$${Number(usd)} per ${what} ${instance} Instance Hour`,
          beginRange: '0',
          endRange: 'Inf',
          unit: 'Hrs',
          pricePerUnit: { USD: usd },
          appliesTo: [],
        },
      },
      termAttributes: {},
    },
  };
}

function reservedTerm(sku: string, row: NonNullable<AwsRow['reserved']>[number], index: number): [string, Json] {
  const offer = `${sku}.RES${index}`;
  const part = (unit: string, usd: string) => ({
    description: unit,
    beginRange: '0',
    endRange: 'Inf',
    unit,
    pricePerUnit: { USD: usd },
  });
  return [
    offer,
    {
      sku,
      effectiveDate: '2026-07-01T00:00:00Z',
      priceDimensions: { [`${offer}.1`]: part('Hrs', row.hourly), [`${offer}.2`]: part('Quantity', row.upfront) },
      termAttributes: { LeaseContractLength: `${row.years}yr`, PurchaseOption: row.payment, OfferingClass: 'standard' },
    },
  ];
}

/** The offer file of a region: beside each price its Windows twin and the unused half of a reservation, at the same price. */
export function awsOffer(region: string, rows: readonly AwsRow[] = AWS_ROWS): Json {
  const products: Json = {};
  const onDemand: Json = {};
  const reserved: Json = {};
  for (const { instance, usd, reserved: terms } of rows) {
    const sku = awsSku(instance);
    const twins: [string, string, string, Json][] = [
      [sku, usd, 'On Demand Linux', {}],
      [
        `${sku}U`,
        usd,
        'Unused Reservation Linux',
        { capacitystatus: 'UnusedCapacityReservation', usagetype: `${usagePrefix(region)}UnusedBox:${instance}` },
      ],
      [
        `${sku}W`,
        String(Number(usd) + 8.832),
        'On Demand Windows',
        { operatingSystem: 'Windows', operation: 'RunInstances:0002' },
      ],
      [
        `${sku}S`,
        String(Number(usd) + 3),
        'On Demand Linux with SQL Std',
        { preInstalledSw: 'SQL Std', operation: 'RunInstances:0004' },
      ],
      [
        `${sku}D`,
        String(Number(usd) * 1.1),
        'Dedicated Linux',
        { tenancy: 'Dedicated', usagetype: `DedicatedUsage:${instance}` },
      ],
    ];
    for (const [id, price, what, changes] of twins) {
      products[id] = { sku: id, ...awsProduct(instance, region, changes) };
      onDemand[id] = onDemandTerm(id, instance, price, what);
    }
    if (terms !== undefined) reserved[sku] = Object.fromEntries(terms.map((term, index) => reservedTerm(sku, term, index)));
  }
  products.TESTOTHER = { sku: 'TESTOTHER', ...awsProduct('m5.large', region) };
  products.TESTDISK = { sku: 'TESTDISK', productFamily: 'Storage', attributes: { volumeType: 'gp3' } };
  onDemand.TESTOTHER = onDemandTerm('TESTOTHER', 'm5.large', '0.0960000000');
  return {
    formatVersion: 'v1.0',
    offerCode: 'AmazonEC2',
    version: '20261101000000',
    publicationDate: '2026-11-01T00:00:00Z',
    products,
    terms: { OnDemand: onDemand, Reserved: reserved },
    attributesList: {},
  };
}

/** The savings plans of a region: lists where the offer file has maps, and a plan of all families among them. */
export function awsPlans(region: string, rows: readonly AwsRow[] = AWS_ROWS): Json {
  const products: Json[] = [];
  const savingsPlan: Json[] = [];
  for (const { instance, plans } of rows)
    for (const [index, plan] of (plans ?? []).entries()) {
      const sku = `PLAN${awsSku(instance)}${index}`;
      const rate = (operation: string, usd: string, of = awsSku(instance)) => ({
        discountedSku: of,
        discountedUsageType: `${usagePrefix(region)}BoxUsage:${instance}`,
        discountedOperation: operation,
        discountedServiceCode: 'AmazonEC2',
        rateCode: `${sku}.${operation}`,
        unit: 'Hrs',
        discountedRate: { price: usd, currency: 'USD' },
      });
      products.push({
        sku,
        productFamily: 'EC2InstanceSavingsPlans',
        serviceCode: 'ComputeSavingsPlans',
        usageType: 'EC2SP',
        operation: '',
        attributes: {
          purchaseOption: plan.payment,
          granularity: 'hourly',
          instanceType: instance.split('.')[0],
          purchaseTerm: `${plan.years}yr`,
        },
      });
      savingsPlan.push({
        sku,
        description: `${plan.years} year ${plan.payment}`,
        effectiveDate: '2026-10-03T07:15:46Z',
        leaseContractLength: { duration: plan.years, unit: 'year' },
        rates: [rate('RunInstances', plan.usd), rate('RunInstances:0002', '99.9', `${awsSku(instance)}W`)],
      });
    }
  products.push({
    sku: 'ALLPLAN',
    productFamily: 'ComputeSavingsPlans',
    attributes: { purchaseOption: 'No Upfront', purchaseTerm: '3yr' },
  });
  savingsPlan.push({
    sku: 'ALLPLAN',
    effectiveDate: '2026-10-03T07:15:46Z',
    leaseContractLength: { duration: 3, unit: 'year' },
    rates: [],
  });
  return { version: '20261003071546', publicationDate: '2026-10-03T07:15:46Z', products, terms: { savingsPlan } };
}

export const awsOfferIndex = (regions: readonly string[]) => ({
  regions: Object.fromEntries(
    regions.map((region) => [
      region,
      { regionCode: region, currentVersionUrl: `/offers/v1.0/aws/AmazonEC2/20261101000000/${region}/index.json` },
    ]),
  ),
});

export const awsPlanIndex = (regions: readonly string[]) => ({
  regions: regions.map((region) => ({
    regionCode: region,
    versionUrl: `/savingsPlan/v1.0/aws/AWSComputeSavingsPlan/20261003071546/${region}/index.json`,
  })),
});

/** A copy with one value changed; a number in the path is a place in a list, or among the values of a map; undefined removes. */
export function changedAt<T>(answer: T, path: readonly (string | number)[], value: unknown): T {
  const copy = structuredClone(answer);
  let at = copy as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) at = at[keyIn(at, key)] as Record<string | number, unknown>;
  const last = keyIn(at, path.at(-1) ?? '');
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

function keyIn(at: Record<string | number, unknown>, key: string | number): string | number {
  return typeof key === 'number' && !Array.isArray(at) ? (Object.keys(at)[key] ?? '') : key;
}
