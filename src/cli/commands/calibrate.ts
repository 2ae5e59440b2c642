// seekstack calibrate: read a run and its plan, compare and fit, tell, write the overlay.
import { basename, join, resolve } from 'node:path';
import picocolors from 'picocolors';
import { calibrateRun } from '../../calibrate/calibrate-run.ts';
import type { BenchRun } from '../../documents/bench-run.ts';
import type { CalibrationReport } from '../../documents/calibration-report.ts';
import type { Catalog } from '../../documents/catalog/catalog.ts';
import { EXIT, SeekstackError } from '../../errors.ts';
import { layCalibration } from '../../files/lay-calibration.ts';
import { isCheckout, openCatalog, readOpenedCatalog } from '../../files/open-catalog.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import type { OverlayChoice } from '../../files/read-catalog.ts';
import { readPlan } from '../../files/read-documents.ts';
import { findPlanOf, readMeasuredRun } from '../../files/read-measured-run.ts';
import { writeText } from '../../files/write-files.ts';
import { writeOverlay } from '../../files/write-overlay.ts';
import { renderCalibrationMarkdown } from '../../render/calibration-markdown.ts';
import { renderCalibrationJson, renderCalibrationTable } from '../../render/calibration-table.ts';
import type { Io } from '../io.ts';

export interface CalibrateChoices {
  readonly plan?: string;
  readonly option?: string;
  readonly name?: string;
  readonly out?: string;
  readonly dryRun: boolean;
  readonly format: 'table' | 'json' | 'md';
  readonly output?: string;
  readonly catalog?: string;
  readonly calibration?: string;
}

/** Where an installed package's own catalogue cannot be added to. */
const OWN_FOLDER = 'seekstack-calibration';

/** @returns 0, also where nothing of the run is taken over: the report says why */
export function runCalibrate(path: string, choices: CalibrateChoices, io: Io, files: PackageFiles): number {
  const measured = readMeasuredRun(path);
  const plan = choices.plan === undefined ? findPlanOf(measured) : { ...readPlan(choices.plan), path: choices.plan };
  refuseOverwriting([measured.path, plan.path], choices.output);
  const { run } = measured;
  const { report, overlay } = calibrateRun({
    run,
    runFile: measured.path,
    runDigest: measured.digest,
    plan: plan.plan,
    planName: basename(plan.path),
    planDigest: plan.digest,
    optionId: choices.option ?? null,
    catalog: catalogWithout(run, choices, files),
    version: files.version,
    name: choices.name ?? null,
  });
  const folder = placeOf(choices, files);
  const written =
    overlay === null || choices.dryRun ? null : writeOverlay(folder.path, overlay.name, overlay.content, run.manifest);
  const text = render(
    report,
    choices,
    io,
    written === null ? null : nextCommand(plan.plan.inputs.workload.source?.file, folder, choices),
  );
  if (choices.output === undefined) io.out(text);
  else {
    writeText(choices.output, text);
    io.err(`wrote ${choices.output}\n`);
  }
  if (written !== null) io.err(`wrote ${written}\n`);
  else if (overlay !== null) io.err(`would write ${join(folder.path, `${overlay.name}.yaml`)}\n`);
  return EXIT.ok;
}

/** The catalogue as it was before this run was taken over: a run counted twice would seem to know itself better. */
function catalogWithout({ manifest }: BenchRun, choices: CalibrateChoices, files: PackageFiles): Catalog {
  const isOther: OverlayChoice = (run) => run.name !== manifest.name || run.startedAt !== manifest.startedAt;
  const opened = openCatalog(files, choices.catalog);
  const other = opened.overlays.every(({ run }) => isOther(run as Parameters<OverlayChoice>[0]))
    ? opened
    : readOpenedCatalog(files, choices.catalog, isOther);
  return choices.calibration === undefined ? other : layCalibration(other, choices.calibration, isOther);
}

interface Place {
  readonly path: string;
  /** How the next plan is told of it; empty where it looks there by itself. */
  readonly option: string;
}

function placeOf({ out, catalog }: CalibrateChoices, files: PackageFiles): Place {
  if (out !== undefined) return { path: out, option: `--calibration ${shellWord(out)}` };
  if (catalog !== undefined) return { path: join(catalog, 'calibration'), option: `--catalog ${shellWord(catalog)}` };
  if (isCheckout(files)) return { path: join(files.catalog, 'calibration'), option: '' };
  return { path: OWN_FOLDER, option: `--calibration ${OWN_FOLDER}` };
}

function nextCommand(workload: string | undefined, { option }: Place, { plan }: CalibrateChoices): string {
  const words = ['seekstack', 'plan', shellWord(workload ?? 'FILE'), option, '-o', 'calibrated.json'].filter(
    (word) => word !== '',
  );
  const diff = ['seekstack', 'diff', shellWord(plan ?? 'plan.json'), 'calibrated.json', option].filter((word) => word !== '');
  return `${words.join(' ')}, then ${diff.join(' ')}`;
}

function render(report: CalibrationReport, choices: CalibrateChoices, io: Io, next: string | null): string {
  switch (choices.format) {
    case 'json':
      return renderCalibrationJson(report);
    case 'md':
      return renderCalibrationMarkdown(report);
    case 'table':
      return renderCalibrationTable(report, picocolors.createColors(io.colour), next);
  }
}

/** A text as one word of a POSIX shell. */
function shellWord(text: string): string {
  return /^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function refuseOverwriting(read: readonly string[], output: string | undefined): void {
  if (output !== undefined && read.some((each) => resolve(each) === resolve(output)))
    throw new SeekstackError({
      code: 'E_OUT_CONFLICT',
      where: { file: output },
      got: 'a file that is read',
      expected: 'another file for the report',
      fix: 'choose another -o',
    });
}
