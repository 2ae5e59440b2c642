// The tornado: which assumption moves owning less renting most. In: the comparison of a plan. Out: bars, widest first.
import type { Tco } from '../documents/tco.ts';

export interface TornadoData {
  /** Owning less the cheapest renting with every assumption at its typical value, USD a month. */
  readonly typicalUsdPerMonth: number;
  readonly against: string;
  readonly bars: readonly {
    readonly parameter: string;
    /** The planner's own words, in English. */
    readonly label: string;
    readonly unit: Tco['tornado'][number]['unit'];
    readonly low: Tco['tornado'][number]['low'];
    readonly high: Tco['tornado'][number]['high'];
    readonly swingUsdPerMonth: number;
    readonly flips: boolean;
    readonly source: { readonly kind: string; readonly title: string; readonly asOf: string };
  }[];
}

const BARS = 10;

/** @returns null where nothing owned is compared with anything rented */
export function tornadoData(tco: Tco | null): TornadoData | null {
  if (tco === null || tco.tornado.length === 0) return null;
  const owned = tco.ways.find((way) => way.id === 'owned');
  const rented = tco.ways
    .filter((way) => way.id !== 'owned' && way.allowed)
    .toSorted((one, other) => one.usdPerMonth - other.usdPerMonth)[0];
  if (owned === undefined || rented === undefined) return null;
  return {
    typicalUsdPerMonth: owned.usdPerMonth - rented.usdPerMonth,
    against: rented.label,
    bars: tco.tornado.slice(0, BARS).map(({ parameter, label, unit, low, high, swingUsdPerMonth, flips, source }) => ({
      parameter,
      label,
      unit,
      low,
      high,
      swingUsdPerMonth,
      flips,
      source: { kind: source.kind, title: source.title, asOf: source.asOf },
    })),
  };
}
