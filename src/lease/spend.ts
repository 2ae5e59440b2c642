// What a lease has cost so far, counted by the clock: nodes are paid from the moment they are asked for until they are gone.
// In: a lease, an instant. Out: minutes and USD. It is an upper bound: nodes that start late are paid for less.
import type { Lease } from '../documents/lease.ts';
import { SECONDS_PER_HOUR } from '../units.ts';

const SECONDS_PER_MINUTE = 60;

export interface Spend {
  readonly minutes: number;
  readonly usd: number;
  /** Nothing more may be spent. */
  readonly reached: boolean;
  /** The hours are over. */
  readonly over: boolean;
}

/** @param epochSeconds - now, seconds since 1970 in UTC */
export function spendOf(lease: Lease, epochSeconds: number): Spend {
  const end = lease.endedAt === null ? epochSeconds : secondsOf(lease.endedAt);
  const seconds = lease.nodesAt === null ? 0 : Math.max(0, end - secondsOf(lease.nodesAt));
  const usd = (seconds / SECONDS_PER_HOUR) * lease.usdPerHour;
  return {
    minutes: seconds / SECONDS_PER_MINUTE,
    usd,
    reached: usd >= lease.maximumUsd,
    over: isOver(lease, epochSeconds),
  };
}

/** Whether a lease should be gone by now: its hours are counted from its nodes, as its own reaper counts them. */
export function isOver({ state, startedAt, nodesAt, timeToLiveHours }: Lease, epochSeconds: number): boolean {
  return state !== 'down' && epochSeconds >= secondsOf(nodesAt ?? startedAt) + timeToLiveHours * SECONDS_PER_HOUR;
}

/** Seconds since 1970 of an instant in UTC. */
function secondsOf(instant: string): number {
  return Date.parse(instant) / 1000;
}
