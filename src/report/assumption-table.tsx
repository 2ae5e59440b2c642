// What was assumed, and where prices come from: each with its source and its day. In: a report, a speech. Out: a section.
import type { Speech } from '../language/speak.ts';
import type { ReportData } from './report-data.ts';
import type { Say } from './say.ts';
import type { SourceRow } from './source-rows.ts';

export function Assumptions({ report, speech }: { readonly report: ReportData; readonly speech: Speech }) {
  const { say } = speech;
  return (
    <section id="assumptions" aria-labelledby="assumptions-title">
      <h2 id="assumptions-title">{say('report.assumptions.title')}</h2>
      <p class="lead">{say('report.assumptions.lead')}</p>
      <Sources
        rows={report.assumptions}
        say={say}
        heading={say('report.assumptions.field')}
        caption={say('report.assumptions.title')}
        valued
      />
      {report.priceSources.length > 0 && (
        <details class="more-sources">
          <summary>{say('report.sources.title', { count: report.priceSources.length })}</summary>
          <Sources
            rows={report.priceSources}
            say={say}
            heading={say('report.sources.key')}
            caption={say('report.sources.caption')}
            valued={false}
          />
        </details>
      )}
    </section>
  );
}

interface SourcesProps {
  readonly rows: readonly SourceRow[];
  readonly say: Say;
  readonly heading: string;
  readonly caption: string;
  readonly valued: boolean;
}

function Sources({ rows, say, heading, caption, valued }: SourcesProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must take the focus
    <section class="scroll" tabIndex={0} aria-label={caption}>
      <table class="data sources">
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">{heading}</th>
            {valued && <th scope="col">{say('report.column.value')}</th>}
            <th scope="col">{say('report.column.source')}</th>
            <th scope="col">{say('report.column.asOf')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.what}>
              <th scope="row">{row.what}</th>
              {valued && <td lang="en">{row.value}</td>}
              <td lang={row.language}>
                <span class="kind" lang="en">
                  {row.kind}
                </span>{' '}
                <SourceTitle title={row.title} url={row.url} />
              </td>
              <td class="date">{row.asOf}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Only web addresses become links: a source may also name a repository, and own prices may say anything. */
function SourceTitle({ title, url }: { readonly title: string; readonly url: string | null }) {
  if (url === null || !/^https?:\/\//.test(url)) return <>{title}</>;
  return (
    <a href={url} rel="noreferrer">
      {title}
    </a>
  );
}
