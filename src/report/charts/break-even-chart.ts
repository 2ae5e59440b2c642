// Break-even: USD a month by the share of the hours in which the fleet is busy, a line a way. In: lines. Out: SVG and words.
import * as Plot from '@observablehq/plot';
import type { BreakEvenData } from '../break-even-data.ts';
import { type ChartText, numeric, text } from './chart-table.ts';
import { type ChartSetting, COLOURS, drawPlot, spreadBand, toolsOf, verticalTitle } from './drawing.ts';
import { endLabels } from './label-mark.ts';
import { lookOf, nameWay } from './way-look.ts';

export function drawBreakEven(data: BreakEvenData, setting: ChartSetting): string {
  const { say, figures, narrow, compact } = toolsOf(setting);
  const { title, description } = tellBreakEven(data, setting);
  const highest = Math.max(...data.lines.flatMap((line) => line.points.map((point) => point.usdPerMonth)));
  return drawPlot(
    {
      height: narrow ? 260 : 300,
      marginLeft: 46,
      marginRight: narrow ? 118 : 150,
      marginBottom: 40,
      x: {
        label: say('report.breakEven.x'),
        labelArrow: 'none',
        domain: [0, 1],
        ticks: 5,
        tickFormat: (share: number) => figures.percent(share).replace(/^0[.,]0/, '0'),
      },
      y: { label: null, domain: [0, highest * 1.04], tickFormat: compact, grid: true, ticks: 5 },
      color: { type: 'identity' },
      marks: [
        ...spreadBand(data.utilisation, 1, highest * 1.04, figures.percent),
        ...data.lines.map((line) =>
          Plot.line([...line.points], {
            x: 'utilisation',
            y: 'usdPerMonth',
            stroke: lookOf(line.id).colour,
            strokeWidth: line.kind === 'owned' ? 3 : 2,
            ...(lookOf(line.id).dash === undefined ? {} : { strokeDasharray: lookOf(line.id).dash }),
          }),
        ),
        endLabels(
          data.lines.map((line) => ({
            x: 1,
            y: line.points.at(-1)?.usdPerMonth ?? 0,
            text: line.kind === 'hosted' ? say('report.way.hosted') : nameWay(line.id, say, line.allowed),
            colour: lookOf(line.id).colour,
            bold: line.kind === 'owned',
          })),
        ),
        Plot.ruleY([0], { stroke: COLOURS.muted }),
        verticalTitle(say('report.breakEven.y'), 46),
      ],
    },
    setting,
    title,
    description,
  );
}

export function tellBreakEven(data: BreakEvenData, setting: Pick<ChartSetting, 'speech'>): ChartText {
  const { say, figures } = toolsOf(setting);
  const { p10, p50, p90 } = data.utilisation;
  const share = (value: number | null) => (value === null ? say('report.never') : figures.percent(value));
  return {
    title: say('report.breakEven.title'),
    lead:
      p50 === null
        ? say('report.breakEven.leadNever')
        : say('report.breakEven.lead', { p10: share(p10), p50: share(p50), p90: share(p90) }),
    description: say('report.breakEven.description', { against: data.against, share: share(p50) }),
    table: {
      columns: [
        text(say('report.breakEven.x')),
        ...data.lines.map((line) =>
          numeric(`${nameWay(line.id, say, line.allowed)}${line.kind === 'hosted' ? '' : `: ${line.label}`}`),
        ),
      ],
      rows: (data.lines[0]?.points ?? []).map(({ utilisation }, index) => [
        { text: figures.percent(utilisation), value: utilisation },
        ...data.lines.map((line) => {
          const value = line.points[index]?.usdPerMonth ?? 0;
          return { text: figures.amount(value), value };
        }),
      ]),
    },
  };
}
