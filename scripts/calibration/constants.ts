// Constants of a calibration: their start values and spreads, and the catalogue rows that a set of values makes.
// In: priors.yaml and one value a constant. Out: efficiency rows as the catalogue states them, and as the model reads them.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { type Efficiency, efficiencySchema } from '../../src/documents/catalog/calibration.ts';

const priorsSchema = z.strictObject({
  rows: z.array(
    z.strictObject({
      id: z.string(),
      engines: z.array(z.string()),
      hardware: z.array(z.string()),
      release: z.string(),
      current: z.boolean(),
      basis: z.string(),
    }),
  ),
  constants: z.array(
    z.strictObject({
      field: z.string(),
      /** Row ids, or engines whose every row takes the constant. */
      rows: z.array(z.string()).min(1),
      value: z.number().gt(0),
      unit: z.string(),
      spread: z.number().gt(0),
    }),
  ),
  transfers: z.array(
    z.strictObject({
      id: z.string(),
      /** Row the constants are taken from. */
      like: z.string(),
      engines: z.array(z.string()),
      hardware: z.array(z.string()),
      /** Factor a field. */
      worse: z.record(z.string(), z.number().gt(0)),
    }),
  ),
});
export type Priors = z.infer<typeof priorsSchema>;

export function readPriors(path: string): Priors {
  return priorsSchema.parse(parse(readFileSync(path, 'utf8')));
}

/** A row as a catalogue file states it. */
export type StatedRow = Record<string, unknown>;

/**
 * The rows that values make.
 * @param values - one a constant, in the constant's unit
 * @param digits - significant digits kept; all where absent
 */
export function statedRows(priors: Priors, values: readonly number[], source: string, digits?: number): StatedRow[] {
  return priors.rows.map(({ basis, ...row }) => {
    const stated: StatedRow = { ...row };
    priors.constants.forEach((constant, index) => {
      const applies = constant.rows.some((name) => name === row.id || row.engines.includes(name));
      if (!applies) return;
      const value = values[index] as number;
      const rounded = digits === undefined ? value : Number(value.toPrecision(digits));
      place(stated, constant.field, { value: rounded, unit: constant.unit, source });
    });
    return { ...stated, basis };
  });
}

/** Rows of hardware or engines nobody measured: another row's facts, some made worse, all with their own source. */
export function transferredRows(priors: Priors, rows: readonly StatedRow[], source: string, digits: number): StatedRow[] {
  return priors.transfers.map(({ id, like, engines, hardware, worse }) => {
    const template = rows.find((row) => row.id === like);
    if (template === undefined) throw new RangeError(`no row ${like} to take ${id} from`);
    const { prefillPenalty: _, ...constants } = JSON.parse(JSON.stringify(template)) as StatedRow;
    for (const [field, factor] of Object.entries(worse)) {
      const fact = constants[field] as { value: number };
      fact.value = Number((fact.value * factor).toPrecision(digits));
    }
    const retold = JSON.parse(JSON.stringify(constants), (key, value) => (key === 'source' ? source : value)) as StatedRow;
    return { ...retold, id, engines, hardware, release: `as ${like}`, current: true, basis: 'extrapolated' };
  });
}

/** Puts a fact where its field says; accepted tokens become one entry a draft length. */
function place(row: StatedRow, field: string, fact: object): void {
  const [outer, inner, last] = field.split('.') as [string, string?, string?];
  if (inner === undefined) {
    row[outer] = fact;
    return;
  }
  const nested = (row[outer] ?? {}) as Record<string, unknown>;
  row[outer] = nested;
  if (last === undefined) {
    nested[inner] = fact;
    return;
  }
  const list = (nested.acceptance ?? []) as object[];
  nested.acceptance = list;
  list.push({ draft: { ...fact, value: Number(last) }, accepted: fact });
}

/** @throws ZodError naming the field when a row lacks one */
export function efficiencyRows(stated: readonly StatedRow[]): Efficiency[] {
  return stated.map((row) => efficiencySchema.parse(row));
}
