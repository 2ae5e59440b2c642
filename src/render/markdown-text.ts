// Markdown text: cells in which nothing can end the cell or start markup.

export function markdownCell(text: string | number): string {
  return String(text)
    .replaceAll('\\', '\\\\')
    .replaceAll(/([|`*_[\]<>#@])/g, '\\$1')
    .replaceAll(/\s+/g, ' ');
}

export function markdownRow(cells: readonly (string | number)[]): string {
  return `| ${cells.map(markdownCell).join(' | ')} |`;
}
