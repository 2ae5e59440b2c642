// A small plot for terminals: what owning and renting cost a month, by the share of the hours in which the fleet is busy.
import { plot } from 'simple-ascii-chart';
import type { Tco } from '../documents/tco.ts';
import { formatCount } from './format.ts';

type Curve = NonNullable<Tco['breakEven']>['curve'];

const HEIGHT = 8;
/** Room for the axis and its figures. */
const AXIS_WIDTH = 9;
const MOST_WIDTH = 64;

/**
 * Owned against rented by the hour, straight between the points of the curve.
 * @param rented - id of the way that is compared with owning
 * @returns lines, or none where the curve lacks one of the two
 */
export function plotBreakEven(curve: Curve, rented: string, width: number): string[] {
  const series = ['owned', rented].map((id) => curve.map((point) => [point.utilisation * 100, point.usdPerMonth[id]] as const));
  if (series.some((points) => points.length < 2 || points.some(([, usd]) => usd === undefined))) return [];
  const columns = Math.min(MOST_WIDTH, width - AXIS_WIDTH - 4);
  const text = plot(
    series.map((points) => denser(points as readonly (readonly [number, number])[], columns)),
    {
      width: columns,
      height: HEIGHT,
      formatter: (value, { axis }) => (axis === 'y' ? `${formatCount(value / 1000)}k` : `${Math.round(value)}%`),
      customXAxisTicks: [5, 25, 50, 75, 100],
    },
  );
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
}

/** One point a column, so that a straight line looks like one. */
function denser(points: readonly (readonly [number, number])[], columns: number): [number, number][] {
  const [first] = points[0] as readonly [number, number];
  const [last] = points.at(-1) as readonly [number, number];
  return Array.from({ length: columns }, (_, column) => {
    const x = first + ((last - first) * column) / (columns - 1);
    const after = Math.max(
      1,
      points.findIndex(([at]) => at >= x),
    );
    const [lowX, low] = points[after - 1] as readonly [number, number];
    const [highX, high] = points[after] as readonly [number, number];
    return [x, low + ((high - low) * (x - lowX)) / (highX - lowX)];
  });
}
