// What all charts share: sizes, colours by meaning, numbers on axes, and the way from a plot to the text of an SVG.
// In: options of Observable Plot. Out: SVG that needs no style of its own, so that a strict policy lets it pass.
import * as Plot from '@observablehq/plot';
import { type Figures, figuresOf } from '../../language/say-figures.ts';
import type { Speech } from '../../language/speak.ts';
import { drawKey, type KeyEntry, keyHeight } from './key-row.ts';

export type ChartSize = 'wide' | 'narrow';
export type ChartDocument = NonNullable<Plot.PlotOptions['document']>;

export interface ChartSetting {
  /** The browser's, or a stand-in for it where there is no browser. */
  readonly document: ChartDocument;
  readonly speech: Speech;
  readonly size: ChartSize;
}

/** Pixels; the page shows the narrow one on phones and on paper. */
export const WIDTHS: Readonly<Record<ChartSize, number>> = { wide: 560, narrow: 360 };

/** Names of the page's colours; what they look like in each theme is in its style. */
export const COLOURS = {
  onprem: 'var(--c-onprem)',
  aws: 'var(--c-aws)',
  azure: 'var(--c-azure)',
  hosted: 'var(--c-hosted)',
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  line: 'var(--line)',
  surface: 'var(--surface)',
  good: 'var(--good)',
} as const;

/** A mark a provider beside its colour, for eyes and printers that see no colour. */
export const SYMBOLS = { onprem: 'circle', aws: 'square', azure: 'triangle' } as const;

export interface ChartTools {
  readonly say: Speech['say'];
  readonly figures: Figures;
  readonly narrow: boolean;
  /** `20K`: short enough for an axis. */
  readonly compact: (value: number) => string;
}

export function toolsOf({ speech, size }: Pick<ChartSetting, 'speech'> & { readonly size?: ChartSize }): ChartTools {
  return {
    say: speech.say,
    figures: figuresOf(speech),
    narrow: size === 'narrow',
    compact: (value) => speech.number(value, { notation: 'compact', maximumSignificantDigits: 3 }),
  };
}

/** The name of the vertical axis, above its end. */
export function verticalTitle(text: string, marginLeft: number): Plot.Markish {
  return Plot.text([text], {
    frameAnchor: 'top-left',
    dx: -marginLeft,
    dy: -24,
    text: (label: string) => label,
    fill: COLOURS.muted,
  });
}

/** A stretch of the horizontal axis that a figure falls into, and the figure itself. */
export function spreadBand(
  { p10, p50, p90 }: { readonly p10: number | null; readonly p50: number | null; readonly p90: number | null },
  end: number,
  top: number,
  say: (value: number) => string,
): Plot.Markish[] {
  return [
    ...(p10 === null
      ? []
      : [Plot.rect([0], { x1: p10, x2: p90 ?? end, y1: 0, y2: top, fill: COLOURS.onprem, fillOpacity: 0.12 })]),
    ...(p50 === null
      ? []
      : [
          Plot.ruleX([p50], { stroke: COLOURS.onprem, strokeDasharray: '3 3' }),
          Plot.text([p50], {
            x: (value: number) => value,
            frameAnchor: 'top',
            dy: -9,
            text: say,
            fontWeight: 650,
            fill: COLOURS.onprem,
          }),
        ]),
  ];
}

/** A plot's options, its height without the key, and the key. */
export interface PlotParts extends Omit<Plot.PlotOptions, 'document' | 'width' | 'marginTop'> {
  readonly height: number;
  readonly key?: readonly KeyEntry[];
  /** Room above the plot beside that of the key, pixels. */
  readonly above?: number;
}

/**
 * Draws a plot.
 * @param title - what a screen reader calls the picture
 * @param description - what it shows, in a sentence
 */
export function drawPlot(
  { key = [], above = 34, height, ...options }: PlotParts,
  { document, size }: ChartSetting,
  title: string,
  description: string,
): string {
  const width = WIDTHS[size];
  const top = keyHeight(key, width);
  const svg = Plot.plot({
    ...options,
    width,
    height: height + top,
    marginTop: top + above,
    document,
    ariaLabel: title,
    ariaDescription: description,
  });
  // Plot brings a style element; the page's own style says the same, and a policy would refuse this one.
  svg.querySelector('style')?.remove();
  // Names of marks are no use inside a picture that has one of its own.
  for (const mark of svg.querySelectorAll('[aria-label]')) mark.removeAttribute('aria-label');
  svg.setAttribute('role', 'img');
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('font-size', '12');
  if (key.length > 0) svg.append(drawKey(key, width, document));
  // HTML lets values of attributes hold what XML does not; a chart is a file of its own as well.
  return svg.outerHTML.replaceAll(/="[^"]*"/g, (value) => value.replaceAll('<', '&lt;'));
}
