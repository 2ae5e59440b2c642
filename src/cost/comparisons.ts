// Owning against renting in the terms that published comparisons use: break-even hours, lifecycle totals, amortised hours, tokens.
// In: USD, hours, kilowatts as a comparison states them. Out: its figures, by the formula that each docstring names.
import { HOURS_PER_YEAR, SECONDS_PER_HOUR, TOKENS_PER_MILLION } from '../units.ts';

const DAYS_PER_YEAR = 365;
const MONTHS_PER_YEAR = 12;

/**
 * Hours of use until what was bought is earned back: capex ÷ (rent an hour − owned opex an hour).
 * @returns null where renting costs no more than owning's running costs
 */
export function breakEvenHours(capexUsd: number, rentedUsdPerHour: number, ownedOpexUsdPerHour: number): number | null {
  const saved = rentedUsdPerHour - ownedOpexUsdPerHour;
  return saved > 0 ? capexUsd / saved : null;
}

/** Hours on the calendar until then, when capacity is used a share of the hours but running costs are paid in all of them. */
export function breakEvenCalendarHours(
  capexUsd: number,
  rentedUsdPerHour: number,
  ownedOpexUsdPerHour: number,
  utilisation: number,
): number | null {
  return breakEvenHours(capexUsd, rentedUsdPerHour * utilisation, ownedOpexUsdPerHour);
}

export interface OwnedOpexInput {
  readonly capexUsd: number;
  /** Maintenance contract, share of capex a year. */
  readonly maintenancePerYear: number;
  /** Power and cooling an hour; or its parts. */
  readonly powerUsdPerHour: number;
  /** Rack or colocation a month. */
  readonly colocationUsdPerMonth: number;
  /** Hours that month is taken to have. */
  readonly hoursPerMonth: number;
}

/** Running costs of one hour: maintenance · capex ÷ 8,760 + power and cooling + colocation ÷ hours of its month. */
export function ownedOpexPerHour(input: OwnedOpexInput) {
  const maintenanceUsdPerHour = (input.maintenancePerYear * input.capexUsd) / HOURS_PER_YEAR;
  const colocationUsdPerHour = input.colocationUsdPerMonth / input.hoursPerMonth;
  return {
    maintenanceUsdPerHour,
    powerUsdPerHour: input.powerUsdPerHour,
    colocationUsdPerHour,
    usdPerHour: maintenanceUsdPerHour + input.powerUsdPerHour + colocationUsdPerHour,
  };
}

/** Electricity and cooling of so many kilowatts, both by the kilowatt-hour. */
export function powerUsdPerHour(
  kilowatts: number,
  electricityUsdPerKilowattHour: number,
  coolingUsdPerKilowattHour: number,
): number {
  return kilowatts * (electricityUsdPerKilowattHour + coolingUsdPerKilowattHour);
}

/**
 * Owning for years against renting the same hours.
 * owned = capex + opex · hours; threshold = owned ÷ (rent · 365 · years): hours of rent a day above which owning costs less.
 */
export function lifecycleComparison(
  capexUsd: number,
  ownedOpexUsdPerHour: number,
  rentedUsdPerHour: number,
  years: number,
  hours = years * HOURS_PER_YEAR,
) {
  const ownedUsd = capexUsd + ownedOpexUsdPerHour * hours;
  const rentedUsd = rentedUsdPerHour * hours;
  return {
    ownedUsd,
    rentedUsd,
    savingUsd: rentedUsd - ownedUsd,
    savingRatio: 1 - ownedUsd / rentedUsd,
    ownedUsdPerHour: ownedUsd / hours,
    thresholdHoursPerDay: ownedUsd / (rentedUsdPerHour * DAYS_PER_YEAR * years),
  };
}

/** What a million tokens cost when an hour's price buys that many tokens a second for a share of the hour. */
export function usdPerMillionTokens(usdPerHour: number, tokensPerSecond: number, utilisation = 1): number {
  return (usdPerHour / (tokensPerSecond * utilisation * SECONDS_PER_HOUR)) * TOKENS_PER_MILLION;
}

export interface ApiBreakEvenInput {
  readonly accelerators: number;
  readonly usdPerAccelerator: number;
  readonly kilowattsPerAccelerator: number;
  readonly tokensPerSecond: number;
  readonly hoursPerMonth: number;
  readonly usdPerKilowattHour: number;
  readonly inputUsdPerMillionTokens: number;
  readonly outputUsdPerMillionTokens: number;
  /** Share of the tokens that are output; two of three in the paper this formula is of. */
  readonly outputShare: number;
}

