// Charts as files of their own: the drawing of the page with its colours inside. In: drawings. Out: SVG texts by file name.
import { CHART_THEME } from '../style/theme.ts';
import type { Drawings } from './charts.ts';

/** Wide drawings, named for their charts. */
export function chartFiles(drawings: Drawings): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(drawings).map(([id, drawing]) => {
      const start = drawing.wide.indexOf('>') + 1;
      const style = `<style>${CHART_THEME} svg { background: var(--surface); color: var(--ink); }</style>`;
      return [`${id}.svg`, `${drawing.wide.slice(0, start)}${style}${drawing.wide.slice(start)}\n`];
    }),
  );
}
