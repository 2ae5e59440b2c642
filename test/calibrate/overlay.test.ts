// From a run to the next plan: the overlay is written once, read again, named, told as the cause, and never mistaken for another's.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BenchRun } from '../../src/documents/bench-run.ts';
import { compileCatalog } from '../../src/documents/catalog/compiled.ts';
import type { Plan, PlanOption } from '../../src/documents/plan.ts';
import { loadCatalog } from '../../src/files/compiled-catalog.ts';
import { readCatalog, readCatalogRows } from '../../src/files/read-catalog.ts';
import { readPlan } from '../../src/files/read-documents.ts';
import { runCli } from '../cli/harness.ts';
import { realCatalog, root } from '../load-real.ts';
import { syntheticRun } from './synthetic-run.ts';

const NAME = '2026-11-29-chat';
const WORKLOAD = join(root, 'examples/chat.yaml');
let work: string;
let plan: Plan;
let option: PlanOption;
let run: BenchRun;
const at = (...parts: string[]) => join(work, ...parts);
const read = (...parts: string[]) => readFileSync(at(...parts), 'utf8');
const overlayAt = (folder: string) => read(folder, `${NAME}.yaml`);

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'seekstack-calibrate-'));
  await runCli('plan', WORKLOAD, '-o', at('plan.json'));
  const planned = readPlan(at('plan.json'));
  plan = planned.plan;
  option = plan.options.find((each) => each.provider === 'onprem' && each.layout.name === 'TP8') ?? expect.fail();
  const capacity = option.capacity.requestsPerSecond.typical;
  const open = (share: number) =>
    ({ kind: 'open', pattern: 'poisson', requestsPerSecond: capacity * share, burstiness: 1, rateScale: 1 }) as const;
  run = syntheticRun({
    plan,
    planDigest: planned.digest,
    option,
    catalog: realCatalog(),
    factors: { perLayer: 2.2 },
    loads: [{ kind: 'closed', concurrency: 1 }, { kind: 'closed', concurrency: 32 }, open(0.2), open(0.5)],
    requests: 600,
  });
  mkdirSync(at('bench'));
  writeFileSync(at('bench/bench-run.json'), JSON.stringify(run));
  const done = await runCli('calibrate', at('bench'), '--out', at('own'));
  expect(done.exitCode, done.err).toBe(0);
  expect(done.out).toContain(`${NAME} replaces`);
}, 120_000);
afterAll(() => rmSync(work, { recursive: true, force: true }));

describe('the overlay of a run', () => {
  test('is named by the day of the run, and says where every figure is from', () => {
    expect(readdirSync(at('own'))).toEqual([`${NAME}.yaml`]);
    const text = overlayAt('own');
    expect(text).toContain('schema: seekstack/calibration-overlay@1');
    expect(text).toContain('kind: measured');
    expect(text).toMatch(
      /perLayer:\n\s+now: \{ low: [\d.]+, typical: [\d.]+, high: [\d.]+, unit: us, source: run \}\n\s+before: /,
    );
    expect(text).not.toContain('http://');
    expect(text).not.toContain(work);
  });

  test('is the same bytes again, also where it lies over the catalogue already', async () => {
    const before = overlayAt('own');
    await runCli('calibrate', at('bench'), '--out', at('own'), '--calibration', at('own'));
    expect(overlayAt('own')).toBe(before);
  });

  test('is not written by a dry run', async () => {
    const dry = await runCli('calibrate', at('bench'), '--out', at('dry'), '--dry-run');
    expect(dry.exitCode).toBe(0);
    expect(dry.err).toContain('would write');
    expect(existsSync(at('dry'))).toBe(false);
  });

  test('never takes the place of another run’s', async () => {
    mkdirSync(at('other'));
    const other = { ...run, manifest: { ...run.manifest, startedAt: '2026-11-29T18:00:00Z' } };
    writeFileSync(at('other/bench-run.json'), JSON.stringify(other));
    const refused = await runCli('calibrate', at('other'), '--plan', at('plan.json'), '--out', at('own'));
    expect(refused.exitCode).toBe(2);
    expect(refused.err).toMatch(/^E_OUT_CONFLICT/);
    const named = await runCli('calibrate', at('other'), '--plan', at('plan.json'), '--out', at('two'), '--name', 'Evening, #2');
    expect(named.exitCode, named.err).toBe(0);
    expect(readdirSync(at('two'))).toEqual(['2026-11-29-evening-2.yaml']);
  });
});

