// AWS price list of a region: products, then their terms, met one by one as the file streams by.
// In: single products and terms. Out: candidates for on-demand and reserved prices of instances that run Linux, shared tenancy.
import { z } from 'zod';
import type { ListedPrice, Payment } from '../documents/price-refresh.ts';
import { perHour, readAnswer, roundMillionth, sayText, shapeError } from './vendor-answer.ts';

const productSchema = z.object({
  sku: z.string(),
  productFamily: z.string(),
  attributes: z.object({
    instanceType: z.string(),
    operatingSystem: z.string(),
    tenancy: z.string(),
    preInstalledSw: z.string(),
    capacitystatus: z.string(),
    licenseModel: z.string(),
    operation: z.string(),
    usagetype: z.string(),
    regionCode: z.string(),
    /** Absent in older files; capacity blocks and spot have their own. */
    marketoption: z.string().optional(),
  }),
});

const decimal = z.string().regex(/^\d{1,9}(\.\d{1,12})?$/, 'an amount as a decimal text');
const dimensionSchema = z.object({
  unit: z.enum(['Hrs', 'Quantity']),
  beginRange: z.string(),
  endRange: z.string(),
  description: z.string(),
  pricePerUnit: z.object({ USD: decimal }),
});
const offerSchema = z.object({
  sku: z.string(),
  effectiveDate: z.string(),
  priceDimensions: z.record(z.string(), dimensionSchema),
  termAttributes: z
    .object({
      LeaseContractLength: z.string().optional(),
      PurchaseOption: z.string().optional(),
      OfferingClass: z.string().optional(),
    })
    .optional(),
});
const offersSchema = z.record(z.string(), offerSchema);

/** The few rows of an offer file that are worth keeping; small enough for the cache, checked again when read from it. */
export const awsOfferExtractSchema = z.object({
  version: z.string(),
  publicationDate: z.string(),
  products: z.array(z.object({ key: z.string(), value: z.unknown() })),
  onDemand: z.array(z.object({ key: z.string(), value: z.unknown() })),
  reserved: z.array(z.object({ key: z.string(), value: z.unknown() })),
});
export type AwsOfferExtract = z.infer<typeof awsOfferExtractSchema>;

/** Keeps what is wanted of a file that streams by. */
export interface AwsOfferCollector {
  readonly product: (key: string, value: unknown) => void;
  readonly term: (kind: 'onDemand' | 'reserved', key: string, value: unknown) => void;
  readonly finish: (version: unknown, publicationDate: unknown) => AwsOfferExtract;
}

/**
 * Collects products of the instances wanted and their terms.
 * @throws SeekstackError E_SOURCE_SHAPE where terms come before products: what is wanted of them would be lost unseen
 */
export function collectAwsOffer(instances: ReadonlySet<string>, from: string): AwsOfferCollector {
  const products: { key: string; value: unknown }[] = [];
  const kept = new Set<string>();
  const terms = { onDemand: [] as { key: string; value: unknown }[], reserved: [] as { key: string; value: unknown }[] };
  let sawTerms = false;
  return {
    product: (key, value) => {
      if (sawTerms) throw shapeError(from, 'a product after the first term', 'all products before the terms');
      const attributes = (value as { attributes?: { instanceType?: unknown } } | null)?.attributes;
      if (typeof attributes?.instanceType !== 'string' || !instances.has(attributes.instanceType)) return;
      products.push({ key, value });
      kept.add(key);
    },
    term: (kind, key, value) => {
      sawTerms = true;
      if (kept.has(key)) terms[kind].push({ key, value });
    },
    finish: (version, publicationDate) => {
      if (typeof version !== 'string' || typeof publicationDate !== 'string')
        throw shapeError(from, 'no version or no publicationDate', 'both, as texts');
      if (!sawTerms) throw shapeError(from, 'no terms at all', 'products and their terms');
      return { version, publicationDate, products, ...terms };
    },
  };
}

export interface AwsOfferWanted {
  readonly region: string;
  /** Day of the refresh; a price from later on is none yet. */
  readonly day: string;
  /** Reserved prices of this payment; null where savings plans stand for commitments. */
  readonly reserved: Payment | null;
}

/** A candidate with its sku, which savings plans refer to. */
export interface AwsCandidate {
  readonly sku: string;
  readonly price: ListedPrice;
}

