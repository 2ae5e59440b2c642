// Figures in English, for every view that has one language; what rounds is the language room.
import { figuresOf } from '../language/say-figures.ts';
import { speak } from '../language/speak.ts';

export const {
  usd: formatUsd,
  usdPerHour: formatUsdPerHour,
  amount: formatAmount,
  seconds: formatSeconds,
  percent: formatPercent,
  count: formatCount,
  gib: formatGib,
  kilowatts: formatKilowatts,
} = figuresOf(speak('en'));

/** Cuts a text to a width, with an ellipsis where something is lost. */
export function clip(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
