// Dials: what of a workload a reader may turn, each with its stops, where it stands now, and the range its source states.
// In: nothing; shapes only. Out: the types that the page, the planner and the fragment share.

export const DIAL_IDS = [
  'demand',
  'output',
  'ttft',
  'tpot',
  'utilisation',
  'growth',
  'electricity',
  'pue',
  'costOfCapital',
  'priceBasis',
  'prices',
  'discount',
  'term',
] as const;
export type DialId = (typeof DIAL_IDS)[number];

/** What a stop counts, and so how the workload writes it. */
export type DialUnit =
  | 'users'
  | 'requestsPerSecond'
  | 'concurrency'
  | 'tokensPerDay'
  | 'tokens'
  | 'seconds'
  | 'ratio'
  | 'factor'
  | 'perKilowattHour'
  | 'months'
  | 'choice';

export type Stop = number | string;

export interface Dial {
  readonly id: DialId;
  /** Dotted path of the workload's field that it sets. */
  readonly field: string;
  readonly unit: DialUnit;
  /** Of money only. */
  readonly currency: string | null;
  /** Numbers ascending, choices in their order; the workload's own value is one of them. */
  readonly stops: readonly Stop[];
  /** Index of the workload's own value. */
  readonly ownIndex: number;
  /** What an assumption says of itself; null where the workload gives the value. */
  readonly stated: { readonly low: number; readonly high: number } | null;
}

/** Stops that are not the workload's own, by dial. Empty: the workload as it is. */
export type Settings = Readonly<Partial<Record<DialId, Stop>>>;

/** Where a dial stands. */
export function indexOf(dial: Dial, settings: Settings): number {
  const stop = settings[dial.id];
  const index = stop === undefined ? dial.ownIndex : dial.stops.indexOf(stop);
  return index < 0 ? dial.ownIndex : index;
}

/** The settings with one dial at a stop; at the workload's own the dial is no setting at all. */
export function turn(settings: Settings, dial: Dial, index: number): Settings {
  const { [dial.id]: _before, ...others } = settings;
  const stop = dial.stops[index];
  return stop === undefined || index === dial.ownIndex ? others : { ...others, [dial.id]: stop };
}
