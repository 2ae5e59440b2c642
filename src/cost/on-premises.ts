// On-premises cost: what is bought, what it is worth at the end, and what owning and running it takes each month.
// In: a server, a number of nodes, energy, facility and finance assumptions. Out: capital items, and a bill a month.
import type { Server } from '../documents/catalog/hardware.ts';
import type { Facility } from '../documents/catalog/sites.ts';
import type { Fact } from '../documents/fact.ts';
import { WATTS_PER_KILOWATT } from '../units.ts';
import { type BillLine, line } from './bill.ts';
import { monthlyEquivalent, presentValue, type Residual } from './capital-value.ts';

/** One position of a bill of materials. */
export interface CapitalItem {
  readonly id: string;
  readonly label: string;
  readonly quantity: number;
  readonly usdEach: number;
  readonly low: number;
  readonly high: number;
  readonly source: string;
}

export interface OnPremisesInput {
  readonly server: Server;
  readonly nodes: number;
  readonly nodesPerReplica: number;
  readonly nodeMaximumWatts: number;
  readonly rackLimitWatts: number;
  readonly facility: Facility;
  readonly priceBasis: 'low' | 'typical' | 'high';
  /** Whether servers are paid at street or at undiscounted list prices. */
  readonly prices: 'street' | 'list';
  readonly listOverStreet: Fact<'ratio'>;
  readonly depreciationYears: number;
  /** Share of the servers' price that they fetch at the end of their life. */
  readonly residual: Residual;
  readonly residualSource: string;
  readonly costOfCapitalPerYear: number;
  readonly costOfCapitalSource: string;
  readonly supportRatioPerYear: number;
  readonly usdPerKilowattMonth: number;
  readonly staffFte: number;
  readonly kilowattHoursPerMonth: number;
  readonly usdPerKilowattHour: number;
  readonly electricitySource: string;
}

/** What has to be bought; null when the server has no price. */
export function listCapital(input: OnPremisesInput): CapitalItem[] | null {
  const { server, nodes, facility } = input;
  if (server.price === undefined) return null;
  const racks = racksFor(nodes, input.nodeMaximumWatts, input.rackLimitWatts);
  const items = [serverItem(input, server.price)];
  // The assumptions for storage and network are those of an eight-accelerator node with a fabric; a workstation-class box has its own.
  if (server.fabric.kind !== 'none') {
    items.push(capitalItem('storage', 'local NVMe of a node', nodes, facility.nodeStorage));
    items.push(capitalItem('network', 'network cards, cables and switch share of a node', nodes, facility.nodeNetwork));
  }
  if (server.accelerator !== null && server.accelerator.count > 1)
    items.push(capitalItem('rack', 'rack, power distribution and battery', racks, facility.rackAndPower));
  const servers = nodes * (items[0] as CapitalItem).usdEach;
  if (input.nodesPerReplica > 1)
    items.push(shareItem('fabric', 'fabric between the nodes of a replica', servers, facility.fabricShare));
  items.push(shareItem('spares', 'spare parts', servers, facility.sparesShare));
  return items;
}

/** Servers at the wanted kind of price. A list price is never discounted on a guess: it stands until a quote replaces it. */
function serverItem({ server, nodes, prices, listOverStreet }: OnPremisesInput, price: Fact<'usd'>): CapitalItem {
  const item = capitalItem('server', server.name, nodes, price, server.source);
  if (server.priceBasis === 'vendor-list') return { ...item, label: `${server.name}, undiscounted list price` };
  if (prices === 'street') return item;
  return {
    ...item,
    label: `${server.name}, street price × ${listOverStreet.ratio} for the list`,
    usdEach: price.usd * listOverStreet.ratio,
    low: price.low * listOverStreet.low,
    high: price.high * listOverStreet.high,
  };
}

/** Racks a fleet fills when no rack may draw more than its limit. */
export function racksFor(nodes: number, nodeWatts: number, rackLimitWatts: number): number {
  const perRack = Math.max(1, Math.floor(rackLimitWatts / Math.max(1, nodeWatts)));
  return Math.ceil(nodes / perRack);
}

/** What is paid at once, on the chosen price basis. */
export function totalCapital(items: readonly CapitalItem[], basis: OnPremisesInput['priceBasis']): number {
  return items.reduce((sum, item) => sum + item.quantity * amountOn(item, basis), 0);
}

/** What servers fetch at the end of their life; the rest of what was bought is written off whole. */
export function residualUsd(items: readonly CapitalItem[], basis: OnPremisesInput['priceBasis'], share: number): number {
  return (
    totalCapital(
      items.filter((item) => item.id === 'server'),
      basis,
    ) * share
  );
}

/** USD a month of each line of `billOnPremises`, in its order. */
export interface OwnedAmounts {
  readonly depreciation: number;
  readonly capital: number;
  readonly support: number;
  readonly energy: number;
  readonly space: number;
  readonly staff: number;
}

/** What `billOnPremises` comes to on the chosen basis, without its words and ranges: draws ask ten thousand times. */
export function amountsOnPremises(input: OnPremisesInput, capital: readonly CapitalItem[]): OwnedAmounts {
  return { ...heldOn(input, capital, input.priceBasis, input.residual.ratio), ...runningOf(input) };
}

