// A table of numbers, each cell with the number itself beside its text. In: columns and rows. Out: a table that scrolls in its own box.
import type { ChartTable } from './charts/chart-table.ts';

export function DataTable({ table, caption }: { readonly table: ChartTable; readonly caption: string }) {
  return (
    // Keyboards reach what scrolls.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must take the focus
    <section class="scroll" tabIndex={0} aria-label={caption}>
      <table class="data">
        <caption>{caption}</caption>
        <thead>
          <tr>
            {table.columns.map((column) => (
              <th key={column.label} scope="col" class={column.numeric ? 'number' : undefined}>
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column} class={table.columns[column]?.numeric ? 'number' : undefined} data-value={cell.value}>
                  {cell.text}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
