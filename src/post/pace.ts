// Clock, chance and waiting, handed in so that tests decide them.
// In: nothing. Out: what the network code may know of time; the real one reads the machine's clocks.
import { setTimeout as sleep } from 'node:timers/promises';

export interface Pace {
  /** Monotonic, for time-outs. */
  readonly nowSeconds: () => number;
  /** Since 1970 in UTC, for the instants that rate limits name. */
  readonly epochSeconds: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly wait: (seconds: number) => Promise<void>;
}

export const realPace: Pace = {
  nowSeconds: () => performance.now() / 1000,
  epochSeconds: () => Date.now() / 1000,
  random: Math.random,
  wait: (seconds) => sleep(seconds * 1000),
};