/** What tying up money in hardware takes a month, on one basis of prices and one share of resale. */
function heldOn(input: OnPremisesInput, capital: readonly CapitalItem[], basis: OnPremisesInput['priceBasis'], share: number) {
  const months = input.depreciationYears * 12;
  const { costOfCapitalPerYear } = input;
  const capexUsd = totalCapital(capital, basis);
  const resaleUsd = residualUsd(capital, basis, share);
  const depreciation = (capexUsd - resaleUsd) / months;
  const annuity = monthlyEquivalent(
    capexUsd - presentValue(resaleUsd, months, costOfCapitalPerYear),
    months,
    costOfCapitalPerYear,
  );
  const support = capexUsd * (input.supportRatioPerYear / 12);
  return { capexUsd, resaleUsd, depreciation, capital: annuity - depreciation, support };
}

function runningOf(input: OnPremisesInput) {
  const provisionedKilowatts = (input.nodes * input.nodeMaximumWatts) / WATTS_PER_KILOWATT;
  return {
    energy: input.kilowattHoursPerMonth * input.usdPerKilowattHour,
    space: provisionedKilowatts * input.usdPerKilowattMonth,
    staff: (input.staffFte * input.facility.staffCost.usdPerYear) / 12,
    provisionedKilowatts,
  };
}

/**
 * The monthly bill: loss of value, cost of capital, energy, support, space and staff.
 * Depreciation and capital together are the annuity of what is bought less what it still fetches:
 * (capex − residual ÷ (1 + r)^years) spread over the months at r; without r it is the straight line.
 * Low and high follow the ranges of prices and of residual values, other lines held at their typical value.
 */
export function billOnPremises(input: OnPremisesInput, capital: readonly CapitalItem[]): BillLine[] {
  const { facility, priceBasis, residual, costOfCapitalPerYear } = input;
  const typical = heldOn(input, capital, priceBasis, residual.ratio);
  const ends = [heldOn(input, capital, 'low', residual.high), typical, heldOn(input, capital, 'high', residual.low)];
  const range = (of: (each: typeof typical) => number) => ({
    usdPerMonth: of(typical),
    low: Math.min(...ends.map(of)),
    high: Math.max(...ends.map(of)),
  });
  const { energy, space, staff, provisionedKilowatts } = runningOf(input);
  const capexSources = [...new Set(capital.map((item) => item.source))];
  return [
    {
      id: 'depreciation',
      label: 'hardware less resale, straight-line',
      ...range((each) => each.depreciation),
      basis: `USD ${Math.round(typical.capexUsd)} less USD ${Math.round(typical.resaleUsd)} (${Math.round(residual.ratio * 100)}% of the servers) over ${input.depreciationYears} years`,
      quantity: null,
      sources: [...capexSources, input.residualSource],
    },
    {
      id: 'capital',
      label: 'cost of capital',
      ...range((each) => each.capital),
      basis: `${(costOfCapitalPerYear * 100).toFixed(1)}% a year on what is tied up, as an annuity over ${input.depreciationYears * 12} months`,
      quantity: null,
      sources: [input.costOfCapitalSource],
    },
    {
      id: 'support',
      label: 'support and repairs',
      ...range((each) => each.support),
      basis: `${(input.supportRatioPerYear * 100).toFixed(1)}% of the purchase a year`,
      quantity: null,
      sources: [facility.supportPerYear.source],
    },
    fixed(
      'energy',
      'electricity at the meter',
      energy,
      `${Math.round(input.kilowattHoursPerMonth)} kWh × USD ${input.usdPerKilowattHour.toFixed(4)}`,
      input.electricitySource,
    ),
    fixed(
      'space',
      'space, cooling plant and power provision',
      space,
      `${provisionedKilowatts.toFixed(1)} kW provisioned × USD ${input.usdPerKilowattMonth} a kW`,
      facility.spacePerKilowattMonth.source,
    ),
    fixed(
      'staff',
      'staff',
      staff,
      `${input.staffFte.toFixed(2)} FTE × USD ${facility.staffCost.usdPerYear} a year`,
      facility.staffCost.source,
    ),
  ];
}

function fixed(id: string, label: string, usdPerMonth: number, basis: string, source: string): BillLine {
  return line(id, label, usdPerMonth, basis, [source]);
}

function capitalItem(id: string, label: string, quantity: number, price: Fact<'usd'>, source = price.source): CapitalItem {
  return { id, label, quantity, usdEach: price.usd, low: price.low, high: price.high, source };
}

function shareItem(id: string, label: string, ofUsd: number, share: Fact<'ratio'>): CapitalItem {
  return {
    id,
    label,
    quantity: 1,
    usdEach: ofUsd * share.ratio,
    low: ofUsd * share.low,
    high: ofUsd * share.high,
    source: share.source,
  };
}

function amountOn(item: CapitalItem, basis: OnPremisesInput['priceBasis']): number {
  if (basis === 'typical') return item.usdEach;
  return basis === 'low' ? item.low : item.high;
}

/** Staff for a fleet: the first node takes a share of a person, further nodes a smaller one. */
export function staffFor(nodes: number, facility: Pick<Facility, 'staffPerNode' | 'staffPerFurtherNode'>): number {
  return facility.staffPerNode.fullTimeEquivalents + (nodes - 1) * facility.staffPerFurtherNode.fullTimeEquivalents;
}
