// Reading what a calibration starts from: the report of a benchmark, and the plan that it names.
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type BenchRun, benchRunSchema } from '../documents/bench-run.ts';
import { SeekstackError } from '../errors.ts';
import { parseLocated, validateLocated } from './located-document.ts';
import { digestOf, type PlanFile, readPlan } from './read-documents.ts';
import { PLAN_LIMIT_BYTES, readText } from './read-text.ts';

const RUN_FILE = 'bench-run.json';

export interface MeasuredRunFile {
  readonly run: BenchRun;
  readonly digest: string;
  /** The report itself, also where a folder was named. */
  readonly path: string;
}

/** @param path - a benchmark's report, or the folder it lies in */
export function readMeasuredRun(path: string): MeasuredRunFile {
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const file = isFolder ? join(path, RUN_FILE) : path;
  if (isFolder && !existsSync(file))
    throw new SeekstackError({
      code: 'E_FILE_MISSING',
      where: { file },
      got: 'a folder without a report',
      expected: `${RUN_FILE}, which "seekstack bench report" writes`,
      fix: `run "seekstack bench report ${path}" first`,
    });
  const text = readText(file, PLAN_LIMIT_BYTES);
  return {
    run: validateLocated(parseLocated(text, file), benchRunSchema, 'seekstack/bench-run@1'),
    digest: digestOf(text),
    path: file,
  };
}

/**
 * The plan a run names: in its folder, beside it, or here, whichever has the digest that the run tells.
 * @throws SeekstackError E_FILE_MISSING where none of them does
 */
export function findPlanOf({ run, path }: MeasuredRunFile): PlanFile & { readonly path: string } {
  const told = run.manifest.plan;
  const folder = dirname(path);
  const places = told === null ? [] : [join(folder, told.name), join(folder, '..', told.name), told.name];
  for (const place of places) {
    if (!existsSync(place) || !statSync(place).isFile()) continue;
    const read = readPlan(place);
    if (read.digest === told?.sha256) return { ...read, path: place };
  }
  throw new SeekstackError({
    code: 'E_FILE_MISSING',
    where: { file: path, field: 'manifest.plan' },
    got:
      told === null
        ? 'a run without a plan'
        : `no ${told.name} with the digest ${told.sha256.slice(0, 12)} beside the run or here`,
    expected: 'the plan whose option was measured',
    fix: 'give it with --plan',
  });
}
