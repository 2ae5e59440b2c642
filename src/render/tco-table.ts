// The terminal's view of a comparison: ways, break-even, what moves it, mix, schedule; one screen unless all is asked for.
import type { Tco } from '../documents/tco.ts';
import { plotBreakEven } from './break-even-plot.ts';
import { clip, formatAmount, formatCount, formatPercent, formatUsd } from './format.ts';
import { type Column, fittingTable, type Ink, LABEL_WIDTH, labelled, wrap } from './terminal.ts';

const HOSTED_TOLD = 3;
const BLOCKS_TOLD = 3;

export interface TcoChoices {
  readonly ink: Ink;
  /** Columns of a line. */
  readonly width: number;
  /** Everything, however long; else what fits a first screen. */
  readonly full: boolean;
}

/** How much of each part a first screen tells. */
const BRIEF = { ways: 7, bars: 5, quarters: 4, warnings: 3 };

/** Text for a terminal, ending with a line break. */
export function renderTco(tco: Tco, choices: TcoChoices): string {
  const { ink, width, full } = choices;
  const terms = `${tco.name}: ${tco.hoursPerMonth} hours a month, ${tco.horizonMonths} months, ${formatPercent(tco.costOfCapitalPerYear)} a year for capital, ${formatCount(tco.inputs.draws)} draws with seed ${tco.inputs.seed}, mean load ${formatPercent(tco.meanToPeakRatio)} of the peak.`;
  const mine = tco.own.map((own) => `${own.title}, as of ${own.asOf}`).join('; ');
  const parts = [
    ink.bold(wrap(tco.verdict.sentence, width).join('\n')),
    ink.dim(wrap(terms, width).join('\n')),
    waysTable(tco, choices),
    tco.breakEven === null ? '' : breakEvenText(tco.breakEven, choices),
    tco.tornado.length === 0 ? '' : tornadoText(tco.tornado, choices),
    tco.hybrid === null ? '' : labelled('Hybrid', [tco.hybrid.sentence], width),
    tco.schedule === null ? '' : scheduleText(tco.schedule, choices),
    tco.hosted.length === 0 ? '' : hostedText(tco.hosted, choices),
    tco.capacityBlocks.length === 0 || !full ? '' : blocksText(tco.capacityBlocks, choices),
    mine === '' ? '' : labelled('Yours', [full ? mine : clip(mine, width - LABEL_WIDTH)], width),
    warningsText(tco.warnings, choices),
    full ? '' : ink.dim('--full: the curve as a table, every way, bar and quarter, capacity blocks.'),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function warningsText(warnings: Tco['warnings'], { ink, width, full }: TcoChoices): string {
  const told = full ? warnings : warnings.slice(0, BRIEF.warnings);
  return told
    .map(({ id, message }) => `${id}  ${message}`)
    .map((text) => ink.yellow(full ? wrap(text, width).join('\n') : clip(text, width)))
    .join(full ? '\n\n' : '\n');
}

/** The comparison itself; the same comparison is the same bytes. */
export function renderTcoJson(tco: Tco): string {
  return `${JSON.stringify(tco, null, 2)}\n`;
}

function waysTable(tco: Tco, { width, full }: TcoChoices): string {
  const columns: Column[] = [
    { head: 'way', align: 'left' },
    { head: 'fleet', align: 'left', gives: true },
    { head: 'USD/month', align: 'right' },
    { head: 'P10–P50–P90', align: 'right' },
    { head: 'USD/Mtok', align: 'right' },
    { head: 'today', align: 'right' },
    { head: 'to buy', align: 'right' },
    { head: 'own wins', align: 'right' },
  ];
  const rows = (full ? tco.ways : tco.ways.slice(0, BRIEF.ways)).map((way) => [
    way.allowed ? WAYS[way.id] : `(${WAYS[way.id]})`,
    `${way.nodes} × ${way.machine.replace(/^Standard_/, '')} ${way.region}`,
    formatCount(way.usdPerMonth),
    `${[way.monthly.p10, way.monthly.p50, way.monthly.p90].map((usd) => formatAmount(usd / 1000)).join('–')}k`,
    formatAmount(way.usdPerMillionOutputTokens),
    thousands(way.presentValueUsd),
    way.capexUsd === 0 ? '–' : thousands(way.capexUsd),
    way.owningIsCheaper === null ? '–' : formatPercent(way.owningIsCheaper),
  ]);
  return fittingTable(columns, rows, width);
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

function breakEvenText(breakEven: NonNullable<Tco['breakEven']>, { width, full }: TcoChoices): string {
  const { utilisation, everPaysOff, paybackMonths, curve, against } = breakEven;
  const share = (value: number | null) => (value === null ? 'never' : formatPercent(value));
  const months = (value: number | null) => (value === null ? 'never' : `${formatAmount(value)} months`);
  const sentence = `Against ${against}: owning is cheaper above ${share(utilisation.p50)} of the hours (P10 ${share(utilisation.p10)}, P90 ${share(utilisation.p90)}; at some utilisation in ${formatPercent(everPaysOff)} of the draws). Renting always on, it is earned back in ${months(paybackMonths.p50)} (P10 ${months(paybackMonths.p10)}, P90 ${months(paybackMonths.p90)}).`;
  const plot = plotBreakEven(curve, 'on-demand', width);
  const drawing =
    plot.length === 0 ? [] : ['', 'USD a month by share of the hours busy: flat where owned, rising on demand', ...plot];
  return [labelled('Break-even', [sentence], width), ...drawing, ...(full ? ['', curveTable(curve, width)] : [])].join('\n');
}

function curveTable(curve: NonNullable<Tco['breakEven']>['curve'], width: number): string {
  const ids = Object.keys(curve[0]?.usdPerMonth ?? {});
  const columns: Column[] = [
    { head: 'busy', align: 'right' },
    ...ids.map((id): Column => ({ head: clip(id, 12), align: 'right' })),
    { head: 'cheapest', align: 'left', gives: true },
    { head: 'earned back', align: 'right' },
  ];
  const rows = curve.map((point) => [
    formatPercent(point.utilisation),
    ...ids.map((id) => formatCount(point.usdPerMonth[id] ?? 0)),
    point.cheapest,
    point.paybackMonths === null ? 'never' : `${formatAmount(point.paybackMonths)} mo`,
  ]);
  return fittingTable(columns, rows, width);
}

const BARS_TOLD = 8;
const BAR_WIDTH = 20;

/** Bars from the smallest to the largest difference, zero marked: left of it owning is cheaper. */
function tornadoText(tornado: Tco['tornado'], { width, full }: TcoChoices): string {
  const told = tornado.slice(0, full ? BARS_TOLD : BRIEF.bars);
  const ends = told.flatMap((bar) => [bar.low.differenceUsdPerMonth, bar.high.differenceUsdPerMonth]);
  const least = Math.min(0, ...ends);
  const most = Math.max(0, ...ends);
  const at = (usd: number) => Math.round(((usd - least) / Math.max(1e-9, most - least)) * (BAR_WIDTH - 1));
  // What is left beside bar, swing and gaps is shared between the name and the range.
  const texts = width - BAR_WIDTH - 16;
  const named = Math.floor(texts / 2);
  const lines = told.map((bar) => {
    const [from, to] = [bar.low, bar.high].map((end) => at(end.differenceUsdPerMonth)).toSorted((one, other) => one - other) as [
      number,
      number,
    ];
    const cells = Array.from({ length: BAR_WIDTH }, (_, cell) =>
      cell >= from && cell <= to ? '█' : cell === at(0) ? '│' : ' ',
    ).join('');
    const range = `${bar.low.stated} … ${bar.high.stated}`;
    return `  ${clip(bar.label, named).padEnd(named)} ${cells} ${formatCount(bar.swingUsdPerMonth).padStart(9)} ${clip(range, texts - named)}${bar.flips ? ' *' : ''}`;
  });
  const what =
    'Owning less the cheapest renting, USD a month, from each low to each high; left of the line owning is cheaper, * changes the answer.';
  return [labelled('Moves it', [what], width), ...lines].join('\n');
}

function scheduleText(schedule: NonNullable<Tco['schedule']>, { width, full }: TcoChoices): string {
  const rows = schedule.quarters
    .filter((quarter) => quarter.actions.length > 0 || quarter.parked.length > 0)
    .map((quarter) => {
      const running = quarter.running.map((each) => `${each.replicas} × ${each.machine}`).join(', ');
      const parked = quarter.parked.map((each) => `${each.replicas} × ${each.machine} parked`).join(', ');
      return wrap(
        `month ${String(quarter.month).padStart(2)}  ${[quarter.actions.join(', '), `run ${running}`, parked].filter((text) => text !== '').join('; ')}`,
        width - 12,
      )
        .map((line, index) => `  ${index === 0 ? '' : '          '}${line}`)
        .join('\n');
    });
  const told = full ? rows : rows.slice(0, BRIEF.quarters);
  const more = rows.length - told.length;
  return [
    labelled('Schedule', [schedule.sentence], width),
    ...told,
    ...(more > 0 ? [`  … and ${more} more quarters that change something`] : []),
  ].join('\n');
}

function hostedText(hosted: Tco['hosted'], { width, full }: TcoChoices): string {
  const told = hosted
    .slice(0, full ? HOSTED_TOLD : 1)
    .map(
      (each) =>
        `${each.seller} ${formatUsd(each.usdPerMonth)} (${formatAmount(each.usdPerMillionOutputTokens)} a million output tokens, prompts included)`,
    );
  return labelled('Hosted', [`By the token, for the mean load a month: ${told.join('; ')}.`], width);
}

function blocksText(blocks: Tco['capacityBlocks'], { width }: TcoChoices): string {
  const told = blocks
    .slice(0, BLOCKS_TOLD)
    .map((each) => `${each.instance} in ${each.region} USD ${each.usdPerHour} an hour (${each.asOf})`);
  return labelled('Blocks', [`Capacity blocks as quoted, paid ahead and dated, never ranked: ${told.join('; ')}.`], width);
}
