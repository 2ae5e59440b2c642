// seekstack plan: read, plan, render, write.
import { resolve } from 'node:path';
import picocolors from 'picocolors';
import type { TariffWeek } from '../../documents/hourly-tariff.ts';
import type { Plan } from '../../documents/plan.ts';
import type { TraceSummary } from '../../documents/trace-summary.ts';
import type { Workload } from '../../documents/workload.ts';
import type { WorkloadSource } from '../../documents/workload-source.ts';
import { EXIT, SeekstackError } from '../../errors.ts';
import { withPlaces } from '../../files/located-document.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { readDemandTrace } from '../../files/read-demand-trace.ts';
import { readWorkload, type WorkloadFile } from '../../files/read-documents.ts';
import { readWorkloadTariff } from '../../files/read-hourly-tariff.ts';
import { writeText } from '../../files/write-files.ts';
import type { Language } from '../../language/catalogue.ts';
import { speak } from '../../language/speak.ts';
import { planWorkload } from '../../plan/plan-workload.ts';
import { renderPlanCsv, renderPlanJson, renderPlanMarkdown } from '../../render/plan-markdown.ts';
import { renderPlanTable } from '../../render/plan-table.ts';
import { textWidth } from '../../render/terminal.ts';
import type { Io } from '../io.ts';
import { openPricedCatalog } from '../priced-catalog.ts';

/** Work shorter than this needs no progress. */
const PROGRESS_AFTER_SECONDS = 1;

export interface PlanChoices {
  readonly output?: string;
  readonly format: 'table' | 'json' | 'md' | 'csv';
  readonly catalog?: string;
  /** File or folder of calibrations of runs. */
  readonly calibration?: string;
  readonly prices?: string;
  readonly price?: readonly string[];
  readonly pricesAsOf?: string;
  /** File of electricity prices by the hour. */
  readonly tariff?: string;
  /** Days; older prices are refused. */
  readonly maxPriceAge?: number;
  /** Language of the table and the Markdown. */
  readonly lang?: Language;
  /** Everything, however many lines. */
  readonly full?: boolean;
  /** Confidence that replaces the workload's, one-sided. */
  readonly confidence?: number;
}

/** @returns 0, or 3 where no option is feasible */
export async function runPlan(file: string, choices: PlanChoices, io: Io, files: PackageFiles): Promise<number> {
  if (choices.output !== undefined && resolve(choices.output) === resolve(file))
    throw new SeekstackError({
      code: 'E_OUT_CONFLICT',
      where: { file: choices.output },
      got: 'the workload file itself',
      expected: 'another file for the plan',
      fix: 'choose another -o',
    });
  const read = readWorkload(file);
  const trace = await readDemandTrace(read.workload, file);
  const tariff = readWorkloadTariff(read.workload, file, choices.tariff);
  const plan = planFile(read, { trace, tariff }, choices, io, files);
  const json = choices.output !== undefined || choices.format === 'json' ? renderPlanJson(plan) : '';
  if (choices.output !== undefined) writeText(choices.output, json);
  io.out(render(plan, choices, json, io));
  if (choices.output !== undefined) io.err(`wrote ${choices.output}\n`);
  return plan.verdict.feasible ? EXIT.ok : EXIT.noFeasibleOption;
}

interface Beside {
  readonly trace: TraceSummary | undefined;
  readonly tariff: TariffWeek | undefined;
}

function planFile(read: WorkloadFile, { trace, tariff }: Beside, choices: PlanChoices, io: Io, files: PackageFiles): Plan {
  const catalog = openPricedCatalog(choices, files);
  const started = io.nowSeconds();
  try {
    return planWorkload({
      workload: withChoices(read.workload, choices),
      workloadDigest: read.digest,
      fallbackName: read.name,
      catalog,
      version: files.version,
      ...(choices.pricesAsOf === undefined ? {} : { pricesAsOf: choices.pricesAsOf }),
      ...(trace === undefined ? {} : { trace }),
      ...(tariff === undefined ? {} : { tariff }),
      // Hours of a tariff are not carried along: whoever plans again would miss them, and is told that there is nothing.
      ...(tariff === undefined ? { source: sourceWith(read, trace, choices.confidence) } : {}),
      // What the command line changed, the text does not say.
      ...(tariff === undefined && choices.confidence === undefined ? { text: read.text } : {}),
      onMachine: (done, of) => {
        if (io.liveTalk && io.nowSeconds() - started > PROGRESS_AFTER_SECONDS)
          io.err(`\rsizing machine ${done + 1} of ${of}${done + 1 === of ? '\n' : ''}`);
      },
    });
  } catch (error) {
    if (error instanceof SeekstackError) throw withPlaces(error, read.document);
    throw error;
  }
}

/** What the command line says goes before what the file says. */
function withChoices(workload: Workload, { confidence, maxPriceAge }: PlanChoices): Workload {
  return {
    ...workload,
    ...(confidence === undefined ? {} : { confidence }),
    ...(maxPriceAge === undefined ? {} : { limits: { ...workload.limits, priceAge: maxPriceAge, oldPrices: 'fail' as const } }),
  };
}

/** The workload as it was planned: with what its trace held, and the confidence of the command line. */
function sourceWith({ source }: WorkloadFile, trace: TraceSummary | undefined, confidence: number | undefined): WorkloadSource {
  const document =
    confidence === undefined
      ? source.document
      : { ...source.document, confidence: `${Number((confidence * 100).toPrecision(6))}%` };
  return { ...source, document, trace: trace === undefined ? null : (structuredClone(trace) as WorkloadSource['trace']) };
}

function render(plan: Plan, choices: PlanChoices, json: string, io: Io): string {
  const speech = speak(choices.lang ?? 'en');
  switch (choices.format) {
    case 'json':
      return json;
    case 'md':
      return renderPlanMarkdown(plan, speech);
    case 'csv':
      return renderPlanCsv(plan);
    case 'table':
      return renderPlanTable(plan, {
        ink: picocolors.createColors(io.colour),
        speech,
        width: textWidth(io.columns),
        full: choices.full ?? false,
        nextCommand: nextCommand(plan, choices.output),
      });
  }
}

function nextCommand(plan: Plan, output: string | undefined): string | null {
  if (!plan.verdict.feasible) return null;
  return output === undefined
    ? 'seekstack plan FILE -o plan.json, then seekstack emit plan.json --out DIR'
    : `seekstack emit ${shellWord(output)} --out ${plan.name}-stack`;
}

/** A text as one word of a POSIX shell. */
function shellWord(text: string): string {
  return /^[\w./:@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
