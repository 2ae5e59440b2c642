// Words and units as systemd reads them.
// In: plain values. Out: text of a unit file in which each value stands for itself.
// Grammar: https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#Command%20lines

/** One section: its name and its directives, in order. A directive may repeat. */
export interface UnitSection {
  readonly name: 'Unit' | 'Service' | 'Timer' | 'Install';
  readonly directives: readonly (readonly [key: string, value: string])[];
}

/**
 * One word of a command line, quoted so that systemd passes it on unchanged: no word splitting, no C escape, no
 * specifier (%), no variable ($), and no command separator, which a bare semicolon would be.
 * @throws when the word holds more than printable ASCII: a line break would end the line
 */
export function quoteWord(word: string): string {
  if (!/^[\x20-\x7e]*$/.test(word)) throw new Error(`not printable ASCII in a unit word: ${JSON.stringify(word)}`);
  return `"${word.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$')}"`;
}

/** A unit file. Values are written as they are: quote what comes from a document first. */
export function renderUnit(sections: readonly UnitSection[]): string {
  const blocks = sections.map(({ name, directives }) =>
    [`[${name}]`, ...directives.map(([key, value]) => `${key}=${value}`)].join('\n'),
  );
  return `${blocks.join('\n\n')}\n`;
}
