// A workload file written from five answers: what was answered stands, every other field stands commented out beside it.
// In: the answers as a workload spells them, a catalogue. Out: YAML that plans as it is, and with any field uncommented.
import { stringify } from 'yaml';
import type { Catalog } from '../documents/catalog/catalog.ts';
import type { Workload } from '../documents/workload.ts';
import type { Assumption } from '../plan/assumptions.ts';
import { resolveWorkload } from '../plan/resolve-workload.ts';
import { describeWorkload } from './describe-workload.ts';
import { listOptionalFields, type OptionalField } from './optional-fields.ts';

export interface Answers {
  /** As they were written: fields by section. */
  readonly document: Readonly<Record<string, unknown>>;
  /** The same, read. */
  readonly workload: Workload;
}

/** Explanations are broken here. */
const WIDTH = 110;

const HEADER = `# Five things are known here. Lines with # alone are fields: remove the # to set them, and that of their section.
# Until then a plan takes the value shown (default), or does without (example). Lines with ## explain.`;

/**
 * Writes a workload file.
 * @param fallbackName - names the deployment, since the file's name does
 * @throws SeekstackError where an answer names nothing in the catalogue
 */
export function writeDraft({ document, workload }: Answers, catalog: Catalog, fallbackName: string): string {
  const meanings = describeWorkload();
  const assumptions = resolveWorkload(workload, catalog, fallbackName).assumptions;
  const optional = listOptionalFields(workload, catalog, fallbackName);
  const lines = [HEADER, ''];
  for (const section of sectionsOf(document, optional)) {
    const answered = document[section];
    const fields = optional.filter((field) => field.path === section || field.path.startsWith(`${section}.`));
    const nested = typeof answered === 'object' && answered !== null;
    if (answered !== undefined && !nested) lines.push(`${section}: ${scalar(answered)}`);
    else if (fields.length === 1 && fields[0]?.path === section)
      lines.push('', ...commented(fields[0], meanings, assumptions, ''));
    else {
      lines.push('');
      if (!nested) lines.push(...explain(meanings.get(section) ?? '', ''));
      lines.push(`${nested ? '' : '#'}${section}:`);
      if (nested) for (const [name, value] of Object.entries(answered)) lines.push(`  ${name}: ${scalar(value)}`);
      for (const field of fields) lines.push(...commented(field, meanings, assumptions, '  '));
    }
  }
  return `${lines.join('\n')}\n`;
}

/** What was answered first, then the rest in the order of its fields. */
function sectionsOf(document: Readonly<Record<string, unknown>>, optional: readonly OptionalField[]): readonly string[] {
  return [...new Set([...Object.keys(document), ...optional.map((field) => field.path.split('.')[0] ?? '')])];
}

function commented(
  field: OptionalField,
  meanings: ReadonlyMap<string, string>,
  assumptions: readonly Assumption[],
  indent: string,
): string[] {
  const name = field.path.slice(field.path.indexOf('.') + 1);
  const goesWith = field.needs.map((need) => need.slice(need.indexOf('.') + 1)).join(' and ');
  const told = [
    meanings.get(field.path) ?? '',
    goesWith === '' ? '' : `Set ${goesWith} too.`,
    field.inForce ? `Default${basis(field.path, assumptions)}:` : 'Example:',
  ].filter((part) => part !== '');
  return [...explain(told.join(' '), indent), `#${indent}${name}: ${scalar(field.value)}`];
}

/** Where a default comes from, as the plan will print it in full. */
function basis(path: string, assumptions: readonly Assumption[]): string {
  const found = assumptions.find(({ field }) => field === path || field.startsWith(`${path}.`));
  return found === undefined ? '' : ` (${found.source.kind}, ${found.source.asOf})`;
}

function explain(sentence: string, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of sentence.split(' ').filter((each) => each !== '')) {
    if (line !== '' && line.length + word.length + indent.length + 4 > WIDTH) {
      lines.push(line);
      line = '';
    }
    line += `${line === '' ? '' : ' '}${word}`;
  }
  return [...lines, ...(line === '' ? [] : [line])].map((each) => `##${indent} ${each}`);
}

/** A value on one line. */
function scalar(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true }).trimEnd();
}
