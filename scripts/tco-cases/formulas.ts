// Formulas of published cases: quantities to figures, each under the names a publication may give it.
// In: quantities of one case. Out: figures with patterns of their names; or the quantities that are missing.

import { monthlyEquivalent, presentValue, presentValueOfMonths } from '../../src/cost/capital-value.ts';
import {
  amortisedAcceleratorHour,
  apiBreakEven,
  breakEvenHours,
  fleetTotal,
  hoursToMonths,
  lifecycleComparison,
  ownedOpexPerHour,
  powerUsdPerHour,
  usdPerMillionTokens,
} from '../../src/cost/comparisons.ts';
import { HOURS_PER_MONTH, HOURS_PER_YEAR, TOKENS_PER_MILLION } from '../../src/units.ts';
import type { Quantities, Quantity } from './names.ts';

export interface Figure {
  /** Plain names that mean this figure. */
  readonly named: RegExp;
  /** Null where it never comes about, such as a break-even that is never reached. */
  readonly value: number | null;
}

export interface ApiPrices {
  readonly input: number;
  readonly output: number;
}

export class MissingQuantity extends Error {
  readonly quantities: readonly Quantity[];
  constructor(quantities: readonly Quantity[]) {
    super(`needs ${quantities.join(' or ')}`);
    this.quantities = quantities;
  }
}

type Formula = (given: Quantities, prices: Readonly<Record<string, ApiPrices>>) => Figure[];

/** Two parts input to one of output and the like: what arXiv 2509.18101 counts, a third in, two thirds out. */
const PAN_OUTPUT_SHARE = 2 / 3;
/** A month that break-even months are counted in when the case does not say; publications mix 720 and 730. */
export const MONTH_LENGTHS = [HOURS_PER_MONTH, 720] as const;

