// What explains a figure under the pointer: its formula, what it is computed from, and where that is from, as text.
// In: an explanation, cut to a few levels. Out: parts that a page shows as they are; nothing of it is markup.
import type { Explained, Explanation } from '../documents/explanation.ts';
import type { Speech } from '../language/speak.ts';
import { sayEvidence, sayFormula } from '../render/explain-tree.ts';
import { formatQuantity } from '../render/quantity.ts';
import { escapePlain } from '../render/untrusted-text.ts';
import type { HoverData, HoverPart } from './hover-note.ts';

export function hoverDataOf({ figures, nodes }: Explanation, speech: Speech): HoverData {
  const tell = (part: Explained): HoverPart => {
    const inputs = part.inputs.flatMap((id) => nodes[id] ?? []);
    return {
      name: escapePlain(part.name),
      value: part.value === null ? '∞' : formatQuantity(part.value, part.unit, speech),
      formula: inputs.length === 0 ? null : sayFormula({ ...part, doc: null }, inputs),
      evidence: part.evidence === null ? null : sayEvidence(part.evidence).join('. '),
      parts: inputs.map(tell),
    };
  };
  return Object.fromEntries(
    figures.flatMap(({ path, root }) => {
      const part = nodes[root];
      return part === undefined ? [] : [[path, { ...tell(part), planned: part.value ?? Number.POSITIVE_INFINITY }]];
    }),
  );
}
