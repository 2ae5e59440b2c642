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
  /** The key of colours, where a picture needs one. */
  readonly legend?: readonly LegendEntry[];
}

export interface LegendEntry {
  readonly label: string;
  /** Class that gives the mark its colour and shape. */
  readonly mark: string;
}

export function ChartFigure({ id, told, drawn, say, legend = [] }: ChartFigureProps) {
  if (told === null || drawn === undefined) return null;
  const titleId = `chart-${id}-title`;
  return (
    <figure class="chart" id={`chart-${id}`} aria-labelledby={titleId}>
      <figcaption>
        <h3 id={titleId}>{told.title}</h3>
        <p class="lead">{told.lead}</p>
      </figcaption>
      {legend.length > 0 && (
        <ul class="legend">
          {legend.map((entry) => (
            <li key={entry.label}>
              <span class={`mark ${entry.mark}`} aria-hidden="true" />
              {entry.label}
            </li>
          ))}
        </ul>
      )}
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
