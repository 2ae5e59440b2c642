// What the formulas of published cases have in common: a quantity as stated, or put together from its parts.
// In: quantities of one case. Out: a number; or the quantities that are missing, as a person would write them.
import { lifecycleComparison, ownedOpexPerHour, powerUsdPerHour } from '../../src/cost/comparisons.ts';
import { HOURS_PER_MONTH, HOURS_PER_YEAR } from '../../src/units.ts';
import { type Quantities, type Quantity, writtenName } from './names.ts';

export interface Figure {
  /** Plain names that mean this figure. */
  readonly named: RegExp;
  /** Null where it never comes about, such as a break-even that is never reached. */
  readonly value: number | null;
  /** Which convention it follows, where publications differ; figures of one name are tried in order. */
  readonly basis?: string;
}

export class MissingQuantity extends Error {
  constructor(quantities: readonly Quantity[]) {
    super(`needs ${quantities.map(writtenName).join(' or ')}`);
  }
}

/** A month that break-even months are counted in when the case does not say; publications mix 720 and 730. */
const MONTH_LENGTHS = [HOURS_PER_MONTH, 720] as const;

export function need(given: Quantities, ...names: Quantity[]): number {
  for (const name of names) {
    const value = given[name];
    if (value !== undefined) return value;
  }
  throw new MissingQuantity(names);
}

export function capexOf(given: Quantities): number {
  if (given.capex !== undefined) return given.capex;
  if (given.capexPerNode !== undefined) return given.capexPerNode * (given.nodes ?? 1);
  return need(given, 'capexPerAccelerator', 'capex') * (given.accelerators ?? 1);
}

/** One accelerator's part of the purchase. */
export function capexPerAcceleratorOf(given: Quantities): number {
  if (given.capexPerAccelerator !== undefined) return given.capexPerAccelerator;
  if (given.capexPerNode !== undefined && given.acceleratorsPerNode !== undefined)
    return given.capexPerNode / given.acceleratorsPerNode;
  return capexOf(given) / (given.accelerators ?? (given.nodes ?? 1) * (given.acceleratorsPerNode ?? 1));
}

/** One accelerator's part of the power: a bare kW belongs to whatever the purchase is stated for. */
export function kilowattsPerAcceleratorOf(given: Quantities): number {
  if (given.kilowattsPerAccelerator !== undefined) return given.kilowattsPerAccelerator;
  if (given.kilowattsPerNode !== undefined)
    return given.kilowattsPerNode / (given.acceleratorsPerNode ?? need(given, 'accelerators') / (given.nodes ?? 1));
  const kilowatts = need(given, 'kilowatts', 'kilowattsPerAccelerator');
  return given.capexPerAccelerator === undefined ? kilowatts / (given.accelerators ?? 1) : kilowatts;
}

export function opexParts(given: Quantities) {
  const kilowatts =
    given.kilowatts ?? (given.kilowattsPerNode === undefined ? undefined : given.kilowattsPerNode * (given.nodes ?? 1));
  const power =
    given.powerUsdPerHour ??
    (kilowatts === undefined
      ? 0
      : powerUsdPerHour(
          kilowatts * (given.pue ?? 1),
          need(given, 'usdPerKilowattHour', 'powerUsdPerHour'),
          given.coolingUsdPerKilowattHour ?? 0,
        ));
  const share = given.maintenancePerYear ?? 0;
  return ownedOpexPerHour({
    capexUsd: share === 0 ? 0 : capexOf(given),
    maintenancePerYear: share,
    powerUsdPerHour: power,
    colocationUsdPerMonth: given.colocationUsdPerMonth ?? 0,
    hoursPerMonth: given.hoursPerMonth ?? HOURS_PER_MONTH,
  });
}

/** Opex an hour as stated, or from its parts; `otherwise` where the case has neither. */
export function opexOf(given: Quantities, otherwise?: number): number {
  if (given.opexUsdPerHour !== undefined) return given.opexUsdPerHour;
  if (given.opexUsdPerYear !== undefined) return given.opexUsdPerYear / HOURS_PER_YEAR;
  const parts: Quantity[] = ['maintenancePerYear', 'powerUsdPerHour', 'colocationUsdPerMonth', 'kilowatts', 'kilowattsPerNode'];
  if (parts.some((part) => given[part] !== undefined)) return opexParts(given).usdPerHour;
  if (given.ownedUsdPerHour !== undefined) return given.ownedUsdPerHour;
  if (otherwise !== undefined) return otherwise;
  throw new MissingQuantity(['opexUsdPerHour', 'maintenancePerYear', 'powerUsdPerHour']);
}

export function rentOf(given: Quantities): number {
  if (given.rentedUsdPerHour === undefined && given.acceleratorUsdPerHour !== undefined)
    return given.acceleratorUsdPerHour * (given.accelerators ?? 1);
  return need(given, 'rentedUsdPerHour', 'hourlyUsd');
}

/** An hour's price as stated, of the rented machine, or of owning over a life. */
export function hourlyOf(given: Quantities): number {
  const stated = given.hourlyUsd ?? given.ownedUsdPerHour ?? given.rentedUsdPerHour;
  if (stated !== undefined) return stated;
  if (given.acceleratorUsdPerHour !== undefined) return given.acceleratorUsdPerHour * (given.accelerators ?? 1);
  if (given.years !== undefined && given.capex !== undefined)
    return lifecycleComparison(given.capex, opexOf(given, 0), 1, given.years).ownedUsdPerHour;
  throw new MissingQuantity(['hourlyUsd', 'rentedUsdPerHour', 'acceleratorUsdPerHour']);
}

export function tokensPerSecondOf(given: Quantities): number {
  if (given.tokensPerSecond !== undefined) return given.tokensPerSecond;
  if (given.acceleratorTokensPerSecond !== undefined) return given.acceleratorTokensPerSecond * (given.accelerators ?? 1);
  throw new MissingQuantity(['tokensPerSecond']);
}

/** Months of so many hours: as long as the case says, else as long as publications take them to be. */
export function monthFigures(named: RegExp, hours: number | null, given: Quantities): Figure[] {
  return (given.hoursPerMonth === undefined ? MONTH_LENGTHS : [given.hoursPerMonth]).map((length) => ({
    named,
    value: hours === null ? null : hours / length,
    basis: `${length} hours a month`,
  }));
}
