// Measured runs: a CSV file of closed-loop benchmark runs, checked row by row.
// In: text with the columns of the InferenceX runs. Out: typed rows, or one error that names line and column.
import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { SeekstackError } from '../../src/errors.ts';

const count = z.coerce.number().int().min(1);
/** Absent where the source did not tell. */
const optionalCount = z
  .literal('')
  .transform(() => 0)
  .or(z.coerce.number().int().min(0));

const rowSchema = z.object({
  id: z.string().min(1),
  mode: z.enum(['agg', 'disagg']),
  system: z.string().min(1),
  backend: z.string().min(1),
  precision: z.string().min(1),
  isl: count,
  osl: count,
  concurrency: count,
  speculation: z.enum(['none', 'mtp', 'unknown']),
  gpus: optionalCount,
  tp: optionalCount,
  attention_dp: optionalCount,
  moe_tp: optionalCount,
  moe_ep: optionalCount,
  prefill_workers: optionalCount,
  prefill_tp: optionalCount,
  prefill_attention_dp: optionalCount,
  prefill_moe_tp: optionalCount,
  prefill_moe_ep: optionalCount,
  decode_workers: optionalCount,
  decode_tp: optionalCount,
  decode_attention_dp: optionalCount,
  decode_moe_tp: optionalCount,
  decode_moe_ep: optionalCount,
  image: z.string(),
  measured: z.string(),
  quality: z.string(),
  ttft_ms: z.coerce.number().gt(0),
  tpot_ms: z.coerce.number().gt(0),
});

/** How one worker spreads the model, in the benchmark's terms. */
export interface WorkerLayout {
  readonly tensorParallel: number;
  readonly dataParallel: number;
  readonly expertTensorParallel: number;
  readonly expertParallel: number;
}

export interface MeasuredRun {
  readonly id: string;
  readonly mode: 'aggregated' | 'disaggregated';
  readonly system: string;
  readonly backend: string;
  readonly precision: string;
  readonly islTokens: number;
  readonly oslTokens: number;
  readonly concurrency: number;
  readonly speculation: 'none' | 'mtp' | 'unknown';
  /** 0 where the source did not tell. */
  readonly accelerators: number;
  /** Aggregated: the whole replica; disaggregated: a decode worker. */
  readonly decode: WorkerLayout;
  readonly decodeWorkers: number;
  readonly prefill: WorkerLayout;
  readonly prefillWorkers: number;
  readonly image: string;
  readonly measured: string;
  readonly quality: string;
  readonly ttftSeconds: number;
  readonly tpotSeconds: number;
}

/**
 * Reads runs.
 * @throws SeekstackError for a missing column or a value out of range, with the line it stands on
 */
export function parseMeasurements(text: string, file: string): MeasuredRun[] {
  let records: { record: Record<string, string>; info: { lines: number } }[];
  try {
    records = parse(text, { comment: '#', columns: true, skip_empty_lines: true, trim: true, info: true, bom: true });
  } catch (error) {
    throw new SeekstackError({
      code: 'E_VALUE',
      where: { file },
      got: (error as Error).message,
      expected: 'comma-separated values with a header line',
      fix: 'mend the line',
    });
  }
  if (records.length === 0)
    throw new SeekstackError({
      code: 'E_VALUE',
      where: { file },
      got: 'no runs',
      expected: 'a header line and one line for each run',
      fix: 'check that this is the file of measurements',
    });
  return records.map(({ record, info }) => toRun(record, { file, line: info.lines }));
}

function toRun(record: Record<string, string>, where: { file: string; line: number }): MeasuredRun {
  const parsed = rowSchema.safeParse(record);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const field = String(issue?.path[0] ?? '');
    throw new SeekstackError({
      code: 'E_VALUE',
      where: { ...where, field },
      got: record[field] === undefined ? 'no such column' : `"${record[field]}"`,
      expected: issue?.message ?? 'a value of the column',
      fix: 'mend the value, or leave the run out',
    });
  }
  const row = parsed.data;
  const isAggregated = row.mode === 'agg';
  const own: WorkerLayout = layout(row.tp, row.attention_dp, row.moe_tp, row.moe_ep);
  return {
    id: row.id,
    mode: isAggregated ? 'aggregated' : 'disaggregated',
    system: row.system,
    backend: row.backend,
    precision: row.precision,
    islTokens: row.isl,
    oslTokens: row.osl,
    concurrency: row.concurrency,
    speculation: row.speculation,
    accelerators: row.gpus,
    decode: isAggregated ? own : layout(row.decode_tp, row.decode_attention_dp, row.decode_moe_tp, row.decode_moe_ep),
    decodeWorkers: isAggregated ? 1 : row.decode_workers,
    prefill: isAggregated ? own : layout(row.prefill_tp, row.prefill_attention_dp, row.prefill_moe_tp, row.prefill_moe_ep),
    prefillWorkers: isAggregated ? 1 : row.prefill_workers,
    image: row.image,
    measured: row.measured,
    quality: row.quality,
    ttftSeconds: row.ttft_ms / 1000,
    tpotSeconds: row.tpot_ms / 1000,
  };
}

function layout(
  tensorParallel: number,
  dataParallel: number,
  expertTensorParallel: number,
  expertParallel: number,
): WorkerLayout {
  const atLeastOne = (value: number) => Math.max(1, value);
  return {
    tensorParallel: atLeastOne(tensorParallel),
    dataParallel: atLeastOne(dataParallel),
    expertTensorParallel: atLeastOne(expertTensorParallel),
    expertParallel: atLeastOne(expertParallel),
  };
}

/** Whether a run can be scored: clean labels, worker counts known, speculation known. */
export function isClean(run: MeasuredRun): boolean {
  return (
    ['ok', 'repaired'].includes(run.quality) && run.speculation !== 'unknown' && run.prefillWorkers > 0 && run.decodeWorkers > 0
  );
}
