// The planning worker: the planner of the command line, in a page. In: an opening, then settings. Out: reports.
/// <reference lib="dom" />
import './without-eval.ts';

import { type CompiledCatalog, indexCompiled } from '../documents/catalog/compiled.ts';
import { SeekstackError } from '../errors.ts';
import { speak } from '../language/speak.ts';
import { buildReportData } from '../report/report-data.ts';
import { compareOwning, USUAL_DRAWS } from '../tco/compare-owning.ts';
import { openSettingsPlanner } from '../whatif/plan-settings.ts';
import type { Answer, Opening, Question } from './planner-messages.ts';

type Reply = (question: Question) => Answer;
let reply: Reply | null = null;

self.addEventListener('message', ({ data }: MessageEvent<Opening | Question>) => {
  if (data.kind === 'open') reply = openReply(data);
  else if (reply !== null) self.postMessage(reply(data));
});

function openReply({ seed, catalog: compiled, language, origin }: Opening): Reply {
  const catalog = indexCompiled(JSON.parse(compiled) as CompiledCatalog);
  const planner = openSettingsPlanner(seed, catalog);
  const speech = speak(language);
  return ({ turn, settings, draft }) => {
    const started = performance.now();
    try {
      const { detail, text } = planner.plan(settings, draft);
      const tco =
        draft || detail.priced.length === 0
          ? null
          : compareOwning({ detail, version: seed.version, ...USUAL_DRAWS, solve: null });
      const report = buildReportData({ plan: detail.plan, tco, speech, origin });
      return { turn, draft, report, text, seconds: (performance.now() - started) / 1000 };
    } catch (error) {
      if (error instanceof SeekstackError) return { turn, draft, problem: sayProblem(error) };
      throw error;
    }
  };
}

function sayProblem({ problems }: SeekstackError): string {
  return problems.map(({ got, expected }) => `${got}; wanted: ${expected}`).join('. ');
}