/** Candidates among what was kept of an offer file. */
export function listAwsOffer(extract: AwsOfferExtract, wanted: AwsOfferWanted, from: string): AwsCandidate[] {
  const products = extract.products.flatMap(({ key, value }) => {
    if ((value as { productFamily?: unknown } | null | undefined)?.productFamily !== 'Compute Instance') return [];
    const product = readAnswer(value, productSchema, `${from}#products.${sayText(key)}`);
    if (product.sku !== key)
      throw shapeError(from, `product ${sayText(key)} with the sku ${sayText(product.sku)}`, 'one name for it');
    return isPlainLinux(product, wanted.region) ? [product] : [];
  });
  const termsOf = (terms: AwsOfferExtract['onDemand'], sku: string) =>
    terms
      .filter((each) => each.key === sku)
      .flatMap((each) => Object.values(readAnswer(each.value, offersSchema, `${from}#terms.${sayText(sku)}`)))
      .filter((offer) => offer.effectiveDate.slice(0, 10) <= wanted.day);
  return products.flatMap((product): AwsCandidate[] => {
    const { sku, attributes } = product;
    const base = { instance: attributes.instanceType, region: wanted.region };
    const onDemand = termsOf(extract.onDemand, sku).flatMap((offer) => {
      const { usd, doubts } = onlyHourly(offer, attributes.instanceType, from);
      if (usd === 0) return [];
      const label = `sku ${sku} (${attributes.usagetype}, ${attributes.licenseModel})`;
      return [{ sku, price: { ...base, purchase: 'on-demand' as const, usdPerHour: usd, label, doubts } }];
    });
    const reserved = termsOf(extract.reserved, sku).flatMap((offer) => {
      const found = reservedPrice(offer, wanted.reserved, from);
      return found === null ? [] : [{ sku, price: { ...base, ...found, label: `sku ${sku}, ${found.notes}` } }];
    });
    return [...onDemand, ...reserved];
  });
}

/** Shared Linux without software or reservation: the unused half of a reservation costs the same and is another product. */
function isPlainLinux({ attributes }: z.infer<typeof productSchema>, region: string): boolean {
  return (
    attributes.operatingSystem === 'Linux' &&
    attributes.tenancy === 'Shared' &&
    attributes.preInstalledSw === 'NA' &&
    attributes.capacitystatus === 'Used' &&
    attributes.operation === 'RunInstances' &&
    attributes.regionCode === region &&
    (attributes.marketoption ?? 'OnDemand') === 'OnDemand' &&
    isBoxUsage(attributes.usagetype, attributes.instanceType)
  );
}

/** `BoxUsage:p5.48xlarge`, with the region's prefix outside us-east-1. */
export function isBoxUsage(usageType: string, instance: string): boolean {
  return /^([A-Z0-9]+-)?BoxUsage:/.test(usageType) && usageType.slice(usageType.indexOf(':') + 1) === instance;
}

type Offer = z.infer<typeof offerSchema>;

/** The price of an offer with a single hourly dimension. The description repeats it; where the two differ, neither is taken. */
function onlyHourly(offer: Offer, instance: string, from: string): { usd: number; doubts: string[] } {
  const dimensions = Object.values(offer.priceDimensions);
  const [only] = dimensions;
  if (only === undefined || dimensions.length !== 1 || only.unit !== 'Hrs' || only.beginRange !== '0' || only.endRange !== 'Inf')
    throw shapeError(
      from,
      `${dimensions.length} price dimensions for ${sayText(offer.sku)}, the first by ${only?.unit}`,
      'one hourly price',
    );
  const usd = Number(only.pricePerUnit.USD);
  const told = /^\$(\d+(?:\.\d+)?) per /.exec(only.description)?.[1];
  if (told !== undefined && Number(told) !== usd)
    throw shapeError(from, `USD ${usd} described as "${sayText(only.description)}"`, 'the same amount in both places');
  const doubts = told === undefined || !only.description.includes(` ${instance} `) ? ['its description does not repeat it'] : [];
  return { usd, doubts };
}

const PAYMENT_NAMES: Record<string, Payment> = {
  'All Upfront': 'all-upfront',
  'Partial Upfront': 'partial-upfront',
  'No Upfront': 'no-upfront',
};

export function paymentOf(name: string): Payment | undefined {
  return Object.hasOwn(PAYMENT_NAMES, name) ? PAYMENT_NAMES[name] : undefined;
}

/** Upfront and hourly parts of a standard reservation, together by the hour; null for other terms, classes and payments. */
function reservedPrice(offer: Offer, payment: Payment | null, from: string) {
  const { LeaseContractLength, PurchaseOption, OfferingClass } = offer.termAttributes ?? {};
  const years = LeaseContractLength === '1yr' ? 1 : LeaseContractLength === '3yr' ? 3 : null;
  if (payment === null || years === null || OfferingClass !== 'standard' || paymentOf(PurchaseOption ?? '') !== payment)
    return null;
  const dimensions = Object.values(offer.priceDimensions);
  const sum = (unit: 'Hrs' | 'Quantity') =>
    dimensions.filter((each) => each.unit === unit).reduce((usd, each) => usd + Number(each.pricePerUnit.USD), 0);
  const usdPerHour = roundMillionth(sum('Hrs') + perHour(sum('Quantity'), years));
  if (!(usdPerHour > 0) || dimensions.length > 2)
    throw shapeError(
      from,
      `a reservation of ${sayText(offer.sku)} with ${dimensions.length} parts, USD ${usdPerHour}`,
      'an amount above 0',
    );
  return {
    purchase: `commitment-${years}y` as const,
    commitment: 'reservation' as const,
    payment,
    usdPerHour,
    notes: `reserved, ${payment.replace('-', ' ')}`,
    doubts: [],
  };
}
