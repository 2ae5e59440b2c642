// Latencies: percentiles of very many durations in little memory, kept to three digits from a microsecond on.
import { build, type Histogram } from 'hdr-histogram-js';

const MICROSECONDS_PER_SECOND = 1e6;

/** Durations, seconds. */
export class Latencies {
  readonly #histogram: Histogram = build({
    bitBucketSize: 64,
    autoResize: true,
    lowestDiscernibleValue: 1,
    highestTrackableValue: 2,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  });

  record(seconds: number): void {
    this.#histogram.recordValue(Math.max(0, Math.round(seconds * MICROSECONDS_PER_SECOND)));
  }

  get count(): number {
    return this.#histogram.totalCount;
  }

  get meanSeconds(): number {
    return this.#histogram.mean / MICROSECONDS_PER_SECOND;
  }

  /** @param probability - 0–1 */
  quantileSeconds(probability: number): number {
    return this.#histogram.getValueAtPercentile(probability * 100) / MICROSECONDS_PER_SECOND;
  }
}
