// Warnings on published cases: what a careful reader would ask before signing on such a figure.
// In: quantities of one case, the catalogue. Out: sentences, each with the figure that would stand instead.
import { breakEvenCalendarHours, breakEvenHours } from '../../src/cost/comparisons.ts';
import type { Catalog } from '../../src/documents/catalog/catalog.ts';
import type { Server } from '../../src/documents/catalog/hardware.ts';
import { chooseTariff } from '../../src/plan/choose-tariff.ts';
import type { ApiPrices } from './formulas.ts';
import { panFigures } from './formulas.ts';
import { plainName, type Quantities } from './names.ts';

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
const SAME_PRICE = 0.01;
const DEAR = 1.5;

export interface WarnedCase {
  readonly id: string;
  readonly formula: string;
  readonly given: Quantities;
  readonly inputs: Readonly<Record<string, number>>;
  readonly source: string;
  readonly published: Readonly<Record<string, number>>;
  readonly prices: Readonly<Record<string, ApiPrices>>;
}

export function warningsOf(each: WarnedCase, catalog: Catalog): string[] {
  return [
    ...statedAgainstEffective(each),
    ...alwaysOn(each),
    ...impossibleCooling(each, catalog),
    ...listPrice(each, catalog),
    ...fullUse(each),
    ...bareAccelerators(each),
  ];
}

/** Names that differ by `stated` and `effective` only. */
function statedAgainstEffective({ inputs, given, formula, prices, published }: WarnedCase): string[] {
  const pairs = Object.keys(inputs).flatMap((name) => {
    const other = name.replace(/stated/i, 'effective');
    return other !== name && inputs[other] !== undefined && inputs[other] !== inputs[name]
      ? [`${name} ${inputs[name]} but ${other} ${inputs[other]}`]
      : [];
  });
  if (pairs.length === 0) return [];
  let instead = '';
  if (formula === 'pan_breakeven_months' && given.hoursPerMonthStated !== undefined) {
    const stated = panFigures(
      given,
      prices,
      given.hoursPerMonthStated,
      given.kilowattsPerAcceleratorStated ?? given.kilowattsPerAccelerator ?? given.kilowattsPerAcceleratorEffective ?? 0,
    );
    const months = Object.keys(published).flatMap((name) => {
      const figure = stated.find((one) => one.named.test(plainName(name)));
      return figure?.value == null || /capacity/i.test(name) ? [] : [`${name} ${figure.value.toFixed(1)}`];
    });
    instead = `; with the stated ones: ${months.join(', ')} months`;
  }
  return [`the published figures need the effective inputs, not the stated ones (${pairs.join('; ')})${instead}`];
}

function alwaysOn({ formula, given }: WarnedCase): string[] {
  const { capex, rentedUsdPerHour, opexUsdPerHour } = given;
  if (formula !== 'breakeven_hours' || capex === undefined || rentedUsdPerHour === undefined) return [];
  const used = breakEvenHours(capex, rentedUsdPerHour, opexUsdPerHour ?? 0);
  const calendar = breakEvenCalendarHours(capex, rentedUsdPerHour, opexUsdPerHour ?? 0, USUAL_UTILISATION);
  if (used === null) return [];
  const then = calendar === null ? 'is never reached' : `takes ${Math.round(calendar)} hours on the calendar`;
  return [
    `always-on opex: the hours are hours of use with the machine busy around the clock, while owned running costs are paid in every hour; at ${USUAL_UTILISATION * 100} % use break-even ${then}`,
  ];
}

