// How ways of having the capacity look and what they are called, in every chart that compares them. In: a way. Out: colour, dash, name.
import { type ChartTools, COLOURS } from './drawing.ts';

interface Look {
  readonly colour: string;
  /** Absent of a line without gaps. */
  readonly dash?: string;
}

const LOOKS: Readonly<Record<string, Look>> = {
  owned: { colour: COLOURS.onprem },
  'on-demand': { colour: COLOURS.aws },
  'on-demand-following': { colour: COLOURS.aws, dash: '2 3' },
  spot: { colour: COLOURS.azure, dash: '2 3' },
  'commitment-1y': { colour: COLOURS.azure, dash: '7 3' },
  'commitment-3y': { colour: COLOURS.azure },
};
const HOSTED: Look = { colour: COLOURS.hosted, dash: '7 3 2 3' };

/** Sellers by the token look alike; no chart shows two of them. */
export function lookOf(way: string): Look {
  return LOOKS[way] ?? HOSTED;
}

/** `committed for 3 years`; of a seller by the token its name. */
export function nameWay(way: string, say: ChartTools['say'], allowed = true): string {
  const name = Object.hasOwn(LOOKS, way) ? say('report.way', { way: way.replaceAll('-', '_') }) : way;
  return allowed ? name : `(${name})`;
}