export const FORMULAS: Readonly<Record<string, Formula>> = {
  breakeven_hours: (given) => {
    const hours = breakEvenHours(capexOf(given), need(given, 'rentedUsdPerHour', 'hourlyUsd'), opexOf(given, 0));
    const monthHours = given.hoursPerMonth ?? given.hoursPerMonthEffective;
    return [
      { named: /^(breakeven)?hours?$|^breakevenhours?$/, value: hours },
      ...(monthHours === undefined ? MONTH_LENGTHS : [monthHours]).map((length) => ({
        named: /^(breakeven|payback)?months?$/,
        value: hours === null ? null : hoursToMonths(hours, length),
      })),
      { named: /^(breakeven|payback)?days?$/, value: hours === null ? null : hours / 24 },
      { named: /^(breakeven|payback)?years?$/, value: hours === null ? null : hours / HOURS_PER_YEAR },
    ];
  },
  lenovo_opex: (given) => {
    const opex = opexParts(given);
    return [
      { named: /^(maintenance|support)(usd)?(per)?h(our)?$/, value: opex.maintenanceUsdPerHour },
      { named: /^(power|powercooling|energy)(usd)?(per)?h(our)?$/, value: opex.powerUsdPerHour },
      { named: /^(colo|colocation|rack)(usd)?(per)?h(our)?$/, value: opex.colocationUsdPerHour },
      { named: /^(total|opex|sum|onpremopex)(usd)?(per)?h(our)?$|^total$/, value: opex.usdPerHour },
      { named: /^(total|opex)(usd)?(per)?(year|yr)$/, value: opex.usdPerHour * HOURS_PER_YEAR },
      { named: /^(total|opex)(usd)?(per)?month$/, value: opex.usdPerHour * (given.hoursPerMonth ?? HOURS_PER_MONTH) },
    ];
  },
  lifecycle: (given) => {
    const years = given.years ?? (given.hours === undefined ? 5 : given.hours / HOURS_PER_YEAR);
    const life = lifecycleComparison(
      capexOf(given),
      opexOf(given),
      need(given, 'rentedUsdPerHour'),
      years,
      given.hours ?? years * HOURS_PER_YEAR,
    );
    return [
      { named: /^(sav(ings?|ed?|es)).*(pct|percent)$/, value: life.savingRatio * 100 },
      { named: /^(sav(ings?|ed?|es)).*(frac|fraction|ratio|share|rel)$/, value: life.savingRatio },
      { named: /^.*(sav(ings?|ed?|es)).*$/, value: life.savingUsd },
      { named: /(threshold|breakeven|perday|hday|hoursday|hday|daily)/, value: life.thresholdHoursPerDay },
      {
        named:
          /^(onprem|own|owned|selfhost(ed)?)?(usd|cost|total)?(per)?(h|hr|hour|hourly)(usd)?$|^(onprem|own).*(usdh|usdhour|perhour|hourly)$/,
        value: life.ownedUsdPerHour,
      },
      { named: /^(cloud|rent(al|ed)?|aws|azure|ondemand|reserved)/, value: life.rentedUsd },
      { named: /^(onprem|own(ed|ing)?|lifecycle|selfhost(ed)?|total|tco)/, value: life.ownedUsd },
      {
        named: /^(hours|breakevenhours)$/,
        value: breakEvenHours(capexOf(given), need(given, 'rentedUsdPerHour'), opexOf(given)),
      },
    ];
  },
  usd_per_mtok: (given) => [
    {
      named: /(mtok|milliontokens|mtokens|1m|per1m|perm)/,
      value: usdPerMillionTokens(hourlyOf(given), need(given, 'tokensPerSecond'), given.utilisation ?? 1),
    },
  ],
  pan_breakeven_months: (given, prices) => {
    const hoursPerMonth = need(given, 'hoursPerMonthEffective', 'hoursPerMonth', 'hoursPerMonthStated');
    const kilowatts = need(
      given,
      'kilowattsPerAcceleratorEffective',
      'kilowattsPerAccelerator',
      'kilowattsPerAcceleratorStated',
      'kilowatts',
    );
    return panFigures(given, prices, hoursPerMonth, kilowatts);
  },
  amortised_gpu_hour: (given) => {
    const {
      capexUsdPerHour,
      powerUsdPerHour: power,
      usdPerHour,
    } = amortisedAcceleratorHour(
      given.capexPerAccelerator ?? capexOf(given) / (given.accelerators ?? 1),
      need(given, 'kilowattsPerAccelerator', 'kilowatts'),
      need(given, 'colocationUsdPerKilowattMonth'),
      need(given, 'years'),
      given.utilisation ?? 1,
    );
    return [
      { named: /^(capex|capital|hardware)(term|part|share)?(usd)?(per)?(gpu)?(h|hr|hour)?$/, value: capexUsdPerHour },
      { named: /^(power|colo|energy|opex)(term|part|share)?(usd)?(per)?(gpu)?(h|hr|hour)?$/, value: power },
      { named: /^(total|sum|usd|cost)?(usd)?(per)?(gpu)?(h|hr|hour)?(total)?$/, value: usdPerHour },
    ];
  },
  fleet_tco: fleetFigures,
};

/** Months against each API whose price the case or the file gives. */
export function panFigures(
  given: Quantities,
  prices: Readonly<Record<string, ApiPrices>>,
  hoursPerMonth: number,
  kilowatts: number,
): Figure[] {
  const accelerators = given.accelerators ?? 1;
  const at = ({ input, output }: ApiPrices) =>
    apiBreakEven({
      accelerators,
      usdPerAccelerator: given.capexPerAccelerator ?? capexOf(given) / accelerators,
      kilowattsPerAccelerator: kilowatts,
      tokensPerSecond: need(given, 'tokensPerSecond'),
      hoursPerMonth,
      usdPerKilowattHour: need(given, 'usdPerKilowattHour'),
      inputUsdPerMillionTokens: input,
      outputUsdPerMillionTokens: output,
      outputShare: given.outputShare ?? PAN_OUTPUT_SHARE,
    });
  const own =
    given.inputUsdPerMillionTokens === undefined || given.outputUsdPerMillionTokens === undefined
      ? {}
      : { months: { input: given.inputUsdPerMillionTokens, output: given.outputUsdPerMillionTokens } };
  const capacity = at({ input: 1, output: 1 });
  return [
    {
      named: /^(capacity|tokens).*(mtok|mtokens|million).*$|^capacitymtokmonth$/,
      value: capacity.tokensPerMonth / TOKENS_PER_MILLION,
    },
    { named: /^(electricity|power|energy)(usd)?(per)?month$/, value: capacity.electricityUsdPerMonth },
    {
      named: /^(capex|hardware|purchase)(usd)?$/,
      value: accelerators * (given.capexPerAccelerator ?? capexOf(given) / accelerators),
    },
    ...Object.entries({ ...prices, ...own }).map(([name, each]) => ({
      named: new RegExp(`^${name.toLowerCase().replaceAll(/[^a-z\d]+/g, '')}(months?)?$`),
      value: at(each).months,
    })),
  ];
}

