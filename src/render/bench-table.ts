// The terminal's view of a benchmark: whether targets hold, whether to believe it, points, intervals. At most 80 columns.
import type { BenchRun } from '../documents/bench-run.ts';
import {
  METRIC_HEAD,
  metricRows,
  POINT_HEAD,
  pointCells,
  sayBenchInputs,
  sayBenchVerdict,
  sayDoubts,
  sayPointFacts,
} from './bench-rows.ts';
import { fittingTable, type Ink, NARROWEST, wrap } from './terminal.ts';

const WIDTH = NARROWEST;
/** Columns that are left out where the others need the room; Markdown and JSON have them all. */
const LEAVE = ['done/s', 'samples', 'E2E p50'];
/** Of more points the intervals are in the JSON. */
const MOST_DETAILED = 3;

/** Text for a terminal, ending with a line break. @param bothTpot - also guidellm's convention */
export function renderBench(run: BenchRun, ink: Ink, bothTpot: boolean): string {
  const { percentile } = run.manifest.targets;
  const sign = run.valid && run.holds !== false ? ink.green('✔') : ink.red('✘');
  const doubts = sayDoubts(run);
  const detailed = detailedPoints(run);
  const parts = [
    `${sign} ${ink.bold(wrap(sayBenchVerdict(run), WIDTH - 2).join('\n  '))}`,
    ...(run.valid ? [] : [ink.red('  This run is not valid; the reasons are below.')]),
    ink.dim(wrap(sayBenchInputs(run), WIDTH).join('\n')),
    ...(run.points.length === 0
      ? []
      : [
          table(
            POINT_HEAD(percentile, bothTpot),
            run.points.map((point) => pointCells(point, bothTpot)),
          ),
        ]),
    ...detailed.map((point) =>
      [
        ink.bold(`${point.point.id}, with 95% intervals`),
        table(METRIC_HEAD, metricRows(point, bothTpot)),
        ...sayPointFacts(point).flatMap((line) => wrap(line, WIDTH)),
      ].join('\n'),
    ),
    ...(doubts.length === 0
      ? []
      : [doubts.flatMap(({ weighs, text }) => wrap(text, WIDTH).map(weighs ? ink.red : ink.yellow)).join('\n')]),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** Of a search the rate that held; else all points, where they are few. */
export function detailedPoints({ points, search }: BenchRun): BenchRun['points'] {
  if (search !== null) return points.filter(({ point }) => search.pointIds.includes(point.id)).slice(0, MOST_DETAILED);
  return points.length <= MOST_DETAILED ? points : [];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = head.map((each, index) => ({
    head: each,
    align: index === 0 ? ('left' as const) : ('right' as const),
    leaves: LEAVE.includes(each),
  }));
  return fittingTable(columns, rows, WIDTH);
}
