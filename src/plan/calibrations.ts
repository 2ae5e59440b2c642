// Calibrations of runs that a plan rests on: which of them speak of its model and its boards, and of which options.
import type { AppliedOverlay } from '../documents/catalog/apply-overlay.ts';
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Plan, PlanOption } from '../documents/plan.ts';
import { state, warned } from '../language/say-statement.ts';

export type Calibration = NonNullable<Plan['calibrations']>[number];

/** @param model - architecture of the workload's model */
export function calibrationsOf(catalog: Catalog, model: string, options: readonly PlanOption[]): Calibration[] {
  const architectureOf = (option: PlanOption) => catalog.accelerator(option.machine.accelerator ?? '')?.architecture ?? 'cpu';
  const restsOn = ({ speed, power }: AppliedOverlay, option: PlanOption) =>
    (speed !== null && speed.engine === option.engine && speed.hardware === architectureOf(option)) ||
    (power !== null && power.hardware === architectureOf(option));
  return catalog.overlays
    .filter(({ speed, power }) => speed === null || speed.model === model || power !== null)
    .map((overlay) => {
      const { name, run, source, stale } = overlay;
      const own = overlay.speed?.model === model ? overlay : { ...overlay, speed: null };
      return {
        name,
        source,
        run: run.name,
        asOf: run.startedAt.slice(0, 10),
        points: run.points,
        constants: [...(own.speed?.constants ?? []), ...(own.power?.constants ?? []).map((field) => `power.${field}`)],
        options: options.filter((option) => restsOn(own, option)).map((option) => option.id),
        stale: [...stale],
      };
    });
}

/** A calibration fits the catalogue it was made with; where that has moved on, constants no longer belong together. */
export function warnOfStaleness(calibrations: readonly Calibration[]): Plan['warnings'] {
  return calibrations
    .filter(({ stale }) => stale.length > 0)
    .map(({ name, stale }) =>
      warned(
        'W_CALIBRATION_STALE',
        state('warning.calibrationStale', { name, file: stale[0] ?? '', more: { count: stale.length - 1 } }),
      ),
    );
}
