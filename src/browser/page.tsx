// The page's script: takes over the report that Node drew, sorts its table, changes its theme. In: the page. Out: a live page.
/// <reference lib="dom" />
import { hydrate } from 'preact';
import { useState } from 'preact/hooks';
import { speak } from '../language/speak.ts';
import { CHART_IDS, type ChartId, type Drawings } from '../report/charts/charts.ts';
import { BY_RANK, type OptionColumn, type OptionOrder } from '../report/option-table.tsx';
import { ReportPage } from '../report/page.tsx';
import type { ReportData } from '../report/report-data.ts';

const root = document.getElementById('report');
const data = document.getElementById('report-data')?.textContent;
if (root !== null && data != null) {
  const report = JSON.parse(data) as ReportData;
  const drawings = readDrawings();
  hydrate(<LivePage report={report} drawings={drawings} />, root);
  enableTheme();
}

function LivePage({ report, drawings }: { readonly report: ReportData; readonly drawings: Drawings }) {
  const [order, setOrder] = useState<OptionOrder>(BY_RANK);
  const speech = speak(report.language);
  const onSort = (column: OptionColumn) =>
    setOrder((before) => ({
      column,
      direction: before.column === column && before.direction === 'ascending' ? 'descending' : 'ascending',
    }));
  return <ReportPage report={report} drawings={drawings} speech={speech} order={order} onSort={onSort} />;
}

/** The pictures that are there already; drawing them again would take longer than all the rest. */
function readDrawings(): Drawings {
  const drawn = (id: ChartId, size: string) => document.querySelector(`#chart-${id} .drawing.${size}`)?.innerHTML;
  return Object.fromEntries(
    CHART_IDS.flatMap((id) => {
      const [wide, narrow] = [drawn(id, 'wide'), drawn(id, 'narrow')];
      return wide === undefined || narrow === undefined ? [] : [[id, { wide, narrow }]];
    }),
  );
}

/** A button that turns the theme around from what it is; the system's choice stands until it is pressed. */
function enableTheme(): void {
  const button = document.getElementById('theme');
  if (button === null) return;
  button.hidden = false;
  button.addEventListener('click', () => {
    const { dataset } = document.documentElement;
    const isDark = dataset.theme === undefined ? matchMedia('(prefers-color-scheme: dark)').matches : dataset.theme === 'dark';
    dataset.theme = isDark ? 'light' : 'dark';
  });
}
