// Text for terminals: colours, wrapping, labels in a column, tables without borders.
import Table from 'cli-table3';
import { clip } from './format.ts';
import { plainTable } from './plain-table.ts';

/** Colours, or the same functions that leave text alone where colour is off. */
export interface Ink {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly green: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
}

/** Lines of a first screen: what a person sees without scrolling back. */
export const FIRST_SCREEN_LINES = 60;
/** Columns where nobody says how wide the terminal is, and the fewest that tables are made for. */
export const NARROWEST = 80;
/** Longer lines are hard to read. */
const WIDEST = 100;
/** Columns of a label. */
export const LABEL_WIDTH = 12;

/** Columns to write for a terminal of so many. */
export function textWidth(columns: number | undefined): number {
  return Math.min(WIDEST, Math.max(NARROWEST, columns ?? NARROWEST));
}

/** Breaks a text at spaces. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines.length - 1;
    const current = lines[last] ?? '';
    if (current !== '' && current.length + 1 + word.length > width) lines.push(word);
    else lines[last] = current === '' ? word : `${current} ${word}`;
  }
  return lines;
}

/** Lines wrapped beside a label. */
export function labelled(label: string, lines: readonly string[], width: number): string {
  if (lines.length === 0) return '';
  return lines
    .flatMap((line) => wrap(line, width - LABEL_WIDTH))
    .map((line, index) => (index === 0 ? `${label} `.padEnd(LABEL_WIDTH) : ' '.repeat(LABEL_WIDTH)) + line)
    .join('\n');
}

/** A text without empty lines and blanks at ends of lines. */
export function trimLines(text: string): string {
  return text
    .split('\n')
    .map((row) => row.trimEnd())
    .filter((row) => row !== '')
    .join('\n');
}

export interface Column {
  readonly head: string;
  readonly align: 'left' | 'right';
  /** Whether its texts give way where room is short; figures never do. */
  readonly gives?: boolean;
  /** Whether the whole column is left out where room is short; the last such column goes first. */
  readonly leaves?: boolean;
}

/** No text gives way beyond this. */
const NARROWEST_TEXT = 8;

/**
 * A table without borders. Where it is too wide, columns that may leave go first, the last of them before the others; then the
 * widest texts give way, one character after the other.
 */
export function fittingTable(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string {
  const natural = columns.map(({ head }, index) => Math.max(head.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const leaving = columns.findLastIndex(({ leaves }) => leaves === true);
  if (leaving >= 0 && natural.reduce((sum, wide) => sum + wide, natural.length - 1) > width)
    return fittingTable(
      columns.toSpliced(leaving, 1),
      rows.map((row) => row.toSpliced(leaving, 1)),
      width,
    );
  const widths = [...natural];
  const total = () => widths.reduce((sum, wide) => sum + wide, widths.length - 1);
  while (total() > width) {
    const widest = columns.reduce(
      (most, { gives }, index) => (gives && (widths[index] ?? 0) > (widths[most] ?? 0) ? index : most),
      -1,
    );
    const wide = widths[widest] ?? 0;
    if (wide <= NARROWEST_TEXT) break;
    widths[widest] = wide - 1;
  }
  const table = new Table({
    ...plainTable(' '),
    head: columns.map(({ head, gives }, index) => (gives ? clip(head, widths[index] ?? 0) : head)),
    colAligns: columns.map(({ align }) => align),
  });
  for (const row of rows) table.push(row.map((cell, index) => (columns[index]?.gives ? clip(cell, widths[index] ?? 0) : cell)));
  return trimLines(table.toString());
}
