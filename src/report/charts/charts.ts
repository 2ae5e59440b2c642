// The list of charts: what of a report each one draws and tells. In: a report, a setting. Out: SVG by name and size, and words.
import type { ReportData } from '../report-data.ts';
import { drawBreakEven, tellBreakEven } from './break-even-chart.ts';
import { drawCashFlow, tellCashFlow } from './cash-flow-chart.ts';
import type { ChartText } from './chart-table.ts';
import { drawCost, tellCost } from './cost-chart.ts';
import type { ChartSetting, ChartSize } from './drawing.ts';
import { drawCarbon, drawEnergy, tellCarbon, tellEnergy } from './energy-charts.ts';
import { drawGrowth, tellGrowth } from './growth-chart.ts';
import { drawMemory, tellMemory } from './memory-chart.ts';
import { drawPareto, tellPareto } from './pareto-chart.ts';
import { drawTornado, tellTornado } from './tornado-chart.ts';

type TextSetting = Pick<ChartSetting, 'speech'>;

interface Chart {
  /** Null where the report has nothing for it. */
  readonly draw: (report: ReportData, setting: ChartSetting) => string | null;
  readonly tell: (report: ReportData, setting: TextSetting) => ChartText | null;
}

function chart<Data>(
  of: (report: ReportData) => Data | null,
  draw: (data: Data, setting: ChartSetting) => string,
  tell: (data: Data, setting: TextSetting) => ChartText,
): Chart {
  const given =
    <Setting, Answer>(make: (data: Data, setting: Setting) => Answer) =>
    (report: ReportData, setting: Setting) => {
      const data = of(report);
      return data === null ? null : make(data, setting);
    };
  return { draw: given(draw), tell: given(tell) };
}

export const CHARTS = {
  pareto: chart((report) => report.pareto, drawPareto, tellPareto),
  cost: chart((report) => report.cost, drawCost, tellCost),
  breakEven: chart((report) => report.breakEven, drawBreakEven, tellBreakEven),
  cashFlow: chart((report) => report.cashFlow, drawCashFlow, tellCashFlow),
  tornado: chart((report) => report.tornado, drawTornado, tellTornado),
  growth: chart((report) => report.growth, drawGrowth, tellGrowth),
  energy: chart((report) => report.energy, drawEnergy, tellEnergy),
  carbon: chart(
    (report) => (report.energy?.rows.some((row) => row.kilogramsCo2ePerMonth !== null) ? report.energy : null),
    drawCarbon,
    tellCarbon,
  ),
  memory: chart((report) => report.memory, drawMemory, tellMemory),
} as const;

export type ChartId = keyof typeof CHARTS;
export const CHART_IDS = Object.keys(CHARTS) as readonly ChartId[];

/** SVG of every chart that has data, by its name and size. */
export type Drawings = Readonly<Partial<Record<ChartId, Readonly<Record<ChartSize, string>>>>>;

export function drawCharts(report: ReportData, setting: Omit<ChartSetting, 'size'>): Drawings {
  return Object.fromEntries(
    CHART_IDS.flatMap((id) => {
      const [wide, narrow] = (['wide', 'narrow'] as const).map((size) => CHARTS[id].draw(report, { ...setting, size }));
      return wide == null || narrow == null ? [] : [[id, { wide, narrow }]];
    }),
  );
}
