// What all charts share: sizes, colours by meaning, numbers on axes, and the way from a plot to the text of an SVG.
// In: options of Observable Plot. Out: SVG that needs no style of its own, so that a strict policy lets it pass.
import * as Plot from '@observablehq/plot';
import { type Figures, figuresOf } from '../../language/say-figures.ts';
import type { Speech } from '../../language/speak.ts';

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

/**
 * Draws a plot.
 * @param title - what a screen reader calls the picture
 * @param description - what it shows, in a sentence
 */
export function drawPlot(
  options: Plot.PlotOptions,
  { document, size }: ChartSetting,
  title: string,
  description: string,
): string {
  const svg = Plot.plot({
    width: WIDTHS[size],
    marginTop: 24,
    ...options,
    document,
    ariaLabel: title,
    ariaDescription: description,
  });
  // Plot brings a style element; the page's own style says the same, and a policy would refuse this one.
  svg.querySelector('style')?.remove();
  svg.setAttribute('role', 'img');
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  svg.setAttribute('font-size', '11');
  return svg.outerHTML;
}
