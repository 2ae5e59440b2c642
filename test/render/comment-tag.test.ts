// The hidden tag of a comment: what is written is read again, and nothing in it breaks out of it.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commentTag, parseCommentTag } from '../../src/render/comment-tag.ts';

const validAt = '2026-11-23T10:00:00Z';

test('one line, as bots look for it', () => {
  expect(commentTag({ key: 'prod-chat', validAt, head: '4a4d4ef' })).toBe(
    '<!-- seekstack:comment v1 key=prod-chat valid-at=2026-11-23T10:00:00Z head=4a4d4ef -->',
  );
  expect(commentTag({ key: 'prod-chat', validAt: null, head: null })).toBe(
    '<!-- seekstack:comment v1 key=prod-chat valid-at=- head=- -->',
  );
});

test('every key and commit is read back, and cannot end the comment or name anyone', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('', '-', '--', '-->', '--!>', '@team', '<script>', 'a b', '%', '%2D', '\n', '`|`', '_x_', '\u202e'),
  );
  fc.assert(
    fc.property(hostile, fc.option(hostile), fc.constantFrom(validAt, null), (key, head, instant) => {
      const line = commentTag({ key, validAt: instant, head });
      expect(line).toMatch(/^<!-- [^<>@`|\s][^<>@`|\n]* -->$/);
      expect(line.slice(4, -3)).not.toContain('--');
      expect(parseCommentTag(`${line}\n## text`)).toEqual({ key, validAt: instant, head });
    }),
  );
});

test('a lone half of a surrogate pair becomes the replacement character', () => {
  expect(parseCommentTag(commentTag({ key: 'a\ud800b', validAt: null, head: null }))?.key).toBe('a\ufffdb');
});

test('where HTML is shown as text, the definition of a link that nobody uses', () => {
  const tag = { key: 'a (b)', validAt, head: 'c0ffee' };
  const line = commentTag(tag, 'definition');
  expect(line).toBe('[//]: # (seekstack:comment v1 key=a%20%28b%29 valid-at=2026-11-23T10:00:00Z head=c0ffee)');
  expect(parseCommentTag(line)).toEqual(tag);
});

describe('is not a tag:', () => {
  test.each([
    ['nothing', ''],
    ['other text before it', `hello\n${commentTag({ key: 'a', validAt: null, head: null })}`],
    ['another version', '<!-- seekstack:comment v2 key=a valid-at=- head=- -->'],
    ['a day without a time', '<!-- seekstack:comment v1 key=a valid-at=2026-11-23 head=- -->'],
    ['broken escapes', '<!-- seekstack:comment v1 key=%zz valid-at=- head=- -->'],
    ['a quotation', '> <!-- seekstack:comment v1 key=a valid-at=- head=- -->'],
  ])('%s', (_name, text) => {
    expect(parseCommentTag(text)).toBeNull();
  });

  test('an instant that is none is refused when it is written', () => {
    expect(() => commentTag({ key: 'a', validAt: '2026-11-23', head: null })).toThrow(RangeError);
  });
});

test('a platform that returns CRLF or a byte-order mark changes nothing', () => {
  const line = commentTag({ key: 'a', validAt, head: null });
  expect(parseCommentTag(`\uFEFF${line}\r\nrest`)).toEqual({ key: 'a', validAt, head: null });
});
