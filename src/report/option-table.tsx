// The ranked options: sorts by any column where a script runs, stands still where none does.
// In: rows, what they are sorted by. Out: a table; rows beyond the first look are shown on demand.
import { figuresOf } from '../language/say-figures.ts';
import { sayPurchase } from '../language/say-verdict.ts';
import type { Speech } from '../language/speak.ts';
import type { OptionRow } from './option-rows.ts';

export type OptionColumn =
  | 'rank'
  | 'machine'
  | 'usdPerMonth'
  | 'usdPerMillionOutputTokens'
  | 'ttftSeconds'
  | 'tpotSeconds'
  | 'peakUtilisation';

export interface OptionOrder {
  readonly column: OptionColumn;
  readonly direction: 'ascending' | 'descending';
}

export const BY_RANK: OptionOrder = { column: 'rank', direction: 'ascending' };

interface OptionTableProps {
  readonly rows: readonly OptionRow[];
  readonly speech: Speech;
  readonly order: OptionOrder;
  /** Absent where no script runs: headings are then words, not buttons. */
  readonly onSort?: (column: OptionColumn) => void;
}

export function sortOptions(rows: readonly OptionRow[], { column, direction }: OptionOrder): OptionRow[] {
  const sign = direction === 'ascending' ? 1 : -1;
  return rows.toSorted((one, other) => {
    const [a, b] = [one[column], other[column]];
    const difference = typeof a === 'string' || typeof b === 'string' ? String(a).localeCompare(String(b), 'en') : a - b;
    return sign * difference || one.rank - other.rank;
  });
}

export function OptionTable({ rows, speech, order, onSort }: OptionTableProps) {
  const { say } = speech;
  const figures = figuresOf(speech);
  const more = rows.filter((row) => !row.shown).length;
  const heading = (column: OptionColumn, label: string, numeric = true) => (
    <th scope="col" class={numeric ? 'number' : undefined} aria-sort={order.column === column ? order.direction : undefined}>
      {onSort === undefined ? (
        label
      ) : (
        <button type="button" class="sort" onClick={() => onSort(column)}>
          {label}
          <span class="arrow" aria-hidden="true" />
        </button>
      )}
    </th>
  );
  return (
    <div class="options">
      {more > 0 && (
        <p class="all-options">
          <label>
            <input type="checkbox" id="all-options" /> {say('report.options.all', { count: rows.length })}
          </label>
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must take the focus */}
      <section class="scroll" tabIndex={0} aria-label={say('report.options.caption')}>
        <table class="data ranked">
          <caption>{say('report.options.caption')}</caption>
          <thead>
            <tr>
              {heading('rank', say('report.column.rank'))}
              {heading('machine', say('report.column.machine'), false)}
              <th scope="col">{say('report.column.where')}</th>
              <th scope="col">{say('report.column.layout')}</th>
              {heading('usdPerMonth', say('report.column.usdPerMonth'))}
              {heading('usdPerMillionOutputTokens', say('report.column.usdPerMillionTokens'))}
              {heading('ttftSeconds', 'TTFT')}
              {heading('tpotSeconds', 'TPOT')}
              {heading('peakUtilisation', say('report.column.load'))}
            </tr>
          </thead>
          <tbody>
            {sortOptions(rows, order).map((row) => (
              <tr key={row.id} class={`${row.shown ? '' : 'more '}${row.rank === 1 ? 'winner' : ''}`} data-option={row.id}>
                <td class="number">{row.rank}</td>
                <th scope="row">
                  <span class={`mark ${row.provider}`} aria-hidden="true" />
                  {row.nodes} × {row.machine}
                </th>
                <td>
                  {say('report.place', { provider: row.provider, place: row.place, purchase: sayPurchase(speech, row.purchase) })}
                </td>
                <td>
                  {row.precision} {row.layout}, {row.engine}
                </td>
                <td class="number" data-value={row.usdPerMonth} data-figure={`options.${row.rank}.cost.usdPerMonth`}>
                  {figures.amount(row.usdPerMonth)}
                  {row.own && '*'}
                </td>
                <td
                  class="number"
                  data-value={row.usdPerMillionOutputTokens}
                  data-figure={`options.${row.rank}.cost.usdPerMillionOutputTokens`}
                >
                  {figures.amount(row.usdPerMillionOutputTokens)}
                </td>
                <td class="number" data-value={row.ttftSeconds} data-figure={`options.${row.rank}.latency.ttftSeconds`}>
                  {figures.seconds(row.ttftSeconds)}
                </td>
                <td class="number" data-value={row.tpotSeconds} data-figure={`options.${row.rank}.latency.tpotSeconds`}>
                  {figures.seconds(row.tpotSeconds)}
                </td>
                <td class="number" data-value={row.peakUtilisation} data-figure={`options.${row.rank}.capacity.peakUtilisation`}>
                  {figures.percent(row.peakUtilisation)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {rows.some((row) => row.own) && <p class="note">{say('report.options.own')}</p>}
    </div>
  );
}
