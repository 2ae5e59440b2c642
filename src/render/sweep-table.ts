// Sweeps for people and for spreadsheets: what varied, who won, what it costs.
import Table from 'cli-table3';
import { stringify } from 'csv-stringify/sync';
import { clip, formatAmount, formatSeconds } from './format.ts';
import { plainTable } from './plain-table.ts';

/** One planned point; see the sweep room. */
export interface SweepLine {
  readonly point: number;
  readonly values: readonly unknown[];
  readonly machine: string | null;
  readonly nodes: number | null;
  readonly layout: string | null;
  readonly usdPerMonth: number | null;
  readonly usdPerMillionOutputTokens: number | null;
  readonly ttftSeconds: number | null;
  readonly tpotSeconds: number | null;
  readonly note: string | null;
}

const VALUE_WIDTH = 16;
const NOTE_WIDTH = 60;

/** A table in the order of points; where nothing serves the note takes the place of the winner. */
export function renderSweepTable(fields: readonly string[], lines: readonly SweepLine[]): string {
  const table = new Table({
    ...plainTable(' '),
    head: [
      ...fields.map((field) => clip(field.split('.').at(-1) ?? field, VALUE_WIDTH)),
      'nodes',
      'machine',
      'layout',
      'USD/month',
      'USD/Mtok',
      'TTFT',
      'TPOT',
    ],
    colAligns: [...fields.map(() => 'right' as const), 'right', 'left', 'left', 'right', 'right', 'right', 'right'],
  });
  for (const line of lines) {
    const values = line.values.map((value) => clip(typeof value === 'string' ? value : JSON.stringify(value), VALUE_WIDTH));
    if (line.machine === null) table.push([...values, { content: clip(line.note ?? 'nothing serves', NOTE_WIDTH), colSpan: 7 }]);
    else
      table.push([
        ...values,
        line.nodes ?? '',
        clip(line.machine.replace(/^Standard_/, ''), 17),
        clip(line.layout ?? '', 12),
        amount(line.usdPerMonth),
        amount(line.usdPerMillionOutputTokens),
        seconds(line.ttftSeconds),
        seconds(line.tpotSeconds),
      ]);
  }
  return `${table
    .toString()
    .split('\n')
    .map((row) => row.trimEnd())
    .filter((row) => row !== '')
    .join('\n')}\n`;
}

/** Every column of every result; varied fields come first, under their own names. */
export function renderSweepCsv(fields: readonly string[], lines: readonly SweepLine[]): string {
  const records = lines.map(({ values, ...rest }) => ({
    ...Object.fromEntries(
      fields.map((field, index) => [field, typeof values[index] === 'object' ? JSON.stringify(values[index]) : values[index]]),
    ),
    ...rest,
  }));
  return stringify(records, { header: true, cast: { boolean: String } });
}

function amount(value: number | null): string {
  return value === null ? '' : formatAmount(value);
}

function seconds(value: number | null): string {
  return value === null ? '' : formatSeconds(value);
}
