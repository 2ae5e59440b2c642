// Commands of a page of the docs: fences of shell in order, with what the page's own comments say of each.
import { fromMarkdown } from 'mdast-util-from-markdown';

/** Why a fence is shown and not run; anything else is a mistake. */
const REASONS = [
  'needs the network',
  'needs an account',
  'needs a GPU server',
  'needs a pull request',
  'takes minutes, CI runs it',
  'runs these tests',
];

export type Step =
  | { readonly kind: 'run'; readonly command: string; readonly exits: readonly number[] }
  | { readonly kind: 'write'; readonly path: string; readonly text: string }
  | { readonly kind: 'skip'; readonly command: string; readonly reason: string };

interface Node {
  readonly type: string;
  readonly value?: string;
  readonly lang?: string | null;
  readonly children?: readonly Node[];
}

/** Steps of a page, in its order. */
export function readSteps(markdown: string): Step[] {
  const steps: Step[] = [];
  let said = new Map<string, string>();
  const visit = (node: Node) => {
    if (node.type === 'html') {
      const comment = /^<!--\s*([a-z ]+):\s*([\s\S]*?)\s*-->$/.exec(node.value ?? '');
      if (comment?.[1] === 'before') steps.push({ kind: 'run', command: comment[2] as string, exits: [0] });
      else if (comment !== null) said.set(comment[1] as string, comment[2] as string);
      return;
    }
    if (node.type === 'code') {
      const text = node.value ?? '';
      const path = said.get('file');
      const reason = said.get('not run');
      if (path !== undefined) steps.push({ kind: 'write', path, text: `${text}\n` });
      else if (node.lang !== 'sh' && /^(seekstack|npm|npx|git|bash) /.test(text))
        throw new Error(`a fence of commands is not marked as shell: ${text.split('\n')[0]}`);
      else if (node.lang === 'sh')
        for (const command of commandsOf(text)) {
          if (reason === undefined)
            steps.push({ kind: 'run', command, exits: (said.get('exits') ?? '0').split(' ').map(Number) });
          else if (REASONS.includes(reason)) steps.push({ kind: 'skip', command, reason });
          else throw new Error(`"${reason}" is no reason to leave a command out; ${REASONS.join('; ')} are`);
        }
      said = new Map();
    }
    for (const child of node.children ?? []) visit(child);
  };
  visit(fromMarkdown(markdown) as Node);
  return steps;
}

/** Commands of a fence; a backslash carries a command on to the next line. */
function commandsOf(text: string): string[] {
  return text
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

/** Texts set as code within sentences and tables. */
export function readInlineCode(markdown: string): string[] {
  const found: string[] = [];
  const visit = (node: Node) => {
    if (node.type === 'inlineCode') found.push(node.value ?? '');
    for (const child of node.children ?? []) visit(child);
  };
  visit(fromMarkdown(markdown) as Node);
  return found;
}
