// Azure Retail Prices: pages of meters, read and narrowed to the prices of virtual machines that run Linux.
// In: parsed pages. Out: candidates, each with its meter. Traps: Windows shares the meter's name, reservations are term totals.
import { z } from 'zod';
import type { Purchase } from '../documents/catalog/prices.ts';
import type { Commitment, ListedPrice } from '../documents/price-refresh.ts';
import { perHour, readAnswer, sayText, shapeError } from './vendor-answer.ts';

const itemSchema = z.object({
  currencyCode: z.string(),
  tierMinimumUnits: z.number(),
  retailPrice: z.number(),
  unitPrice: z.number(),
  armRegionName: z.string(),
  effectiveStartDate: z.string().regex(/^\d{4}-\d{2}-\d{2}T/, 'a date and time'),
  effectiveEndDate: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}T/, 'a date and time')
    .nullish(),
  meterId: z.string(),
  meterName: z.string(),
  productName: z.string(),
  skuName: z.string(),
  serviceName: z.string(),
  unitOfMeasure: z.string(),
  type: z.enum(['Consumption', 'Reservation', 'DevTestConsumption']),
  armSkuName: z.string(),
  reservationTerm: z.string().nullish(),
  /** A list beside the hourly price; each entry hourly too, unlike a reservation. */
  savingsPlan: z.array(z.object({ term: z.string(), unitPrice: z.number(), retailPrice: z.number() })).nullish(),
});
export type AzureItem = z.infer<typeof itemSchema>;

const pageSchema = z.object({
  BillingCurrency: z.string(),
  Items: z.array(itemSchema),
  NextPageLink: z.string().nullish(),
  Count: z.int(),
});
export type AzurePage = z.infer<typeof pageSchema>;

/** One page, in the form it is known for and complete by its own count. */
export function readAzurePage(value: unknown, from: string): AzurePage {
  const page = readAnswer(value, pageSchema, from);
  if (page.Count !== page.Items.length)
    throw shapeError(from, `${page.Items.length} items on a page that counts ${page.Count}`, 'as many items as it counts');
  return page;
}

/** The question for one region: Linux and Windows, all ways of buying, only the sizes wanted. */
export function azureFilter(region: string, instances: readonly string[]): string {
  const sizes = instances.map((each) => `armSkuName eq '${each.replaceAll("'", "''")}'`).join(' or ');
  return `serviceName eq 'Virtual Machines' and armRegionName eq '${region}' and (${sizes})`;
}

export interface AzureWanted {
  readonly region: string;
  readonly instances: ReadonlySet<string>;
  /** Day of the refresh; meters not yet or no longer in force that day are left out. */
  readonly day: string;
  /** Which of the two the one-year and three-year rows stand for. */
  readonly commitment: Commitment;
}

/** Candidates among the items of all pages. Items printed twice, word for word, count once. */
export function listAzurePrices(items: readonly AzureItem[], wanted: AzureWanted, from: string): ListedPrice[] {
  const distinct = new Map(items.map((item) => [JSON.stringify(item), item]));
  return [...distinct.values()].filter((item) => isWanted(item, wanted)).flatMap((item) => pricesOf(item, wanted, from));
}

function isWanted(item: AzureItem, { region, instances, day }: AzureWanted): boolean {
  const started = item.effectiveStartDate.slice(0, 10) <= day;
  const ended = item.effectiveEndDate != null && item.effectiveEndDate.slice(0, 10) < day;
  return (
    instances.has(item.armSkuName) &&
    item.armRegionName === region &&
    item.serviceName === 'Virtual Machines' &&
    item.type !== 'DevTestConsumption' &&
    !/ Windows$/.test(item.productName) &&
    started &&
    !ended
  );
}

function pricesOf(item: AzureItem, wanted: AzureWanted, from: string): ListedPrice[] {
  const kind = kindOf(item, from);
  if (kind === 'low-priority') return [];
  checkItem(item, from);
  const base = {
    instance: item.armSkuName,
    region: item.armRegionName,
    label: `${item.meterName} (${item.productName}, ${item.type}, meter ${item.meterId})`,
    doubts: [],
  };
  if (item.type === 'Reservation') {
    const years = yearsOf(item.reservationTerm ?? '');
    if (wanted.commitment !== 'reservation' || years === null) return [];
    const { retailPrice } = item;
    return [{ ...base, ...committed(years, 'reservation'), usdPerHour: perHour(retailPrice, years), notes: 'reserved' }];
  }
  if (kind === 'spot') return [{ ...base, purchase: 'spot', usdPerHour: item.retailPrice }];
  const plans = wanted.commitment === 'savings-plan' ? (item.savingsPlan ?? []) : [];
  return [
    { ...base, purchase: 'on-demand', usdPerHour: item.retailPrice },
    ...plans.flatMap((plan): ListedPrice[] => {
      const years = yearsOf(plan.term);
      if (years === null) return [];
      agree(plan.retailPrice, plan.unitPrice, `the savings plan of ${base.label}`, from);
      return [{ ...base, ...committed(years, 'savings-plan'), usdPerHour: plan.retailPrice, notes: 'savings plan' }];
    }),
  ];
}

function committed(years: 1 | 3, commitment: Commitment): { purchase: Purchase; commitment: Commitment } {
  return { purchase: `commitment-${years}y`, commitment };
}

function yearsOf(term: string): 1 | 3 | null {
  return term === '1 Year' ? 1 : term === '3 Years' ? 3 : null;
}

/** Spot and low priority are told by the end of two names, which must say the same. */
function kindOf(item: AzureItem, from: string): 'regular' | 'spot' | 'low-priority' {
  const kind = (name: string) => (/ Spot$/.test(name) ? 'spot' : / Low Priority$/.test(name) ? 'low-priority' : 'regular');
  const byMeter = kind(item.meterName);
  if (byMeter !== kind(item.skuName))
    throw shapeError(
      from,
      `meter "${sayText(item.meterName)}" beside sku "${sayText(item.skuName)}"`,
      'both to end with Spot, with Low Priority, or neither',
    );
  return byMeter;
}

/** A price is printed twice in every item; where the two differ, neither is taken. */
function checkItem(item: AzureItem, from: string): void {
  const what = `${item.armSkuName} in ${item.armRegionName}`;
  if (item.currencyCode !== 'USD') throw shapeError(from, `${sayText(item.currencyCode)} for ${what}`, 'prices in USD');
  if (item.unitOfMeasure !== '1 Hour' || item.tierMinimumUnits !== 0)
    throw shapeError(
      from,
      `"${sayText(item.unitOfMeasure)}" from ${item.tierMinimumUnits} units on for ${what}`,
      'a price for "1 Hour" from the first unit on',
    );
  if ((item.type === 'Reservation') !== (item.reservationTerm != null))
    throw shapeError(
      from,
      `type ${item.type} with the term ${sayText(String(item.reservationTerm))} for ${what}`,
      'a term on reservations only',
    );
  agree(item.retailPrice, item.unitPrice, what, from);
}

function agree(retailPrice: number, unitPrice: number, what: string, from: string): void {
  if (retailPrice !== unitPrice)
    throw shapeError(
      from,
      `a retail price of ${retailPrice} beside a unit price of ${unitPrice} for ${sayText(what)}`,
      'both the same',
    );
  if (!(retailPrice > 0)) throw shapeError(from, `a price of ${retailPrice} for ${sayText(what)}`, 'more than 0');
}
