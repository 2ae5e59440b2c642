// Notes that explain figures of the page, as the page carries them: text, nothing of it markup.
// The page's script reads them, so nothing else is imported here.

/** One quantity, printed. */
export interface HoverPart {
  readonly name: string;
  readonly value: string;
  readonly formula: string | null;
  /** Where it is from; null where it is computed, or rests on more than is told here. */
  readonly evidence: string | null;
  readonly parts: readonly HoverPart[];
}

export interface HoverFigure extends HoverPart {
  /** As it was planned: a figure that has moved since is not explained by this. */
  readonly planned: number;
}

/** By path, such as `options.1.cost.usdPerMonth`. */
export type HoverData = Readonly<Record<string, HoverFigure>>;

/** Id of the element that holds them. */
export const HOVER_DATA_ID = 'explanation-data';