function fleetFigures(given: Quantities): Figure[] {
  const acceleratorsPerNode = given.acceleratorsPerNode ?? 8;
  const accelerators = given.accelerators ?? need(given, 'nodes') * acceleratorsPerNode;
  const nodes = given.nodes ?? accelerators / acceleratorsPerNode;
  const hardwareUsd =
    given.capexPerNode !== undefined
      ? nodes * given.capexPerNode
      : given.capexPerAccelerator !== undefined
        ? accelerators * given.capexPerAccelerator
        : need(given, 'capex');
  const years = need(given, 'years');
  const kilowatts =
    given.kilowattsPerNode !== undefined
      ? nodes * given.kilowattsPerNode
      : given.kilowattsPerAccelerator !== undefined
        ? accelerators * given.kilowattsPerAccelerator
        : (given.kilowatts ?? 0);
  const fleet = fleetTotal({
    accelerators,
    hardwareUsd,
    addedShare: (given.fabricShare ?? 0) + (given.sparesShare ?? 0) + (given.addedShare ?? 0),
    addedUsd:
      (given.storageUsd ?? 0) +
      nodes * (given.storageUsdPerNode ?? 0) +
      (given.networkUsd ?? 0) +
      nodes * (given.networkUsdPerNode ?? 0) +
      accelerators * (given.networkUsdPerAccelerator ?? 0) +
      (given.rackUsd ?? 0) +
      (given.otherUsd ?? 0),
    years,
    residualRatio: given.residual ?? 0,
    supportPerYear: given.maintenancePerYear ?? 0,
    kilowatts,
    pueRatio: given.pue ?? 1,
    usdPerKilowattHour: given.usdPerKilowattHour ?? 0,
    usdPerKilowattMonth: given.colocationUsdPerKilowattMonth ?? 0,
    staffFte: given.staffFte ?? 0,
    usdPerFteYear: given.usdPerFteYear ?? 0,
    otherUsdPerYear:
      (given.staffUsdPerYear ?? 0) +
      (given.otherUsdPerYear ?? 0) +
      (given.licenceUsdPerAcceleratorYear ?? 0) * accelerators +
      (given.colocationUsdPerMonth ?? 0) * 12 +
      (given.opexUsdPerHour ?? 0) * HOURS_PER_YEAR,
    utilisation: given.utilisation ?? 1,
  });
  const rate = given.costOfCapital ?? 0;
  const months = years * 12;
  const presentUsd =
    fleet.capexUsd -
    presentValue(fleet.residualUsd, months, rate) +
    presentValueOfMonths(fleet.opexUsdPerYear / 12, months, rate);
  return [
    { named: /^(npv|presentvalue|pv|discounted)/, value: presentUsd },
    { named: /^(monthlyequivalent|annuity)/, value: monthlyEquivalent(presentUsd, months, rate) },
    {
      named: /(perused|effective|utili[sz]ed).*gpu.*(h|hr|hour)$|^usdperusedgpuh(our)?$/,
      value: fleet.usdPerUsedAcceleratorHour,
    },
    { named: /gpu(usd)?(per)?(h|hr|hour)s?(usd)?$|^usd(per)?gpu(per)?(h|hr|hour)$/, value: fleet.usdPerUsedAcceleratorHour },
    { named: /gpu(usd)?(per)?(h|hr|hour)s?(full|100|raw)$/, value: fleet.usdPerAcceleratorHour },
    { named: /^(total|fleet|usd|cost)?(usd)?(per)?(h|hr|hour)$/, value: fleet.usdPerFleetHour },
    { named: /^(total)?capex(total)?(usd)?$|^capital(usd|total)?$/, value: fleet.capexUsd },
    {
      named: /^(energy|power|electricity).*(year|yr|annual)?/,
      value: fleet.energyUsdPerYear + (fleet.energyUsdPerYear === 0 ? fleet.spaceUsdPerYear : 0),
    },
    { named: /^(colo|colocation|space).*/, value: fleet.spaceUsdPerYear },
    { named: /^staff.*/, value: fleet.staffUsdPerYear + (given.staffUsdPerYear ?? 0) },
    { named: /^(maintenance|support).*/, value: fleet.supportUsdPerYear },
    { named: /^(residual|resale|salvage).*/, value: fleet.residualUsd },
    { named: /^opex(usd)?(per)?(year|yr|annual)?(usd)?$|^annualopex(usd)?$/, value: fleet.opexUsdPerYear },
    { named: /^opex(total|usdtotal|life.*)$|^totalopex(usd)?$/, value: fleet.opexUsdPerYear * years },
    { named: /(per|usd)(month|mo)$|^monthly(usd)?$/, value: fleet.usdPerMonth },
    { named: /(per|usd)(year|yr)$|^annual(usd|cost)?$|^yearly/, value: fleet.usdPerYear },
    { named: /(tco|total|cost)/, value: fleet.totalUsd },
  ];
}

