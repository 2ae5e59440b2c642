// Cumulative cash in today's money, a line a way, and when what was bought is earned back. In: lines. Out: SVG and words.
import * as Plot from '@observablehq/plot';
import type { CashFlowData } from '../cash-flow-data.ts';
import { type ChartText, numeric } from './chart-table.ts';
import { type ChartSetting, COLOURS, drawPlot, spreadBand, toolsOf, verticalTitle } from './drawing.ts';
import { endLabels } from './label-mark.ts';
import { lookOf, nameWay } from './way-look.ts';

export function drawCashFlow(data: CashFlowData, setting: ChartSetting): string {
  const { say, figures, narrow, compact } = toolsOf(setting);
  const { title, description } = tellCashFlow(data, setting);
  const { horizonMonths } = data;
  const highest = Math.max(...data.lines.flatMap((line) => line.points.map((point) => point.usd)));
  const owned = data.lines.find((line) => line.id === 'owned');
  const end = owned?.points.at(-1)?.usd ?? 0;
  const resold = owned?.afterResaleUsd ?? null;
  return drawPlot(
    {
      height: narrow ? 260 : 300,
      marginLeft: 46,
      marginRight: narrow ? 118 : 150,
      marginBottom: 40,
      x: {
        label: say('report.cashFlow.x'),
        labelArrow: 'none',
        domain: [0, horizonMonths],
        ticks: range(horizonMonths),
        tickFormat: figures.count,
      },
      y: { label: null, domain: [0, highest * 1.04], tickFormat: compact, grid: true, ticks: 5 },
      marks: [
        ...spreadBand(data.paybackMonths, horizonMonths, highest * 1.04, (month) =>
          say('report.cashFlow.months', { months: Math.round(month) }),
        ),
        ...data.lines.map((line) =>
          Plot.line([...line.points], {
            x: 'month',
            y: 'usd',
            stroke: lookOf(line.id).colour,
            strokeWidth: line.id === 'owned' ? 3 : 2,
            ...(lookOf(line.id).dash === undefined ? {} : { strokeDasharray: lookOf(line.id).dash }),
          }),
        ),
        ...(resold === null
          ? []
          : [
              Plot.link([0], {
                x1: horizonMonths,
                x2: horizonMonths,
                y1: end,
                y2: resold,
                stroke: COLOURS.onprem,
                strokeDasharray: '2 2',
              }),
              Plot.dot([resold], {
                x: horizonMonths,
                y: (usd: number) => usd,
                r: 4,
                fill: COLOURS.onprem,
                title: () => say('report.cashFlow.resold'),
              }),
            ]),
        endLabels(
          data.lines.map((line) => ({
            x: horizonMonths,
            y: line.afterResaleUsd ?? line.points.at(-1)?.usd ?? 0,
            text: nameWay(line.id, say),
            colour: lookOf(line.id).colour,
            bold: line.id === 'owned',
          })),
        ),
        Plot.ruleY([0], { stroke: COLOURS.muted }),
        verticalTitle(say('report.cashFlow.y'), 46),
      ],
    },
    setting,
    title,
    description,
  );
}

/** Years, in months. */
function range(horizonMonths: number): number[] {
  return Array.from({ length: Math.floor(horizonMonths / 12) + 1 }, (_, year) => year * 12);
}

export function tellCashFlow(data: CashFlowData, setting: Pick<ChartSetting, 'speech'>): ChartText {
  const { say, figures } = toolsOf(setting);
  const { p10, p50, p90 } = data.paybackMonths;
  const months = (value: number | null) =>
    value === null ? say('report.never') : say('report.cashFlow.months', { months: Math.round(value) });
  return {
    title: say('report.cashFlow.title'),
    lead:
      p50 === null
        ? say('report.cashFlow.leadNever')
        : say('report.cashFlow.lead', { p10: months(p10), p50: months(p50), p90: months(p90) }),
    description: say('report.cashFlow.description', {
      against: data.against,
      rate: figures.percent(data.costOfCapitalPerYear),
      months: months(p50),
    }),
    table: {
      columns: [
        numeric(say('report.cashFlow.x')),
        ...data.lines.map((line) => numeric(`${nameWay(line.id, say)}: ${line.label}`)),
        numeric(say('report.cashFlow.resold')),
      ],
      rows: (data.lines[0]?.points ?? []).map(({ month }, index) => {
        const resold =
          month === data.horizonMonths ? data.lines.find((line) => line.afterResaleUsd !== null)?.afterResaleUsd : null;
        return [
          { text: figures.count(month), value: month },
          ...data.lines.map((line) => {
            const value = line.points[index]?.usd ?? 0;
            return { text: figures.amount(value), value };
          }),
          resold == null ? { text: '' } : { text: figures.amount(resold), value: resold },
        ];
      }),
    },
  };
}
