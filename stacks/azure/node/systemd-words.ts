// Words of a command line as systemd reads them.
// In: any printable text. Out: one quoted word.

/**
 * One argument as systemd reads it back. systemd splits words, expands % specifiers and $ variables itself, so all
 * three are escaped; see systemd.service(5), "Command lines", and systemd.unit(5), "Specifiers".
 * @param text - printable ASCII; a newline would end the directive
 */
export function quoteForSystemd(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%').replaceAll('$', '$$$$');
  return `"${escaped}"`;
}
