// Energy and carbon of the compared options: kilowatt-hours by boundary, kilograms of CO2e. In: rows. Out: SVG and words.
import type { EnergyData, EnergyRow } from '../energy-data.ts';
import { type BarRow, barMarks, ROW_PIXELS } from './bars.ts';
import { type ChartText, numeric, text } from './chart-table.ts';
import { type ChartSetting, type ChartTools, drawPlot, toolsOf, WIDTHS } from './drawing.ts';

const RIGHT = 84;
const BOUNDARIES = [
  {
    id: 'boards',
    colour: 'var(--e-boards)',
    onColour: 'var(--f-boards)',
    of: (row: EnergyRow) => row.boardKilowattHoursPerMonth,
  },
  { id: 'node', colour: 'var(--e-rest)', onColour: 'var(--f-rest)', of: (row: EnergyRow) => row.restOfNodeKilowattHoursPerMonth },
  {
    id: 'facility',
    colour: 'var(--e-facility)',
    onColour: 'var(--f-facility)',
    of: (row: EnergyRow) => row.facilityKilowattHoursPerMonth,
  },
] as const;

export function drawEnergy(data: EnergyData, setting: ChartSetting): string {
  const { say, figures, compact } = toolsOf(setting);
  const { title, description } = tellEnergy(data, setting);
  const rows: BarRow[] = data.rows.map((row) => ({
    id: row.optionId,
    label: nameRow(row, say),
    total: `${figures.count(row.kilowattHoursPerMonth)} kWh`,
    totalValue: row.kilowattHoursPerMonth,
    segments: BOUNDARIES.map(({ id, colour, onColour, of }) => ({
      name: say(`report.energy.${id}`),
      value: of(row),
      colour,
      onColour,
      text: compact(of(row)),
    })),
  }));
  return drawBars(
    rows,
    BOUNDARIES.map(({ id, colour }) => ({ label: say(`report.energy.${id}`), colour, mark: 'square' as const })),
    say('report.energy.x'),
    setting,
    title,
    description,
  );
}

export function tellEnergy(data: EnergyData, setting: Pick<ChartSetting, 'speech'>): ChartText {
  const { say, figures } = toolsOf(setting);
  const [first] = data.rows;
  const cell = (value: number, print: (value: number) => string = figures.count) => ({ text: print(value), value });
  return {
    title: say('report.energy.title'),
    lead: say('report.energy.lead'),
    description:
      first === undefined
        ? say('report.energy.title')
        : say('report.energy.description', {
            fleet: first.label,
            kilowattHours: figures.count(first.kilowattHoursPerMonth),
            joules: figures.amount(first.joulesPerOutputToken),
          }),
    table: {
      columns: [
        text(say('report.column.option')),
        ...BOUNDARIES.map(({ id }) => numeric(say(`report.energy.${id}`))),
        numeric(say('report.energy.x')),
        numeric('PUE'),
        numeric(say('report.energy.joules')),
        ...(['idle', 'loadedIdle', 'prefill', 'decode'] as const).map((phase) => numeric(say(`report.energy.${phase}`))),
      ],
      rows: data.rows.map((row) => [
        { text: nameRow(row, say) },
        ...BOUNDARIES.map(({ of }) => cell(of(row))),
        cell(row.kilowattHoursPerMonth),
        cell(row.pueRatio, (value) => figures.fixed(value, 2)),
        cell(row.joulesPerOutputToken, figures.amount),
        ...(['idle', 'loadedIdle', 'prefill', 'decode'] as const).map((phase) => cell(row.nodePhaseWatts[phase])),
      ]),
    },
  };
}

/** Options whose grid is known. */
function withCarbon(data: EnergyData): (EnergyRow & { readonly kilogramsCo2ePerMonth: number })[] {
  return data.rows.flatMap((row) =>
    row.kilogramsCo2ePerMonth === null ? [] : [{ ...row, kilogramsCo2ePerMonth: row.kilogramsCo2ePerMonth }],
  );
}

export function drawCarbon(data: EnergyData, setting: ChartSetting): string {
  const { say, figures } = toolsOf(setting);
  const { title, description } = tellCarbon(data, setting);
  const rows: BarRow[] = withCarbon(data).map((row) => ({
    id: row.optionId,
    label: `${nameRow(row, say)}${row.gridZone === null ? '' : `, ${row.gridZone}`}`,
    total: `${figures.count(row.kilogramsCo2ePerMonth)} kg`,
    totalValue: row.kilogramsCo2ePerMonth,
    segments: [
      { name: 'CO₂e', value: row.kilogramsCo2ePerMonth, colour: 'var(--e-carbon)', onColour: 'var(--f-carbon)', text: '' },
    ],
  }));
  return drawBars(rows, [], say('report.carbon.x'), setting, title, description);
}

export function tellCarbon(data: EnergyData, setting: Pick<ChartSetting, 'speech'>): ChartText {
  const { say, figures } = toolsOf(setting);
  const rows = withCarbon(data);
  const [first] = rows;
  const cell = (value: number) => ({ text: figures.count(value), value });
  return {
    title: say('report.carbon.title'),
    lead: say('report.carbon.lead'),
    description:
      first === undefined
        ? say('report.carbon.title')
        : say('report.carbon.description', {
            fleet: first.label,
            kilograms: figures.count(first.kilogramsCo2ePerMonth),
            grams: figures.count(first.gramsCo2ePerKilowattHour ?? 0),
          }),
    table: {
      columns: [
        text(say('report.column.option')),
        text(say('report.carbon.zone')),
        numeric(say('report.carbon.intensity')),
        numeric(say('report.carbon.x')),
      ],
      rows: rows.map((row) => [
        { text: nameRow(row, say) },
        { text: row.gridZone ?? '' },
        cell(row.gramsCo2ePerKilowattHour ?? 0),
        cell(row.kilogramsCo2ePerMonth),
      ]),
    },
  };
}

function drawBars(
  rows: readonly BarRow[],
  key: NonNullable<Parameters<typeof drawPlot>[0]['key']>,
  label: string,
  setting: ChartSetting,
  title: string,
  description: string,
): string {
  const longest = Math.max(1e-9, ...rows.map((row) => row.totalValue));
  return drawPlot(
    {
      height: rows.length * ROW_PIXELS + 44,
      above: 6,
      key,
      marginLeft: 2,
      marginRight: RIGHT,
      marginBottom: 38,
      x: { label, labelArrow: 'none', domain: [0, longest], tickFormat: toolsOf(setting).compact, ticks: 5 },
      y: { axis: null, domain: rows.map((row) => row.id), padding: 0 },
      color: { type: 'identity' },
      marks: barMarks(rows, WIDTHS[setting.size] - RIGHT, longest),
    },
    setting,
    title,
    description,
  );
}

function nameRow({ label, provider }: EnergyRow, say: ChartTools['say']): string {
  return `${label}, ${say('report.provider', { provider })}`;
}
