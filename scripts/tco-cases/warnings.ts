// Warnings on published cases: what a careful reader would ask before signing on such a figure.
// In: quantities of one case, the catalogue. Out: sentences, each with the figure that would stand instead.
import { breakEvenCalendarHours, breakEvenHours } from '../../src/cost/comparisons.ts';
import type { Catalog } from '../../src/documents/catalog/catalog.ts';
import type { Server } from '../../src/documents/catalog/hardware.ts';
import { chooseTariff } from '../../src/plan/choose-tariff.ts';
import { HOURS_PER_YEAR, WATTS_PER_KILOWATT } from '../../src/units.ts';
import { ACCELERATORS_PER_NODE } from './fleet.ts';
import { type ApiPrices, FORMULAS, type FormulaId, LIFECYCLE_YEARS } from './formulas.ts';
import { capexOf, opexOf, opexParts, rentOf } from './given.ts';
import { plainName, type ReadQuantities } from './names.ts';
import type { TcoCase } from './read-cases.ts';

/** Utilisation that self-hosted fleets are said to reach; measured averages lie below. */
const USUAL_UTILISATION = 0.4;
/** Utilisation from which a comparison rests on a load that hardly anyone has. */
const HIGH_UTILISATION = 0.8;
/** Above this, cooling would take more than the worst small server rooms. */
const WORST_PUE = 2;
/** A server serves at no less than this share of its nameplate, so a power bill below it is somebody else's. */
const LEAST_SERVING_SHARE = 0.4;
/** What one node uses in a year, which decides the tariff it pays. */
const ONE_NODE_MEGAWATT_HOURS = 80;
/** Prices closer than this are the same quote. */
const SAME_PRICE = 0.01;
/** Above the dearest street price by this much it is no street price: quotes differ by less between dealers. */
const ABOVE_STREET = 1.25;

export interface WarnedCase {
  readonly case: TcoCase;
  readonly formula: FormulaId;
  readonly read: ReadQuantities;
  readonly prices: Readonly<Record<string, ApiPrices>>;
}

export function warningsOf(each: WarnedCase, catalog: Catalog): string[] {
  return [
    ...statedAgainstEffective(each),
    ...assumed(each),
    ...alwaysOn(each),
    ...bareOpex(each, catalog),
    ...impossibleCooling(each, catalog),
    ...impossiblePower(each, catalog),
    ...listPrice(each, catalog),
    ...fullUse(each),
    ...bareAccelerators(each),
  ];
}

function statedAgainstEffective({ case: { inputs, published }, formula, read, prices }: WarnedCase): string[] {
  if (read.pairs.length === 0) return [];
  const pairs = read.pairs.map(({ stated, effective }) => `${stated} ${inputs[stated]} but ${effective} ${inputs[effective]}`);
  const compute = FORMULAS[formula];
  const instead = compute(read.stated, prices);
  const figures = published.flatMap(({ name }) => {
    const value = instead.find((one) => one.named.test(plainName(name)))?.value;
    if (value === undefined) return [];
    return [`${name} ${value === null ? 'never' : value.toFixed(value < 100 ? 1 : 0)}`];
  });
  return [
    `the published figures need the effective inputs, not the stated ones (${pairs.join('; ')}); with the stated ones: ${figures.join(', ')}`,
  ];
}

/** What a formula needs and the case does not say. */
function assumed({ formula, read: { quantities: given } }: WarnedCase): string[] {
  const warnings: string[] = [];
  if (formula === 'lifecycle' && given.years === undefined && given.hours === undefined)
    warnings.push(`no length is stated: ${LIFECYCLE_YEARS} years are assumed`);
  if (formula === 'fleet_tco' && given.accelerators === undefined && given.acceleratorsPerNode === undefined)
    warnings.push(`no number of accelerators is stated: ${ACCELERATORS_PER_NODE} a node are assumed`);
  if (formula === 'fleet_tco' && given.usdPerFteYear !== undefined && given.staffFte === undefined)
    if (given.staffFtePerNode === undefined)
      warnings.push('a cost of staff without a number of people is taken as the whole cost');
  return warnings;
}