/**
 * Months until bare accelerators have cost less than the same tokens bought from a hosted API:
 * purchase ÷ (tokens a month · blended price − electricity a month).
 * @source arXiv 2509.18101, input to output 1:2
 * @returns null months where the API is cheaper than the electricity
 */
export function apiBreakEven(input: ApiBreakEvenInput) {
  const tokensPerMonth = input.tokensPerSecond * input.hoursPerMonth * SECONDS_PER_HOUR;
  const blended = input.inputUsdPerMillionTokens * (1 - input.outputShare) + input.outputUsdPerMillionTokens * input.outputShare;
  const apiUsdPerMonth = (tokensPerMonth / TOKENS_PER_MILLION) * blended;
  const electricityUsdPerMonth =
    input.accelerators * input.kilowattsPerAccelerator * input.hoursPerMonth * input.usdPerKilowattHour;
  const saved = apiUsdPerMonth - electricityUsdPerMonth;
  return {
    tokensPerMonth,
    apiUsdPerMonth,
    electricityUsdPerMonth,
    months: saved > 0 ? (input.accelerators * input.usdPerAccelerator) / saved : null,
  };
}

/** One used hour of one accelerator: capex ÷ (years · 8,760 · U) + kW · USD a kW-month · 12 ÷ (8,760 · U). */
export function amortisedAcceleratorHour(
  capexUsd: number,
  kilowatts: number,
  usdPerKilowattMonth: number,
  years: number,
  utilisation: number,
) {
  const capexUsdPerHour = capexUsd / (years * HOURS_PER_YEAR * utilisation);
  const powerUsdPerUsedHour = (kilowatts * usdPerKilowattMonth * MONTHS_PER_YEAR) / (HOURS_PER_YEAR * utilisation);
  return { capexUsdPerHour, powerUsdPerHour: powerUsdPerUsedHour, usdPerHour: capexUsdPerHour + powerUsdPerUsedHour };
}

export interface FleetTotalInput {
  readonly accelerators: number;
  /** Servers or accelerators, before what is added to them. */
  readonly hardwareUsd: number;
  /** Fabric, spares and the like, shares of the hardware. */
  readonly addedShare: number;
  /** Racks, storage, network: bought once. */
  readonly addedUsd: number;
  readonly years: number;
  /** Share of the hardware's price it fetches at the end. */
  readonly residualRatio: number;
  /** Share of all that was bought, a year. */
  readonly supportPerYear: number;
  readonly kilowatts: number;
  readonly pueRatio: number;
  readonly usdPerKilowattHour: number;
  readonly usdPerKilowattMonth: number;
  readonly staffFte: number;
  readonly usdPerFteYear: number;
  /** Licences, rent of the hall and whatever else is paid by the year. */
  readonly otherUsdPerYear: number;
  readonly utilisation: number;
}

/** A fleet over its life: what is bought, what each year takes, less resale; and an hour of one accelerator, whole and used. */
export function fleetTotal(input: FleetTotalInput) {
  const capexUsd = input.hardwareUsd * (1 + input.addedShare) + input.addedUsd;
  const energyUsdPerYear = input.kilowatts * input.pueRatio * input.usdPerKilowattHour * HOURS_PER_YEAR;
  const spaceUsdPerYear = input.kilowatts * input.usdPerKilowattMonth * MONTHS_PER_YEAR;
  const staffUsdPerYear = input.staffFte * input.usdPerFteYear;
  const supportUsdPerYear = capexUsd * input.supportPerYear;
  const opexUsdPerYear = energyUsdPerYear + spaceUsdPerYear + staffUsdPerYear + supportUsdPerYear + input.otherUsdPerYear;
  const residualUsd = input.hardwareUsd * input.residualRatio;
  const totalUsd = capexUsd + opexUsdPerYear * input.years - residualUsd;
  const acceleratorHours = input.accelerators * HOURS_PER_YEAR * input.years;
  return {
    capexUsd,
    energyUsdPerYear,
    spaceUsdPerYear,
    staffUsdPerYear,
    supportUsdPerYear,
    opexUsdPerYear,
    residualUsd,
    totalUsd,
    usdPerYear: totalUsd / input.years,
    usdPerMonth: totalUsd / (input.years * MONTHS_PER_YEAR),
    usdPerFleetHour: totalUsd / (HOURS_PER_YEAR * input.years),
    usdPerAcceleratorHour: totalUsd / acceleratorHours,
    usdPerUsedAcceleratorHour: totalUsd / (acceleratorHours * input.utilisation),
  };
}
