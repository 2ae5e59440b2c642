// Fit of the power curve, and of what the benchmark's engine release adds to the kernels, to measured energy rows.
// In: resolved rows of one accelerator architecture, a template. Out: an efficiency and a power curve; deterministic.
import type { Efficiency, PowerCurve } from '../../src/documents/catalog/calibration.ts';
import { fitConstants } from '../calibration/robust-fit.ts';
import type { ResolvedRow } from './model.ts';

/** Constants, where they start, and how freely rows may move them (log units). */
const SPEED = [
  { name: 'kernelScale', start: 0.85, spread: 0.2, unit: 'ratio' },
  { name: 'perLayer', start: 50e-6, spread: 3, unit: 'us' },
  { name: 'perSequence', start: 50e-6, spread: 3, unit: 'us' },
  { name: 'expertScale.fp8', start: 1.5, spread: 3, unit: 'ratio' },
  { name: 'expertScale.bf16', start: 0.7, spread: 3, unit: 'ratio' },
  { name: 'prefillScale', start: 1.2, spread: 3, unit: 'ratio' },
] as const;
const POWER = [
  { name: 'floor', start: 0.4 },
  { name: 'expertKernels', start: 0.3 },
  { name: 'otherKernels', start: 0.3 },
  { name: 'arithmetic', start: 1 },
] as const;
const POWER_SPREAD = 3;
/** The benchmark tells the median gap between tokens, the model predicts a mean: half the weight of throughput. */
const TPOT_WEIGHT = 0.5;
const ITERATIONS = 10;
/** Boards at their limit tell no more than that. */
const MOST_SHARE = 1.5;

export interface EnergyFit {
  readonly speed: readonly number[];
  readonly power: readonly number[];
}

export const SPEED_NAMES = SPEED.map(({ name, unit }) => ({ name, unit }));
export const POWER_NAMES = POWER.map(({ name }) => name);

/** An efficiency with the fitted constants in the place of the template's. */
export function efficiencyWith(template: Efficiency, values: readonly number[]): Efficiency {
  const value = (name: (typeof SPEED)[number]['name']) => values[SPEED.findIndex((each) => each.name === name)] as number;
  const as = <T extends object>(like: T, change: object): T => ({ ...like, ...change });
  return {
    ...template,
    kernelScale: as(template.kernelScale, { ratio: value('kernelScale') }),
    perLayer: as(template.perLayer, { seconds: value('perLayer') }),
    perSequence: as(template.perStep, { seconds: value('perSequence') }),
    prefillScale: as(template.prefillScale, { ratio: value('prefillScale') }),
    expertScale: {
      fp8: as(template.kernelScale, { ratio: value('expertScale.fp8') }),
      bf16: as(template.kernelScale, { ratio: value('expertScale.bf16') }),
    },
  };
}

export function curveWith(template: PowerCurve, values: readonly number[]): PowerCurve {
  const curve: PowerCurve = { ...template };
  POWER.forEach(({ name }, index) => {
    curve[name] = { ...template[name], ratio: values[index] as number };
  });
  return curve;
}

/** Speed first, then power at the predicted speed, since both are predicted together. */
export function fitRows(rows: readonly ResolvedRow[], template: Efficiency, curve: PowerCurve): EnergyFit {
  const speed = fitConstants({
    start: SPEED.map((each) => each.start),
    iterations: ITERATIONS,
    priorsFrom: 2 * rows.length,
    residuals: (values) => {
      const efficiency = efficiencyWith(template, values);
      return [
        ...rows.flatMap((resolved) => {
          const state = resolved.serve(efficiency, curve);
          return [
            TPOT_WEIGHT * Math.log(state.tpotSeconds / resolved.row.tpotSeconds),
            Math.log(state.tokensPerSecond / resolved.row.tokensPerSecond),
          ];
        }),
        ...SPEED.map((each, index) => Math.log((values[index] as number) / each.start) / each.spread),
      ];
    },
  });
  const efficiency = efficiencyWith(template, speed);
  const power = fitConstants({
    start: POWER.map((each) => each.start),
    iterations: ITERATIONS,
    priorsFrom: rows.length,
    most: POWER.map(() => MOST_SHARE * 2),
    residuals: (values) => {
      const fitted = curveWith(curve, values);
      return [
        ...rows.map((resolved) => Math.log(resolved.serve(efficiency, fitted).boardWatts / resolved.row.watts)),
        ...POWER.map((each, index) => Math.log((values[index] as number) / each.start) / POWER_SPREAD),
      ];
    },
  });
  return { speed, power };
}
