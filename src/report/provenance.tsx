// The foot of the report: warnings, what was recomputed, versions and dates. In: a report, a speech. Out: a footer.
import { figuresOf } from '../language/say-figures.ts';
import type { Speech } from '../language/speak.ts';
import type { ReportData } from './report-data.ts';

export function Provenance({ report, speech }: { readonly report: ReportData; readonly speech: Speech }) {
  const { say } = speech;
  const { count } = figuresOf(speech);
  const { evaluations, machines, offers } = report.counts;
  return (
    <footer>
      {report.warnings.length > 0 && (
        <section aria-labelledby="warnings-title">
          <h2 id="warnings-title">{say('report.warnings.title')}</h2>
          <ul class="warnings">
            {report.warnings.map((warning) => (
              <li key={warning.message}>
                <code>{warning.id}</code> {warning.message}
              </li>
            ))}
          </ul>
        </section>
      )}
      <p>{say(`report.origin.${report.origin.kind}`, { files: report.origin.changedFiles.join(', ') })}</p>
      <p>
        {say('report.counts', { evaluations: count(evaluations), machines: count(machines), offers: count(offers) })}{' '}
        {say('report.facts', { asOf: report.asOf, version: report.plannerVersion })}
      </p>
    </footer>
  );
}
