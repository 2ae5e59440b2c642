// seekstack tco: read a workload, plan it, compare owning with renting, render, write.
import { resolve } from 'node:path';
import picocolors from 'picocolors';
import { EXIT, SeekstackError } from '../../errors.ts';
import { loadSolver } from '../../files/load-solver.ts';
import { withPlaces } from '../../files/located-document.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { readDemandTrace } from '../../files/read-demand-trace.ts';
import { readWorkload } from '../../files/read-documents.ts';
import { readWorkloadTariff } from '../../files/read-hourly-tariff.ts';
import { writeText } from '../../files/write-files.ts';
import { planInDetail } from '../../plan/plan-workload.ts';
import { renderTco, renderTcoJson } from '../../render/tco-table.ts';
import { textWidth } from '../../render/terminal.ts';
import { compareOwning } from '../../tco/compare-owning.ts';
import type { Io } from '../io.ts';
import { openPricedCatalog } from '../priced-catalog.ts';

export interface TcoChoices {
  readonly draws: number;
  readonly seed: number;
  readonly format: 'table' | 'json';
  readonly output?: string;
  /** Everything, however many lines. */
  readonly full?: boolean;
  readonly catalog?: string;
  /** File or folder of calibrations of runs. */
  readonly calibration?: string;
  readonly prices?: string;
  readonly price?: readonly string[];
  readonly pricesAsOf?: string;
  /** File of electricity prices by the hour. */
  readonly tariff?: string;
}

/** @returns 0; that nothing fits the budget is told in the comparison, not an error. Throws E_NO_FEASIBLE where nothing serves. */
export async function runTco(file: string, choices: TcoChoices, io: Io, files: PackageFiles): Promise<number> {
  const { output } = choices;
  if (output !== undefined && resolve(output) === resolve(file))
    throw new SeekstackError({
      code: 'E_OUT_CONFLICT',
      where: { file: output },
      got: 'the workload file itself',
      expected: 'another file for the comparison',
      fix: 'choose another -o',
    });
  const read = readWorkload(file);
  const trace = await readDemandTrace(read.workload, file);
  const catalog = openPricedCatalog(choices, files);
  const tariff = readWorkloadTariff(read.workload, file, choices.tariff);
  const solve = await loadSolver();
  try {
    const detail = planInDetail({
      workload: read.workload,
      workloadDigest: read.digest,
      fallbackName: read.name,
      catalog,
      version: files.version,
      ...(choices.pricesAsOf === undefined ? {} : { pricesAsOf: choices.pricesAsOf }),
      ...(trace === undefined ? {} : { trace }),
      ...(tariff === undefined ? {} : { tariff }),
    });
    const tco = compareOwning({ detail, version: files.version, draws: choices.draws, seed: choices.seed, solve });
    const json = renderTcoJson(tco);
    if (output !== undefined) writeText(output, json);
    io.out(
      choices.format === 'json'
        ? json
        : renderTco(tco, { ink: picocolors.createColors(io.colour), width: textWidth(io.columns), full: choices.full ?? false }),
    );
    if (output !== undefined) io.err(`wrote ${output}\n`);
    return EXIT.ok;
  } catch (error) {
    if (error instanceof SeekstackError) throw withPlaces(error, read.document);
    throw error;
  }
}
