// Growth against capacity: the peak, what the winner's fleet carries, and the purchase schedule. In: steps. Out: SVG and words.
import * as Plot from '@observablehq/plot';
import type { GrowthData } from '../growth-data.ts';
import { type ChartText, numeric, text } from './chart-table.ts';
import { type ChartSetting, type ChartTools, COLOURS, drawPlot, toolsOf, verticalTitle } from './drawing.ts';
import { pointLabels } from './label-mark.ts';

export function drawGrowth(data: GrowthData, setting: ChartSetting): string {
  const { say, figures, narrow } = toolsOf(setting);
  const { title, description } = tellGrowth(data, setting);
  const { demand, winner, schedule, termMonths } = data;
  const untilEnd = <Step extends { month: number }>(steps: readonly Step[]): Step[] => {
    const last = steps.at(-1);
    return last === undefined ? [] : [...steps, { ...last, month: termMonths }];
  };
  const capacity = untilEnd(winner?.steps ?? []);
  const owned = untilEnd(schedule?.quarters ?? []);
  const rates = [...demand, ...capacity, ...owned].map((each) => each.requestsPerSecond);
  const changes = (schedule?.quarters ?? []).filter((quarter) => quarter.changes.length > 0);
  return drawPlot(
    {
      height: narrow ? 270 : 310,
      key: [
        { label: say('report.growth.demand'), colour: COLOURS.ink, mark: 'line' },
        ...(winner === null
          ? []
          : [
              {
                label: say('report.growth.winner', { machine: winner.label }),
                colour: COLOURS.aws,
                mark: 'line',
                dash: '6 3',
              } as const,
            ]),
        ...(schedule === null ? [] : [{ label: say('report.growth.schedule'), colour: COLOURS.onprem, mark: 'line' } as const]),
      ],
      marginLeft: 46,
      marginRight: 16,
      marginBottom: 40,
      x: {
        label: say('report.growth.x'),
        labelArrow: 'none',
        domain: [0, termMonths],
        tickFormat: figures.count,
        ticks: Math.min(12, Math.ceil(termMonths / 6)),
      },
      y: { label: null, domain: [0, Math.max(...rates) * 1.12], tickFormat: figures.amount, grid: true, ticks: 5 },
      marks: [
        Plot.areaY([...demand], { x: 'month', y: 'requestsPerSecond', fill: COLOURS.ink, fillOpacity: 0.08 }),
        Plot.line(owned, { x: 'month', y: 'requestsPerSecond', curve: 'step-after', stroke: COLOURS.onprem, strokeWidth: 2.4 }),
        Plot.line(capacity, {
          x: 'month',
          y: 'requestsPerSecond',
          curve: 'step-after',
          stroke: COLOURS.aws,
          strokeWidth: 2,
          strokeDasharray: '6 3',
        }),
        Plot.line([...demand], { x: 'month', y: 'requestsPerSecond', stroke: COLOURS.ink, strokeWidth: 2 }),
        Plot.dot(changes, {
          x: 'month',
          y: 'requestsPerSecond',
          r: 4.5,
          fill: COLOURS.onprem,
          stroke: COLOURS.surface,
          title: (quarter: (typeof changes)[number]) =>
            quarter.changes.map((each) => sayChange(each, { say, figures })).join('; '),
        }),
        pointLabels(
          changes.map((quarter) => ({
            x: quarter.month,
            y: quarter.requestsPerSecond,
            text: quarter.changes
              .map(
                (change) =>
                  `${change.what === 'sell' ? '−' : change.what === 'swap' ? '⇄ ' : '+'}${change.replicas} × ${change.machine}`,
              )
              .join(', '),
            colour: COLOURS.onprem,
          })),
          [],
          true,
        ),
        Plot.ruleY([0], { stroke: COLOURS.muted }),
        verticalTitle(say('report.growth.y'), 46),
      ],
    },
    setting,
    title,
    description,
  );
}

export function tellGrowth(data: GrowthData, setting: Pick<ChartSetting, 'speech'>): ChartText {
  const { say, figures } = toolsOf(setting);
  const { schedule, winner, demand } = data;
  const lastBy = <Step extends { readonly month: number }>(steps: readonly Step[], month: number) =>
    steps.filter((step) => step.month <= month).at(-1);
  return {
    title: say('report.growth.title'),
    lead:
      schedule === null
        ? say('report.growth.leadRent', { growth: figures.percent(data.growthPerYear) })
        : schedule.savesUsd > 0
          ? say('report.growth.leadSaves', {
              growth: figures.percent(data.growthPerYear),
              saves: figures.usd(schedule.savesUsd),
              cost: figures.usd(schedule.presentValueUsd),
            })
          : say('report.growth.leadAtOnce', {
              growth: figures.percent(data.growthPerYear),
              cost: figures.usd(schedule.presentValueUsd),
            }),
    description: say('report.growth.description', {
      from: figures.amount(demand[0]?.requestsPerSecond ?? 0),
      to: figures.amount(demand.at(-1)?.requestsPerSecond ?? 0),
      months: data.termMonths,
    }),
    table: {
      columns: [
        numeric(say('report.growth.x')),
        numeric(say('report.growth.demand')),
        ...(winner === null
          ? []
          : [numeric(say('report.growth.winner', { machine: winner.label })), numeric(say('report.column.nodes'))]),
        ...(schedule === null ? [] : [numeric(say('report.growth.schedule')), text(say('report.growth.changes'))]),
      ],
      rows: demand.map(({ month, requestsPerSecond }) => {
        const rented = lastBy(winner?.steps ?? [], month);
        const quarter = lastBy(schedule?.quarters ?? [], month);
        const rate = (value: number) => ({ text: figures.amount(value), value });
        return [
          { text: figures.count(month), value: month },
          rate(requestsPerSecond),
          ...(rented === undefined
            ? []
            : [rate(rented.requestsPerSecond), { text: figures.count(rented.nodes), value: rented.nodes }]),
          ...(quarter === undefined
            ? []
            : [
                rate(quarter.requestsPerSecond),
                {
                  text:
                    quarter.month === month
                      ? quarter.changes.map((change) => sayChange(change, { say, figures })).join('; ')
                      : '',
                },
              ]),
        ];
      }),
    },
  };
}

function sayChange(
  { what, machine, replicas, usd }: NonNullable<GrowthData['schedule']>['quarters'][number]['changes'][number],
  { say, figures }: Pick<ChartTools, 'say' | 'figures'>,
): string {
  return say('report.growth.change', { what, replicas, machine, usd: figures.usd(Math.abs(usd)) });
}
