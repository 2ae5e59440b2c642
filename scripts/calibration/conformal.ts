// Conformal intervals: the range that 80 % of held-out runs of a class fell into, of measured over predicted.
// In: held-out predictions. Out: interval rows, narrow classes first, each wide enough for the few runs it rests on.
import { quantileSorted } from 'simple-statistics';
import type { Prediction } from './fit-runs.ts';
import { METRICS, type Metric, scored } from './score.ts';

const LOWER = 0.1;
const UPPER = 0.9;
/** Fewest held-out runs a class of its own takes. */
const FEWEST = 12;
/** Runs of all classes of a mode that a class is blended with, so that small classes lean on the whole. */
const BLEND_RUNS = 15;

/** One row a class (hardware × engine × mode × precision), then one a mode. */
export function intervalRows(held: readonly Prediction[], source: string) {
  const classes = new Map<string, Prediction[]>();
  for (const each of held) {
    const { hardware, engine, mode, precision } = each.resolved.class;
    const key = [hardware, engine, mode, precision].join(' ');
    classes.set(key, [...(classes.get(key) ?? []), each]);
  }
  const ofClasses = [...classes.entries()]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .filter(([, members]) => members.length >= FEWEST)
    .map(([key, members]) => {
      const [hardware, engine, mode, precision] = key.split(' ') as [string, string, string, string];
      const whole = held.filter((each) => each.resolved.class.mode === mode);
      return {
        id: ['held', hardware, engine, mode, precision].join('-'),
        models: ['deepseek-v3'],
        hardware: [hardware],
        engines: [engine],
        mode,
        precision,
        ...ranges(members, whole),
        runs: members.length,
        source,
      };
    });
  const ofModes = (['aggregated', 'disaggregated'] as const).flatMap((mode) => {
    const members = held.filter((each) => each.resolved.class.mode === mode);
    if (members.length === 0) return [];
    const row = {
      id: `held-${mode}`,
      models: ['deepseek-v3'],
      hardware: [...new Set(members.map((each) => each.resolved.class.hardware)), 'hopper']
        .filter((each, index, all) => all.indexOf(each) === index)
        .toSorted(),
      engines: ['sglang', 'tensorrt-llm'],
      mode,
    };
    return [{ ...row, ...ranges(members, members), runs: members.length, source }];
  });
  return [...ofClasses, ...ofModes];
}

function ranges(members: readonly Prediction[], whole: readonly Prediction[]) {
  return Object.fromEntries(
    METRICS.map((metric) => {
      const own = logRatios(members, metric);
      const all = logRatios(whole, metric);
      const share = own.length / (own.length + (members === whole ? 0 : BLEND_RUNS));
      const at = (probability: number) => {
        const blended = share * edge(own, probability) + (1 - share) * edge(all, probability);
        return Number(Math.exp(blended).toPrecision(3));
      };
      return [metric, { low: Math.min(1, at(LOWER)), high: Math.max(1, at(UPPER)), unit: 'ratio' }];
    }),
  ) as Record<Metric, { low: number; high: number; unit: string }>;
}

/** The quantile with the finite-sample step of split conformal prediction: (n + 1) · p ÷ n, outward. */
function edge(sorted: readonly number[], probability: number): number {
  const n = sorted.length;
  const outward = probability > 0.5 ? Math.min(1, (probability * (n + 1)) / n) : Math.max(0, (probability * (n + 1) - 1) / n);
  return quantileSorted([...sorted], outward);
}

function logRatios(members: readonly Prediction[], metric: Metric): number[] {
  return members
    .map(({ resolved, state }) => {
      const { measured, predicted } = scored(resolved.run, state, null);
      return Math.log(measured[metric] / (predicted as Record<Metric, number>)[metric]);
    })
    .toSorted((one, other) => one - other);
}
