// The power meter: watts of all accelerators together over a window, from an exporter's page or from a Prometheus server.
// In: where to ask and what. Out: mean power over the window, and how much of it was covered.
import { z } from 'zod';
import { readSamples, seriesOf, sumOf } from '../bench/prometheus-text.ts';
import type { BenchManifest } from '../documents/bench-manifest.ts';
import type { BenchObservation } from '../documents/bench-point.ts';
import type { BenchClock } from './clock.ts';
import type { ReadText } from './read-page.ts';

export interface PowerMeter {
  readonly begin: () => void;
  /** @param fromSeconds, toSeconds - of the window, on the clock */
  readonly end: (fromSeconds: number, toSeconds: number) => Promise<BenchObservation['power']>;
}

type MeterSetting = NonNullable<BenchManifest['meter']>;

/** Watts at a moment, of how many series. */
interface Reading {
  readonly seconds: number;
  readonly watts: number;
  readonly sources: number;
}

export function createMeter(setting: MeterSetting, clock: BenchClock, readText: ReadText): PowerMeter {
  return setting.kind === 'exporter' ? exporterMeter(setting, clock, readText) : prometheusMeter(setting, clock, readText);
}

/** Asks the page again and again; gauges of all series are added up. */
function exporterMeter({ url, query, everySeconds }: MeterSetting, clock: BenchClock, readText: ReadText): PowerMeter {
  let readings: Reading[] = [];
  let stop = () => {};
  const ask = async () => {
    const text = await readText(url);
    const samples = text === null ? [] : readSamples(text);
    const watts = sumOf(samples, query);
    if (watts !== null) readings.push({ seconds: clock.nowSeconds(), watts, sources: seriesOf(samples, query) });
  };
  return {
    begin: () => {
      readings = [];
      let isOver = false;
      let cancel = () => {};
      const tick = () => {
        void ask().then(() => {
          if (!isOver) cancel = clock.after(everySeconds, tick);
        });
      };
      stop = () => {
        isOver = true;
        cancel();
      };
      tick();
    },
    end: async (fromSeconds, toSeconds) => {
      stop();
      // The window's last moments are after the last question.
      if (clock.nowSeconds() - toSeconds < everySeconds) await ask();
      return averagePower(readings, fromSeconds, toSeconds, everySeconds);
    },
  };
}

const rangeSchema = z.object({
  status: z.literal('success'),
  data: z.object({ result: z.array(z.object({ values: z.array(z.tuple([z.number(), z.string()])) })) }),
});

/** Asks once, when the window is over. @source Prometheus HTTP API, /api/v1/query_range */
function prometheusMeter({ url, query, everySeconds }: MeterSetting, clock: BenchClock, readText: ReadText): PowerMeter {
  return {
    begin: () => {},
    end: async (fromSeconds, toSeconds) => {
      const shift = clock.epochSeconds() - clock.nowSeconds();
      const range = new URLSearchParams({
        query,
        start: (fromSeconds + shift).toFixed(3),
        end: (toSeconds + shift).toFixed(3),
        step: String(everySeconds),
      });
      const text = await readText(`${url}/api/v1/query_range?${range.toString()}`);
      const answer = rangeSchema.safeParse(parse(text));
      if (!answer.success) return null;
      const sums = new Map<number, { watts: number; sources: number }>();
      for (const { values } of answer.data.data.result)
        for (const [at, watts] of values) {
          const before = sums.get(at) ?? { watts: 0, sources: 0 };
          sums.set(at, { watts: before.watts + Number(watts), sources: before.sources + 1 });
        }
      const readings = [...sums].map(([at, sum]) => ({ seconds: at - shift, ...sum }));
      return averagePower(readings, fromSeconds, toSeconds, everySeconds);
    },
  };
}

function parse(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Mean over the window: each reading stands for the time around it, half-way to its neighbours, but for no longer than two periods,
 * so that a meter that fell silent is not taken to have shown the same all along.
 */
export function averagePower(
  readings: readonly Reading[],
  fromSeconds: number,
  toSeconds: number,
  everySeconds: number,
): BenchObservation['power'] {
  const sorted = readings.filter(({ watts }) => Number.isFinite(watts)).sort((one, other) => one.seconds - other.seconds);
  let joules = 0;
  let covered = 0;
  let counted = 0;
  let sources = 0;
  for (const [index, { seconds, watts, sources: series }] of sorted.entries()) {
    const before = sorted[index - 1];
    const after = sorted[index + 1];
    const begins = Math.max(fromSeconds, seconds - everySeconds, before === undefined ? 0 : (before.seconds + seconds) / 2);
    const ends = Math.min(toSeconds, seconds + everySeconds, after === undefined ? toSeconds : (after.seconds + seconds) / 2);
    if (ends <= begins) continue;
    joules += watts * (ends - begins);
    covered += ends - begins;
    counted += 1;
    sources = Math.max(sources, series);
  }
  if (covered <= 0) return null;
  return { meanWatts: joules / covered, samples: counted, coveredRatio: covered / (toSeconds - fromSeconds), sources };
}
