// The terminal's view of a calibration: what came of it, plan beside measurement, constants, what to measure next.
import Table from 'cli-table3';
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
import { clip, formatPercent } from './format.ts';
import { plainTable } from './plain-table.ts';
import { type Column, fittingTable, type Ink, labelled, NARROWEST, trimLines, wrap } from './terminal.ts';

const WIDTH = NARROWEST;

/** Text for a terminal, ending with a line break. */
export function renderCalibrationTable(report: CalibrationReport, ink: Ink, next: string | null): string {
  const parts = [
    `${report.overlay === null ? ink.yellow('•') : ink.green('✔')} ${ink.bold(wrap(sayOutcome(report), WIDTH - 2).join('\n  '))}`,
    ink.dim(wrap(sayRun(report), WIDTH).join('\n')),
    comparedTable(report),
    summaryTable(report, ink),
    constantTable(report, ink),
    labelled('Not told', untoldLines(report), WIDTH),
    labelled('No part', withoutPart(report).length === 0 ? [] : [withoutPart(report).join(', ')], WIDTH),
    labelled('Intervals', sayIntervals(report), WIDTH),
    labelled(
      'Left out',
      report.run.leftOut.map(({ pointId, reason }) => `${pointId}: ${reason}`),
      WIDTH,
    ),
    ...report.notes.map(({ id, message }) => ink.yellow(wrap(`${id}  ${message}`, WIDTH).join('\n'))),
    next === null ? '' : `Next: ${ink.bold(next)}`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** The report itself; the same report is the same bytes. */
export function renderCalibrationJson(report: CalibrationReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

const COMPARED: readonly Column[] = [
  { head: 'point', align: 'left' },
  { head: 'quantity', align: 'left' },
  { head: 'measured (95 %)', align: 'left' },
  { head: 'plan (80 %)', align: 'left' },
  { head: 'off', align: 'right' },
  { head: 'inside', align: 'left' },
  { head: 'fitted', align: 'right' },
  // What the median of this is stands in the summary.
  { head: 'off', align: 'right', leaves: true },
];

function comparedTable({ compared }: CalibrationReport): string {
  const rows = compared.map((row, index) => {
    const { measured, plan, unit, after } = row;
    return [
      compared[index - 1]?.pointId === row.pointId ? '' : clip(row.pointId, 16),
      nameQuantity(row.quantity, row.percentile),
      sayRange(measured, unit),
      row.saturated ? 'more than it carries' : sayRange(plan, unit),
      row.saturated ? '' : sayOff(plan.typical, measured.typical),
      row.inside ? 'yes' : 'no',
      after === null ? '' : sayFigure(after, unit),
      after === null ? '' : sayOff(after, measured.typical),
    ];
  });
  return fittingTable(COMPARED, rows, WIDTH);
}

function summaryTable({ summary }: CalibrationReport, ink: Ink): string {
  const table = new Table({
    ...plainTable(' '),
    head: ['median error', 'plan', 'calibrated', 'loads left out', 'inside the interval'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
  });
  const share = (error: number | null) => (error === null ? '–' : formatPercent(error));
  for (const each of summary)
    table.push([
      nameQuantity(each.quantity),
      share(each.medianErrorBefore),
      share(each.medianErrorAfter),
      share(each.medianErrorHeldOut),
      `${each.inside} of ${each.figures}`,
    ]);
  return [ink.bold('How far off'), trimLines(table.toString())].join('\n');
}

function constantTable(report: CalibrationReport, ink: Ink): string {
  const rows = told(report);
  if (rows.length === 0) return '';
  const table = new Table({
    ...plainTable(' '),
    head: ['constant', 'catalogue', 'this run (80 %)', 'told', 'still unknown'],
    colAligns: ['left', 'right', 'left', 'left', 'right'],
  });
  for (const each of rows)
    table.push([
      nameConstant(each),
      `${Number(each.before.toPrecision(4))} ${each.unit}`,
      each.after === null ? 'stays' : sayConstant(each),
      sayVerdict(each),
      formatPercent(each.widthRatio),
    ]);
  return [ink.bold('Constants this run tells'), trimLines(table.toString())].join('\n');
}

function untoldLines(report: CalibrationReport): string[] {
  return untold(report).map((each) => {
    const beside = each.entangledWith.length === 0 ? '' : ` (moves with ${each.entangledWith.join(', ')})`;
    return `${nameConstant(each)}${beside}: ${each.wouldTell ?? 'another run'}`;
  });
}
