// Bars laid end to end, an option a row, its name above: bills, energy, memory. In: rows and their segments. Out: marks of Plot.
import * as Plot from '@observablehq/plot';
import { COLOURS } from './drawing.ts';

export interface BarRow {
  readonly id: string;
  readonly label: string;
  /** Written behind the bar. */
  readonly total: string;
  readonly totalValue: number;
  readonly segments: readonly {
    readonly name: string;
    readonly value: number;
    readonly colour: string;
    /** Colour of a text on it. */
    readonly onColour: string;
    readonly text: string;
  }[];
}

/** Pixels a row takes, its name included. */
export const ROW_PIXELS = 50;
const BAR_TOP = 20;
const PIXELS_A_CHARACTER = 6.8;

/**
 * @param plotPixels - width of the plot's area, for whether a text fits its segment
 * @param domain - the longest bar's end
 */
export function barMarks(rows: readonly BarRow[], plotPixels: number, domain: number): Plot.Markish[] {
  const segments = rows.flatMap((row) => row.segments.map((segment) => ({ ...segment, row: row.id })));
  const fits = (segment: { value: number; text: string }) =>
    (segment.value / domain) * plotPixels > segment.text.length * PIXELS_A_CHARACTER + 6;
  return [
    Plot.barX(
      segments,
      Plot.stackX({
        x: 'value',
        y: 'row',
        fill: 'colour',
        insetTop: BAR_TOP,
        insetBottom: 6,
        // A sliver of ground between segments parts what colours alone might not.
        insetRight: 1,
        title: (segment: (typeof segments)[number]) => `${segment.name}: ${segment.text}`,
      }),
    ),
    Plot.text(
      segments,
      Plot.stackX({
        x: 'value',
        y: 'row',
        text: (segment: (typeof segments)[number]) => (fits(segment) ? segment.text : ''),
        fill: 'onColour',
        dy: (BAR_TOP - 6) / 2,
      }),
    ),
    Plot.text(rows, {
      x: 0,
      y: 'id',
      text: 'label',
      textAnchor: 'start',
      dy: -ROW_PIXELS / 2 + 11,
      fill: COLOURS.ink,
    }),
    Plot.text(rows, {
      x: 'totalValue',
      y: 'id',
      text: 'total',
      textAnchor: 'start',
      dx: 6,
      dy: (BAR_TOP - 6) / 2,
      fontWeight: 650,
      fill: COLOURS.ink,
    }),
  ];
}
