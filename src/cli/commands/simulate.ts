// seekstack simulate: read a plan and perhaps a trace, simulate, render, write.
import { basename, resolve } from 'node:path';
import picocolors from 'picocolors';
import { EXIT, SeekstackError } from '../../errors.ts';
import { openCatalog } from '../../files/open-catalog.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { readPlan } from '../../files/read-documents.ts';
import { readTrace } from '../../files/read-trace.ts';
import { writeText } from '../../files/write-files.ts';
import { simulatePlan } from '../../plan/simulate-plan.ts';
import { renderSimulation, renderSimulationJson } from '../../render/simulation-table.ts';
import type { Io } from '../io.ts';

/** Work shorter than this needs no progress. */
const PROGRESS_AFTER_SECONDS = 0.5;

export interface SimulateChoices {
  readonly option?: string;
  readonly trace?: string;
  readonly requests?: number;
  readonly rateScale: number;
  readonly seed: number;
  readonly kill: number;
  readonly format: 'table' | 'json';
  readonly output?: string;
  readonly catalog?: string;
  /** File or folder of calibrations of runs. */
  readonly calibration?: string;
}

/** @returns 0 where the targets hold, 4 where they do not */
export async function runSimulate(file: string, choices: SimulateChoices, io: Io, files: PackageFiles): Promise<number> {
  const { output } = choices;
  if (output !== undefined && [file, choices.trace].some((input) => input !== undefined && resolve(input) === resolve(output)))
    throw new SeekstackError({
      code: 'E_OUT_CONFLICT',
      where: { file: output },
      got: 'a file that is read',
      expected: 'another file for the result',
      fix: 'choose another -o',
    });
  const { plan, digest } = readPlan(file);
  const catalog = openCatalog(files, choices.catalog, choices.calibration);
  const trace = choices.trace === undefined ? null : { name: basename(choices.trace), trace: await readTrace(choices.trace) };
  const started = io.nowSeconds();
  const simulation = simulatePlan({
    plan,
    planName: basename(file),
    planDigest: digest,
    catalog,
    version: files.version,
    optionId: choices.option ?? null,
    trace,
    requests: choices.requests ?? null,
    rateScale: choices.rateScale,
    seed: choices.seed,
    killReplicas: choices.kill,
    onProgress: (counted, of) => {
      if (io.liveTalk && io.nowSeconds() - started > PROGRESS_AFTER_SECONDS) io.err(`\rsimulated ${counted} of ${of} requests`);
    },
  });
  if (io.liveTalk && io.nowSeconds() - started > PROGRESS_AFTER_SECONDS) io.err('\r\u001b[2K');
  const json = renderSimulationJson(simulation);
  if (output !== undefined) writeText(output, json);
  io.out(choices.format === 'json' ? json : renderSimulation(simulation, picocolors.createColors(io.colour)));
  if (output !== undefined) io.err(`wrote ${output}\n`);
  return simulation.holds ? EXIT.ok : EXIT.thresholdFailed;
}
