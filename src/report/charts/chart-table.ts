// The table beneath a chart: the same numbers, for who reads instead of looks.

export interface ChartCell {
  readonly text: string;
  /** The number itself, in the unit of its column; absent of text. */
  readonly value?: number;
}

export interface ChartTable {
  readonly columns: readonly { readonly label: string; readonly numeric: boolean }[];
  readonly rows: readonly (readonly ChartCell[])[];
}

export const text = (label: string) => ({ label, numeric: false });
export const numeric = (label: string) => ({ label, numeric: true });

/** A chart, told without a picture: its name, what it shows in a sentence, and its numbers. */
export interface ChartText {
  readonly title: string;
  /** The point of it, in a line below the title. */
  readonly lead: string;
  readonly description: string;
  readonly table: ChartTable;
}
