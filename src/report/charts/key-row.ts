// The key of a chart: what each colour, mark and dash stands for, above the picture and part of it. In: entries. Out: SVG nodes.
import type { ChartDocument } from './drawing.ts';

export interface KeyEntry {
  readonly label: string;
  readonly colour: string;
  readonly mark: 'circle' | 'square' | 'triangle' | 'diamond' | 'line';
  readonly dash?: string;
}

const SVG = 'http://www.w3.org/2000/svg';
const CHARACTER = 6.3;
const MARK = 18;
const GAP = 14;
const ROW = 18;

interface Placed extends KeyEntry {
  readonly x: number;
  readonly row: number;
}

function placeEntries(entries: readonly KeyEntry[], width: number): Placed[] {
  let x = 0;
  let row = 0;
  return entries.map((entry) => {
    const taken = MARK + entry.label.length * CHARACTER;
    if (x > 0 && x + taken > width) {
      x = 0;
      row += 1;
    }
    const placed = { ...entry, x, row };
    x += taken + GAP;
    return placed;
  });
}

/** Pixels that the key takes above a plot. */
export function keyHeight(entries: readonly KeyEntry[], width: number): number {
  const last = placeEntries(entries, width).at(-1);
  return last === undefined ? 0 : (last.row + 1) * ROW + 6;
}

const PATHS: Readonly<Record<Exclude<KeyEntry['mark'], 'line'>, string>> = {
  circle: 'M1,0a5,5 0 1,0 10,0a5,5 0 1,0 -10,0Z',
  square: 'M1,-5h10v10h-10Z',
  triangle: 'M6,-5.5L11.5,5h-11Z',
  diamond: 'M6,-6L12,0L6,6L0,0Z',
};

export function drawKey(entries: readonly KeyEntry[], width: number, document: ChartDocument) {
  const group = document.createElementNS(SVG, 'g');
  group.setAttribute('text-anchor', 'start');
  for (const { x, row, label, colour, mark, dash } of placeEntries(entries, width)) {
    const at = `translate(${x.toFixed(1)},${8 + row * ROW})`;
    const sign = document.createElementNS(SVG, 'path');
    sign.setAttribute('transform', at);
    if (mark === 'line') {
      sign.setAttribute('d', 'M0,0H13');
      sign.setAttribute('stroke', colour);
      sign.setAttribute('stroke-width', '2.2');
      if (dash !== undefined) sign.setAttribute('stroke-dasharray', dash);
    } else {
      sign.setAttribute('d', PATHS[mark]);
      sign.setAttribute('fill', colour);
    }
    const text = document.createElementNS(SVG, 'text');
    text.setAttribute('transform', at);
    text.setAttribute('x', String(MARK));
    text.setAttribute('dy', '0.34em');
    text.setAttribute('fill', 'var(--muted)');
    text.textContent = label;
    group.append(sign, text);
  }
  return group;
}
