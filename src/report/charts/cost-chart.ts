// The bill of each compared option, part by part. In: stacks. Out: SVG and words.
import { COST_PARTS, type CostData, type CostPart } from '../cost-data.ts';
import { type BarRow, barMarks, ROW_PIXELS } from './bars.ts';
import { type ChartText, numeric, text } from './chart-table.ts';
import { type ChartSetting, drawPlot, toolsOf, WIDTHS } from './drawing.ts';

const RIGHT = 66;

export function drawCost(data: CostData, setting: ChartSetting): string {
  const { say, figures, compact } = toolsOf(setting);
  const { title, description } = tellCost(data, setting);
  const longest = Math.max(...data.stacks.map((stack) => stack.usdPerMonth));
  const rows: BarRow[] = data.stacks.map((stack) => ({
    id: stack.optionId,
    label: nameStack(stack, say),
    total: figures.amount(stack.usdPerMonth),
    totalValue: stack.usdPerMonth,
    segments: stack.parts.map(({ part, usdPerMonth }) => ({
      name: say(`report.part.${part}`),
      value: usdPerMonth,
      colour: `var(--p-${part})`,
      onColour: `var(--q-${part})`,
      text: compact(usdPerMonth),
    })),
  }));
  return drawPlot(
    {
      height: rows.length * ROW_PIXELS + 44,
      above: 6,
      key: partsOf(data).map((part) => ({ label: say(`report.part.${part}`), colour: `var(--p-${part})`, mark: 'square' })),
      marginLeft: 2,
      marginRight: RIGHT,
      marginBottom: 38,
      x: { label: say('report.cost.x'), labelArrow: 'none', domain: [0, longest], tickFormat: compact, ticks: 5 },
      y: { axis: null, domain: rows.map((row) => row.id), padding: 0 },
      color: { type: 'identity' },
      marks: barMarks(rows, WIDTHS[setting.size] - RIGHT, longest),
    },
    setting,
    title,
    description,
  );
}

export function tellCost(data: CostData, setting: Pick<ChartSetting, 'speech'>): ChartText {
  const { say, figures } = toolsOf(setting);
  const parts = partsOf(data);
  const [first] = data.stacks;
  const largest = first?.parts.toSorted((one, other) => other.usdPerMonth - one.usdPerMonth)[0];
  return {
    title: say('report.cost.title'),
    lead: say('report.cost.lead'),
    description:
      first === undefined || largest === undefined
        ? say('report.cost.title')
        : say('report.cost.description', {
            fleet: first.label,
            usd: figures.usd(first.usdPerMonth),
            part: say(`report.part.${largest.part}`),
            share: figures.percent(largest.usdPerMonth / first.usdPerMonth),
          }),
    table: {
      columns: [
        text(say('report.column.option')),
        ...parts.map((part) => numeric(say(`report.part.${part}`))),
        numeric(say('report.column.usdPerMonth')),
      ],
      rows: data.stacks.map((stack) => [
        { text: nameStack(stack, say) },
        ...parts.map((part) => {
          const value = stack.parts.find((each) => each.part === part)?.usdPerMonth ?? 0;
          return { text: figures.amount(value), value };
        }),
        { text: figures.amount(stack.usdPerMonth), value: stack.usdPerMonth },
      ]),
    },
  };
}

/** Parts that any of the stacks has, in their order. */
function partsOf(data: CostData): CostPart[] {
  const present = new Set(data.stacks.flatMap((stack) => stack.parts.map(({ part }) => part)));
  return COST_PARTS.filter((part) => present.has(part));
}

function nameStack({ label, provider }: CostData['stacks'][number], say: ReturnType<typeof toolsOf>['say']): string {
  return `${label}, ${say('report.provider', { provider })}`;
}
