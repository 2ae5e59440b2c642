// The tornado: owning less renting from each assumption's low to its high. In: bars. Out: SVG and words.
import * as Plot from '@observablehq/plot';
import type { TornadoData } from '../tornado-data.ts';
import { type ChartText, numeric, text } from './chart-table.ts';
import { type ChartSetting, type ChartTools, COLOURS, drawPlot, toolsOf } from './drawing.ts';

type Bar = TornadoData['bars'][number];

const ROW_PIXELS = 40;
const BARS_NARROW = 7;
/** Room for what is written at the ends of bars. */
const INSET = 76;

export function drawTornado(data: TornadoData, setting: ChartSetting): string {
  const { say, figures, narrow, compact } = toolsOf(setting);
  const { title, description } = tellTornado(data, setting);
  const bars = data.bars.slice(0, narrow ? BARS_NARROW : undefined);
  const ends = bars.flatMap(({ low, high }) => [low.differenceUsdPerMonth, high.differenceUsdPerMonth]);
  const domain: [number, number] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  const pieces = bars.flatMap((bar) => {
    const [from, to] = [bar.low.differenceUsdPerMonth, bar.high.differenceUsdPerMonth].toSorted((one, other) => one - other) as [
      number,
      number,
    ];
    return [
      { id: bar.parameter, x1: Math.min(from, 0), x2: Math.min(to, 0), colour: COLOURS.onprem },
      { id: bar.parameter, x1: Math.max(from, 0), x2: Math.max(to, 0), colour: COLOURS.aws },
    ].filter((piece) => piece.x1 < piece.x2);
  });
  const texts = bars.flatMap((bar) => {
    const [left, right] = [bar.low, bar.high].toSorted((one, other) => one.differenceUsdPerMonth - other.differenceUsdPerMonth);
    return [
      {
        id: bar.parameter,
        at: left?.differenceUsdPerMonth ?? 0,
        side: 'end',
        text: left === undefined ? '' : sayStated(bar, left.value, { say, figures }),
      },
      {
        id: bar.parameter,
        at: right?.differenceUsdPerMonth ?? 0,
        side: 'start',
        text: right === undefined ? '' : sayStated(bar, right.value, { say, figures }),
      },
    ] as const;
  });
  return drawPlot(
    {
      height: bars.length * ROW_PIXELS + 60,
      above: 22,
      key: [
        { label: say('report.tornado.ownCheaper'), colour: COLOURS.onprem, mark: 'square' },
        { label: say('report.tornado.rentCheaper'), colour: COLOURS.aws, mark: 'square' },
      ],
      marginLeft: 4,
      marginRight: 4,
      marginBottom: 38,
      x: { label: say('report.tornado.x'), labelArrow: 'none', domain, inset: INSET, tickFormat: compact, ticks: narrow ? 4 : 6 },
      y: { axis: null, domain: bars.map((bar) => bar.parameter), padding: 0 },
      color: { type: 'identity' },
      marks: [
        Plot.barX(pieces, { x1: 'x1', x2: 'x2', y: 'id', fill: 'colour', insetTop: 20, insetBottom: 6 }),
        Plot.ruleX([data.typicalUsdPerMonth], { stroke: COLOURS.muted, strokeDasharray: '2 3' }),
        Plot.ruleX([0], { stroke: COLOURS.ink, strokeWidth: 1.5 }),
        Plot.text([data.typicalUsdPerMonth], {
          x: (usd: number) => usd,
          frameAnchor: 'top',
          dy: -12,
          text: (usd: number) => say('report.tornado.typical', { usd: figures.amount(usd) }),
          fill: COLOURS.muted,
        }),
        ...(['start', 'end'] as const).map((side) =>
          Plot.text(
            texts.filter((each) => each.side === side),
            {
              x: 'at',
              y: 'id',
              text: 'text',
              textAnchor: side,
              dx: side === 'start' ? 5 : -5,
              dy: 7,
              fill: COLOURS.muted,
              stroke: COLOURS.surface,
              strokeWidth: 3,
            },
          ),
        ),
        Plot.text(bars, {
          frameAnchor: 'left',
          y: 'parameter',
          text: (bar: Bar) => `${nameParameter(bar, say)}${bar.flips ? ' *' : ''}`,
          textAnchor: 'start',
          dy: -ROW_PIXELS / 2 + 11,
          fill: COLOURS.ink,
          stroke: COLOURS.surface,
          strokeWidth: 3,
        }),
      ],
    },
    setting,
    title,
    description,
  );
}

export function tellTornado(data: TornadoData, setting: Pick<ChartSetting, 'speech'>): ChartText {
  const { say, figures } = toolsOf(setting);
  const [first] = data.bars;
  return {
    title: say('report.tornado.title'),
    lead: say('report.tornado.lead'),
    description: say('report.tornado.description', {
      against: data.against,
      parameter: first === undefined ? '' : nameParameter(first, say),
      usd: figures.usd(first?.swingUsdPerMonth ?? 0),
    }),
    table: {
      columns: [
        text(say('report.tornado.assumption')),
        text(say('report.tornado.low')),
        numeric(say('report.tornado.atLow')),
        text(say('report.tornado.high')),
        numeric(say('report.tornado.atHigh')),
        text(say('report.column.source')),
        text(say('report.column.asOf')),
      ],
      rows: data.bars.map((bar) => [
        { text: `${nameParameter(bar, say)}${bar.flips ? ' *' : ''}` },
        { text: sayStated(bar, bar.low.value, { say, figures }) },
        { text: figures.amount(bar.low.differenceUsdPerMonth), value: bar.low.differenceUsdPerMonth },
        { text: sayStated(bar, bar.high.value, { say, figures }) },
        { text: figures.amount(bar.high.differenceUsdPerMonth), value: bar.high.differenceUsdPerMonth },
        { text: `${bar.source.kind}: ${bar.source.title}` },
        { text: bar.source.asOf },
      ]),
    },
  };
}

/** Parameters have names in every language; one that this version does not know keeps the planner's words. */
function nameParameter(bar: Bar, say: ChartTools['say']): string {
  const name = say('report.parameter', { parameter: bar.parameter });
  return name === '' ? bar.label : name;
}

function sayStated({ unit }: Bar, value: number, { say, figures }: Pick<ChartTools, 'say' | 'figures'>): string {
  switch (unit) {
    case 'ratio':
      return figures.percent(value);
    case 'multiple':
      return `× ${figures.fixed(value, 2)}`;
    case 'usd':
      return figures.usd(value);
    case 'usdPerKilowattHour':
      return say('report.stated.usdPerKilowattHour', { usd: figures.fixed(value, 3) });
    case 'usdPerKilowattMonth':
      return say('report.stated.usdPerKilowattMonth', { usd: figures.count(value) });
    case 'number':
      return figures.fixed(value, 2);
    case 'position':
      return say(value < 0 ? 'report.stated.low' : 'report.stated.high');
  }
}