describe('the next plan', () => {
  let after: Plan;
  let out: string;
  beforeAll(async () => {
    const planned = await runCli('plan', WORKLOAD, '--calibration', at('own'), '-o', at('after.json'));
    out = planned.out;
    after = readPlan(at('after.json')).plan;
  }, 60_000);

  test('uses it and names it', () => {
    expect(out).toMatch(/Calibration {1,2}2026-11-29-chat \(measured, 4 points\)/);
    const [told] = after.calibrations ?? [];
    expect(told).toMatchObject({ name: NAME, run: 'chat', asOf: '2026-11-29', points: 4, stale: [] });
    expect(after.sources[told?.source ?? '']).toMatchObject({ kind: 'measured', asOf: '2026-11-29' });
    expect(after.inputs.catalog.map((file) => file.path)).toContain(`calibration/${NAME}.yaml`);
  });

  test('says that the measured option is measured, and is slower as the run was', () => {
    const same = after.options.find((each) => each.id === option.id) ?? expect.fail();
    expect(option.latency.basis).not.toBe('measured');
    expect(same.latency.basis).toBe('measured');
    expect(same.latency.tpotSeconds.typical).toBeGreaterThan(option.latency.tpotSeconds.typical * 1.15);
    expect(after.calibrations?.[0]?.options).toContain(option.id);
  });

  test('leaves every other engine and architecture as it was', () => {
    const rested = new Set(after.calibrations?.[0]?.options);
    const before = new Map(plan.options.map((each) => [each.id, each]));
    const others = after.options.filter((each) => !rested.has(each.id) && before.has(each.id));
    expect(others.length).toBeGreaterThan(3);
    for (const other of others) expect(other.latency, other.id).toEqual(before.get(other.id)?.latency);
  });

  test('is explained by a diff: the cause is the calibration, whether or not it is at hand', async () => {
    for (const hand of [[], ['--calibration', at('own')]]) {
      const diff = await runCli('diff', at('plan.json'), at('after.json'), '--option', option.id, ...hand, '--format', 'json');
      const told = JSON.parse(diff.out);
      expect(told.attribution.causes).toHaveLength(1);
      expect(told.attribution.causes[0]).toMatchObject({ kind: 'calibration', name: `calibration/${NAME}.yaml added` });
    }
  });
});

