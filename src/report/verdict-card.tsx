// The head of the report: the answer in one sentence, the figures behind it, and what would turn it around.
// In: a report, a speech. Out: a card.
import { figuresOf } from '../language/say-figures.ts';
import type { Speech } from '../language/speak.ts';
import type { KeyFigure } from './key-figures.ts';
import type { ReportData } from './report-data.ts';

interface Props {
  readonly report: ReportData;
  readonly speech: Speech;
}

/** Where "seekstack explain" finds each figure of the winner. */
const PATHS: Readonly<Record<KeyFigure['id'], string>> = {
  usdPerMonth: 'winner.cost.usdPerMonth',
  usdPerMillionOutputTokens: 'winner.cost.usdPerMillionOutputTokens',
  ttft: 'winner.latency.ttftSeconds',
  tpot: 'winner.latency.tpotSeconds',
  load: 'winner.capacity.peakUtilisation',
  kilowattHours: 'winner.energy.kilowattHoursPerMonth',
};

export function VerdictCard({ report, speech }: Props) {
  const { say } = speech;
  return (
    <section class={`verdict ${report.feasible ? 'feasible' : 'infeasible'}`} aria-labelledby="verdict">
      <p class="eyebrow">{say(report.feasible ? 'report.verdict.feasible' : 'report.verdict.infeasible')}</p>
      <h1 id="verdict">{report.verdict}</h1>
      <p class="workload">{report.workload}</p>
      {report.keyFigures.length > 0 && (
        <dl class="figures">
          {report.keyFigures.map((figure) => (
            <Figure key={figure.id} figure={figure} speech={speech} />
          ))}
        </dl>
      )}
      {report.flips.length > 0 && (
        <div class="flips">
          <h2>{say('report.flips')}</h2>
          <ul>
            {report.flips.map((flip) => (
              <li key={flip}>{flip}</li>
            ))}
            {report.breakEven?.sentence != null && <li>{report.breakEven.sentence}</li>}
          </ul>
        </div>
      )}
    </section>
  );
}

function Figure({ figure, speech }: { readonly figure: KeyFigure; readonly speech: Speech }) {
  const { say } = speech;
  const figures = figuresOf(speech);
  const print = {
    usd: figures.usd,
    seconds: figures.seconds,
    ratio: figures.percent,
    kilowattHours: (value: number) => `${figures.count(value)} kWh`,
  }[figure.unit];
  const bare = figure.unit === 'usd' ? figures.amount : print;
  const notes = [
    ...(figure.low === null || figure.high === null || figure.low === figure.high
      ? []
      : [say('report.figure.interval', { low: bare(figure.low), high: bare(figure.high) })]),
    ...(figure.target === null ? [] : [say('report.figure.target', { target: bare(figure.target) })]),
  ];
  return (
    <div class="figure">
      <dt>{say(`report.figure.${figure.id}`)}</dt>
      <dd>
        <span class="value" data-value={figure.value} data-figure={PATHS[figure.id]}>
          {print(figure.value)}
        </span>
        {notes.map((note) => (
          <span class="note" key={note}>
            {note}
          </span>
        ))}
      </dd>
    </div>
  );
}
