// Fits to runs whose truth is known: what is identified comes out within its interval, what is not stays, and nothing is fitted
// to a run that is not to be trusted.
import { describe, expect, test } from 'vitest';
import { calibrateRun } from '../../src/calibrate/calibrate-run.ts';
import { compileDeployment } from '../../src/calibrate/deployment.ts';
import { measuredPoints } from '../../src/calibrate/measured-points.ts';
import { predictPoint, taskOfPoint } from '../../src/calibrate/predict-point.ts';
import type { BenchLoad } from '../../src/documents/bench-manifest.ts';
import type { BenchRun } from '../../src/documents/bench-run.ts';
import type { CalibrationReport } from '../../src/documents/calibration-report.ts';
import { calibrationOverlayFileSchema } from '../../src/documents/catalog/calibration-overlay.ts';
import { prepareCandidate } from '../../src/search/size-candidate.ts';
import { seededChance } from '../../src/simulate/random.ts';
import { planChat, realCatalog } from '../load-real.ts';
import { syntheticRun } from './synthetic-run.ts';

const plan = planChat();
const catalog = realCatalog();
/** One replica over eight boards, so that a run of it has something to tell at every load. */
const option = plan.options.find((each) => each.provider === 'onprem' && each.layout.name === 'TP8') ?? expect.fail();
const capacity = option.capacity.requestsPerSecond.typical;
const open = (share: number): BenchLoad => ({
  kind: 'open',
  pattern: 'poisson',
  requestsPerSecond: capacity * share,
  burstiness: 1,
  rateScale: 1,
});
const closed = (concurrency: number): BenchLoad => ({ kind: 'closed', concurrency });
const LOADS = [closed(1), closed(4), closed(16), closed(64), open(0.1), open(0.2), open(0.4), open(0.6)];
const LENGTHS = [
  { prompt: 256, output: 200 },
  { prompt: 4000, output: 400 },
  { prompt: 256, output: 400 },
  { prompt: 256, output: 400 },
  { prompt: 256, output: 300 },
  { prompt: 4000, output: 300 },
  null,
  null,
];

function calibrate(run: BenchRun, changes: Partial<Parameters<typeof calibrateRun>[0]> = {}) {
  return calibrateRun({
    run,
    runFile: 'bench-run.json',
    runDigest: 'a'.repeat(64),
    plan,
    planName: 'plan.json',
    planDigest: '0'.repeat(64),
    optionId: null,
    catalog,
    version: '0.0.0',
    name: null,
    ...changes,
  });
}

const runOf = (factors: Record<string, number>, changes: Partial<Parameters<typeof syntheticRun>[0]> = {}) =>
  syntheticRun({ plan, option, catalog, factors, loads: LOADS, lengths: LENGTHS, ...changes });
const constant = (report: CalibrationReport, field: string) =>
  report.constants.find((each) => each.field === field) ?? expect.fail(field);
const quantity = (report: CalibrationReport, name: string) =>
  report.summary.find((each) => each.quantity === name) ?? expect.fail(name);

describe('a deployment with twice the time a layer', () => {
  const run = runOf({ perLayer: 2 }, { metered: true, powerFactors: { floor: 1.35 } });
  const { report, overlay } = calibrate(run);

  test('is told by its own constant, within its interval', () => {
    const told = constant(report, 'perLayer');
    expect(told.verdict).toBe('identified');
    expect(told.after?.low).toBeLessThanOrEqual(told.before * 2);
    expect(told.after?.high).toBeGreaterThanOrEqual(told.before * 2);
    expect(told.after?.typical).toBeGreaterThan(told.before * 1.6);
  });

  test('is predicted well then, also at loads that the fit had not seen', () => {
    const tpot = quantity(report, 'tpot');
    expect(tpot.medianErrorBefore).toBeGreaterThan(0.15);
    expect(tpot.medianErrorAfter).toBeLessThan(0.08);
    expect(tpot.medianErrorHeldOut).toBeLessThan(0.1);
  });

  test('leaves what it cannot tell as it was, and says what would', () => {
    for (const field of ['perStep', 'packing']) {
      expect(constant(report, field)).toMatchObject({ verdict: 'not-identified', after: null });
      expect(constant(report, field).wouldTell).toBeTruthy();
    }
    for (const field of ['disaggregation.poolShare', 'speculation.perStep', 'perLayerDataParallel'])
      expect(constant(report, field)).toMatchObject({ verdict: 'no-part', after: null });
    const stated = calibrationOverlayFileSchema.parse(overlay?.content);
    const moved = report.constants.filter((each) => each.of === 'speed' && each.after !== null).map((each) => each.field);
    expect(Object.keys(stated.accelerator?.constants ?? {}).toSorted()).toEqual(moved.toSorted());
  });

  test('tells what its boards draw', () => {
    const floor = constant(report, 'floor');
    expect(floor.verdict).toBe('identified');
    expect(floor.after?.low).toBeLessThanOrEqual(floor.before * 1.35);
    expect(floor.after?.high).toBeGreaterThanOrEqual(floor.before * 1.2);
    expect(quantity(report, 'power').medianErrorAfter).toBeLessThan(quantity(report, 'power').medianErrorBefore / 2);
  });

  test('states intervals that are narrower, and hold what was measured', () => {
    const tpot = report.overlay?.intervals.find((each) => each.quantity === 'tpot') ?? expect.fail();
    expect(tpot.after.low).toBeGreaterThan(tpot.before.low);
    expect(tpot.after.high).toBeLessThan(tpot.before.high);
    for (const row of report.compared.filter((each) => each.quantity === 'tpot')) {
      const ratio = row.measured.typical / (row.after ?? 0);
      expect(ratio).toBeGreaterThan(tpot.after.low);
      expect(ratio).toBeLessThan(tpot.after.high);
    }
  });

  test('is told in the same bytes twice', () => {
    expect(JSON.stringify(calibrate(run))).toBe(JSON.stringify({ report, overlay }));
  });
});