function impossibleCooling({ formula, given, source }: WarnedCase, catalog: Catalog): string[] {
  const warnings: string[] = [];
  const { usdPerKilowattHour, coolingUsdPerKilowattHour, powerUsdPerHour, capex } = given;
  if (usdPerKilowattHour !== undefined && coolingUsdPerKilowattHour !== undefined) {
    const pue = 1 + coolingUsdPerKilowattHour / usdPerKilowattHour;
    if (pue > WORST_PUE)
      warnings.push(
        `impossible cooling rate: USD ${coolingUsdPerKilowattHour} of cooling on USD ${usdPerKilowattHour} of electricity a kWh is an effective PUE of ${pue.toFixed(2)}; halls average ${catalog.facility.pue.ratio}`,
      );
  }
  if (powerUsdPerHour !== undefined && capex !== undefined && formula !== 'amortised_gpu_hour') {
    const server = likeliestServer(catalog, capex, source);
    const price = chooseTariff(catalog.tariffs, 'US', ONE_NODE_MEGAWATT_HOURS)?.usdPerKilowattHour;
    if (server?.maximumPower !== undefined && price !== undefined) {
      const kilowatts = powerUsdPerHour / (price * catalog.facility.pue.ratio);
      const least = (server.maximumPower.watts / 1000) * LEAST_SERVING_SHARE;
      if (kilowatts < least)
        warnings.push(
          `impossible power and cooling: USD ${powerUsdPerHour} an hour buys ${kilowatts.toFixed(1)} kW at USD ${price} a kWh and a PUE of ${catalog.facility.pue.ratio}, ${server.name} serves at ${least.toFixed(1)} kW and more`,
        );
      else if (kilowatts < (server.maximumPower.watts / 1000) * catalog.facility.servingPowerShare.ratio)
        warnings.push(
          `low power and cooling: USD ${powerUsdPerHour} an hour buys ${kilowatts.toFixed(1)} kW, ${server.name} is rated ${(server.maximumPower.watts / 1000).toFixed(1)} kW`,
        );
    }
  }
  return warnings;
}

/** The server of the catalogue whose price is nearest, of those that the source names where it names one. */
function likeliestServer(catalog: Catalog, capexUsd: number, source: string): Server | undefined {
  const distance = (server: Server) => Math.abs(Math.log((server.price?.usd ?? 1) / capexUsd));
  const priced = catalog.servers.filter((server) => server.price !== undefined && server.maximumPower !== undefined);
  const named = priced.filter((server) => source.toLowerCase().includes(server.id.split('-')[0] ?? '-'));
  return (named.length > 0 ? named : priced).toSorted((one, other) => distance(one) - distance(other))[0];
}

function listPrice({ formula, given }: WarnedCase, catalog: Catalog): string[] {
  const each = given.capex ?? given.capexPerNode;
  if (each === undefined || (formula === 'fleet_tco' && given.capexPerNode === undefined)) return [];
  const listed = catalog.servers.find(
    (server) =>
      server.priceBasis === 'vendor-list' && server.price !== undefined && Math.abs(server.price.usd / each - 1) < SAME_PRICE,
  );
  const factor = catalog.finance.listOverStreet.ratio;
  if (listed !== undefined)
    return [
      `list against street: USD ${each} is the undiscounted list price of ${listed.name}; street prices are about ${factor} times lower, and break-even as much sooner`,
    ];
  const eights = catalog.servers.filter(
    (server) => server.accelerator?.count === 8 && server.price !== undefined && server.priceBasis !== 'vendor-list',
  );
  const dearest = Math.max(...eights.map((server) => server.price?.high ?? 0));
  return formula === 'breakeven_hours' && each > dearest && each < dearest * factor * DEAR
    ? [
        `list against street: USD ${each} lies above every street price of a server with 8 accelerators in the catalogue (up to USD ${dearest}); check whether it is a list price`,
      ]
    : [];
}

function fullUse({ formula, given }: WarnedCase): string[] {
  if (formula === 'usd_per_mtok' && (given.utilisation ?? 1) >= HIGH_UTILISATION)
    return [
      `every second of every hour at full throughput is assumed; at ${USUAL_UTILISATION * 100} % use a token costs ${(1 / USUAL_UTILISATION).toFixed(1)} times as much`,
    ];
  if (formula === 'lifecycle' || formula === 'breakeven_hours' || (given.utilisation ?? 0) < HIGH_UTILISATION) return [];
  return [
    `a utilisation of ${(given.utilisation ?? 1) * 100} % is assumed; fleets are said to reach ${USUAL_UTILISATION * 100} %, and measured averages lie far below`,
  ];
}

function bareAccelerators({ formula }: WarnedCase): string[] {
  return formula === 'pan_breakeven_months'
    ? [
        'only bare accelerators are counted: no server, staff, space or PUE; and input and output tokens are one throughput, two thirds of it priced as output',
      ]
    : [];
}
