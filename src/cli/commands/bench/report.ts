// seekstack bench report: read a folder, make the report again, render.
import picocolors from 'picocolors';
import { summariseRun } from '../../../bench/summarise-run.ts';
import type { BenchRun } from '../../../documents/bench-run.ts';
import { EXIT } from '../../../errors.ts';
import { readBenchFolder } from '../../../files/bench-folder.ts';
import { writeText } from '../../../files/write-files.ts';
import { renderBenchMarkdown } from '../../../render/bench-markdown.ts';
import { renderBench } from '../../../render/bench-table.ts';
import type { Io } from '../../io.ts';

export interface ReportChoices {
  readonly format: 'table' | 'json' | 'md';
  readonly output?: string;
  readonly bothTpot: boolean;
}

/** @returns 0, or 4 where targets fail or the run cannot be trusted */
export async function runBenchReport(folder: string, choices: ReportChoices, io: Io): Promise<number> {
  const run = summariseRun(await readBenchFolder(folder));
  const text = renderRun(run, choices, choices.output === undefined && io.colour);
  if (choices.output === undefined) io.out(text);
  else {
    writeText(choices.output, text);
    io.err(`wrote ${choices.output}\n`);
  }
  return exitCodeOf(run);
}

export function renderRun(run: BenchRun, choices: Pick<ReportChoices, 'format' | 'bothTpot'>, colour: boolean): string {
  if (choices.format === 'json') return `${JSON.stringify(run, null, 2)}\n`;
  if (choices.format === 'md') return renderBenchMarkdown(run, choices.bothTpot);
  return renderBench(run, picocolors.createColors(colour), choices.bothTpot);
}

/** A threshold failed where targets do, and where nobody may believe the figures. */
export function exitCodeOf(run: BenchRun): number {
  return run.valid && run.holds !== false ? EXIT.ok : EXIT.thresholdFailed;
}
