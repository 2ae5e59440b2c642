// Explanations as Markdown, and the list of figures a plan has. In: the document, or figures. Out: text.
import type { Explanation } from '../documents/explanation.ts';
import type { Figure } from '../documents/figures.ts';
import { sayEvidence, sayFormula } from './explain-tree.ts';
import { markdownCell } from './markdown-text.ts';
import { formatQuantity } from './quantity.ts';

/** Nested lists, one a figure; what was told before is told once. */
export function renderExplainMarkdown({ figures, nodes }: Explanation): string {
  const lines: string[] = [];
  for (const figure of figures) {
    lines.push(`## ${markdownCell(figure.name)}: ${markdownCell(figure.printed)}`, '', `\`${figure.path}\``, '');
    const told = new Set<string>();
    const draw = (id: string, indent: string): void => {
      const node = nodes[id];
      if (node === undefined) return;
      const value = node.value === null ? 'never' : formatQuantity(node.value, node.unit);
      const again = told.has(id) && node.inputs.length > 0;
      const inputs = node.inputs.flatMap((input) => nodes[input] ?? []);
      const said = [
        ...(node.evidence === null ? [] : sayEvidence(node.evidence)),
        ...(node.note === null ? [] : [node.note]),
        ...(again ? ['as above'] : inputs.length === 0 ? [] : [sayFormula(node, inputs)]),
        ...(node.cut ? ['… rests on more'] : []),
      ];
      lines.push(
        `${indent}- **${markdownCell(node.name)}** ${markdownCell(value)}${said.length === 0 ? '' : `: ${markdownCell(said.join('; '))}`}`,
      );
      if (again) return;
      told.add(id);
      for (const input of node.inputs) draw(input, `${indent}  `);
    };
    draw(figure.root, '');
    lines.push('');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

/** The document itself. */
export function renderExplainJson(explanation: Explanation): string {
  return `${JSON.stringify(explanation, null, 2)}\n`;
}

const WIDTH = 80;

/** Paths with their values, aligned. */
export function renderFigures(figures: readonly Figure[]): string {
  const longest = Math.max(...figures.map(({ path }) => path.length));
  return figures
    .map(({ path, value, unit }) => {
      const printed = formatQuantity(value, unit);
      const gap = Math.max(2, Math.min(longest + 2, WIDTH - printed.length) - path.length);
      return `${path}${' '.repeat(gap)}${printed}\n`;
    })
    .join('');
}
