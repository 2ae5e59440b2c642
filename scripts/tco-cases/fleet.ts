// The fleet formula of published cases: everything bought and paid over a fleet's life.
// In: quantities of one case. Out: figures with patterns of their names.
import { monthlyEquivalent, presentValue, presentValueOfMonths } from '../../src/cost/capital-value.ts';
import { fleetTotal } from '../../src/cost/comparisons.ts';
import { HOURS_PER_YEAR } from '../../src/units.ts';
import { capexOf, type Figure, need } from './given.ts';
import type { Quantities } from './names.ts';

const MONTHS_PER_YEAR = 12;
/** Most inference servers hold eight; a case that states nodes only is warned of this. */
export const ACCELERATORS_PER_NODE = 8;

export function fleetFigures(given: Quantities): Figure[] {
  const perNode =
    given.acceleratorsPerNode ??
    (given.accelerators !== undefined && given.nodes !== undefined ? given.accelerators / given.nodes : ACCELERATORS_PER_NODE);
  const accelerators = given.accelerators ?? need(given, 'nodes', 'accelerators') * perNode;
  const nodes = given.nodes ?? accelerators / perNode;
  const hardwareUsd =
    given.capexPerNode !== undefined
      ? nodes * given.capexPerNode
      : given.capexPerAccelerator !== undefined
        ? accelerators * given.capexPerAccelerator
        : capexOf(given);
  const years = need(given, 'years');
  const kilowatts =
    given.kilowattsPerNode !== undefined
      ? nodes * given.kilowattsPerNode
      : given.kilowattsPerAccelerator !== undefined
        ? accelerators * given.kilowattsPerAccelerator
        : (given.kilowatts ?? 0);
  // Power that nobody pays for would come out as free; either tariff makes it whole.
  const pricedPower = [given.usdPerKilowattHour, given.colocationUsdPerKilowattMonth, given.colocationUsdPerMonth];
  if (kilowatts > 0 && pricedPower.every((price) => price === undefined))
    need(given, 'usdPerKilowattHour', 'colocationUsdPerKilowattMonth');
  const staffFte = given.staffFte ?? (given.staffFtePerNode === undefined ? undefined : given.staffFtePerNode * nodes);
  const fleet = fleetTotal({
    accelerators,
    hardwareUsd,
    addedShare: (given.fabricShare ?? 0) + (given.sparesShare ?? 0) + (given.storageShare ?? 0) + (given.addedShare ?? 0),
    addedUsd:
      (given.storageUsd ?? 0) +
      nodes * (given.storageUsdPerNode ?? 0) +
      (given.networkUsd ?? 0) +
      nodes * (given.networkUsdPerNode ?? 0) +
      accelerators * (given.networkUsdPerAccelerator ?? 0) +
      (given.rackUsd ?? 0) +
      (given.rackUsdPerRack === undefined ? 0 : given.rackUsdPerRack * need(given, 'racks')) +
      (given.otherUsd ?? 0),
    years,
    residualRatio: given.residualUsd === undefined ? (given.residual ?? 0) : given.residualUsd / hardwareUsd,
    supportPerYear: (given.maintenancePerYear ?? 0) + (given.insurancePerYear ?? 0),
    kilowatts,
    pueRatio: given.pue ?? 1,
    usdPerKilowattHour: (given.usdPerKilowattHour ?? 0) + (given.coolingUsdPerKilowattHour ?? 0),
    usdPerKilowattMonth: given.colocationUsdPerKilowattMonth ?? 0,
    // A yearly sum for staff without a number of people is the whole sum.
    staffFte: staffFte ?? (given.usdPerFteYear === undefined ? 0 : 1),
    usdPerFteYear: (staffFte ?? 0) > 0 ? need(given, 'usdPerFteYear') : (given.usdPerFteYear ?? 0),
    otherUsdPerYear:
      (given.otherUsdPerYear ?? 0) +
      (given.opexUsdPerYear ?? 0) +
      (given.licenceUsdPerAcceleratorYear ?? 0) * accelerators +
      (given.colocationUsdPerMonth ?? 0) * MONTHS_PER_YEAR +
      (given.opexUsdPerHour ?? 0) * HOURS_PER_YEAR,
    utilisation: given.utilisation ?? 1,
  });
  const rate = given.costOfCapital ?? 0;
  const months = years * MONTHS_PER_YEAR;
  const presentUsd =
    fleet.capexUsd -
    presentValue(fleet.residualUsd, months, rate) +
    presentValueOfMonths(fleet.opexUsdPerYear / MONTHS_PER_YEAR, months, rate);
  const acceleratorHours = accelerators * HOURS_PER_YEAR * years;
  const totals = totalsWith(fleet, rate, years);
  const spread = (named: RegExp, of: (usd: number) => number): Figure[] =>
    totals.map(({ usd, basis }) => ({ named, value: of(usd), basis }));
  const utilisation = given.utilisation ?? 1;
  const anyHour = /^(?=.*gpu)(?!.*(month|year))(?=.*(gpuh|hour|hr|usdh))/;
  return [
    { named: /^(npv|presentvalue|pv|discounted)/, value: presentUsd },
    { named: /^(monthlyequivalent|annuity)/, value: monthlyEquivalent(presentUsd, months, rate) },
    ...spread(new RegExp(`${anyHour.source}(?=.*(full|100|raw|owned|available|provisioned))`), (usd) => usd / acceleratorHours),
    ...spread(
      new RegExp(`${anyHour.source}(?=.*(used|effective|util|stated|delivered|busy|productive))`),
      (usd) => usd / (acceleratorHours * utilisation),
    ),
    // A bare name leaves open which hours are meant, so the used ones come first and the rest is said.
    ...spread(anyHour, (usd) => usd / (acceleratorHours * utilisation)),
    ...(utilisation === 1
      ? []
      : spread(anyHour, (usd) => usd / acceleratorHours).map((each) => ({
          ...each,
          basis: `every hour, used or not${rate > 0 ? `, ${each.basis}` : ''}`,
        }))),
    ...spread(/gpu(per)?(month|mo)$/, (usd) => usd / accelerators / months),
    ...spread(/gpu(per)?(year|yr)$/, (usd) => usd / accelerators / years),
    ...spread(/^(total|fleet|usd|cost|tco)*(per)?(h|hr|hour)$/, (usd) => usd / (HOURS_PER_YEAR * years)),
    { named: /^(capex|capital)(usd)?(per)?gpu/, value: fleet.capexUsd / accelerators },
    { named: /^(capex|capital)(usd)?(per)?(node|server)/, value: fleet.capexUsd / nodes },
    { named: /^(total)?(capex|capital)/, value: fleet.capexUsd },
    { named: /opex.*(month|mo)$|^monthlyopex/, value: fleet.opexUsdPerYear / MONTHS_PER_YEAR },
    { named: /opex.*(year|yr|annual|annually)(usd)?$|annual.*opex/, value: fleet.opexUsdPerYear },
    { named: /^(total|life(time|cycle)?)opex|opex.*(total|life)/, value: fleet.opexUsdPerYear * years },
    { named: /^opex/, value: fleet.opexUsdPerYear, basis: 'a year' },
    { named: /^opex/, value: fleet.opexUsdPerYear * years, basis: 'the whole life' },
    {
      named: /^(energy|power|electricity)(?!.*(kwh|mwh|kw$))/,
      value: fleet.energyUsdPerYear + (fleet.energyUsdPerYear === 0 ? fleet.spaceUsdPerYear : 0),
    },
    { named: /^(energy|power|electricity)(kwh|mwh)/, value: null },
    { named: /^(colo|colocation|space)/, value: fleet.spaceUsdPerYear },
    { named: /^(staff|fte)/, value: fleet.staffUsdPerYear },
    { named: /^(maintenance|support)/, value: fleet.supportUsdPerYear },
    { named: /^(licen[cs]e|software|nvaie)/, value: (given.licenceUsdPerAcceleratorYear ?? 0) * accelerators },
    { named: /^(residual|resale|salvage)/, value: fleet.residualUsd },
    ...spread(/(per|usd|tco|total|cost)(month|mo)$|^monthly/, (usd) => usd / months),
    ...spread(/(per|usd|tco|total|cost)(year|yr)$|^(annual|yearly)/, (usd) => usd / years),
    ...spread(/^(?!.*(kw|tok))(?=.*(tco|total|cost|usd|lifecycle))/, (usd) => usd),
  ];
}

/** Totals by the conventions for the cost of capital; the product's own, the annuity by the month, comes first. */
function totalsWith(fleet: ReturnType<typeof fleetTotal>, rate: number, years: number): { usd: number; basis: string }[] {
  const plain = { usd: fleet.totalUsd, basis: 'no cost of capital' };
  if (rate === 0) return [plain];
  const months = years * MONTHS_PER_YEAR;
  const opexUsd = fleet.opexUsdPerYear * years;
  const tiedUsd = fleet.capexUsd - presentValue(fleet.residualUsd, months, rate);
  return [
    { usd: monthlyEquivalent(tiedUsd, months, rate) * months + opexUsd, basis: 'cost of capital as an annuity by the month' },
    { usd: (tiedUsd * rate * years) / (1 - (1 + rate) ** -years) + opexUsd, basis: 'cost of capital as an annuity by the year' },
    { usd: fleet.totalUsd + fleet.capexUsd * rate * years, basis: 'cost of capital on the whole purchase in every year' },
    {
      usd: fleet.totalUsd + ((fleet.capexUsd + fleet.residualUsd) / 2) * rate * years,
      basis: 'cost of capital on the mean of what is tied up',
    },
    plain,
  ];
}
