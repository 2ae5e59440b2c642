// On-premises cost: what is bought, written off straight-line, and what running it takes each month.
// In: a server, a number of nodes, energy, facility assumptions. Out: capital items, and a bill a month.
import type { Server } from '../documents/catalog/hardware.ts';
import type { Facility } from '../documents/catalog/sites.ts';
import type { Fact } from '../documents/fact.ts';
import { WATTS_PER_KILOWATT } from '../units.ts';
import type { BillLine } from './bill.ts';

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
  readonly depreciationYears: number;
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
  const items = [capitalItem('server', server.name, nodes, server.price, server.source)];
  // The assumptions for storage and network are those of an eight-accelerator node with a fabric; a workstation-class box has its own.
  if (server.fabric.kind !== 'none') {
    items.push(capitalItem('storage', 'local NVMe of a node', nodes, facility.nodeStorage));
    items.push(capitalItem('network', 'network cards, cables and switch share of a node', nodes, facility.nodeNetwork));
  }
  if (server.accelerator !== null && server.accelerator.count > 1)
    items.push(capitalItem('rack', 'rack, power distribution and battery', racks, facility.rackAndPower));
  const servers = nodes * server.price.usd;
  if (input.nodesPerReplica > 1)
    items.push(shareItem('fabric', 'fabric between the nodes of a replica', servers, facility.fabricShare));
  items.push(shareItem('spares', 'spare parts', servers, facility.sparesShare));
  return items;
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

/**
 * The monthly bill: depreciation, energy, support, space and staff.
 * Low and high follow the price range of what is bought, other lines held at their typical value.
 */
export function billOnPremises(input: OnPremisesInput, capital: readonly CapitalItem[]): BillLine[] {
  const months = input.depreciationYears * 12;
  const basis = {
    low: totalCapital(capital, 'low'),
    high: totalCapital(capital, 'high'),
    typical: totalCapital(capital, input.priceBasis),
  };
  const supportPerMonth = input.supportRatioPerYear / 12;
  const provisionedKilowatts = (input.nodes * input.nodeMaximumWatts) / WATTS_PER_KILOWATT;
  const { facility } = input;
  const staffUsd = (input.staffFte * facility.staffCost.usdPerYear) / 12;
  const spaceUsd = provisionedKilowatts * input.usdPerKilowattMonth;
  const energyUsd = input.kilowattHoursPerMonth * input.usdPerKilowattHour;
  const capexSources = [...new Set(capital.map((item) => item.source))];
  return [
    {
      id: 'depreciation',
      label: 'hardware, written off straight-line',
      usdPerMonth: basis.typical / months,
      low: Math.min(basis.low, basis.typical) / months,
      high: Math.max(basis.high, basis.typical) / months,
      basis: `USD ${Math.round(basis.typical)} over ${input.depreciationYears} years`,
      sources: capexSources,
    },
    {
      id: 'support',
      label: 'support and repairs',
      usdPerMonth: basis.typical * supportPerMonth,
      low: Math.min(basis.low, basis.typical) * supportPerMonth,
      high: Math.max(basis.high, basis.typical) * supportPerMonth,
      basis: `${(input.supportRatioPerYear * 100).toFixed(1)}% of the purchase a year`,
      sources: [facility.supportPerYear.source],
    },
    fixed(
      'energy',
      'electricity at the meter',
      energyUsd,
      `${Math.round(input.kilowattHoursPerMonth)} kWh × USD ${input.usdPerKilowattHour.toFixed(4)}`,
      input.electricitySource,
    ),
    fixed(
      'space',
      'space, cooling plant and power provision',
      spaceUsd,
      `${provisionedKilowatts.toFixed(1)} kW provisioned × USD ${input.usdPerKilowattMonth} a kW`,
      facility.spacePerKilowattMonth.source,
    ),
    fixed(
      'staff',
      'staff',
      staffUsd,
      `${input.staffFte.toFixed(2)} FTE × USD ${facility.staffCost.usdPerYear} a year`,
      facility.staffCost.source,
    ),
  ];
}

function fixed(id: string, label: string, usdPerMonth: number, basis: string, source: string): BillLine {
  return { id, label, usdPerMonth, low: usdPerMonth, high: usdPerMonth, basis, sources: [source] };
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
