// A comment set aside on a platform that cannot hide one: its text stays, folded where it can be, and its tag goes.
// In: the comment's text in the platform's shape. Out: the text to put in its place, never taken for a current comment again.

const HIDDEN_LINE = '<!-- seekstack:superseded -->';

/** Behind a fold, for platforms that show HTML. */
export function foldAway(text: string): string {
  return `${HIDDEN_LINE}\n<details><summary>seekstack: superseded by a newer comment</summary>\n\n${withoutTag(text)}\n\n</details>\n`;
}

/** Below a heading, for platforms that escape HTML. */
export function headAway(text: string): string {
  return `**seekstack: superseded by a newer comment**\n\n${withoutTag(text)}\n`;
}

function withoutTag(text: string): string {
  return text.slice(text.indexOf('\n') + 1).trim();
}
