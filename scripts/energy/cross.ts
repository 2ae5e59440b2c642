// Cross-validation of the energy fit by whole cells, and the templates a fit starts from.
// In: catalogue, priors, resolved rows of one architecture. Out: predictions of rows that their fit has not seen.
import { parse } from 'yaml';
import { z } from 'zod';
import { type Efficiency, type PowerCurve, powerSchema } from '../../src/documents/catalog/calibration.ts';
import type { Catalog } from '../../src/documents/catalog/catalog.ts';
import { sourcesSchema } from '../../src/documents/fact.ts';
import { readText } from '../../src/files/read-text.ts';
import { curveWith, efficiencyWith, fitRows } from './fit.ts';
import type { ResolvedRow } from './model.ts';
import { cellOf } from './rows.ts';
import { type EnergyScore, scoreRow } from './score.ts';

/** Accelerator architectures with energy rows. */
export const MEASURED_HARDWARE = ['blackwell', 'hopper'] as const;
const LIMIT_BYTES = 1024 * 1024;

const statedShare = z.record(z.string(), z.unknown());
const priorsSchema = z.strictObject({
  sources: sourcesSchema,
  rows: z.array(
    z.strictObject({
      id: z.string(),
      hardware: z.array(z.string()).min(1),
      /** The measured architecture whose curve it takes. */
      like: z.enum(MEASURED_HARDWARE),
      idle: statedShare,
      loadedIdle: statedShare,
      error: z.record(z.string(), z.unknown()).optional(),
      basis: z.enum(['measured', 'interpolated', 'extrapolated']),
    }),
  ),
});
export type PowerPriors = z.infer<typeof priorsSchema>;

export function readPowerPriors(path: string): PowerPriors {
  return priorsSchema.parse(parse(readText(path, LIMIT_BYTES)));
}

/** What a fit of one architecture starts from: the engine's current row, and a curve that only the idle shares are read of. */
export function templateFor(
  catalog: Catalog,
  priors: PowerPriors,
  hardware: string,
): { efficiency: Efficiency; curve: PowerCurve } {
  const efficiency = catalog.efficiencies.find(
    (row) => row.current && row.engines.includes('vllm') && row.hardware.includes(hardware),
  );
  const row = priors.rows.find((each) => each.basis === 'measured' && each.hardware.includes(hardware));
  if (efficiency === undefined || row === undefined) throw new RangeError(`nothing to start from for ${hardware}`);
  const share = { value: 0, unit: 'ratio', source: 'fit' };
  const curve = powerSchema.parse({
    id: row.id,
    hardware: row.hardware,
    floor: share,
    expertKernels: share,
    otherKernels: share,
    arithmetic: share,
    idle: row.idle,
    loadedIdle: row.loadedIdle,
    error: { low: 1, high: 1, unit: 'ratio' },
    basis: row.basis,
  });
  return { efficiency, curve };
}

/** Each row predicted by a fit that saw nothing of its cell. */
export function heldOutScores(
  catalog: Catalog,
  priors: PowerPriors,
  rows: readonly ResolvedRow[],
  hardware: string,
): EnergyScore[] {
  const { efficiency, curve } = templateFor(catalog, priors, hardware);
  const cells = [...new Set(rows.map(({ row }) => cellOf(row)))];
  return cells.flatMap((cell) => {
    const { speed, power } = fitRows(
      rows.filter(({ row }) => cellOf(row) !== cell),
      efficiency,
      curve,
    );
    return rows
      .filter(({ row }) => cellOf(row) === cell)
      .map((resolved) => scoreRow(resolved, efficiencyWith(efficiency, speed), curveWith(curve, power)));
  });
}
