// Fleets as functions of what is uncertain: the product's own bills, asked again with other prices, speeds and loads.
// In: a sizing and its offer. Out: USD a month, capital, and cash a month at given values.
import { presentValueOfMonths } from '../cost/capital-value.ts';
import { type CloudBillInput, serviceAmounts, totalCloud } from '../cost/cloud.ts';
import type { Energy } from '../cost/energy.ts';
import {
  amountsOnPremises,
  listCapital,
  type OnPremisesInput,
  type OwnedAmounts,
  staffFor,
  totalCapital,
} from '../cost/on-premises.ts';
import type { Facility } from '../documents/catalog/sites.ts';
import { marginAt } from '../physics/margin.ts';
import type { Offer } from '../plan/offer.ts';
import type { Priced } from '../plan/price-machines.ts';
import type { ResolvedWorkload } from '../plan/resolve-workload.ts';
import type { Sizing } from '../search/size-candidate.ts';
import { HOURS_PER_MONTH } from '../units.ts';
import type { Values } from './parameters.ts';

const MONTHS_PER_YEAR = 12;

export interface FleetCost {
  readonly usdPerMonth: number;
  readonly capexUsd: number;
  /** What is paid each month beside what was bought at the start. */
  readonly cashUsdPerMonth: number;
  readonly nodes: number;
}

/** A month of an owned fleet, line by line. */
export interface OwnedFleetCost extends FleetCost {
  readonly amounts: OwnedAmounts;
}

interface Fleet {
  readonly sizing: Sizing;
  readonly offer: Offer;
  /** Percentiles 10 and 90 of measured over predicted throughput. */
  readonly throughput: { readonly low: number; readonly high: number };
  /** Requests a second that one replica carries at the planned confidence. */
  readonly replicaRequestsPerSecond: number;
}

export interface OwnedFleet extends Fleet {
  /** Null where staff follows from the number of nodes. */
  readonly fixedStaffFte: number | null;
  readonly input: OnPremisesInput;
  readonly energy: Energy;
}

export interface RentedFleet extends Fleet {
  readonly input: CloudBillInput;
  /** Mean of nodes that run when the fleet follows the demand, over all nodes. */
  readonly followingRatio: number;
}

/** How much of the hours the fleet is up; 1 for a fleet that is always on. */
export interface Running {
  readonly hoursShare: number;
  /** Replicas, where a mix asks for a part of the fleet only. */
  readonly replicas?: number;
}
export const ALWAYS: Running = { hoursShare: 1 };

export function ownedFleet(priced: Priced, workload: ResolvedWorkload): OwnedFleet | null {
  const { sizing, offer } = priced;
  if (!('owned' in offer.terms)) return null;
  return {
    ...fleetOf(sizing, offer, workload),
    input: offer.terms.owned,
    energy: offer.energy,
    fixedStaffFte: workload.site.staffFte,
  };
}

export function rentedFleet(
  sizing: Sizing,
  offer: Offer,
  followingRatio: number,
  workload: ResolvedWorkload,
): RentedFleet | null {
  return 'rented' in offer.terms ? { ...fleetOf(sizing, offer, workload), input: offer.terms.rented, followingRatio } : null;
}

function fleetOf(sizing: Sizing, offer: Offer, workload: ResolvedWorkload): Fleet {
  const { interval } = sizing.candidate.stack;
  const margin = marginAt(interval, workload.confidence);
  return {
    sizing,
    offer,
    throughput: interval.throughput,
    replicaRequestsPerSecond: sizing.capacity.requestsPerSecond * margin.throughput,
  };
}

/** Nodes that carry the peak when replicas are that much faster than predicted, or that many replicas as a mix asks for. */
function nodesAt({ sizing, offer }: Fleet, speed: number, replicas?: number): number {
  const { candidate, prefill } = sizing;
  const { spareReplicas, sparePrefillWorkers } = offer.load;
  const needed = replicas ?? Math.max(1, Math.ceil(sizing.peakReplicas / speed - 1e-9)) + spareReplicas;
  const share = needed / (sizing.replicas + spareReplicas);
  const workers = prefill === null ? 0 : Math.ceil((prefill.workers + sparePrefillWorkers) * share - 1e-9);
  return needed * candidate.nodesPerReplica + workers * (prefill?.candidate.nodesPerReplica ?? 0);
}

/**
 * A month of an owned fleet.
 * Electricity: nodes up wait with weights loaded, and what work adds to that is done faster or slower with the speed;
 * hours in which the fleet is not busy only wait.
 */
