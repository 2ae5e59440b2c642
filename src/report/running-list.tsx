// Running the winner, subject by subject. In: a report, a speech. Out: a section.
import type { Speech } from '../language/speak.ts';
import type { ReportData } from './report-data.ts';

const SUBJECTS = ['winner', 'operations', 'prices', 'beside'] as const;

export function Running({ report, speech }: { readonly report: ReportData; readonly speech: Speech }) {
  const { say } = speech;
  const { running } = report;
  if (running === null) return null;
  return (
    <section id="running" aria-labelledby="running-title">
      <h2 id="running-title">{say('report.running.title')}</h2>
      <div class="running">
        {SUBJECTS.filter((subject) => running[subject].length > 0).map((subject) => (
          <div key={subject}>
            <h3>{say(`report.running.${subject}`)}</h3>
            <ul>
              {running[subject].map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          </div>
        ))}
      </div>
    </section>
  );
}
