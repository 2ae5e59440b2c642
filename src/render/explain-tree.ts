// The terminal's view of an explanation: a tree of quantities, formulas below them, evidence at the leaves. 80 columns.
// In: the explanation document. Out: text. What was told before is told once.
import type { Evidence, Explained, Explanation } from '../documents/explanation.ts';
import { formatQuantity } from './quantity.ts';
import { type Ink, wrap } from './terminal.ts';
import { escapePlain } from './untrusted-text.ts';

const WIDTH = 80;
/** Deeper branches would leave no room for words. */
const NARROWEST_TEXT = 34;

type Inked = Pick<Ink, 'bold' | 'dim'>;

/** Every figure of the document as a tree, ending with a line break. */
export function renderExplainTree(explanation: Explanation, ink: Inked): string {
  return explanation.figures
    .map((figure) => {
      const lines: string[] = [ink.dim(figure.path)];
      draw(explanation, figure.root, { first: '', rest: '', ink, lines, told: new Set() });
      if (isCut(explanation, figure.root))
        lines.push('', ink.dim('… rests on more: a larger --depth shows it, --depth all everything'));
      return `${lines.join('\n')}\n`;
    })
    .join('\n');
}

function isCut(explanation: Explanation, id: string, seen = new Set<string>()): boolean {
  const node = explanation.nodes[id];
  if (node === undefined || seen.has(id)) return false;
  seen.add(id);
  return node.cut || node.inputs.some((input) => isCut(explanation, input, seen));
}

interface Branch {
  /** Before the first line of the quantity, and before all others. */
  readonly first: string;
  readonly rest: string;
  readonly ink: Inked;
  readonly lines: string[];
  readonly told: Set<string>;
}

function draw(explanation: Explanation, id: string, { first, rest, ink, lines, told }: Branch): void {
  const node = explanation.nodes[id];
  if (node === undefined) return;
  const value = node.value === null ? 'never' : formatQuantity(node.value, node.unit);
  const inputs = node.inputs.flatMap((input) => explanation.nodes[input] ?? []);
  const open = inputs.length > 0 && !told.has(id);
  const below = `${rest}${open ? '│ ' : '  '}`;
  lines.push(
    ...entitle(first, rest, `${escapePlain(node.name)}${node.cut ? ' …' : ''}`, value, first === '' ? ink.bold : (text) => text),
  );
  const more = (text: string) => {
    for (const line of wrap(text, Math.max(NARROWEST_TEXT, WIDTH - below.length))) lines.push(`${below}${ink.dim(line)}`);
  };
  if (node.evidence !== null) for (const line of sayEvidence(node.evidence)) more(line);
  if (node.note !== null && !(told.has(id) && inputs.length > 0)) more(escapePlain(node.note));
  if (inputs.length === 0) return;
  if (told.has(id)) {
    more('as above');
    return;
  }
  told.add(id);
  more(sayFormula(node, inputs));
  const children = node.inputs;
  for (const [index, input] of children.entries()) {
    const last = index === children.length - 1;
    draw(explanation, input, {
      first: `${rest}${last ? '└─ ' : '├─ '}`,
      rest: `${rest}${last ? '   ' : '│  '}`,
      ink,
      lines,
      told,
    });
  }
}

/** Name to the left, value to the right; a long name goes on below. */
function entitle(first: string, rest: string, name: string, value: string, bold: (text: string) => string): string[] {
  const room = Math.max(NARROWEST_TEXT - value.length, WIDTH - first.length - value.length - 2);
  const [head = '', ...tail] = wrap(name, Math.max(12, room));
  const gap = ' '.repeat(Math.max(2, WIDTH - first.length - head.length - value.length));
  return [`${first}${bold(head)}${gap}${bold(value)}`, ...tail.map((line) => `${rest}${bold(line)}`)];
}

/** `= (capex − resale) ÷ months of life (docs/economics.md#owning)` */
export function sayFormula({ formula, doc }: Explained, inputs: readonly Explained[]): string {
  const words = (formula ?? '').replaceAll(/\$(\d+)/g, (_, index) => escapePlain(inputs[Number(index)]?.name ?? ''));
  return `= ${words}${doc === null ? '' : ` (${doc})`}`;
}

/** Where a value is from, in one or two lines: the row and what its source prints, then the source with its date. */
export function sayEvidence(evidence: Evidence): string[] {
  const { kind, stated, source, file, line, row, field, basis } = evidence;
  const said = escapePlain(stated);
  const from =
    source === null
      ? ''
      : `${source.kind} ${source.asOf}: ${escapePlain(source.title)}${source.url === undefined ? '' : `, ${source.url}`}`;
  switch (kind) {
    case 'catalogue':
      return [`${file}, ${escapePlain(row ?? '')}, ${field}: ${said}${basis === null ? '' : ` (${basis})`}`, from];
    case 'workload':
      return [`${escapePlain(file ?? '')}${line === null ? '' : `:${line}`}, ${field}: ${said}`];
    case 'assumption':
      return [`assumed, since the workload does not say ${field}: ${said}`, from];
    case 'rule':
      return [`rule ${source?.asOf ?? ''}: ${escapePlain(source?.title ?? '')}`];
    case 'simulated':
      return [`simulated: ${said}`, from];
    case 'searched':
      return [`found by search: ${said}`, from];
  }
}