describe('a catalogue folder with it', () => {
  let folder: string;
  beforeAll(async () => {
    folder = at('catalogs');
    cpSync(join(root, 'catalogs'), folder, { recursive: true });
    const done = await runCli('calibrate', at('bench'), '--catalog', folder);
    expect(done.exitCode, done.err).toBe(0);
  }, 60_000);

  test('holds it under calibration, checks, and compiles to the same', async () => {
    expect(overlayAt('catalogs/calibration')).toBe(overlayAt('own'));
    const check = await runCli('catalog', 'check', '--catalog', folder);
    expect(check.exitCode, check.err).toBe(0);
    expect(check.out).toContain(`calibrated: ${NAME}, 4 points\n`);
    writeFileSync(at('compiled.json'), compileCatalog(readCatalogRows(folder)));
    const [compiled, fresh] = [loadCatalog(folder, at('compiled.json')), readCatalog(folder)];
    expect(compiled.efficiencies).toEqual(fresh.efficiencies);
    expect(compiled.overlays).toEqual(fresh.overlays);
    expect(fresh.efficiencies[0]).toMatchObject({ id: NAME, overlay: NAME, basis: 'measured' });
  });

  test('is fitted to anew without it', async () => {
    const again = await runCli('calibrate', at('bench'), '--catalog', folder);
    expect(again.exitCode, again.err).toBe(0);
    expect(overlayAt('catalogs/calibration')).toBe(overlayAt('own'));
  });

  test('tells where the catalogue has moved on since', async () => {
    const moved = at('moved');
    cpSync(folder, moved, { recursive: true });
    const fitted = join(moved, 'calibration/fitted.yaml');
    writeFileSync(fitted, readFileSync(fitted, 'utf8').replaceAll(/perLayer: \{ value: [\d.]+/g, 'perLayer: { value: 33'));
    const check = await runCli('catalog', 'check', '--catalog', moved);
    expect(check.out).toMatch(/out of date: perLayer was [\d.]+ us, the catalogue has 33 us/);
    const planned = await runCli('plan', WORKLOAD, '--catalog', moved);
    expect(planned.out).toContain('W_CALIBRATION_STALE');
  });

  test('lies over the package’s where it holds nothing else', async () => {
    mkdirSync(at('alone/calibration'), { recursive: true });
    writeFileSync(at('alone/calibration', `${NAME}.yaml`), overlayAt('own'));
    const planned = await runCli('plan', WORKLOAD, '--catalog', at('alone'), '-o', at('alone.json'));
    expect(planned.exitCode, planned.err).toBe(0);
    expect(readPlan(at('alone.json')).plan).toEqual(readPlan(at('after.json')).plan);
  });
});

describe('hostile files', () => {
  const refuse = async (edit: (text: string) => string) => {
    writeFileSync(at('bad.yaml'), edit(overlayAt('own')));
    const { exitCode, err } = await runCli('plan', WORKLOAD, '--calibration', at('bad.yaml'));
    expect(exitCode).toBe(2);
    return err;
  };
  test.each([
    ['a row nobody has', (text: string) => text.replace(/row: .*/, 'row: nobody'), /^E_REFERENCE .*\n {2}got: nobody/],
    ['a constant nobody knows', (text: string) => text.replace('perLayer:', 'perLayers:'), /^E_FIELD_UNKNOWN/],
    ['a unit of another dimension', (text: string) => text.replaceAll('unit: us', 'unit: GB/s'), /^E_VALUE/],
    [
      'a constant below nothing',
      (text: string) => text.replace(/typical: ([\d.]+), high: [\d.]+, unit: us/, 'typical: -$1, high: 9, unit: us'),
      /^E_VALUE/,
    ],
    ['a range upside down', (text: string) => text.replace(/now: \{ low: [\d.]+/, 'now: { low: 9000'), /^E_VALUE/],
    ['an interval of nothing', (text: string) => text.replace(/tpot: \{ low: [\d.]+/, 'tpot: { low: 0'), /^E_VALUE/],
    ['a source that is not there', (text: string) => text.replace('source: run', 'source: none'), /^E_REFERENCE/],
    ['another kind of file', () => readFileSync(join(root, 'catalogs/calibration/host.yaml'), 'utf8'), /^E_SCHEMA/],
    ['an alias bomb', () => 'a: &a [x]\nb: [*a, *a]\n', /^E_YAML_ALIAS/],
    ['nothing', () => ' \n', /^E_FILE_EMPTY/],
  ])('%s is refused with one clear error', async (_, edit, error) => {
    expect(await refuse(edit)).toMatch(error);
  });

  test('a folder without a report, and a report that is none', async () => {
    mkdirSync(at('empty'));
    expect((await runCli('calibrate', at('empty'))).err).toMatch(/^E_FILE_MISSING .*bench-run\.json/);
    writeFileSync(at('empty/bench-run.json'), '{"schema":"seekstack/bench-run@1"}');
    expect((await runCli('calibrate', at('empty'))).err).toMatch(/^E_FIELD_MISSING/);
    expect((await runCli('plan', WORKLOAD, '--calibration', at('nowhere'))).err).toMatch(/^E_FILE_MISSING/);
  });

  test('two of one name that say different things', async () => {
    mkdirSync(at('twins'));
    writeFileSync(at('twins', `${NAME}.yaml`), overlayAt('own').replace('points: 4', 'points: 5'));
    const { err } = await runCli('plan', WORKLOAD, '--catalog', at('catalogs'), '--calibration', at('twins'));
    expect(err).toMatch(/^E_REFERENCE .*\n {2}got: another calibration\/2026-11-29-chat\.yaml/);
  });

  test('a plan that is nowhere to be found', async () => {
    mkdirSync(at('far/away'), { recursive: true });
    const told = { ...run.manifest.plan, name: 'lost.json' };
    writeFileSync(at('far/away/bench-run.json'), JSON.stringify({ ...run, manifest: { ...run.manifest, plan: told } }));
    expect((await runCli('calibrate', at('far/away'))).err).toMatch(/^E_FILE_MISSING .*manifest\.plan\n {2}got: no lost\.json/);
  });
});
