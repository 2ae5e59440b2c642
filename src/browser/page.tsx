// The page's script: takes over the report that Node drew, sorts its table, plans again, changes its theme.
// In: the page. Out: a live page.
/// <reference lib="dom" />
import { type ComponentChildren, createContext, hydrate } from 'preact';
import { useContext, useEffect, useMemo, useState } from 'preact/hooks';
import { type Speech, speak } from '../language/speak.ts';
import { CHART_IDS, type ChartId, type Drawings } from '../report/charts/charts.ts';
import { BY_RANK, type OptionColumn, type OptionOrder } from '../report/option-table.tsx';
import { ReportPage } from '../report/page.tsx';
import type { ReportData } from '../report/report-data.ts';
import type { WhatIfSeed } from '../whatif/plan-settings.ts';
import { explainFigures } from './explain-popover.ts';
import { useWhatIf, type WhatIf, type WhatIfData } from './use-what-if.ts';
import { WhatIfPanel } from './what-if-panel.tsx';

/** Where dials stand, for the panel alone: turning one must not draw the whole page before there is an answer. */
const Dials = createContext<WhatIf | null>(null);

const root = document.getElementById('report');
const data = document.getElementById('report-data')?.textContent;
if (root !== null && data != null) {
  const report = JSON.parse(data) as ReportData;
  const drawings = readDrawings();
  const speech = speak(report.language);
  hydrate(<LivePage report={report} drawings={drawings} speech={speech} planning={readPlanning()} />, root);
  enableTheme();
  explainFigures(root, (path) => `seekstack explain plan.json ${path}`);
}

interface LivePageProps {
  readonly report: ReportData;
  readonly drawings: Drawings;
  /** Kept for good: making its formats anew takes longer than the page. */
  readonly speech: Speech;
  /** Null where the report cannot be planned again. */
  readonly planning: WhatIfData | null;
}

function LivePage({ planning, ...own }: LivePageProps) {
  return planning === null ? <SortedPage {...own} /> : <TurnedPage planning={planning} {...own} />;
}

/** The page with its dials. What Node drew has none, so they come once the page is taken over. */
function TurnedPage({ planning, ...own }: LivePageProps & { readonly planning: WhatIfData }) {
  const { speech } = own;
  const whatIf = useWhatIf(planning, own, speech);
  const [isTakenOver, setTakenOver] = useState(false);
  useEffect(() => setTakenOver(true), []);
  useEffect(() => {
    document.documentElement.dataset.whatIf = whatIf.phase;
  }, [whatIf.phase]);
  const { report, drawings } = whatIf;
  const page = useMemo(() => {
    const panel = isTakenOver ? { panel: <TurnedPanel planning={planning} speech={speech} /> } : {};
    return <SortedPage report={report} drawings={drawings} speech={speech} {...panel} />;
  }, [report, drawings, isTakenOver]);
  return <Dials.Provider value={whatIf}>{page}</Dials.Provider>;
}

function TurnedPanel({ planning: { seed }, speech }: Pick<LivePageProps, 'speech'> & { readonly planning: WhatIfData }) {
  const whatIf = useContext(Dials);
  if (whatIf === null) return null;
  const { dials, source } = seed;
  const leavesOut = whatIf.report.growth !== null;
  return <WhatIfPanel dials={dials} file={source.file} whatIf={whatIf} leavesOut={leavesOut} speech={speech} />;
}

interface SortedPageProps extends Pick<LivePageProps, 'report' | 'drawings' | 'speech'> {
  readonly panel?: ComponentChildren;
}

function SortedPage({ report, drawings, speech, panel }: SortedPageProps) {
  const [order, setOrder] = useState<OptionOrder>(BY_RANK);
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
