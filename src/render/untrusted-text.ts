// Untrusted text in Markdown: names, notes and values that anybody may have written, put into a comment so that they are read
// as text and do nothing. In: any text. Out: text without structure, links, HTML, mentions or references, on one line.
// Platforms look for mentions, issue numbers and addresses in the rendered page, where an escape is gone; so what they look for
// is broken by an invisible word joiner, or stands in a code span, which none of them searches.

/** Keeps two signs together in print and apart for whoever searches the text. */
const WORD_JOINER = '\u2060';
const LONGEST = { prose: 400, name: 160 } as const;

/** Structure in Markdown or HTML anywhere in a line; a character reference never is. */
const STRUCTURE = /[&<>|`*_[\]~\\#!$^@{}"']/g;
/** What would begin a list or a rule where the text begins a line or an item of a list. */
const BLOCK_START = /^[-+=]|^\d(?=\d{0,8}[.)])/;
/** What GitHub, GitLab, Azure Repos or Bitbucket make a reference of, with what follows it. */
const TRIGGERS = /[@#!~%$&^[*](?=[\p{L}\p{N}_"'(:/[*@-])|(?<=:)(?=\/\/)|(?<=www)(?=\.)|(?<=GH|AB)(?=[-#]\d)/giu;

/** A sentence, or part of one. */
export function escapeProse(text: string): string {
  return clean(text, LONGEST.prose)
    .replace(TRIGGERS, (sign) => `${sign}${WORD_JOINER}`)
    .replace(STRUCTURE, reference)
    .replace(BLOCK_START, reference);
}

function reference(sign: string): string {
  return `&#${sign.codePointAt(0)};`;
}

/** A name, path or value, as a code span. A sign that would end the span or its table cell becomes one that looks like it. */
export function escapeCode(text: string): string {
  return `\`${clean(text, LONGEST.name).replaceAll('`', 'ˋ').replaceAll('|', '｜')}\``;
}

/** For terminals and reports that show text as it is: one line, nothing that moves the cursor or turns the reading order. */
export function escapePlain(text: string): string {
  return clean(text, LONGEST.prose);
}

/** One line without controls, invisible signs and signs that turn the reading order. */
function clean(text: string, longest: number): string {
  const line = text
    .replace(/\p{Cs}/gu, '\uFFFD')
    .replace(/[\s\p{Zl}\p{Zp}\p{Zs}]+/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/gu, '')
    .trim();
  const signs = [...line];
  const cut = signs.length <= longest ? line : `${signs.slice(0, longest - 1).join('')}…`;
  return cut === '' ? '(empty)' : cut;
}
