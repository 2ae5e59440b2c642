// AWS spot price history: the newest price of each zone, and the median over the zones of a region.
// In: entries as the EC2 client gives them. Out: one candidate an instance. A single zone's minimum is never a price to plan with.
import { z } from 'zod';
import type { ListedPrice } from '../documents/price-refresh.ts';
import { readAnswer, roundMillionth, shapeError } from './vendor-answer.ts';

const entrySchema = z.object({
  AvailabilityZone: z.string(),
  InstanceType: z.string(),
  ProductDescription: z.string(),
  SpotPrice: z.string().regex(/^\d{1,6}(\.\d{1,8})?$/, 'an amount as a decimal text'),
  Timestamp: z.union([z.date().transform((at) => at.toISOString()), z.iso.datetime()]),
});
type Entry = z.infer<typeof entrySchema>;

export interface AwsSpotWanted {
  readonly region: string;
  readonly instances: ReadonlySet<string>;
  /** Day of the refresh. */
  readonly day: string;
}

/** Local Zones are named like `us-east-1-bos-1a`; stacks do not run there. */
export function listAwsSpot(entries: readonly unknown[], wanted: AwsSpotWanted, from: string): ListedPrice[] {
  const newest = new Map<string, Entry>();
  for (const [index, value] of entries.entries()) {
    const entry = readAnswer(value, entrySchema, `${from}#SpotPriceHistory[${index}]`);
    const inZone = new RegExp(`^${wanted.region}[a-z]$`).test(entry.AvailabilityZone);
    if (!inZone || !wanted.instances.has(entry.InstanceType) || entry.ProductDescription !== 'Linux/UNIX') continue;
    if (entry.Timestamp.slice(0, 10) > wanted.day)
      throw shapeError(from, `a spot price of ${entry.Timestamp}`, `none after ${wanted.day}`);
    const key = `${entry.InstanceType} ${entry.AvailabilityZone}`;
    const before = newest.get(key);
    if (before === undefined || before.Timestamp < entry.Timestamp) newest.set(key, entry);
    else if (before.Timestamp === entry.Timestamp && before.SpotPrice !== entry.SpotPrice)
      throw shapeError(from, `two prices for ${key} at ${entry.Timestamp}`, 'one');
  }
  const byInstance = new Map<string, Entry[]>();
  for (const entry of newest.values()) byInstance.set(entry.InstanceType, [...(byInstance.get(entry.InstanceType) ?? []), entry]);
  return [...byInstance].map(([instance, zones]) => ({
    instance,
    region: wanted.region,
    purchase: 'spot',
    usdPerHour: roundMillionth(medianOf(zones.map((zone) => Number(zone.SpotPrice)))),
    label: `median of ${zones
      .map((zone) => `${zone.AvailabilityZone} ${zone.SpotPrice}`)
      .sort()
      .join(', ')}`,
    doubts: [],
    ...(zones.length === 1 ? { notes: 'one zone' } : {}),
  }));
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
