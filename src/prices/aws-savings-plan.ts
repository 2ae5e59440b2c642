// AWS savings plans of a region: plans, then their rates, met one by one as the file streams by.
// In: single products and terms, lists here where the offer file has maps. Out: candidates for commitments on an instance family.
import { z } from 'zod';
import type { Payment } from '../documents/price-refresh.ts';
import { type AwsCandidate, isBoxUsage, paymentOf } from './aws-offer.ts';
import { readAnswer, sayText, shapeError } from './vendor-answer.ts';

const productSchema = z.object({
  sku: z.string(),
  productFamily: z.literal('EC2InstanceSavingsPlans'),
  attributes: z.object({ purchaseOption: z.string(), purchaseTerm: z.enum(['1yr', '3yr']), instanceType: z.string() }),
});

const rateSchema = z.object({
  discountedSku: z.string(),
  discountedUsageType: z.string(),
  discountedOperation: z.string(),
  unit: z.string(),
  discountedRate: z.object({
    price: z.string().regex(/^\d{1,9}(\.\d{1,12})?$/, 'an amount as a decimal text'),
    currency: z.string(),
  }),
});

const termSchema = z.object({
  sku: z.string(),
  effectiveDate: z.string(),
  leaseContractLength: z.object({ duration: z.int(), unit: z.string() }),
  rates: z.array(rateSchema),
});

export const awsSavingsPlanExtractSchema = z.object({
  version: z.string(),
  publicationDate: z.string(),
  products: z.array(z.unknown()),
  terms: z.array(z.unknown()),
});
export type AwsSavingsPlanExtract = z.infer<typeof awsSavingsPlanExtractSchema>;

export interface AwsSavingsPlanCollector {
  readonly product: (value: unknown) => void;
  readonly term: (value: unknown) => void;
  readonly finish: (version: unknown, publicationDate: unknown) => AwsSavingsPlanExtract;
}

/** Keeps the plans of the families wanted, and of their terms only the rates of the instances wanted. */
export function collectAwsSavingsPlans(instances: ReadonlySet<string>, from: string): AwsSavingsPlanCollector {
  const families = new Set([...instances].map(familyOf));
  const products: unknown[] = [];
  const terms: unknown[] = [];
  const kept = new Set<unknown>();
  let sawTerms = false;
  return {
    product: (value) => {
      if (sawTerms) throw shapeError(from, 'a plan after the first term', 'all plans before the terms');
      const product = value as { sku?: unknown; productFamily?: unknown; attributes?: { instanceType?: unknown } } | null;
      const family = product?.attributes?.instanceType;
      if (product?.productFamily !== 'EC2InstanceSavingsPlans' || typeof family !== 'string' || !families.has(family)) return;
      products.push(value);
      kept.add(product.sku);
    },
    term: (value) => {
      sawTerms = true;
      const term = value as { sku?: unknown; rates?: unknown } | null;
      if (!kept.has(term?.sku)) return;
      if (!Array.isArray(term?.rates)) throw shapeError(from, `no list of rates for ${sayText(String(term?.sku))}`, 'a list');
      const rates = term.rates.filter((rate: { discountedUsageType?: unknown } | null) => {
        const usage = rate?.discountedUsageType;
        return typeof usage !== 'string' || [...instances].some((instance) => isBoxUsage(usage, instance));
      });
      terms.push({ ...term, rates });
    },
    finish: (version, publicationDate) => {
      if (typeof version !== 'string' || typeof publicationDate !== 'string')
        throw shapeError(from, 'no version or no publicationDate', 'both, as texts');
      if (!sawTerms) throw shapeError(from, 'no terms at all', 'plans and their terms');
      return { version, publicationDate, products, terms };
    },
  };
}

function familyOf(instance: string): string {
  return instance.split('.')[0] ?? instance;
}

export interface AwsSavingsPlanWanted {
  readonly region: string;
  readonly day: string;
  readonly instances: readonly string[];
  readonly payment: Payment;
  /** Product of the on-demand price by instance: a rate must be a discount on that one. */
  readonly onDemandSkus: ReadonlyMap<string, string>;
}

export function listAwsSavingsPlans(
  extract: AwsSavingsPlanExtract,
  wanted: AwsSavingsPlanWanted,
  from: string,
): AwsCandidate['price'][] {
  const products = extract.products.map((value) => readAnswer(value, productSchema, `${from}#products`));
  const terms = extract.terms.map((value) => readAnswer(value, termSchema, `${from}#terms.savingsPlan`));
  return products.flatMap((product) => {
    const { purchaseOption, purchaseTerm } = product.attributes;
    if (paymentOf(purchaseOption) !== wanted.payment) return [];
    const years = purchaseTerm === '1yr' ? 1 : 3;
    return terms
      .filter((term) => term.sku === product.sku && term.effectiveDate.slice(0, 10) <= wanted.day)
      .flatMap((term) => {
        const { duration, unit } = term.leaseContractLength;
        if (duration !== years || unit !== 'year')
          throw shapeError(from, `${duration} ${sayText(unit)} for a plan of ${purchaseTerm}`, 'one length for it');
        return term.rates.flatMap((rate) => rateOf(rate, years, wanted, product.sku, from));
      });
  });
}

function rateOf(
  rate: z.infer<typeof rateSchema>,
  years: 1 | 3,
  wanted: AwsSavingsPlanWanted,
  plan: string,
  from: string,
): AwsCandidate['price'][] {
  const instance = wanted.instances.find((each) => isBoxUsage(rate.discountedUsageType, each));
  // `RunInstances:0002` is Windows, `RunInstances:0010` is RHEL, and so on.
  if (instance === undefined || rate.discountedOperation !== 'RunInstances') return [];
  const sku = wanted.onDemandSkus.get(instance);
  if (sku !== undefined && sku !== rate.discountedSku)
    throw shapeError(
      from,
      `a rate for ${instance} that discounts ${sayText(rate.discountedSku)}`,
      `one on ${sku}, the product of its on-demand price`,
    );
  const { price, currency } = rate.discountedRate;
  const usdPerHour = Number(price);
  if (currency !== 'USD' || rate.unit !== 'Hrs' || !(usdPerHour > 0))
    throw shapeError(from, `${sayText(currency)} ${price} by ${sayText(rate.unit)} for ${instance}`, 'USD above 0 an hour');
  const notes = `EC2 Instance Savings Plan, ${wanted.payment.replace('-', ' ')}`;
  return [
    {
      instance,
      region: wanted.region,
      purchase: `commitment-${years}y`,
      commitment: 'savings-plan',
      payment: wanted.payment,
      usdPerHour,
      notes,
      label: `plan ${plan}, ${rate.discountedUsageType}`,
      doubts: [],
    },
  ];
}
