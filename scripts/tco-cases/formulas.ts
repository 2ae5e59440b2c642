// Formulas of published cases: quantities to figures, each under the names a publication may give it.
// In: quantities of one case. Out: figures with patterns of their names; or the quantities that are missing.
import {
  amortisedAcceleratorHour,
  apiBreakEven,
  breakEvenHours,
  lifecycleComparison,
  usdPerMillionTokens,
} from '../../src/cost/comparisons.ts';
import { HOURS_PER_MONTH, HOURS_PER_YEAR, TOKENS_PER_MILLION } from '../../src/units.ts';
import { fleetFigures } from './fleet.ts';
import {
  capexOf,
  capexPerAcceleratorOf,
  type Figure,
  hourlyOf,
  kilowattsPerAcceleratorOf,
  monthFigures,
  need,
  opexOf,
  opexParts,
  rentOf,
  tokensPerSecondOf,
} from './given.ts';
import { plainName, type Quantities } from './names.ts';

export interface ApiPrices {
  readonly input: number;
  readonly output: number;
}

type Prices = Readonly<Record<string, ApiPrices>>;
type Formula = (given: Quantities, prices: Prices) => Figure[];

/** One token in for two out: the only split of small whole numbers that gives the months of arXiv 2509.18101. */
const PAN_OUTPUT_SHARE = 2 / 3;
/** What the vendor's lifecycle comparison runs over when a case does not say. */
export const LIFECYCLE_YEARS = 5;

export const FORMULAS = {
  breakeven_hours: (given) => {
    const hours = breakEvenHours(capexOf(given), rentOf(given), opexOf(given, 0));
    return [
      { named: /^(breakeven|payback)?hours?$/, value: hours },
      ...monthFigures(/^(breakeven|payback)?months?$/, hours, given),
      { named: /^(breakeven|payback)?days?$/, value: hours === null ? null : hours / 24 },
      { named: /^(breakeven|payback)?years?$/, value: hours === null ? null : hours / HOURS_PER_YEAR },
      ...lifecycleWhereGiven(given),
    ];
  },
  lenovo_opex: (given) => {
    const opex = opexParts(given);
    return [
      { named: /^(maintenance|maint|support)(usd)?(per)?(h|hr|hour)$/, value: opex.maintenanceUsdPerHour },
      { named: /^(power|powercooling|powerandcooling|energy)(usd)?(per)?(h|hr|hour)$/, value: opex.powerUsdPerHour },
      { named: /^(colo|colocation|rack)(usd)?(per)?(h|hr|hour)$/, value: opex.colocationUsdPerHour },
      { named: /^(total|opex|totalopex|sum|onpremopex)(usd)?(per)?(h|hr|hour)$|^(total|opex)$/, value: opex.usdPerHour },
      { named: /^(total|opex|totalopex)(usd)?(per)?(year|yr)$/, value: opex.usdPerHour * HOURS_PER_YEAR },
      { named: /^(total|opex|totalopex)(usd)?(per)?month$/, value: opex.usdPerHour * (given.hoursPerMonth ?? HOURS_PER_MONTH) },
      ...lifecycleWhereGiven(given),
    ];
  },
  lifecycle: lifecycleFigures,
  usd_per_mtok: (given) => [
    {
      named: /(mtok|milliontok|1m|perm$)/,
      value: usdPerMillionTokens(hourlyOf(given), tokensPerSecondOf(given), given.utilisation ?? 1),
    },
  ],
  pan_breakeven_months: apiFigures,
  amortised_gpu_hour: (given) => {
    const hour = amortisedAcceleratorHour(
      capexPerAcceleratorOf(given),
      kilowattsPerAcceleratorOf(given),
      need(given, 'colocationUsdPerKilowattMonth'),
      need(given, 'years'),
      given.utilisation ?? 1,
    );
    return [
      { named: /^(capex|capital|hardware)(term|part|share)?(usd)?(per)?(gpu)?(h|hr|hour)?$/, value: hour.capexUsdPerHour },
      { named: /^(power|colo|energy|opex)(term|part|share)?(usd)?(per)?(gpu)?(h|hr|hour)?$/, value: hour.powerUsdPerHour },
      { named: /^(total|sum|usd|cost|amorti[sz]ed)*(per)?(gpu)?(h|hr|hour)?(total|usd)*$/, value: hour.usdPerHour },
    ];
  },
  fleet_tco: fleetFigures,
} as const satisfies Record<string, Formula>;

export type FormulaId = keyof typeof FORMULAS;

