// A chart on the page: title, point, picture in two sizes, and the numbers beneath.
// In: a chart's SVG and words. Out: a figure.
import type { ChartText } from './charts/chart-table.ts';
import type { ChartId, Drawings } from './charts/charts.ts';
import { DataTable } from './data-table.tsx';
import type { Say } from './say.ts';

interface ChartFigureProps {
  readonly id: ChartId;
  readonly told: ChartText | null;
  readonly drawn: Drawings[ChartId];
  readonly say: Say;
  /** Set where what is shown was computed with another catalogue than the plan's. */
  readonly recomputed?: boolean;
}

export function ChartFigure({ id, told, drawn, say, recomputed = false }: ChartFigureProps) {
  if (told === null || drawn === undefined) return null;
  const titleId = `chart-${id}-title`;
  return (
    <figure class="chart" id={`chart-${id}`} aria-labelledby={titleId}>
      <figcaption>
        <h3 id={titleId}>{told.title}</h3>
        {told.lead !== '' && <p class="lead">{told.lead}</p>}
        {recomputed && <p class="recomputed">{say('report.recomputed')}</p>}
      </figcaption>
      {/* Drawn by Plot, which escapes what it is given. */}
      <div class="drawing wide" dangerouslySetInnerHTML={{ __html: drawn.wide }} />
      <div class="drawing narrow" dangerouslySetInnerHTML={{ __html: drawn.narrow }} />
      <details class="numbers">
        <summary>{say('report.numbers', { title: told.title })}</summary>
        <DataTable table={told.table} caption={told.description} />
      </details>
    </figure>
  );
}
