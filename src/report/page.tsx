// The report's page: the verdict, what it rests on, and what would change it. The same components in Node and in a browser.
// In: a report, its drawings, a speech, and slots for what others add. Out: the content of <body>.
import type { ComponentChildren } from 'preact';
import type { Speech } from '../language/speak.ts';
import { Assumptions } from './assumption-table.tsx';
import { ChartFigure, type LegendEntry } from './chart-figure.tsx';
import { CHARTS, type ChartId, type Drawings } from './charts/charts.ts';
import { BY_RANK, type OptionColumn, type OptionOrder, OptionTable } from './option-table.tsx';
import { Provenance } from './provenance.tsx';
import type { ReportData } from './report-data.ts';
import type { Say } from './say.ts';
import { VerdictCard } from './verdict-card.tsx';
import { WhyNot } from './why-not-table.tsx';

export interface ReportPageProps {
  readonly report: ReportData;
  readonly drawings: Drawings;
  readonly speech: Speech;
  readonly order?: OptionOrder;
  /** Absent where no script runs. */
  readonly onSort?: (column: OptionColumn) => void;
  /** Sliders that plan again, between the verdict and the options. */
  readonly whatIf?: ComponentChildren;
  /** What explains a figure under the pointer. */
  readonly explanation?: ComponentChildren;
}

export function ReportPage({ report, drawings, speech, order = BY_RANK, onSort, whatIf, explanation }: ReportPageProps) {
  const { say } = speech;
  const figure = (id: ChartId, legend?: readonly LegendEntry[]) => (
    <ChartFigure
      key={id}
      id={id}
      told={CHARTS[id].tell(report, { speech })}
      drawn={drawings[id]}
      say={say}
      {...(legend === undefined ? {} : { legend })}
    />
  );
  return (
    <>
      <a class="skip" href="#options">
        {say('report.skip')}
      </a>
      <TopBar report={report} say={say} />
      <main>
        <VerdictCard report={report} speech={speech} />
        {whatIf !== undefined && <section id="what-if">{whatIf}</section>}
        {report.options.length > 0 && (
          <section id="options" aria-labelledby="options-title">
            <h2 id="options-title">{say('report.options.title')}</h2>
            <OptionTable rows={report.options} speech={speech} order={order} {...(onSort === undefined ? {} : { onSort })} />
            <div class="charts">{figure('pareto', providersOf(report, say))}</div>
          </section>
        )}
        <WhyNot report={report} speech={speech} />
        <Assumptions report={report} speech={speech} />
      </main>
      <Provenance report={report} speech={speech} />
      {explanation}
    </>
  );
}

function TopBar({ report, say }: { readonly report: ReportData; readonly say: Say }) {
  const sections = [
    ...(report.options.length > 0 ? (['options'] as const) : []),
    ...(report.whyNot.length > 0 ? (['why-not'] as const) : []),
    'assumptions' as const,
  ];
  return (
    <header class="top">
      <p class="brand">
        seekstack <span>{report.name}</span>
      </p>
      <nav aria-label={say('report.nav')}>
        {sections.map((section) => (
          <a key={section} href={`#${section}`}>
            {say(`report.nav.${section}`)}
          </a>
        ))}
      </nav>
      <button type="button" class="theme" id="theme" hidden>
        {say('report.theme')}
      </button>
    </header>
  );
}

function providersOf(report: ReportData, say: Say): LegendEntry[] {
  const present = new Set(report.options.map((option) => option.provider));
  return (['onprem', 'aws', 'azure'] as const)
    .filter((provider) => present.has(provider))
    .map((provider) => ({ label: say('report.provider', { provider }), mark: provider }));
}
