// Marks of text that know where the others are: Plot asks them once its scales are set. In: texts with data places. Out: marks.
import type * as Plot from '@observablehq/plot';
import type { ChartDocument } from './drawing.ts';
import { placeAround, spreadLabels } from './place-labels.ts';

export interface DataLabel {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly colour: string;
  readonly bold?: boolean;
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly marginTop: number;
  readonly marginRight: number;
  readonly marginBottom: number;
  readonly marginLeft: number;
}

const SVG = 'http://www.w3.org/2000/svg';

function textNode(document: ChartDocument, x: number, y: number, anchor: string, { text, colour, bold }: DataLabel) {
  const node = document.createElementNS(SVG, 'text');
  const set = (name: string, value: string) => node.setAttribute(name, value);
  set('x', x.toFixed(1));
  set('y', y.toFixed(1));
  set('dy', '0.32em');
  set('text-anchor', anchor);
  set('fill', colour);
  // A halo of the ground keeps text readable over lines.
  set('stroke', 'var(--surface)');
  set('stroke-width', '3');
  set('stroke-linejoin', 'round');
  set('paint-order', 'stroke');
  if (bold === true) set('font-weight', '650');
  node.textContent = text;
  return node;
}

/** Labels right of where lines end, moved apart where they would touch. */
export function endLabels(labels: readonly DataLabel[], gap?: number): Plot.RenderFunction {
  return (_index, scales, _values, dimensions, context) => {
    const { x: applyX, y: applyY } = scales.scales as unknown as Record<'x' | 'y', { apply: (value: number) => number }>;
    const { height, marginTop, marginBottom } = dimensions as unknown as Frame;
    const group = context.document.createElementNS(SVG, 'g');
    const places = spreadLabels(
      labels.map((label) => applyY.apply(label.y)),
      marginTop,
      height - marginBottom,
      gap,
    );
    for (const [index, label] of labels.entries())
      group.append(textNode(context.document, applyX.apply(label.x) + 7, places[index] ?? 0, 'start', label));
    return group;
  };
}

/** Labels around points; the first ones matter most, and one that fits nowhere is left out. */
export function pointLabels(
  labels: readonly DataLabel[],
  obstacles: readonly { x: number; y: number }[],
  isAbove = false,
): Plot.RenderFunction {
  return (_index, scales, _values, dimensions, context) => {
    const { x: applyX, y: applyY } = scales.scales as unknown as Record<'x' | 'y', { apply: (value: number) => number }>;
    const { width, height, marginTop, marginRight, marginBottom, marginLeft } = dimensions as unknown as Frame;
    const group = context.document.createElementNS(SVG, 'g');
    const placed = placeAround(
      labels.map((label) => ({ ...label, x: applyX.apply(label.x), y: applyY.apply(label.y) })),
      obstacles.map(({ x, y }) => ({ x: applyX.apply(x), y: applyY.apply(y) })),
      { left: marginLeft, right: width - Math.min(marginRight, 4), top: Math.min(marginTop, 6), bottom: height - marginBottom },
      isAbove,
    );
    for (const each of placed) {
      const label = labels.find(({ text }) => text === each.text);
      if (label !== undefined) group.append(textNode(context.document, each.x, each.y, each.anchor, label));
    }
    return group;
  };
}