export function ownedCost(fleet: OwnedFleet, values: Values, facility: Facility, running: Running = ALWAYS): OwnedFleetCost {
  const { input, energy, offer } = fleet;
  const nodes = nodesAt(fleet, values.speed, running.replicas);
  const waiting = energy.nodePhaseWatts.loadedIdle;
  const working = Math.max(0, energy.wallWatts - offer.load.nodes * waiting);
  // Work is a property of the load: a part of the fleet does its part of it.
  const part = running.replicas === undefined ? 1 : nodes / offer.load.nodes;
  const wallWatts = nodes * waiting + (working * part * running.hoursShare * values.meanLoad) / values.speed;
  const shifted = shiftFacility(facility, values);
  const { server } = input;
  const { price } = server;
  const bill = {
    ...input,
    nodes,
    server:
      price === undefined || Number.isNaN(values.serverPrice)
        ? server
        : { ...server, price: { ...price, usd: values.serverPrice } },
    facility: shifted,
    residual: Number.isNaN(values.residual)
      ? input.residual
      : { ratio: values.residual, low: values.residual, high: values.residual },
    costOfCapitalPerYear: values.costOfCapital,
    supportRatioPerYear: values.support,
    usdPerKilowattMonth: values.space,
    staffFte: fleet.fixedStaffFte ?? staffFor(nodes, shifted),
    kilowattHoursPerMonth: (wallWatts * values.power * values.pue * HOURS_PER_MONTH) / 1000,
    usdPerKilowattHour: input.usdPerKilowattHour * values.electricity,
  };
  const capital = listCapital(bill) ?? [];
  const amounts = amountsOnPremises(bill, capital);
  const { depreciation, capital: interest, support, energy: electricity, space, staff } = amounts;
  // Value lost and interest on what is tied up are no cash.
  const held = depreciation + interest;
  const usdPerMonth = held + support + electricity + space + staff;
  return {
    usdPerMonth,
    capexUsd: totalCapital(capital, bill.priceBasis),
    cashUsdPerMonth: usdPerMonth - held,
    nodes,
    amounts,
  };
}

/** Facts moved towards their low or high ends together, as their positions say. */
function shiftFacility(facility: Facility, values: Values): Facility {
  if (values.otherHardware === 0 && values.staffTime === 0)
    return { ...facility, staffCost: { ...facility.staffCost, usdPerYear: values.staffCost } };
  const at = (low: number, typical: number, high: number, position: number) =>
    position < 0 ? typical + (typical - low) * position : typical + (high - typical) * position;
  const usd = (fact: Facility['nodeStorage']) => ({ ...fact, usd: at(fact.low, fact.usd, fact.high, values.otherHardware) });
  const ratio = (fact: Facility['sparesShare']) => ({
    ...fact,
    ratio: at(fact.low, fact.ratio, fact.high, values.otherHardware),
  });
  const staff = (fact: Facility['staffPerNode']) => ({
    ...fact,
    fullTimeEquivalents: at(fact.low, fact.fullTimeEquivalents, fact.high, values.staffTime),
  });
  return {
    ...facility,
    nodeStorage: usd(facility.nodeStorage),
    nodeNetwork: usd(facility.nodeNetwork),
    rackAndPower: usd(facility.rackAndPower),
    fabricShare: ratio(facility.fabricShare),
    sparesShare: ratio(facility.sparesShare),
    staffPerNode: staff(facility.staffPerNode),
    staffPerFurtherNode: staff(facility.staffPerFurtherNode),
    staffCost: { ...facility.staffCost, usdPerYear: values.staffCost },
  };
}

/**
 * A month of a rented fleet, mean over the horizon. Prices by the hour fall as they are expected to; a commitment keeps its
 * price for its term and is renewed at what it costs then.
 */
export function rentedCost(fleet: RentedFleet, values: Values, horizonMonths: number, running: Running = ALWAYS): FleetCost {
  const { input, offer } = fleet;
  const nodes = nodesAt(fleet, values.speed, running.replicas);
  const grown = offer.load.billedNodes / offer.load.nodes;
  const kept = offer.purchase === 'commitment-1y' || offer.purchase === 'commitment-3y';
  const repriced = offer.purchase === 'commitment-3y' ? 36 : offer.purchase === 'commitment-1y' ? 12 : 1;
  const factor = meanPriceFactor(values.cloudPriceDecline, horizonMonths, repriced);
  const billedNodes = nodes * grown * (kept ? 1 : running.hoursShare);
  const services = serviceAmounts({ ...input, nodes: billedNodes });
  const usdPerMonth =
    services === null ? Number.POSITIVE_INFINITY : totalCloud(billedNodes, input.usdPerHour * factor, services).usdPerMonth;
  return { usdPerMonth, capexUsd: 0, cashUsdPerMonth: usdPerMonth, nodes };
}

/** Mean over the horizon of a price that falls by a share a year and is looked at anew every so many months. */
export function meanPriceFactor(declinePerYear: number, horizonMonths: number, repricedEveryMonths: number): number {
  let sum = 0;
  let factor = 1;
  for (let month = 0; month < horizonMonths; month += 1) {
    if (month % repricedEveryMonths === 0) factor = (1 - declinePerYear) ** (month / MONTHS_PER_YEAR);
    sum += factor;
  }
  return sum / horizonMonths;
}

/**
 * Months until what was bought is earned back by what renting would have cost, both at the cost of capital:
 * the n at which capex = (rent − cash of owning) · (1 − (1 + i)^−n) ÷ i. Null where that is not within the horizon.
 */
export function paybackMonths(
  owned: FleetCost,
  rentedUsdPerMonth: number,
  costOfCapitalPerYear: number,
  horizonMonths: number,
): number | null {
  const saved = rentedUsdPerMonth - owned.cashUsdPerMonth;
  if (saved <= 0 || presentValueOfMonths(saved, horizonMonths, costOfCapitalPerYear) < owned.capexUsd) return null;
  let low = 0;
  let high = horizonMonths;
  for (let round = 0; round < 40; round += 1) {
    const middle = (low + high) / 2;
    if (presentValueOfMonths(saved, middle, costOfCapitalPerYear) < owned.capexUsd) low = middle;
    else high = middle;
  }
  return high;
}
