// Measured energy rows: a CSV in the columns of the ML.ENERGY excerpt, checked row by row.
// In: text. Out: typed rows, or one error that names line and column.
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { SeekstackError } from '../../src/errors.ts';

const positive = z.coerce.number().gt(0);
const rowSchema = z.object({
  model: z.string().min(1),
  precision: z.string().min(1),
  task: z.string().min(1),
  gpu: z.string().min(1),
  gpus: positive.int(),
  batch: positive.int(),
  gpu_joules_per_output_token: positive,
  avg_output_tokens: positive,
  output_tok_s: positive,
  gpu_avg_power_w: positive,
  median_itl_ms: positive,
});

export interface EnergyRow {
  readonly model: string;
  readonly precision: string;
  readonly task: string;
  readonly accelerator: string;
  readonly accelerators: number;
  readonly batch: number;
  /** Boards only. */
  readonly joulesPerOutputToken: number;
  readonly outputTokens: number;
  readonly tokensPerSecond: number;
  /** All boards together. */
  readonly watts: number;
  readonly tpotSeconds: number;
}

/** @throws SeekstackError E_VALUE naming line and column */
export function parseEnergyRows(text: string, file: string): EnergyRow[] {
  const records = parse(text, { columns: true, comment: '#', skip_empty_lines: true, info: true }) as unknown as {
    info: { lines: number };
    record: Record<string, string>;
  }[];
  return records.map(({ record, info }) => {
    const row = rowSchema.safeParse(record);
    if (!row.success) {
      const issue = row.error.issues[0];
      const column = String(issue?.path[0]);
      throw new SeekstackError({
        code: 'E_VALUE',
        where: { file, line: info.lines, field: column },
        got: record[column] === undefined ? 'no such column' : `"${record[column]}"`,
        expected: `columns ${Object.keys(rowSchema.shape).join(', ')}, numbers above 0`,
        fix: 'mend the row',
      });
    }
    const given = row.data;
    return {
      model: given.model,
      precision: given.precision,
      task: given.task,
      accelerator: given.gpu,
      accelerators: given.gpus,
      batch: given.batch,
      joulesPerOutputToken: given.gpu_joules_per_output_token,
      outputTokens: given.avg_output_tokens,
      tokensPerSecond: given.output_tok_s,
      watts: given.gpu_avg_power_w,
      tpotSeconds: given.median_itl_ms / 1000,
    };
  });
}

/** Rows of one cell differ by their batch only. */
export function cellOf(row: EnergyRow): string {
  return [row.model, row.precision, row.accelerator, row.accelerators, row.task].join(' ');
}

/** What makes a row the same row in two files. */
export function keyOf(row: EnergyRow): string {
  return `${cellOf(row)} ${row.batch}`;
}