function need(given: Quantities, ...names: Quantity[]): number {
  for (const name of names) {
    const value = given[name];
    if (value !== undefined) return value;
  }
  throw new MissingQuantity(names);
}

function capexOf(given: Quantities): number {
  if (given.capex !== undefined) return given.capex;
  if (given.capexPerNode !== undefined) return given.capexPerNode * (given.nodes ?? 1);
  if (given.capexPerAccelerator !== undefined) return given.capexPerAccelerator * (given.accelerators ?? 1);
  throw new MissingQuantity(['capex', 'capexPerNode', 'capexPerAccelerator']);
}

function opexParts(given: Quantities) {
  const power =
    given.powerUsdPerHour ??
    (given.kilowatts === undefined
      ? 0
      : powerUsdPerHour(given.kilowatts, given.usdPerKilowattHour ?? 0, given.coolingUsdPerKilowattHour ?? 0));
  return ownedOpexPerHour({
    capexUsd: capexOf(given),
    maintenancePerYear: given.maintenancePerYear ?? 0,
    powerUsdPerHour: power,
    colocationUsdPerMonth: given.colocationUsdPerMonth ?? 0,
    hoursPerMonth: given.hoursPerMonth ?? HOURS_PER_MONTH,
  });
}

/** Opex an hour as stated, or from its parts; `otherwise` where the case has neither. */
function opexOf(given: Quantities, otherwise?: number): number {
  if (given.opexUsdPerHour !== undefined) return given.opexUsdPerHour;
  const hasParts =
    given.maintenancePerYear !== undefined ||
    given.powerUsdPerHour !== undefined ||
    given.colocationUsdPerMonth !== undefined ||
    given.kilowatts !== undefined;
  if (hasParts) return opexParts(given).usdPerHour;
  if (otherwise !== undefined) return otherwise;
  throw new MissingQuantity(['opexUsdPerHour', 'maintenancePerYear', 'powerUsdPerHour']);
}

/** An hour's price as stated, of the rented machine, or of owning over a life. */
function hourlyOf(given: Quantities): number {
  if (given.hourlyUsd !== undefined) return given.hourlyUsd;
  if (given.rentedUsdPerHour !== undefined) return given.rentedUsdPerHour;
  if (given.years !== undefined && given.capex !== undefined)
    return lifecycleComparison(given.capex, opexOf(given, 0), 1, given.years).ownedUsdPerHour;
  throw new MissingQuantity(['hourlyUsd', 'rentedUsdPerHour']);
}
