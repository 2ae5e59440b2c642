// Margins: how much worse than predicted a deployment is taken to be, for a confidence one wants.
// In: an interval of the calibration and a confidence. Out: factors on latencies and on throughput.
import { probit } from 'simple-statistics';
import type { Interval } from '../documents/catalog/calibration.ts';

/** Confidence of the upper and of the lower end of a stated interval, each taken alone. */
const ONE_SIDED = 0.9;

/** Factors a prediction is taken with before it is held against a target. */
export interface Margin {
  readonly tpot: number;
  readonly ttft: number;
  /** At most 1. */
  readonly throughput: number;
}

/**
 * The factors within which the truth lies with that confidence, one-sided: at 0.9 the far ends of the 80 % interval,
 * at 0.5 none; in between and beyond, errors are taken as lognormal.
 * @param confidence - 0.5 up to, not including, 1
 */
export function marginAt(interval: Interval, confidence: number): Margin {
  const power = probit(confidence) / probit(ONE_SIDED);
  return {
    tpot: interval.tpot.high ** power,
    ttft: interval.ttft.high ** power,
    throughput: interval.throughput.low ** power,
  };
}
