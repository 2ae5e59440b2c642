// Constants that a run may speak of: where they stand in a row, what they are now, and how far off they may be.
// In: a row of the calibration and how runs are weighed. Out: constants with values and spreads, and rows with other values.
import { canonicalOf, constantOf, withConstant } from '../documents/catalog/apply-overlay.ts';
import type { Basis, Fitting } from '../documents/catalog/calibration.ts';
import type { AnyFact, ConstantUnit } from '../documents/catalog/calibration-overlay.ts';
import { NINETY_PERCENT_SCORE } from './chance.ts';

export interface Constant {
  readonly field: string;
  readonly unit: ConstantUnit;
  /** In the canonical unit, above 0. */
  readonly value: number;
  /** Standard deviation of its logarithm, before the run. */
  readonly spread: number;
  readonly stood: AnyFact;
}

/** The constants of a row that are there and not 0, in the order of the fields. */
export function constantsIn(
  row: object,
  fields: Readonly<Record<string, ConstantUnit>>,
  fitting: Fitting,
  basis: Basis,
): Constant[] {
  return Object.entries(fields).flatMap(([field, unit]): Constant[] => {
    const stood = constantOf(row, field);
    const value = stood === undefined ? 0 : canonicalOf(stood);
    if (stood === undefined || value <= 0) return [];
    const stated = fitting.spreads.find((each) => each.fields.includes(field));
    if (stated === undefined) return [];
    return [{ field, unit, value, stood, spread: statedSpread(stood) ?? stated.spread.ratio * fitting.basisFactor[basis].ratio }];
  });
}

/** A fact with a range says itself how well it is known: its ends are taken as those of an 80 % interval. */
function statedSpread({ low, high }: AnyFact): number | null {
  return low > 0 && high > low ? Math.log(high / low) / (2 * NINETY_PERCENT_SCORE) : null;
}

/** The row with other values of its constants, in canonical units. */
export function withValues<Row extends object>(row: Row, constants: readonly Constant[], values: readonly number[]): Row {
  return constants.reduce((made, constant, index) => {
    const value = values[index] as number;
    const { dimension } = constant.unit;
    const fact = { ...constant.stood, [dimension]: value, low: value, high: value } as AnyFact;
    return withConstant(made, constant.field, fact);
  }, row);
}
