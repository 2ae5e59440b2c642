// Why not the others: one row a constraint that binds. In: a report, a speech. Out: a section.

import type { Speech } from '../language/speak.ts';
import type { ReportData } from './report-data.ts';

export function WhyNot({ report, speech }: { readonly report: ReportData; readonly speech: Speech }) {
  const { say } = speech;
  if (report.whyNot.length === 0) return null;
  return (
    <section id="why-not" class="inner" aria-labelledby="why-not-title">
      <h2 id="why-not-title">{say('report.whyNot.title')}</h2>
      <dl class="why-not">
        {report.whyNot.map((row) => (
          <div key={row.constraint}>
            <dt>
              {say('report.constraint', { constraint: row.constraint.replaceAll('-', '_') })}
              <span class="count">{say('report.whyNot.machines', { count: row.machines.length })}</span>
            </dt>
            <dd>
              {row.example}
              {row.machines.length > 1 && (
                <details>
                  <summary>{say('report.whyNot.all', { count: row.machines.length })}</summary>
                  <p class="machines">{row.machines.join(', ')}</p>
                </details>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
