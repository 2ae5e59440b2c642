// Watching a point: this program's own health, the server's counters, the power meter.
// In: where they are. Out: what they showed over the window.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { compareCounters } from '../bench/server-counters.ts';
import type { BenchClock } from './clock.ts';
import type { PowerMeter } from './power-meter.ts';
import type { PointReadings, PointWatch } from './run-point.ts';

/** Reads a page of counters; null where there is none. */
export type ReadPage = () => Promise<string | null>;

/** The histogram's figures hold the timer's own period, which is no delay. */
const PERIOD_MILLISECONDS = 1;
const NANOSECONDS_PER_SECOND = 1e9;
const MICROSECONDS_PER_SECOND = 1e6;
const NANOSECONDS_PER_MILLISECOND = 1e6;

/** @param readCounters - of the server's own page; null where it has none */
export function watchPoint(clock: BenchClock, readCounters: ReadPage | null, meter: PowerMeter | null): PointWatch {
  const loop = monitorEventLoopDelay({ resolution: PERIOD_MILLISECONDS });
  loop.enable();
  meter?.begin();
  let before: Promise<string | null> = Promise.resolve(null);
  let after: Promise<string | null> = Promise.resolve(null);
  let begun: { readonly seconds: number; readonly cpu: NodeJS.CpuUsage } | null = null;
  let cpuCores = 0;
  return {
    windowBegins: () => {
      begun = { seconds: clock.nowSeconds(), cpu: process.cpuUsage() };
      // What starting and composing took is no concern of the window's.
      loop.reset();
      if (readCounters !== null) before = readCounters();
    },
    windowEnds: () => {
      if (begun === null) return;
      const { user, system } = process.cpuUsage(begun.cpu);
      cpuCores = (user + system) / MICROSECONDS_PER_SECOND / Math.max(Number.EPSILON, clock.nowSeconds() - begun.seconds);
      if (readCounters !== null) after = readCounters();
    },
    read: async (fromSeconds, toSeconds): Promise<PointReadings> => {
      loop.disable();
      const delay = (nanoseconds: number) =>
        loop.count === 0
          ? 0
          : Math.max(0, nanoseconds - PERIOD_MILLISECONDS * NANOSECONDS_PER_MILLISECOND) / NANOSECONDS_PER_SECOND;
      const pages = [await before, await after] as const;
      return {
        client: {
          loopDelayP99Seconds: delay(loop.percentile(99)),
          loopDelayMaximumSeconds: delay(loop.max),
          cpuCores,
        },
        power: meter === null ? null : await meter.end(fromSeconds, toSeconds),
        server: pages[0] === null || pages[1] === null ? null : compareCounters(pages[0], pages[1]),
      };
    },
  };
}