test('constants drawn as the catalogue doubts them lie in four of five intervals, as near as a dozen runs can tell', () => {
  const { normal } = seededChance(5);
  let inside = 0;
  let all = 0;
  for (let round = 0; round < 6; round += 1) {
    const drawn = { kernelScale: 0.15, perLayer: 0.5, prefillScale: 0.3, hostFloor: 0.5, waitSteps: 0.7 };
    const factors = Object.fromEntries(Object.entries(drawn).map(([field, spread]) => [field, Math.exp(spread * normal())]));
    const { report } = calibrate(runOf(factors, { seed: round + 2, requests: 600 }));
    for (const [field, factor] of Object.entries(factors)) {
      const { after, before } = constant(report, field);
      if (after === null) continue;
      all += 1;
      if (after.low <= before * factor && before * factor <= after.high) inside += 1;
    }
  }
  expect(all).toBeGreaterThan(12);
  expect(inside / all).toBeGreaterThan(0.6);
}, 300_000);

test('at the load of any batch the prediction is the search’s own state', () => {
  const { fleet } = compileDeployment(plan, option, catalog, null);
  const [point] = measuredPoints(runOf({}, { loads: [open(0.4)], lengths: [null], requests: 200 }), 'x').points;
  if (point === undefined) expect.fail();
  const prepared = prepareCandidate(fleet.candidate, taskOfPoint(point, 0.95, plan.workload.maximumTokens));
  for (const batch of [1, 3, 8, 20, 50]) {
    const state = prepared.stateAt(batch);
    const load = { kind: 'open' as const, requestsPerSecond: state.requestsPerSecond, burstiness: 1 };
    const predicted = predictPoint(fleet, { ...point, load }, 0.95, plan.workload.maximumTokens);
    expect(predicted.ttftSeconds / state.ttftSeconds).toBeCloseTo(1, 5);
    expect(predicted.tpotSeconds / state.tpotSeconds).toBeCloseTo(1, 5);
  }
  const far = { ...point, load: { kind: 'open' as const, requestsPerSecond: capacity * 40, burstiness: 1 } };
  expect(predictPoint(fleet, far, 0.5, plan.workload.maximumTokens).saturated).toBe(true);
});

describe('one load alone', () => {
  const { report } = calibrate(runOf({ perLayer: 1.5 }, { loads: [open(0.3)], lengths: [null] }));
  test('has nothing to hold out, and leaves intervals as they were', () => {
    expect(report.notes.map((note) => note.id)).toContain('W_ONE_LOAD');
    for (const { before, after } of report.overlay?.intervals ?? []) expect(after).toEqual(before);
    for (const each of report.summary) expect(each.medianErrorHeldOut).toBeNull();
  });
});

describe('refuses', () => {
  const run = runOf({}, { loads: [closed(4), open(0.2)], lengths: [null, null], requests: 200 });
  const refusal = (changed: BenchRun, changes: Parameters<typeof calibrate>[1] = {}) => {
    try {
      calibrate(changed, changes);
    } catch (error) {
      return (error as Error).message;
    }
    return expect.fail('was not refused');
  };
  const [first, second] = run.points as [BenchRun['points'][0], BenchRun['points'][0]];

  test('a run marked invalid, whatever else it says', () => {
    const doubts = [{ pointId: null, id: 'send-slip', message: 'requests were sent 40 ms late' }];
    expect(refusal({ ...run, valid: false, doubts })).toMatchInlineSnapshot(`
      "E_VALUE  bench-run.json  valid
        got: an invalid run: requests were sent 40 ms late
        expected: a run that its own checks hold valid: nothing is fitted to figures that are not to be trusted
        fix: mend what the run names and measure again"
    `);
  });
  test('a run of another plan', () => {
    expect(refusal(run, { planDigest: 'b'.repeat(64) })).toMatch(/^E_VALUE {2}bench-run\.json {2}manifest\.plan\n/);
  });
  test('a run of another engine or machine', () => {
    const deployment = { ...run.manifest.deployment, engine: 'another' };
    expect(refusal({ ...run, manifest: { ...run.manifest, deployment } })).toMatch(/manifest\.deployment\.engine/);
  });
  test('a run that names no option, and an option that is not there', () => {
    expect(refusal({ ...run, manifest: { ...run.manifest, plan: null } })).toMatch(/^E_OPTION_UNKNOWN/);
    expect(refusal(run, { optionId: 'none' })).toMatch(/^E_OPTION_UNKNOWN/);
  });
  test('a run without one point that can be predicted', () => {
    expect(refusal({ ...run, points: [{ ...first, valid: false }] })).toMatch(/^E_VALUE {2}bench-run\.json {2}points\n/);
  });
  test('a catalogue that does not say how runs are weighed', () => {
    expect(refusal(run, { catalog: { ...catalog, fittings: [] } })).toMatch(/^E_FACT_MISSING/);
  });
  test('points that are invalid or without a steady rate, and goes on with the others', () => {
    const ramp = { ...second, point: { ...second.point, load: { ...second.point.load, pattern: 'ramp' } } } as typeof second;
    const { report } = calibrate({ ...run, points: [first, ramp, { ...second, complete: false }] });
    expect(report.run.points).toBe(1);
    expect(report.run.leftOut.map((each) => each.reason)).toEqual([
      'a ramp has no steady rate to predict',
      'the point was interrupted',
    ]);
  });
});
