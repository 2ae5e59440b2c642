// Calibrating: a plan beside a measured run, what of the model's constants the run can tell, and what is taken over of it.
// In: the run, the plan it measured, the catalogue without this run's own calibration. Out: the report, and the overlay's content.
// No clock, no disk, no chance: the same inputs give the same bytes.
import type { BenchRun } from '../documents/bench-run.ts';
import type { CalibrationReport, ConstantReport } from '../documents/calibration-report.ts';
import type { Basis } from '../documents/catalog/calibration.ts';
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Plan, PlanOption } from '../documents/plan.ts';
import { SeekstackError } from '../errors.ts';
import { toCanonical } from '../units.ts';
import { buildOverlay, heldOutError, overlayNameOf, type Ranges, rangesOf } from './build-overlay.ts';
import { comparePoints, isMetered, type Predictor } from './compare.ts';
import { compileDeployment, type Deployment } from './deployment.ts';
import { fitPower, fitSpeed, type RowFit } from './fit-run.ts';
import { type Identified, isMoved } from './identify.ts';
import { type MeasuredPoint, measuredPoints } from './measured-points.ts';
import { summarise } from './summarise.ts';
import { whatWouldTell } from './what-would-tell.ts';

export interface CalibrateInputs {
  readonly run: BenchRun;
  /** As errors name it. */
  readonly runFile: string;
  readonly runDigest: string;
  readonly plan: Plan;
  readonly planName: string;
  readonly planDigest: string;
  /** The one that the run names where null. */
  readonly optionId: string | null;
  readonly catalog: Catalog;
  readonly version: string;
  /** Of the overlay, without its day; the run's where null. */
  readonly name: string | null;
}

export interface Calibrated {
  readonly report: CalibrationReport;
  /** Null where nothing of the run is taken over. */
  readonly overlay: { readonly name: string; readonly content: object } | null;
}

/**
 * Calibrates.
 * @throws SeekstackError E_VALUE for a run that is invalid or of another deployment, E_OPTION_UNKNOWN, E_REFERENCE where the
 * catalogue cannot compile the option, E_FACT_MISSING where it does not say how runs are weighed
 */
export function calibrateRun(inputs: CalibrateInputs): Calibrated {
  const { run, plan, catalog } = inputs;
  const { points, leftOut } = measuredPoints(run, inputs.runFile);
  const option = optionOf(inputs);
  const deployment = compileDeployment(plan, option, catalog, run.manifest.deployment.replicas);
  const fitting = catalog.fittings[0];
  if (fitting === undefined)
    throw new SeekstackError({
      code: 'E_FACT_MISSING',
      got: 'no section fittings in the calibration',
      expected: 'how a run is weighed against the catalogue',
      fix: 'restore calibration/fitting.yaml',
    });
  const before: Predictor = { fleet: deployment.fleet, curve: deployment.power };
  const speed = fitSpeed(deployment, points, fitting, basisOf(deployment));
  const faster: Predictor = { fleet: deployment.fleetWith(speed.row), curve: deployment.power };
  const power = fitPower(deployment, faster, points, fitting);
  const after = speed.taken || power?.taken === true ? { ...faster, curve: power?.row ?? faster.curve } : null;
  const knownPoints = fitting.knownPoints.count;
  const ranges = rangesOf({ deployment, speed, power, knownPoints });
  const content = buildOverlay(
    { run, runDigest: inputs.runDigest, deployment, catalog, points, speed, power, knownPoints },
    ranges,
  );
  const name = overlayNameOf(run, inputs.name);
  const compared = comparePoints(deployment, run, points, before, after);
  const report: CalibrationReport = {
    schema: 'seekstack/calibration-report@1',
    generator: { name: 'seekstack', version: inputs.version },
    run: {
      name: run.manifest.name,
      startedAt: run.manifest.startedAt,
      sha256: inputs.runDigest,
      points: points.length,
      requests: points.reduce((sum, point) => sum + point.requests, 0),
      leftOut,
    },
    plan: { name: inputs.planName, sha256: inputs.planDigest },
    option: {
      id: option.id,
      engine: option.engine,
      machine: option.machine.id,
      layout: option.layout.name,
      replicas: deployment.fleet.replicas,
      checkpoint: option.checkpoint.id,
      row: deployment.row.id,
    },
    compared,
    summary: summarise(compared, {
      ttft: heldOutError(speed, 'ttft'),
      tpot: heldOutError(speed, 'tpot'),
      power: power === null ? null : heldOutError(power, 'watts'),
    }),
    constants: [
      ...speed.constants.map((each) => tell(each, 'speed', speed.taken)),
      ...(power?.constants ?? []).map((each) => tell(each, 'power', power?.taken === true)),
    ],
    overlay: content === null ? null : { name, intervals: intervalsOf(ranges, speed, power) },
    notes: notesOf(inputs, deployment, points, speed, power),
  };
  return { report, overlay: content === null ? null : { name, content } };
}

