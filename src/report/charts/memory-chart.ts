// The memory map of one accelerator, a strip an option. In: strips. Out: SVG and words.
import type { MemoryData, MemoryStrip } from '../memory-data.ts';
import { type BarRow, barMarks, ROW_PIXELS } from './bars.ts';
import { type ChartText, numeric, text } from './chart-table.ts';
import { type ChartSetting, drawPlot, toolsOf, WIDTHS } from './drawing.ts';

const RIGHT = 70;
const BYTES_PER_GIB = 1024 ** 3;
const PARTS = [
  { id: 'weights', of: (strip: MemoryStrip) => strip.weightBytes },
  { id: 'cache', of: (strip: MemoryStrip) => strip.cacheBytes },
  { id: 'reserve', of: (strip: MemoryStrip) => strip.reserveBytes },
  { id: 'free', of: (strip: MemoryStrip) => strip.freeBytes },
] as const;

export function drawMemory(data: MemoryData, setting: ChartSetting): string {
  const { say, figures } = toolsOf(setting);
  const { title, description } = tellMemory(data, setting);
  const gib = (bytes: number) => bytes / BYTES_PER_GIB;
  const rows: BarRow[] = data.strips.map((strip) => ({
    id: strip.optionId,
    label: `${strip.device} — ${strip.label}`,
    total: figures.gib(strip.capacityBytes),
    totalValue: gib(strip.capacityBytes),
    segments: PARTS.map(({ id, of }) => ({
      name: say(`report.memory.${id}`),
      value: gib(of(strip)),
      colour: `var(--m-${id})`,
      onColour: `var(--n-${id})`,
      text: figures.amount(gib(of(strip))),
    })),
  }));
  const largest = Math.max(...rows.map((row) => row.totalValue));
  return drawPlot(
    {
      height: rows.length * ROW_PIXELS + 44,
      above: 6,
      key: PARTS.map(({ id }) => ({ label: say(`report.memory.${id}`), colour: `var(--m-${id})`, mark: 'square' as const })),
      marginLeft: 2,
      marginRight: RIGHT,
      marginBottom: 38,
      x: { label: 'GiB', labelArrow: 'none', domain: [0, largest], tickFormat: figures.amount, ticks: 6 },
      y: { axis: null, domain: rows.map((row) => row.id), padding: 0 },
      color: { type: 'identity' },
      marks: barMarks(rows, WIDTHS[setting.size] - RIGHT, largest),
    },
    setting,
    title,
    description,
  );
}

export function tellMemory(data: MemoryData, setting: Pick<ChartSetting, 'speech'>): ChartText {
  const { say, figures } = toolsOf(setting);
  const [first] = data.strips;
  const cell = (bytes: number) => ({ text: figures.gib(bytes), value: bytes });
  return {
    title: say('report.memory.title'),
    lead: say('report.memory.lead'),
    description:
      first === undefined
        ? say('report.memory.title')
        : say('report.memory.description', {
            device: first.device,
            capacity: figures.gib(first.capacityBytes),
            weights: figures.gib(first.weightBytes),
            cache: figures.gib(first.cacheBytes),
          }),
    table: {
      columns: [
        text(say('report.column.option')),
        text(say('report.memory.device')),
        ...PARTS.map(({ id }) => numeric(say(`report.memory.${id}`))),
        numeric(say('report.memory.capacity')),
        numeric(say('report.memory.host')),
      ],
      rows: data.strips.map((strip) => [
        { text: strip.label },
        { text: strip.device },
        ...PARTS.map(({ of }) => cell(of(strip))),
        cell(strip.capacityBytes),
        cell(strip.hostTableBytes),
      ]),
    },
  };
}
