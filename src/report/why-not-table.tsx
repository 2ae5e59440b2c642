// Why not the others: one row a constraint that binds. In: a report, a speech. Out: a section.

import type { Binding } from '../documents/plan.ts';
import { figuresOf } from '../language/say-figures.ts';
import type { Speech } from '../language/speak.ts';
import type { ReportData } from './report-data.ts';

export function WhyNot({ report, speech }: { readonly report: ReportData; readonly speech: Speech }) {
  const { say, language } = speech;
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
              {language === 'en' || row.nearest === null ? (
                <span lang="en">{row.example}</span>
              ) : (
                <BindingText machine={row.nearest.machine} binding={row.nearest.binding} speech={speech} />
              )}
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

function BindingText({ machine, binding, speech }: { machine: string; binding: Binding; speech: Speech }) {
  const { say } = speech;
  const { needed, got, unit } = binding;
  if (needed === null || got === null || unit === 'none') return <>{say('report.whyNot.nearest', { machine })}</>;
  const figures = figuresOf(speech);
  const print = {
    bytes: figures.gib,
    seconds: figures.seconds,
    ratio: figures.percent,
    watts: figures.kilowatts,
    usdPerMonth: figures.usd,
    usd: figures.usd,
  }[unit];
  return (
    <>
      {say(unit === 'seconds' ? 'miss.target' : 'miss.bounded', {
        machine,
        needed: print(needed),
        got: print(got),
      })}
    </>
  );
}
