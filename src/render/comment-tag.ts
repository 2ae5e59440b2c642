// The hidden first line of a pull-request comment: by it the comment is found again, and an older run is told from a newer.
// In: whose comment it is, when it was true, of which commit. Out: one line of HTML comment, and back; nothing in it can end
// the comment early, name a person or start a link, whatever the name holds.

export interface CommentTag {
  /** Whose comment it is: one comment for each key. The plan's name unless the user says otherwise. */
  readonly key: string;
  /** Instant in UTC to seconds, `2026-11-23T10:00:00Z`: the comment with the later one stands. Null where none is known. */
  readonly validAt: string | null;
  /** Commit that was compared; null outside a repository. */
  readonly head: string | null;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const FIELDS = 'seekstack:comment v1 key=(\\S+) valid-at=(\\S+) head=(\\S+)';
const LINES = [new RegExp(`^<!-- ${FIELDS} -->$`), new RegExp(`^\\[//\\]: # \\(${FIELDS}\\)$`)] as const;
/** Stands for null; a real value that is one hyphen is written %2D. */
const NONE = '-';

/**
 * The tag as one line, without its line end. The same tag gives the same bytes.
 * @param hiding - how: an HTML comment; or, where HTML is shown as text (Bitbucket), the definition of a link nobody uses
 */
export function commentTag(tag: CommentTag, hiding: 'html' | 'definition' = 'html'): string {
  const fields = `seekstack:comment v1 key=${encode(tag.key)} valid-at=${encodeInstant(tag.validAt)} head=${encode(tag.head)}`;
  return hiding === 'html' ? `<!-- ${fields} -->` : `[//]: # (${fields})`;
}

/** Reads the tag from a comment's first line; null where that line is not such a tag. */
export function parseCommentTag(text: string): CommentTag | null {
  const first =
    text
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/, 1)[0]
      ?.trimEnd() ?? '';
  const match = LINES.map((line) => line.exec(first)).find((each) => each !== null);
  if (match === undefined || match === null) return null;
  const [, key = '', validAt = '', head = ''] = match;
  const instant = decode(validAt);
  const decodedKey = decode(key);
  if (decodedKey === undefined || instant === undefined || (instant !== null && !INSTANT.test(instant))) return null;
  const commit = decode(head);
  return commit === undefined ? null : { key: decodedKey ?? '', validAt: instant, head: commit };
}

/** Letters, digits and a few marks stay; all else, and a hyphen beside a hyphen, is percent-encoded UTF-8. */
function encode(value: string | null): string {
  if (value === null) return NONE;
  if (value === '') return '%';
  if (value === NONE) return '%2D';
  // A lone half of a surrogate pair has no UTF-8.
  return encodeURIComponent(value.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '\uFFFD'))
    .replace(/[!'()*~_]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/-(?=-)/g, '%2D');
}

function encodeInstant(value: string | null): string {
  if (value !== null && !INSTANT.test(value)) throw new RangeError(`not an instant in UTC to seconds: ${JSON.stringify(value)}`);
  return value ?? NONE;
}

function decode(text: string): string | null | undefined {
  if (text === NONE) return null;
  if (text === '%') return '';
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
