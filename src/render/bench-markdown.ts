// A benchmark as Markdown, for pull requests and notebooks.
import type { BenchRun } from '../documents/bench-run.ts';
import {
  METRIC_HEAD,
  metricRows,
  POINT_HEAD,
  pointCells,
  sayBenchInputs,
  sayBenchVerdict,
  sayDoubts,
  sayPointFacts,
} from './bench-rows.ts';
import { detailedPoints } from './bench-table.ts';
import { markdownCell, markdownRow } from './markdown-text.ts';

/** @param bothTpot - also guidellm's convention */
export function renderBenchMarkdown(run: BenchRun, bothTpot: boolean): string {
  const { percentile } = run.manifest.targets;
  const doubts = sayDoubts(run);
  const parts = [
    `# ${markdownCell(run.manifest.name)}`,
    `**${run.valid && run.holds !== false ? '✔' : '✘'} ${markdownCell(sayBenchVerdict(run))}**${run.valid ? '' : ' This run is not valid.'}`,
    markdownCell(sayBenchInputs(run)),
    ...(run.points.length === 0
      ? []
      : [
          table(
            POINT_HEAD(percentile, bothTpot),
            run.points.map((point) => pointCells(point, bothTpot)),
          ),
        ]),
    ...detailedPoints(run).flatMap((point) => [
      `## ${markdownCell(point.point.id)}`,
      table(METRIC_HEAD, metricRows(point, bothTpot)),
      sayPointFacts(point)
        .map((line) => `- ${markdownCell(line)}`)
        .join('\n'),
    ]),
    ...(doubts.length === 0
      ? []
      : ['## Doubts', doubts.map(({ weighs, text }) => `- ${weighs ? '✘' : '·'} ${markdownCell(text)}`).join('\n')]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = `| ${head.map((_, index) => (index === 0 ? '---' : '--:')).join(' | ')} |`;
  return [markdownRow(head), rule, ...rows.map(markdownRow)].join('\n');
}
