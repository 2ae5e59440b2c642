// The terminal's view of a comparison: ways, break-even curve, what moves it, mix, schedule. At most 100 columns.
import Table from 'cli-table3';
import type { Tco } from '../documents/tco.ts';
import { clip, formatAmount, formatCount, formatPercent, formatUsd } from './format.ts';
import { plainTable } from './plain-table.ts';
import { type Ink, wrap } from './terminal.ts';

const WIDTH = 100;
const BARS_TOLD = 8;
const BAR_WIDTH = 24;
const HOSTED_TOLD = 3;
const BLOCKS_TOLD = 3;

/** Text for a terminal, ending with a line break. */
export function renderTco(tco: Tco, ink: Ink): string {
  const parts = [
    ink.bold(wrap(tco.verdict.sentence, WIDTH).join('\n')),
    ink.dim(
      wrap(
        `${tco.name}: ${tco.hoursPerMonth} hours a month, ${tco.horizonMonths} months, ${formatPercent(tco.costOfCapitalPerYear)} a year for capital, ${formatCount(tco.inputs.draws)} draws with seed ${tco.inputs.seed}, mean load ${formatPercent(tco.meanToPeakRatio)} of the peak.`,
        WIDTH,
      ).join('\n'),
    ),
    waysTable(tco),
    ...(tco.breakEven === null ? [] : [breakEvenText(tco.breakEven, ink)]),
    ...(tco.tornado.length === 0 ? [] : [tornadoText(tco.tornado, ink)]),
    ...(tco.hybrid === null ? [] : [`${ink.bold('Hybrid')}      ${indent(tco.hybrid.sentence)}`]),
    ...(tco.schedule === null ? [] : [scheduleText(tco.schedule, ink)]),
    ...(tco.hosted.length === 0 ? [] : [hostedText(tco.hosted, ink)]),
    ...(tco.capacityBlocks.length === 0 ? [] : [blocksText(tco.capacityBlocks, ink)]),
    ...(tco.own.length === 0
      ? []
      : [`${ink.bold('Yours')}       ${indent(tco.own.map((own) => `${own.title}, as of ${own.asOf}`).join('; '))}`]),
    ...tco.warnings.map((warning) => ink.yellow(wrap(`${warning.id}  ${warning.message}`, WIDTH).join('\n'))),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** The comparison itself; the same comparison is the same bytes. */
export function renderTcoJson(tco: Tco): string {
  return `${JSON.stringify(tco, null, 2)}\n`;
}

const HANGING = 12;

function indent(text: string): string {
  return wrap(text, WIDTH - HANGING).join(`\n${' '.repeat(HANGING)}`);
}

function show(table: { toString(): string }): string {
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .join('\n');
}

function waysTable(tco: Tco): string {
  const table = new Table({
    ...plainTable(' '),
    head: ['way', 'fleet', 'USD/month', 'P10–P50–P90', 'USD/Mtok', 'today', 'to buy', 'own wins'],
    colAligns: ['left', 'left', 'right', 'right', 'right', 'right', 'right', 'right'],
  });
  for (const way of tco.ways)
    table.push([
      way.allowed ? WAYS[way.id] : `(${WAYS[way.id]})`,
      clip(`${way.nodes} × ${way.machine.replace(/^Standard_/, '')} ${way.region}`, 30),
      formatCount(way.usdPerMonth),
      `${[way.monthly.p10, way.monthly.p50, way.monthly.p90].map((usd) => formatAmount(usd / 1000)).join('–')}k`,
      formatAmount(way.usdPerMillionOutputTokens),
      thousands(way.presentValueUsd),
      way.capexUsd === 0 ? '–' : thousands(way.capexUsd),
      way.owningIsCheaper === null ? '–' : formatPercent(way.owningIsCheaper),
    ]);
  return show(table);
}

const WAYS: Record<Tco['ways'][number]['id'], string> = {
  owned: 'own',
  'on-demand': 'on demand',
  'on-demand-following': '… as needed',
  spot: 'spot',
  'commitment-1y': '1 year',
  'commitment-3y': '3 years',
};

function thousands(usd: number): string {
  return `${formatAmount(usd / 1000)}k`;
}

function breakEvenText(breakEven: NonNullable<Tco['breakEven']>, ink: Ink): string {
  const { utilisation, everPaysOff, paybackMonths, curve, against } = breakEven;
  const share = (value: number | null) => (value === null ? 'never' : formatPercent(value));
  const months = (value: number | null) => (value === null ? 'never' : `${formatAmount(value)} months`);
  const sentence = `Against ${against}: owning is cheaper above ${share(utilisation.p50)} of the hours (P10 ${share(utilisation.p10)}, P90 ${share(utilisation.p90)}; at some utilisation in ${formatPercent(everPaysOff)} of the draws). Renting always on, it is earned back in ${months(paybackMonths.p50)} (P10 ${months(paybackMonths.p10)}, P90 ${months(paybackMonths.p90)}).`;
  const ids = Object.keys(curve[0]?.usdPerMonth ?? {});
  const table = new Table({
    ...plainTable(' '),
    head: ['busy', ...ids.map((id) => clip(id, 14)), 'cheapest', 'earned back'],
    colAligns: ['right', ...ids.map((): 'right' => 'right'), 'left', 'right'],
  });
  for (const point of curve)
    table.push([
      formatPercent(point.utilisation),
      ...ids.map((id) => formatCount(point.usdPerMonth[id] ?? 0)),
      clip(point.cheapest, 18),
      point.paybackMonths === null ? 'never' : `${formatAmount(point.paybackMonths)} mo`,
    ]);
  return `${ink.bold('Break-even')}  ${indent(sentence)}\n\n${show(table)}`;
}

/** Bars from the smallest to the largest difference, zero marked: left of it owning is cheaper. */
function tornadoText(tornado: Tco['tornado'], ink: Ink): string {
  const told = tornado.slice(0, BARS_TOLD);
  const ends = told.flatMap((bar) => [bar.low.differenceUsdPerMonth, bar.high.differenceUsdPerMonth]);
  const least = Math.min(0, ...ends);
  const most = Math.max(0, ...ends);
  const at = (usd: number) => Math.round(((usd - least) / Math.max(1e-9, most - least)) * (BAR_WIDTH - 1));
  const lines = told.map((bar) => {
    const [from, to] = [bar.low, bar.high].map((end) => at(end.differenceUsdPerMonth)).toSorted((one, other) => one - other) as [
      number,
      number,
    ];
    const cells = Array.from({ length: BAR_WIDTH }, (_, cell) =>
      cell >= from && cell <= to ? '█' : cell === at(0) ? '│' : ' ',
    ).join('');
    const range = `${bar.low.stated} … ${bar.high.stated}`;
    return `  ${clip(bar.label, 30).padEnd(30)} ${cells} ${formatCount(bar.swingUsdPerMonth).padStart(9)}  ${clip(range, 29)}${bar.flips ? ' *' : ''}`;
  });
  return [
    `${ink.bold('Moves it')}    ${indent('Owning less the cheapest renting, USD a month, from each low to each high; left of the line owning is cheaper, * changes the answer.')}`,
    ...lines,
  ].join('\n');
}

function scheduleText(schedule: NonNullable<Tco['schedule']>, ink: Ink): string {
  const rows = schedule.quarters
    .filter((quarter) => quarter.actions.length > 0 || quarter.parked.length > 0)
    .map((quarter) => {
      const running = quarter.running.map((each) => `${each.replicas} × ${each.machine}`).join(', ');
      const parked = quarter.parked.map((each) => `${each.replicas} × ${each.machine} parked`).join(', ');
      return wrap(
        `month ${String(quarter.month).padStart(2)}  ${[quarter.actions.join(', '), `run ${running}`, parked].filter((text) => text !== '').join('; ')}`,
        WIDTH,
      )
        .map((line, index) => `  ${index === 0 ? '' : '          '}${line}`)
        .join('\n');
    });
  return [`${ink.bold('Schedule')}    ${indent(schedule.sentence)}`, ...rows].join('\n');
}

function hostedText(hosted: Tco['hosted'], ink: Ink): string {
  const told = hosted
    .slice(0, HOSTED_TOLD)
    .map(
      (each) =>
        `${each.seller} ${formatUsd(each.usdPerMonth)} (${formatAmount(each.usdPerMillionOutputTokens)} a million output tokens, prompts included)`,
    );
  return `${ink.bold('Hosted')}      ${indent(`By the token, for the mean load a month: ${told.join('; ')}.`)}`;
}

function blocksText(blocks: Tco['capacityBlocks'], ink: Ink): string {
  const told = blocks
    .slice(0, BLOCKS_TOLD)
    .map((each) => `${each.instance} in ${each.region} USD ${each.usdPerHour} an hour (${each.asOf})`);
  return `${ink.bold('Blocks')}      ${indent(`Capacity blocks as quoted, paid ahead and dated, never ranked: ${told.join('; ')}.`)}`;
}
