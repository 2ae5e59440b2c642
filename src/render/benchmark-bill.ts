// The bill of a benchmark, before anybody says yes to it.
import type { BenchmarkBill } from '../lease/benchmark-bill.ts';
import { formatUsd, formatUsdPerHour } from './format.ts';

/** Parts below this share of the whole are told together. */
const SMALL_SHARE = 0.005;

/** @param what - the option in words */
export function renderBenchmarkBill(what: string, bill: BenchmarkBill): string {
  const { lines, usdForTimeToLive, usdPerHour, timeToLiveHours, maximumUsd, purchase, priceAsOf } = bill;
  const large = lines.filter((line) => line.usd !== null && line.usd >= usdForTimeToLive * SMALL_SHARE);
  const small = lines.filter((line) => line.usd !== null && line.usd < usdForTimeToLive * SMALL_SHARE);
  const unknown = lines.filter((line) => line.usd === null);
  const smallUsd = small.reduce((sum, line) => sum + (line.usd ?? 0), 0);
  const row = (label: string, amount: string) => `  ${label.padEnd(50)}${amount.padStart(14)}`;
  return [
    `${what}, ${purchase}, prices as of ${priceAsOf}`,
    row('an hour', formatUsdPerHour(usdPerHour)),
    ...large.map((line) => row(`  ${timeToLiveHours} h of ${line.label}`, formatUsd(line.usd ?? 0))),
    ...(small.length === 0
      ? []
      : [row(`  ${timeToLiveHours} h of ${small.length} smaller parts (storage, transfer …)`, formatUsd(smallUsd))]),
    ...unknown.map((line) => row(`  ${line.label}`, 'not found')),
    row(`at most, for ${timeToLiveHours} h to live`, formatUsd(usdForTimeToLive)),
    row('you allow', formatUsd(maximumUsd)),
    '',
  ].join('\n');
}