/** Plain names by which a formula goes beside its id. */
const FORMULA_NAMES: Readonly<Record<FormulaId, RegExp>> = {
  breakeven_hours: /^(lenovo)?breakeven(hours|usd)?$/,
  lenovo_opex: /^(lenovo|onprem|owned)?opex((usd)?(per)?(h|hour))?$/,
  lifecycle: /^(lenovo)?(lifecycle|threshold)(tco|cost|costs|comparison|saving|savings|threshold|hours|hoursday|total)?$/,
  usd_per_mtok: /^(lenovo|token|tokens)?(usd|cost)?per(m|million|1m)tok(en)?s?$|^(lenovo)?tokencost$/,
  pan_breakeven_months: /^(pan|api)(breakeven)?(months)?$/,
  amortised_gpu_hour: /^amorti[sz]ed(gpu|accelerator)(h|hour)$|^gpuhour$/,
  fleet_tco: /^fleet(tco|total|cost)?$|^(cluster)?tco$/,
};

/** The formula that a case names, however it separates words. */
export function findFormula(name: string): FormulaId | undefined {
  const plain = plainName(name);
  return (Object.keys(FORMULAS) as FormulaId[]).find((id) => plainName(id) === plain || FORMULA_NAMES[id].test(plain));
}

function lifecycleFigures(given: Quantities): Figure[] {
  const years = given.years ?? (given.hours === undefined ? LIFECYCLE_YEARS : given.hours / HOURS_PER_YEAR);
  const capexUsd = capexOf(given);
  const opexUsdPerHour = opexOf(given);
  const rent = rentOf(given);
  const life = lifecycleComparison(capexUsd, opexUsdPerHour, rent, years, given.hours ?? years * HOURS_PER_YEAR);
  const hours = breakEvenHours(capexUsd, rent, opexUsdPerHour);
  return [
    { named: /^(breakeven|payback)?hours?$/, value: hours },
    ...monthFigures(/^(breakeven|payback)?months?$/, hours, given),
    { named: /sav(ings?|ed?|es).*(pct|percent)$/, value: life.savingRatio * 100 },
    { named: /sav(ings?|ed?|es).*(frac|fraction|ratio|share|rel)$/, value: life.savingRatio },
    { named: /sav(ings?|ed?|es)/, value: life.savingUsd },
    { named: /(threshold|perday|hday|hoursday|daily)/, value: life.thresholdHoursPerDay },
    { named: /^opex(usd)?(per)?(h|hr|hour)$/, value: opexUsdPerHour },
    {
      named: /^(onprem|own(ed)?|selfhost(ed)?|lifecycle)?(usd|cost|total)*(per)?(h|hr|hour|hourly)(usd)?$/,
      value: life.ownedUsdPerHour,
    },
    { named: /(cloud|rent|aws|azure|ondemand|reserved)/, value: life.rentedUsd },
    { named: /^(?!.*(kw|tok|opex))(?=.*(onprem|own|lifecycle|selfhost|total|tco))/, value: life.ownedUsd },
  ];
}

/** Publications that state opex or a break-even often add the lifecycle; it is computed where its inputs are there. */
function lifecycleWhereGiven(given: Quantities): Figure[] {
  const hasCapex = given.capex !== undefined || given.capexPerNode !== undefined || given.capexPerAccelerator !== undefined;
  const hasRent = given.rentedUsdPerHour !== undefined;
  return hasCapex && hasRent ? lifecycleFigures({ ...given, opexUsdPerHour: opexOf(given, 0) }) : [];
}

/** Months against each API whose price the case or the file gives. */
function apiFigures(given: Quantities, prices: Prices): Figure[] {
  const accelerators = given.accelerators ?? 1;
  const usdPerAccelerator = capexPerAcceleratorOf(given);
  const at = ({ input, output }: ApiPrices) =>
    apiBreakEven({
      accelerators,
      usdPerAccelerator,
      // A bare kW is one card's here, as the formula multiplies it by their number.
      kilowattsPerAccelerator: need(given, 'kilowattsPerAccelerator', 'kilowatts'),
      tokensPerSecond: tokensPerSecondOf(given),
      hoursPerMonth: need(given, 'hoursPerMonth'),
      usdPerKilowattHour: need(given, 'usdPerKilowattHour'),
      inputUsdPerMillionTokens: input,
      outputUsdPerMillionTokens: output,
      outputShare: given.outputShare ?? PAN_OUTPUT_SHARE,
    });
  const { inputUsdPerMillionTokens: input, outputUsdPerMillionTokens: output } = given;
  const capacity = at({ input: 1, output: 1 });
  return [
    { named: /^(capacity|tokens)/, value: capacity.tokensPerMonth / TOKENS_PER_MILLION },
    { named: /^(electricity|power|energy)(usd)?(per)?month$/, value: capacity.electricityUsdPerMonth },
    { named: /^(capex|hardware|purchase)(usd)?$/, value: accelerators * usdPerAccelerator },
    ...(input === undefined || output === undefined
      ? []
      : [{ named: /^(breakeven|payback)?(months?)?$/, value: at({ input, output }).months }]),
    ...Object.entries(prices).map(([name, each]) => ({
      named: new RegExp(`^(breakeven|payback)?(months)?(vs)?${plainName(name)}(breakeven|payback)?(months?)?$`),
      value: at(each).months,
    })),
  ];
}
