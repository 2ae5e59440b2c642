// The page's script: takes over the report that Node drew, sorts its table, plans again, changes its theme.
// In: the page. Out: a live page.
/// <reference lib="dom" />
import { type ComponentChildren, hydrate } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { speak } from '../language/speak.ts';
import { CHART_IDS, type ChartId, type Drawings } from '../report/charts/charts.ts';
import { BY_RANK, type OptionColumn, type OptionOrder } from '../report/option-table.tsx';
import { ReportPage } from '../report/page.tsx';
import type { ReportData } from '../report/report-data.ts';
import type { WhatIfSeed } from '../whatif/plan-settings.ts';
import { explainFigures } from './explain-popover.ts';
import { useWhatIf, type WhatIf, type WhatIfData } from './use-what-if.ts';
import { WhatIfPanel } from './what-if-panel.tsx';

const root = document.getElementById('report');
const data = document.getElementById('report-data')?.textContent;
if (root !== null && data != null) {
  const report = JSON.parse(data) as ReportData;
  const drawings = readDrawings();
  hydrate(<LivePage report={report} drawings={drawings} planning={readPlanning()} />, root);
  enableTheme();
  explainFigures(root, (path) => `seekstack explain plan.json ${path}`);
}

interface LivePageProps {
  readonly report: ReportData;
  readonly drawings: Drawings;
  /** Null where the report cannot be planned again. */
  readonly planning: WhatIfData | null;
}

function LivePage({ planning, ...own }: LivePageProps) {
  return planning === null ? <SortedPage {...own} /> : <TurnedPage planning={planning} {...own} />;
}

/** The page with its dials. What Node drew has none, so they come once the page is taken over. */
function TurnedPage({ planning, ...own }: LivePageProps & { readonly planning: WhatIfData }) {
  const speech = speak(own.report.language);
  const whatIf = useWhatIf(planning, own, speech);
  const [isTakenOver, setTakenOver] = useState(false);
  useEffect(() => setTakenOver(true), []);
  useEffect(() => {
    document.documentElement.dataset.whatIf = whatIf.phase;
  }, [whatIf.phase]);
  const { seed } = planning;
  const panel = (
    <WhatIfPanel
      dials={seed.dials}
      file={seed.source.file}
      whatIf={whatIf}
      leavesOut={whatIf.report.growth !== null}
      speech={speech}
    />
  );
  return <SortedPage report={whatIf.report} drawings={whatIf.drawings} {...(isTakenOver ? { panel } : {})} />;
}

interface SortedPageProps extends Pick<WhatIf, 'report' | 'drawings'> {
  readonly panel?: ComponentChildren;
}

function SortedPage({ report, drawings, panel }: SortedPageProps) {
  const [order, setOrder] = useState<OptionOrder>(BY_RANK);
  const speech = speak(report.language);
  const onSort = (column: OptionColumn) =>
    setOrder((before) => ({
      column,
      direction: before.column === column && before.direction === 'ascending' ? 'descending' : 'ascending',
    }));
  return (
    <ReportPage
      report={report}
      drawings={drawings}
      speech={speech}
      order={order}
      onSort={onSort}
      {...(panel === undefined ? {} : { whatIf: panel })}
    />
  );
}

/** What the page plans again from, where it was made with it. */
function readPlanning(): WhatIfData | null {
  const read = (id: string) => document.getElementById(id)?.textContent ?? null;
  const [seed, planner, catalog] = [read('what-if-seed'), read('what-if-planner'), read('what-if-catalog')];
  if (seed === null || planner === null || catalog === null) return null;
  return { seed: JSON.parse(seed) as WhatIfSeed, planner: JSON.parse(planner) as string, catalog: JSON.parse(catalog) as string };
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