function alwaysOn({ formula, read: { quantities: given } }: WarnedCase): string[] {
  if (formula === 'lifecycle')
    return [
      `rent is counted in every hour of the life, as if the machine were busy around the clock; at ${USUAL_UTILISATION * 100} % use renting costs ${USUAL_UTILISATION * 100} % of that and owning stays what it is (always-on opex)`,
    ];
  if (formula !== 'breakeven_hours') return [];
  const [capex, rent, opex] = [capexOf(given), rentOf(given), opexOf(given, 0)];
  if (breakEvenHours(capex, rent, opex) === null)
    return ['renting costs no more than owning takes to run: owning never pays off'];
  const calendar = breakEvenCalendarHours(capex, rent, opex, USUAL_UTILISATION);
  const then = calendar === null ? 'is never reached' : `takes ${Math.round(calendar)} hours on the calendar`;
  return [
    `always-on opex: the hours are hours of use with the machine busy around the clock, while owned running costs are paid in every hour; at ${USUAL_UTILISATION * 100} % use break-even ${then}`,
  ];
}

/** Running costs below the cheapest support contract leave support, space and staff out. */
function bareOpex({ formula, read: { quantities: given } }: WarnedCase, catalog: Catalog): string[] {
  if (formula !== 'breakeven_hours' && formula !== 'lifecycle') return [];
  const share = (opexOf(given, 0) * HOURS_PER_YEAR) / capexOf(given);
  const least = catalog.facility.supportPerYear.low;
  return share < least
    ? [
        `running costs are ${(share * 100).toFixed(1)} % of the purchase a year, less than the cheapest support contract alone (${least * 100} %): support, space or staff are left out`,
      ]
    : [];
}

function impossibleCooling({ read: { quantities: given } }: WarnedCase, catalog: Catalog): string[] {
  const { usdPerKilowattHour, coolingUsdPerKilowattHour } = given;
  if (usdPerKilowattHour === undefined || usdPerKilowattHour === 0 || coolingUsdPerKilowattHour === undefined) return [];
  const pue = 1 + coolingUsdPerKilowattHour / usdPerKilowattHour;
  return pue > WORST_PUE
    ? [
        `impossible cooling rate: USD ${coolingUsdPerKilowattHour} of cooling on USD ${usdPerKilowattHour} of electricity a kWh is an effective PUE of ${pue.toFixed(2)}; halls average ${catalog.facility.pue.ratio}`,
      ]
    : [];
}

/** Power and cooling that buy fewer kilowatts than such a machine draws. */
function impossiblePower(each: WarnedCase, catalog: Catalog): string[] {
  const given = each.read.quantities;
  if (given.capex === undefined || given.powerUsdPerHour === undefined) return [];
  const server = likeliestServer(catalog, given.capex, each.case);
  const tariff = chooseTariff(catalog.tariffs, 'US', ONE_NODE_MEGAWATT_HOURS)?.usdPerKilowattHour;
  const price = given.usdPerKilowattHour ?? tariff;
  if (server?.maximumPower === undefined || price === undefined) return [];
  const pue = given.coolingUsdPerKilowattHour === undefined ? catalog.facility.pue.ratio : 1;
  const kilowatts = opexParts(given).powerUsdPerHour / (price * pue + (given.coolingUsdPerKilowattHour ?? 0));
  const rated = server.maximumPower.watts / WATTS_PER_KILOWATT;
  const said = `USD ${given.powerUsdPerHour} an hour buys ${kilowatts.toFixed(1)} kW at USD ${price} a kWh and ${pue === 1 ? 'the stated cooling' : `a PUE of ${pue}`}`;
  if (kilowatts < rated * LEAST_SERVING_SHARE)
    return [
      `impossible power and cooling: ${said}, ${server.name} serves at ${(rated * LEAST_SERVING_SHARE).toFixed(1)} kW and more (rated ${rated.toFixed(1)})`,
    ];
  return kilowatts < rated * catalog.facility.servingPowerShare.ratio
    ? [`low power and cooling: ${said}, ${server.name} is rated ${rated.toFixed(1)} kW`]
    : [];
}

/** The server of the catalogue whose price is nearest, of those with the accelerator or the maker that the case names. */
function likeliestServer(catalog: Catalog, capexUsd: number, each: TcoCase): Server | undefined {
  const distance = (server: Server) => Math.abs(Math.log((server.price?.usd ?? 1) / capexUsd));
  const priced = catalog.servers.filter((server) => server.price !== undefined && server.maximumPower !== undefined);
  const words = wordsOf(each);
  const ofFamily = priced.filter((server) => server.accelerator !== null && names(words, server.accelerator.id));
  const from = ofFamily.length > 0 ? ofFamily : priced;
  const ofMaker = from.filter((server) => words.includes(` ${server.id.split('-')[0]} `));
  return (ofMaker.length > 0 ? ofMaker : from).toSorted((one, other) => distance(one) - distance(other))[0];
}

