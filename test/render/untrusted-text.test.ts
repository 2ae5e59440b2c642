// Untrusted text: put through a real parser of GitHub's Markdown it comes out as text, and as nothing else.
import fc from 'fast-check';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';
import { describe, expect, test } from 'vitest';
import { escapeCode, escapePlain, escapeProse } from '../../src/render/untrusted-text.ts';

interface Node {
  readonly type: string;
  readonly value?: string;
  readonly children?: readonly Node[];
}

const parse = (text: string) => fromMarkdown(text, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] }) as Node;
const nodes = (node: Node): Node[] => [node, ...(node.children ?? []).flatMap(nodes)];
const textOf = (node: Node): string =>
  nodes(node)
    .filter((each) => each.type === 'text')
    .map((each) => each.value)
    .join('');

/** What platforms look for in the page after it is rendered, outside of code. */
const RESOLVED = [
  /(?<![\w`])@[\p{L}\p{N}"]/u,
  /#\d/,
  /(?:GH|AB)[-#]\d/i,
  /[!~%$&^][\p{L}\p{N}"_]/u,
  /:\/\//,
  /www\./i,
  /\[[a-z]+:/,
];

const SEEDS = [
  '|',
  '`',
  '``',
  '<!--',
  '-->',
  '@team',
  '@team/sub',
  '![x](http://evil/x.png)',
  '[a](javascript:alert(1))',
  'https://evil.example/x',
  'www.evil.example',
  'WWW.Evil.example',
  'me@evil.example',
  'mailto:me@evil.example',
  '<img src=x onerror=alert(1)>',
  '</details>',
  '<script>',
  '&lt;b&gt;',
  '&#64;team',
  '\n',
  '\r\n\r\n# title',
  '\u2028',
  '\u202e',
  '\u2066',
  '\u200b',
  '#123',
  'GH-12',
  'AB#12',
  '!45',
  '~bug',
  '%"v1"',
  '$7',
  '&9',
  'owner/repo#5',
  '[vulnerability:1]',
  '/close',
  '- [ ] task',
  '> quote',
  '***',
  '___',
  '~~~',
  '[^1]',
  '[^1]: note',
  ':smile:',
  '$x^2$',
  '| a | b |\n| - | - |',
  '\\',
  '\\@',
  '\t',
  '\u0000',
  '\ud800',
  'xmpp:a@b.c/d',
  'ftp://evil',
  '<https://evil>',
  '{{ template }}',
  '${x}',
  '*a*',
  '_a_',
  '[x]: http://evil',
  '<a@b.c>',
  '=====',
  '1. one',
  '    code',
];
const hostile = fc.oneof(
  fc
    .array(fc.oneof(fc.constantFrom(...SEEDS), fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 8 })
    .map((parts) => parts.join('')),
  fc.array(fc.constantFrom(...SEEDS), { minLength: 1, maxLength: 3 }).map((parts) => parts.join(' ')),
);
const places: readonly (readonly [string, (text: string) => string])[] = [
  ['a heading', (text) => `### seekstack · ${text} · USD 1`],
  ['a list', (text) => `- ${text}`],
  ['a table', (text) => `| a | b |\n| --- | --- |\n| ${text} | right |`],
  ['a fold', (text) => `<details><summary>more</summary>\n\n- ${text}\n\n</details>`],
];

describe.each(places)('in %s', (_name, put) => {
  const shape = (text: string) =>
    nodes(parse(put(text))).map((each) => (each.type === 'html' ? `html ${each.value}` : each.type));

  test('a sentence changes no structure, and nothing in the page is a link, a mention or HTML', () => {
    const plain = shape('plain');
    fc.assert(
      fc.property(hostile, (text) => {
        const escaped = escapeProse(text);
        expect(escaped).not.toMatch(/[\n\r]/);
        expect(shape(escaped)).toEqual(plain);
        const shown = textOf(parse(escaped));
        for (const pattern of RESOLVED) expect(shown).not.toMatch(pattern);
        expect(shown).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      }),
      { numRuns: 400 },
    );
  });

  test('a name stays one code span', () => {
    const plain = shape('`plain`');
    fc.assert(
      fc.property(hostile, (text) => {
        expect(shape(escapeCode(text))).toEqual(plain);
      }),
      { numRuns: 400 },
    );
  });
});

test('what is harmless reads as it was', () => {
  const kept = 'Lenovo SR675 V3 (8 × H200), 20% more; see 3.2 – naïve 模型 ½';
  expect(textOf(parse(escapeProse(kept)))).toBe(kept);
  expect(escapeProse('hardware less resale, straight-line')).toBe('hardware less resale, straight-line');
  expect(textOf(parse(escapeProse('a_b * c < d & e')))).toBe('a_b * c < d & e');
});

test('long text is cut, and nothing is never nothing', () => {
  expect([...escapePlain('x'.repeat(1000))]).toHaveLength(400);
  expect([...escapeCode('x'.repeat(1000))]).toHaveLength(162);
  expect(escapeCode('\u200b ')).toBe('`(empty)`');
});

test('a control sequence of a terminal loses its escape', () => {
  expect(escapePlain('\u001b[2Jgone\u0007')).toBe('[2Jgone');
});
