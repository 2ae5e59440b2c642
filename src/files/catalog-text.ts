// Catalogue files that are written: facts on one line each, as a person would write them.
// In: a header and a document. Out: YAML text, the same bytes for the same document.
import { Document, isMap, isScalar, visit } from 'yaml';

const LINE_WIDTH = 130;

export function catalogText(header: string, content: object): string {
  const document = new Document(content, { aliasDuplicateObjects: false });
  visit(document, {
    Seq: (_, node) => {
      if (node.items.every(isScalar)) node.flow = true;
    },
    Map: (_, node) => {
      const isFact = node.has('unit');
      const isPair =
        node.items.length > 0 &&
        node.items.every((item) => isMap(item.value) && item.value.has('unit')) &&
        node.items.length === 2 &&
        // What is and what was stand one under the other.
        !node.has('before');
      if (isFact || isPair) node.flow = true;
    },
  });
  return header + document.toString({ lineWidth: LINE_WIDTH, flowCollectionPadding: true });
}
