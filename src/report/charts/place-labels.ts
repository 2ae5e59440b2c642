// Labels beside marks so that none covers another: at the ends of lines, and around points.
// In: where marks are and what is said of them, pixels. Out: where each text goes.

/** Pixels one character takes on average, at the size of chart labels. */
const CHARACTER = 6.6;
const LINE = 14;

/** Moves labels of a column apart, as little as needed, and keeps them between two bounds. @returns y of each, in the order given */
export function spreadLabels(wanted: readonly number[], top: number, bottom: number, gap = LINE): number[] {
  const order = wanted.map((y, index) => ({ y, index })).toSorted((one, other) => one.y - other.y);
  let floor = top;
  for (const label of order) {
    label.y = Math.max(label.y, floor);
    floor = label.y + gap;
  }
  let ceiling = bottom;
  for (const label of order.toReversed()) {
    label.y = Math.min(label.y, ceiling);
    ceiling = label.y - gap;
  }
  const places: number[] = [];
  for (const { y, index } of order) places[index] = y;
  return places;
}

export interface PointLabel {
  readonly x: number;
  readonly y: number;
  readonly text: string;
}

export interface PlacedLabel extends PointLabel {
  readonly anchor: 'start' | 'middle' | 'end';
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/**
 * Places a label beside each point, the first ones first; one that fits nowhere is left out.
 * @param obstacles - points no label may cover
 * @param frame - the plot's area
 * @param isAbove - whether a place above comes first, as beside the steps of a line
 */
export function placeAround(
  labels: readonly PointLabel[],
  obstacles: readonly { x: number; y: number }[],
  frame: Box,
  isAbove = false,
): PlacedLabel[] {
  const taken: Box[] = obstacles.map(({ x, y }) => ({ left: x - 7, right: x + 7, top: y - 7, bottom: y + 7 }));
  const placed: PlacedLabel[] = [];
  for (const label of labels) {
    const width = label.text.length * CHARACTER;
    const above: PlacedLabel[] = [
      { ...label, x: label.x - 4, y: label.y - 13, anchor: 'start' },
      { ...label, x: label.x + 4, y: label.y - 13, anchor: 'end' },
      { ...label, x: label.x - 4, y: label.y - 27, anchor: 'start' },
      { ...label, x: label.x + 4, y: label.y - 27, anchor: 'end' },
    ];
    const candidates: PlacedLabel[] = [
      ...(isAbove ? above : []),
      { ...label, x: label.x + 9, y: label.y, anchor: 'start' },
      { ...label, y: label.y - 13, anchor: 'middle' },
      { ...label, y: label.y + 14, anchor: 'middle' },
      { ...label, x: label.x - 9, y: label.y, anchor: 'end' },
      { ...label, x: label.x + 7, y: label.y - 13, anchor: 'start' },
      { ...label, x: label.x + 7, y: label.y + 14, anchor: 'start' },
      { ...label, x: label.x - 7, y: label.y - 13, anchor: 'end' },
      { ...label, x: label.x - 7, y: label.y + 14, anchor: 'end' },
      { ...label, y: label.y - 27, anchor: 'middle' },
      { ...label, y: label.y + 28, anchor: 'middle' },
    ];
    const found = candidates.find((each) => {
      const box = boxOf(each, width);
      const inside = box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom;
      return inside && !taken.some((other) => overlap(box, other));
    });
    if (found === undefined) continue;
    placed.push(found);
    taken.push(boxOf(found, width));
  }
  return placed;
}

function boxOf({ x, y, anchor }: PlacedLabel, width: number): Box {
  const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2;
  return { left, right: left + width, top: y - LINE / 2, bottom: y + LINE / 2 };
}

function overlap(one: Box, other: Box): boolean {
  return one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;
}