/** Everything a case says in words, as single words. */
function wordsOf({ id, source, notes }: TcoCase): string {
  const words = [id, source, ...Object.values(notes)].join(' ').toLowerCase();
  return ` ${words.replaceAll(/(\d)x(?=[a-z])/g, '$1 x ').replaceAll(/[^a-z\d]+/g, ' ')} `;
}

/** Whether words name an accelerator's family: its id up to the first part with a digit. */
function names(words: string, accelerator: string): boolean {
  const parts = accelerator.split('-');
  const family = parts.slice(0, parts.findIndex((part) => /\d/.test(part)) + 1).join(' ');
  return words.includes(` ${family} `);
}

function listPrice(each: WarnedCase, catalog: Catalog): string[] {
  const given = each.read.quantities;
  const server = given.capexPerNode ?? (given.nodes === undefined || given.nodes === 1 ? given.capex : undefined);
  const factor = catalog.finance.listOverStreet.ratio;
  const listed = catalog.servers.find(
    ({ priceBasis, price }) =>
      server !== undefined &&
      priceBasis === 'vendor-list' &&
      price !== undefined &&
      Math.abs(server / price.usd - 1) < SAME_PRICE,
  );
  if (listed !== undefined)
    return [
      `list against street: USD ${server} is the undiscounted list price of ${listed.name}; street prices are about ${factor} times lower, and break-even as much sooner`,
    ];
  const priced = catalog.servers.filter(
    ({ accelerator, price, priceBasis }) => accelerator !== null && price !== undefined && priceBasis !== 'vendor-list',
  );
  const words = wordsOf(each.case);
  const ofFamily = priced.filter((one) => one.accelerator !== null && names(words, one.accelerator.id));
  const among = ofFamily.length > 0 ? ofFamily : priced;
  const dearest = Math.max(...among.map((one) => (one.price?.high ?? 0) / (one.accelerator?.count ?? 1)));
  const perNode = given.acceleratorsPerNode ?? ACCELERATORS_PER_NODE;
  const counted = given.accelerators ?? (given.nodes === undefined ? undefined : given.nodes * perNode);
  const usd =
    given.capexPerAccelerator ??
    (given.capexPerNode !== undefined ? given.capexPerNode / perNode : (given.capex ?? 0) / (counted ?? ACCELERATORS_PER_NODE));
  if (usd <= dearest * ABOVE_STREET) return [];
  const count = given.capexPerAccelerator === undefined && counted === undefined ? `, with ${ACCELERATORS_PER_NODE} assumed` : '';
  return [
    `list against street: USD ${Math.round(usd)} an accelerator${count}, ${(usd / dearest).toFixed(1)} times the dearest street price in the catalogue (USD ${Math.round(dearest)}${ofFamily.length > 0 ? ', of the same kind' : ''}); check whether it is a list price`,
  ];
}

function fullUse({ formula, read: { quantities: given } }: WarnedCase): string[] {
  const utilisation = given.utilisation ?? 1;
  if (formula === 'usd_per_mtok' && utilisation >= HIGH_UTILISATION)
    return [
      `every second of every hour at full throughput is assumed; at ${USUAL_UTILISATION * 100} % use a token costs ${(utilisation / USUAL_UTILISATION).toFixed(1)} times as much`,
    ];
  if ((formula !== 'amortised_gpu_hour' && formula !== 'fleet_tco') || utilisation < HIGH_UTILISATION) return [];
  return [
    `a utilisation of ${Math.round(utilisation * 100)} % is assumed; fleets are said to reach ${USUAL_UTILISATION * 100} %, and measured averages lie far below`,
  ];
}

function bareAccelerators({ formula }: WarnedCase): string[] {
  return formula === 'pan_breakeven_months'
    ? [
        'only bare accelerators are counted: no server, staff, space or PUE; full throughput in every hour; and input and output tokens are lumped together as one throughput, two thirds of it priced as output',
      ]
    : [];
}