/** What the speed of this deployment rested on before: the weakest of kernels and engine. */
function basisOf({ fleet }: Deployment): Basis {
  const { calibration, interval } = fleet.candidate.stack;
  if (calibration.kind === 'host') return calibration.efficiency.basis;
  const order: readonly Basis[] = ['measured', 'interpolated', 'extrapolated'];
  const seen = interval.runs > 0 ? 0 : 1;
  const rank = Math.max(order.indexOf(calibration.kernels.basis), order.indexOf(calibration.efficiency.basis), seen);
  return order[rank] as Basis;
}

function optionOf({ plan, planDigest, planName, run, runFile, optionId }: CalibrateInputs): PlanOption {
  const told = run.manifest.plan;
  if (told !== null && told.sha256 !== planDigest)
    throw new SeekstackError({
      code: 'E_VALUE',
      where: { file: runFile, field: 'manifest.plan' },
      got: `a run of ${told.name} (${told.sha256.slice(0, 12)}), and ${planName} is ${planDigest.slice(0, 12)}`,
      expected: 'the plan that the run measured, byte for byte',
      fix: 'give that plan with --plan',
    });
  const id = optionId ?? told?.optionId ?? null;
  const option = plan.options.find((each) => each.id === id);
  if (option === undefined)
    throw new SeekstackError({
      code: 'E_OPTION_UNKNOWN',
      where: { file: runFile, field: '--option' },
      got: id ?? 'a run that names no option',
      expected: `the option that was measured, one of ${plan.options
        .slice(0, 3)
        .map((each) => each.id)
        .join(', ')}${plan.options.length > 3 ? ' …' : ''}`,
      fix: 'name it with --option; "seekstack plan FILE --format csv" lists their ids',
    });
  const { engine, machine } = run.manifest.deployment;
  for (const [what, measured, planned] of [
    ['engine', engine, option.engine],
    ['machine', machine, option.machine.id],
  ] as const)
    if (measured !== null && measured.toLowerCase() !== planned.toLowerCase())
      throw new SeekstackError({
        code: 'E_VALUE',
        where: { file: runFile, field: `manifest.deployment.${what}` },
        got: measured,
        expected: `${planned}, as option ${option.id} has it`,
        fix: 'name the option that was measured with --option',
      });
  return option;
}

function tell(each: Identified, of: ConstantReport['of'], taken: boolean): ConstantReport {
  const { field, unit, value } = each.constant;
  const stated = (canonical: number) => Number((canonical / toCanonical(unit.dimension, 1, unit.unit)).toPrecision(12));
  const moved = isMoved(each.verdict) && taken;
  return {
    field,
    of,
    verdict: each.verdict,
    unit: unit.unit,
    before: stated(value),
    after: moved ? { typical: stated(each.value), low: stated(each.low), high: stated(each.high) } : null,
    widthRatio: each.width,
    entangledWith: [...each.entangledWith],
    wouldTell: each.verdict === 'identified' ? null : whatWouldTell(field),
  };
}

function intervalsOf(
  ranges: Ranges,
  speed: RowFit<unknown>,
  power: RowFit<unknown> | null,
): NonNullable<CalibrationReport['overlay']>['intervals'] {
  const told = (quantity: 'ttft' | 'tpot' | 'throughput' | 'power') => {
    const range = ranges[quantity];
    return range === null ? [] : [{ quantity, before: { ...range.before }, after: { ...range.after } }];
  };
  return [
    ...(speed.taken ? [...told('ttft'), ...told('tpot'), ...told('throughput')] : []),
    ...(power?.taken === true ? told('power') : []),
  ];
}

function notesOf(
  { plan, catalog, run }: CalibrateInputs,
  { fleet }: Deployment,
  points: readonly MeasuredPoint[],
  speed: RowFit<unknown>,
  power: RowFit<unknown> | null,
): CalibrationReport['notes'] {
  const notes: CalibrationReport['notes'] = [];
  const note = (id: string, message: string) => notes.push({ id, message });
  const now = new Map(catalog.files.map((file) => [file.path, file.sha256]));
  const changed = plan.inputs.catalog.filter((file) => now.get(file.path) !== file.sha256);
  if (changed.length > 0)
    note(
      'W_CATALOG_CHANGED',
      `the plan was made with another catalogue: ${changed.length} files differ; this one's constants are compared`,
    );
  if (!run.complete) note('W_INCOMPLETE', `the run was not finished; ${run.missing.length} of its points are missing`);
  if (points.some((point) => point.power !== null && !isMetered(point, fleet)))
    note('W_METER', 'the meter did not add up every accelerator board of the fleet and nothing else, so watts are not compared');
  const loads = new Set(points.map((point) => point.group)).size;
  if (loads === 1) note('W_ONE_LOAD', 'one load alone: no error of a load left out can be told, and intervals stay as they were');
  for (const [what, fit] of [
    ['speed', speed],
    ['power', power],
  ] as const) {
    if (fit === null || fit.taken) continue;
    if (fit.carries === false)
      note(
        'W_NOT_CARRIED',
        `constants of ${what} fitted to some of these loads predict the others no better than the catalogue's: none is taken over`,
      );
    else note('W_NOTHING_TOLD', `this run tells no constant of ${what} better than the catalogue knows it: none is taken over`);
  }
  return notes;
}
