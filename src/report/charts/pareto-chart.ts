// Speed against money: a point an option, the frontier as a line of steps. In: the data of it. Out: SVG and words.
import * as Plot from '@observablehq/plot';
import type { ParetoData } from '../pareto-data.ts';
import { type ChartText, numeric, text } from './chart-table.ts';
import { type ChartSetting, COLOURS, drawPlot, SYMBOLS, toolsOf, verticalTitle } from './drawing.ts';
import { pointLabels } from './label-mark.ts';

export function drawPareto(data: ParetoData, setting: ChartSetting): string {
  const { say, figures, narrow, compact } = toolsOf(setting);
  const { title, description } = tellPareto(data, setting);
  const { frontier, points, winner } = data;
  const prices = [...points, ...frontier].map((point) => point.usdPerMillionOutputTokens);
  const domain: [number, number] = [Math.min(...prices) / 1.5, Math.max(...prices) * 1.35];
  const onFrontier = new Set(frontier.map((point) => point.optionId));
  const isFilled = (point: ParetoData['points'][number]) => onFrontier.has(point.optionId);
  const named = [
    ...points.filter((point) => point.optionId === winner),
    ...frontier.filter((point) => point.optionId !== winner),
    ...(narrow ? [] : points.filter((point) => !onFrontier.has(point.optionId))),
  ];
  const seen = new Set<string>();
  const labels = named.flatMap((point) => {
    if (seen.has(point.label)) return [];
    seen.add(point.label);
    return [
      {
        x: point.tokensPerSecondPerUser,
        y: point.usdPerMillionOutputTokens,
        text: point.label,
        colour: onFrontier.has(point.optionId) ? COLOURS.ink : COLOURS.muted,
        bold: point.optionId === winner,
      },
    ];
  });
  const channels = { x: 'tokensPerSecondPerUser', y: 'usdPerMillionOutputTokens' } as const;
  return drawPlot(
    {
      height: narrow ? 290 : 340,
      key: [
        ...(['onprem', 'aws', 'azure'] as const)
          .filter((provider) => points.some((point) => point.provider === provider))
          .map((provider) => ({
            label: say('report.provider', { provider }),
            colour: COLOURS[provider],
            mark: SYMBOLS[provider],
          })),
        { label: say('report.pareto.frontierKey'), colour: COLOURS.ink, mark: 'line', dash: '5 3' },
      ],
      marginLeft: 48,
      marginRight: 24,
      marginBottom: 40,
      x: {
        label: say('report.pareto.x'),
        labelArrow: 'none',
        nice: true,
        zero: true,
        tickFormat: figures.amount,
        ticks: narrow ? 5 : 8,
      },
      y: { label: null, type: 'log', domain, ticks: ticksOf(domain), tickFormat: compact, grid: true },
      marks: [
        verticalTitle(say('report.pareto.y'), 48),
        Plot.line([...frontier], {
          ...channels,
          curve: 'step-after',
          stroke: COLOURS.ink,
          strokeWidth: 1.5,
          strokeDasharray: '5 3',
        }),
        ...(['onprem', 'aws', 'azure'] as const).map((provider) =>
          Plot.dot(
            points.filter((point) => point.provider === provider),
            {
              ...channels,
              symbol: SYMBOLS[provider],
              r: (point: ParetoData['points'][number]) => (point.optionId === winner ? 7 : 4.5),
              stroke: COLOURS[provider],
              fill: (point: ParetoData['points'][number]) => (isFilled(point) ? COLOURS[provider] : COLOURS.surface),
              strokeWidth: 1.6,
              title: (point: ParetoData['points'][number]) =>
                `${point.nodes} × ${point.label}: ${figures.amount(point.tokensPerSecondPerUser)} ${say('report.unit.tokensPerSecond')}, USD ${figures.amount(point.usdPerMillionOutputTokens)}`,
            },
          ),
        ),
        Plot.dot(
          frontier.filter((point) => !point.asSized),
          { ...channels, symbol: 'diamond', r: 4, fill: COLOURS.ink },
        ),
        pointLabels(
          labels,
          [...points, ...frontier].map((point) => ({ x: point.tokensPerSecondPerUser, y: point.usdPerMillionOutputTokens })),
        ),
      ],
      r: { type: 'identity' },
      color: { type: 'identity' },
    },
    setting,
    title,
    description,
  );
}

/** 1, 2 and 5 of each power of ten within a range. */
function ticksOf([low, high]: readonly [number, number]): number[] {
  const ticks: number[] = [];
  for (let power = 10 ** Math.floor(Math.log10(low)); power <= high; power *= 10)
    ticks.push(...[1, 2, 5].map((step) => step * power).filter((tick) => tick >= low && tick <= high));
  return ticks;
}

export function tellPareto(data: ParetoData, { speech }: Pick<ChartSetting, 'speech'>): ChartText {
  const { say, figures } = toolsOf({ speech });
  const fastest = data.frontier.at(-1);
  const cheapest = data.frontier[0];
  const onFrontier = new Set(data.frontier.map((point) => point.optionId));
  return {
    title: say('report.pareto.title'),
    lead: say('report.pareto.lead'),
    description: say('report.pareto.description', {
      count: data.points.length,
      cheapest: cheapest?.label ?? '',
      cheapestUsd: figures.amount(cheapest?.usdPerMillionOutputTokens ?? 0),
      fastest: fastest?.label ?? '',
      fastestSpeed: figures.amount(fastest?.tokensPerSecondPerUser ?? 0),
    }),
    table: {
      columns: [
        text(say('report.column.machine')),
        numeric(say('report.column.nodes')),
        numeric(say('report.pareto.x')),
        numeric(say('report.pareto.y')),
        text(say('report.pareto.frontier')),
      ],
      rows: [
        ...data.points.map((point) => ({ ...point, frontier: onFrontier.has(point.optionId) })),
        ...data.frontier.filter((point) => !point.asSized).map((point) => ({ ...point, frontier: true })),
      ].map((point) => [
        { text: point.label },
        { text: figures.count(point.nodes), value: point.nodes },
        { text: figures.amount(point.tokensPerSecondPerUser), value: point.tokensPerSecondPerUser },
        { text: figures.amount(point.usdPerMillionOutputTokens), value: point.usdPerMillionOutputTokens },
        { text: point.frontier ? say('report.yes') : '' },
      ]),
    },
  };
}
