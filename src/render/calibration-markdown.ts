// A calibration in Markdown, for a pull request that adds its file.
import type { CalibrationReport } from '../documents/calibration-report.ts';
import {
  nameConstant,
  nameQuantity,
  sayConstant,
  sayFigure,
  sayIntervals,
  sayOff,
  sayOutcome,
  sayRange,
  sayRun,
  sayVerdict,
  told,
  untold,
  withoutPart,
} from './calibration-words.ts';
import { formatPercent } from './format.ts';
import { markdownCell, markdownRow } from './markdown-text.ts';

/** GitHub-flavoured Markdown, ending with a line break. */
export function renderCalibrationMarkdown(report: CalibrationReport): string {
  const share = (error: number | null) => (error === null ? '–' : formatPercent(error));
  const lines = [
    `## ${markdownCell(sayOutcome(report))}`,
    '',
    markdownCell(sayRun(report)),
    '',
    markdownRow(['median error', 'plan', 'calibrated', 'loads left out', 'inside the interval']),
    '| --- | ---: | ---: | ---: | ---: |',
    ...report.summary.map((each) =>
      markdownRow([
        nameQuantity(each.quantity),
        share(each.medianErrorBefore),
        share(each.medianErrorAfter),
        share(each.medianErrorHeldOut),
        `${each.inside} of ${each.figures}`,
      ]),
    ),
    '',
    markdownRow(['point', 'quantity', 'measured (95 %)', 'plan (80 %)', 'off', 'interval', 'calibrated', 'off']),
    '| --- | --- | --- | --- | ---: | --- | ---: | ---: |',
    ...report.compared.map((row) =>
      markdownRow([
        row.pointId,
        nameQuantity(row.quantity, row.percentile),
        sayRange(row.measured, row.unit),
        row.saturated ? 'more than it carries' : sayRange(row.plan, row.unit),
        row.saturated ? '' : sayOff(row.plan.typical, row.measured.typical),
        row.inside ? 'inside' : 'outside',
        row.after === null ? '' : sayFigure(row.after, row.unit),
        row.after === null ? '' : sayOff(row.after, row.measured.typical),
      ]),
    ),
    '',
    ...section('Constants this run tells', [
      markdownRow(['constant', 'catalogue', 'this run (80 %)', 'told']),
      '| --- | ---: | --- | --- |',
      ...told(report).map((each) =>
        markdownRow([
          nameConstant(each),
          `${Number(each.before.toPrecision(4))} ${each.unit}`,
          each.after === null ? 'stays' : sayConstant(each),
          sayVerdict(each),
        ]),
      ),
    ]),
    ...section(
      'Not told by this run',
      untold(report).map((each) => `- ${markdownCell(`${nameConstant(each)}: ${each.wouldTell ?? 'another run'}`)}`),
    ),
    ...(withoutPart(report).length === 0 ? [] : [`No part in it: ${withoutPart(report).join(', ')}.`, '']),
    ...section(
      'Intervals, measured over predicted',
      sayIntervals(report).map((line) => `- ${line}`),
    ),
    ...section(
      'Left out',
      report.run.leftOut.map(({ pointId, reason }) => `- ${markdownCell(`${pointId}: ${reason}`)}`),
    ),
    ...report.notes.map(({ id, message }) => `> **${id}** ${markdownCell(message)}\n`),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`### ${title}`, '', ...lines, ''];
}
