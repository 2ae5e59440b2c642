// A refresh of prices as a reviewer reads it: what moved and by how much, what was held back and why, what was asked.
// In: the report. Out: a table for a terminal, Markdown for a pull request, JSON.
import Table from 'cli-table3';
import type { PriceChange, RefreshReport } from '../documents/price-refresh.ts';
import { isTaken } from '../documents/price-refresh.ts';
import { formatPercent } from './format.ts';
import { markdownCell, markdownRow } from './markdown-text.ts';
import { plainTable } from './plain-table.ts';

export function renderRefreshJson(report: RefreshReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** One line a row that changed or was held back; rows that stayed are counted. */
export function renderRefresh(report: RefreshReport): string {
  const parts = [summary(report)];
  const taken = shown(report, (change) => change.kind !== 'same' && isTaken(change));
  const held = shown(report, isHeld);
  const gone = shown(report, (change) => change.kind === 'gone');
  if (taken.length > 0) parts.push(tableOf(taken));
  if (held.length > 0)
    parts.push(
      `Held back, the old row stays (--accept ROW takes it):\n${held.map((each) => `  ${each.id}  ${amounts(each)}: ${each.held.join('; ')}`).join('\n')}`,
    );
  if (gone.length > 0)
    parts.push(`No longer listed, the old row stays with its date:\n${gone.map((each) => `  ${each.id}`).join('\n')}`);
  for (const skipped of report.skipped) parts.push(`Not asked: ${skipped}`);
  parts.push(
    report.asked
      .map((each) => `${each.sourceKey}: ${each.prices} prices, as of ${each.asOf}${sayAge(each.ageSeconds)}`)
      .join('\n'),
  );
  parts.push(written(report));
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function tableOf(changes: readonly PriceChange[]): string {
  const table = new Table({
    ...plainTable('  '),
    head: ['row', 'before', 'after', 'moved'],
    colAligns: ['left', 'right', 'right', 'right'],
  });
  for (const change of changes) table.push(cells(change));
  return table.toString().replaceAll(/ +$/gm, '');
}

/** The body of a pull request. */
export function renderRefreshMarkdown(report: RefreshReport): string {
  const taken = shown(report, (change) => change.kind !== 'same' && isTaken(change));
  const held = shown(report, isHeld);
  const gone = shown(report, (change) => change.kind === 'gone');
  const lines = [
    `## Prices as of ${report.asOf}`,
    '',
    markdownCell(summary(report)),
    '',
    ...(taken.length === 0
      ? []
      : [
          markdownRow(['row', 'before, USD an hour', 'after, USD an hour', 'moved']),
          '| --- | ---: | ---: | ---: |',
          ...taken.map((change) => markdownRow(cells(change))),
          '',
        ]),
    ...(held.length === 0
      ? []
      : [
          '### Held back',
          '',
          ...held.map((each) => `- \`${each.id}\` ${markdownCell(`${amounts(each)}: ${each.held.join('; ')}`)}`),
          '',
        ]),
    ...(gone.length === 0 ? [] : ['### No longer listed', '', ...gone.map((each) => `- \`${each.id}\``), '']),
    '### Asked',
    '',
    ...report.asked.map(
      (each) => `- \`${each.sourceKey}\`, ${each.prices} prices, as of ${each.asOf}${sayAge(each.ageSeconds)}: <${each.url}>`,
    ),
    ...report.skipped.map((each) => `- not asked: ${markdownCell(each)}`),
    '',
    markdownCell(written(report)),
    '',
  ];
  return lines.join('\n');
}

function shown(report: RefreshReport, which: (change: PriceChange) => boolean): PriceChange[] {
  return report.changes.filter(which);
}

function isHeld(change: PriceChange): boolean {
  return change.after !== null && !isTaken(change);
}

function summary({ counts }: RefreshReport): string {
  return `${counts.moved} moved, ${counts.new} new, ${counts.same} unchanged, ${counts.held} held back, ${counts.gone} no longer listed.`;
}

function cells(change: PriceChange): string[] {
  const { before, after, movedRatio } = change;
  const note = change.accepted && change.held.length > 0 ? ' (accepted)' : '';
  return [
    change.id,
    before === null ? 'none' : String(before.usdPerHour),
    after === null ? 'none' : String(after.usdPerHour),
    `${movedRatio === null ? 'new' : signed(movedRatio)}${note}`,
  ];
}

function amounts({ before, after }: PriceChange): string {
  return `${before === null ? 'none' : `USD ${before.usdPerHour}`} → ${after === null ? 'none' : `USD ${after.usdPerHour}`}`;
}

function signed(ratio: number): string {
  return `${ratio > 0 ? '+' : ratio < 0 ? '−' : ''}${formatPercent(Math.abs(ratio))}`;
}

function sayAge(seconds: number): string {
  return seconds < 60 ? '' : `, ${Math.round(seconds / 60)} min old, from the cache`;
}

function written({ dryRun, files, folder }: RefreshReport): string {
  if (files.length === 0) return 'Nothing to write.';
  const names = files.map((file) => (file.startsWith(folder) ? file.slice(folder.length).replace(/^[\\/]/, '') : file));
  return `${dryRun ? 'Would write' : 'Wrote'} ${names.join(', ')}.`;
}
