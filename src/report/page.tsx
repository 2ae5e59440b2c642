// The report's page: the verdict, what it rests on, and what would change it. The same components in Node and in a browser.
// In: a report, its drawings, a speech, and slots for what others add. Out: the content of <body>.
import type { ComponentChildren } from 'preact';
import type { Speech } from '../language/speak.ts';
import { Assumptions } from './assumption-table.tsx';
import { ChartFigure } from './chart-figure.tsx';
import { CHARTS, type ChartId, type Drawings } from './charts/charts.ts';
import { BY_RANK, type OptionColumn, type OptionOrder, OptionTable } from './option-table.tsx';
import { Provenance } from './provenance.tsx';
import type { ReportData } from './report-data.ts';
import { Running } from './running-list.tsx';
import type { Say } from './say.ts';
import { VerdictCard } from './verdict-card.tsx';
import { WhyNot } from './why-not-table.tsx';

/** What is computed from the workload rather than read from the plan's file. */
const COMPARISONS: ReadonlySet<ChartId> = new Set(['breakEven', 'cashFlow', 'tornado', 'growth']);

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
  const figures = (...ids: readonly ChartId[]) => (
    <div class="charts">
      {ids.map((id) => (
        <ChartFigure
          key={id}
          id={id}
          told={CHARTS[id].tell(report, { speech })}
          drawn={drawings[id]}
          say={say}
          recomputed={report.origin.kind === 'changed' && COMPARISONS.has(id)}
        />
      ))}
    </div>
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
            <WhyNot report={report} speech={speech} />
          </section>
        )}
        {report.options.length === 0 && <WhyNot report={report} speech={speech} />}
        {report.cost !== null && (
          <section id="money" aria-labelledby="money-title">
            <h2 id="money-title">{say('report.money.title')}</h2>
            {figures('pareto', 'cost', 'breakEven', 'cashFlow', 'tornado', 'growth')}
            {report.breakEven === null && <p class="absent">{say('report.breakEven.absent')}</p>}
            {report.growth === null && <p class="absent">{say('report.growth.absent')}</p>}
          </section>
        )}
        {report.energy !== null && (
          <section id="energy" aria-labelledby="energy-title">
            <h2 id="energy-title">{say('report.energy.section')}</h2>
            {figures('energy', 'carbon', 'memory')}
          </section>
        )}
        <Running report={report} speech={speech} />
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
    ...(report.cost === null ? [] : (['money', 'energy'] as const)),
    ...(report.running === null ? [] : (['running'] as const)),
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
