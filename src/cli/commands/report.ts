// seekstack report: read a plan, plan it again for what its file does not hold, draw, write one HTML file.
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { EXIT, SeekstackError } from '../../errors.ts';
import { loadSolver } from '../../files/load-solver.ts';
import type { PackageFiles } from '../../files/package-root.ts';
import { readPlan } from '../../files/read-documents.ts';
import { readPageScript } from '../../files/read-page-script.ts';
import { writeTexts } from '../../files/write-files.ts';
import type { Language } from '../../language/catalogue.ts';
import { speak } from '../../language/speak.ts';
import { type PlannedAgain, planAgain } from '../../plan/plan-again.ts';
import { drawCharts } from '../../report/charts/charts.ts';
import { chartFiles } from '../../report/charts/standalone.ts';
import { renderPage } from '../../report/render-page.tsx';
import { buildReportData, type ReportOrigin } from '../../report/report-data.ts';
import { compareOwning, USUAL_DRAWS } from '../../tco/compare-owning.ts';
import { embedPlanning } from '../embed-planning.ts';
import type { Io } from '../io.ts';
import { openPricedCatalog } from '../priced-catalog.ts';
import { explainReport } from '../report-explanations.ts';

export interface ReportChoices {
  readonly output: string;
  readonly lang: Language;
  /** Folder for the charts as files. */
  readonly svg?: string;
  readonly catalog?: string;
  readonly prices?: string;
  readonly price?: readonly string[];
  readonly pricesAsOf?: string;
}

/** @returns 0; a plan in which nothing is feasible has a report, too */
export async function runReport(file: string, choices: ReportChoices, io: Io, files: PackageFiles): Promise<number> {
  const { output, svg } = choices;
  if (resolve(output) === resolve(file))
    throw new SeekstackError({
      code: 'E_OUT_CONFLICT',
      where: { file: output },
      got: 'the plan file itself',
      expected: 'another file for the report',
      fix: 'choose another -o',
    });
  const { plan } = readPlan(file);
  const catalog = openPricedCatalog(choices, files);
  const again = planAgain(plan, catalog);
  const solve = await loadSolver();
  const tco =
    again === null || again.detail.priced.length === 0
      ? null
      : compareOwning({ detail: again.detail, version: files.version, ...USUAL_DRAWS, solve });
  const speech = speak(choices.lang);
  const report = buildReportData({ plan, tco, speech, origin: originOf(again) });
  const { parseHTML } = await import('linkedom');
  const drawings = drawCharts(report, { document: parseHTML('<!doctype html><body></body>').document, speech });
  // A page whose dials and explanations would start from other figures than it shows has none.
  const embedded =
    again?.same === true
      ? [...embedPlanning(plan, again.detail, catalog, files), explainReport(again, catalog, speech, files.version)]
      : [];
  const html = renderPage({ report, drawings, speech, script: readPageScript(files), embedded, digest: sha256Base64 });
  const texts = new Map([[output, html]]);
  if (svg !== undefined) for (const [name, text] of chartFiles(drawings)) texts.set(join(svg, name), text);
  writeTexts(texts);
  for (const path of texts.keys()) io.err(`wrote ${path}\n`);
  return EXIT.ok;
}

function originOf(again: PlannedAgain | null): ReportOrigin {
  if (again === null) return { kind: 'file', changedFiles: [] };
  return { kind: again.same ? 'same' : 'changed', changedFiles: again.changedFiles };
}

function sha256Base64(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('base64');
}
