// Bill of materials of an on-premises option: what to order, at which price range, and what the hall must give.
import { stringify } from 'csv-stringify/sync';
import type { Plan, PlanOption } from '../documents/plan.ts';

const usd = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** The order list as CSV, units in the column names. */
export function renderBomCsv(option: PlanOption): string {
  return stringify(
    option.cost.capital.map((item) => ({
      item: item.id,
      description: item.label,
      quantity: item.quantity,
      usdEach: Math.round(item.usdEach),
      usdEachLow: Math.round(item.low),
      usdEachHigh: Math.round(item.high),
      usdTotal: Math.round(item.usdEach * item.quantity),
      source: item.source,
    })),
    { header: true },
  );
}

/** The same for a reader, with power, racks and running costs. */
export function renderBomMarkdown(plan: Plan, option: PlanOption): string {
  const rows = option.cost.capital.map(
    (item) =>
      `| ${item.label} | ${item.quantity} | ${usd.format(item.usdEach)} | ${usd.format(item.low)}–${usd.format(item.high)} | ${usd.format(item.usdEach * item.quantity)} |`,
  );
  const total = option.cost.capital.reduce((sum, item) => sum + item.usdEach * item.quantity, 0);
  const kilowatts = (option.energy.nodeMaximumWatts * option.nodes) / 1000;
  const sources = [...new Set(option.cost.capital.map((item) => item.source))].flatMap((key) => {
    const source = plan.sources[key];
    return source === undefined
      ? []
      : [`- ${source.title} (${source.kind}, ${source.asOf}${source.url === undefined ? '' : `, ${source.url}`})`];
  });
  return [
    `# Bill of materials: ${plan.name}`,
    '',
    `${option.nodes} × ${option.machine.name}, to serve ${plan.workload.model} (${option.checkpoint.precision}, ${option.layout.name}, ${option.engine}).`,
    'Prices are the typical ones of the catalogue, with their range; ask for quotes before you order.',
    '',
    '| item | quantity | USD each | range | USD |',
    '| --- | ---: | ---: | ---: | ---: |',
    ...rows,
    `| **total** | | | | **${usd.format(total)}** |`,
    '',
    '## What the hall must give',
    '',
    `- Power: up to ${kilowatts.toFixed(1)} kW for ${option.nodes} ${option.nodes === 1 ? 'server' : 'servers'}; on average ${(option.energy.facilityWatts / 1000).toFixed(1)} kW at the meter with a PUE of ${option.energy.pueRatio}.`,
    `- Energy: ${usd.format(option.energy.kilowattHoursPerMonth)} kWh a month${option.energy.kilogramsCo2ePerMonth === null ? '' : `, ${usd.format(option.energy.kilogramsCo2ePerMonth)} kg CO2e (${option.energy.gridZone}, ${option.energy.carbonMethod})`}.`,
    '',
    '## What it costs a month',
    '',
    '| line | USD a month | how |',
    '| --- | ---: | --- |',
    ...option.cost.lines.map(
      (line) => `| ${line.label} | ${line.usdPerMonth === null ? 'not found' : usd.format(line.usdPerMonth)} | ${line.basis} |`,
    ),
    `| **total** | **${usd.format(option.cost.usdPerMonth.typical)}** | |`,
    '',
    '## Sources of the prices',
    '',
    ...sources,
    '',
  ].join('\n');
}
