// Editing a price file as text: changed rows are written anew, new ones go where they belong, and nothing else moves by a byte.
// In: the file's text, rows to replace or add, sources to set. Out: the new text, read again and compared with what was meant.
import { isMap, isPair, isScalar, isSeq, type Pair, parseDocument, type YAMLMap } from 'yaml';
import type { InstancePrice } from '../documents/catalog/prices.ts';
import type { Source } from '../documents/fact.ts';
import { compareRows } from './compare-prices.ts';

export interface PriceFileEdit {
  /** Rows as they shall stand; a row that is there already is replaced. */
  readonly rows: readonly InstancePrice[];
  /** What makes a row the same row: `priceId`, in a history with the date. */
  readonly identify: (row: InstancePrice) => string;
  readonly sources: Readonly<Record<string, Source>>;
}

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A price file with nothing in it yet. */
export function emptyPriceFile(schema: string, about: string): string {
  return `${about}schema: ${schema}\n\nsources: {}\n\ninstances: []\n`;
}

/**
 * The text with an edit in it.
 * @throws Error when what was written does not read back as what was meant: a fault of this function, never of the user's file
 */
export function editPriceFile(text: string, edit: PriceFileEdit): string {
  const splices = [...sourceSplices(text, edit.sources), ...rowSplices(text, edit)];
  // From the end, so that places further up stay where they are; among equals the later one first.
  const edited = splices
    .map((splice, index) => ({ ...splice, index }))
    .toSorted((one, other) => other.start - one.start || other.index - one.index)
    .reduce((at, { start, end, text: written }) => at.slice(0, start) + written + at.slice(end), text);
  confirmEdit(text, edited, edit);
  return edited;
}

function topPair(text: string, key: string): Pair | undefined {
  const { contents } = parseDocument(text);
  return isMap(contents) ? (contents.items.find((pair) => isScalar(pair.key) && pair.key.value === key) as Pair) : undefined;
}

function rowSplices(text: string, { rows, identify }: PriceFileEdit): Splice[] {
  const list = topPair(text, 'instances')?.value;
  if (rows.length === 0) return [];
  const sorted = rows.toSorted(compareRows);
  if (!isSeq(list) || list.items.length === 0) {
    const written = `instances:\n${sorted.map((row) => `  - ${rowText(row)}\n`).join('')}`;
    return [replaceEmpty(text, 'instances', written)];
  }
  const present = list.items.filter(isMap).map((entry) => ({ entry, row: entry.toJSON() as InstancePrice }));
  const byId = new Map(present.map((each) => [identify(each.row), each]));
  return sorted.map((row): Splice => {
    const there = byId.get(identify(row));
    if (there !== undefined) return { ...spanOf(there.entry, text), text: rowText(row) };
    const next = present.find((each) => compareRows(each.row, row) > 0);
    if (next !== undefined) {
      const start = lineStart(text, spanOf(next.entry, text).start);
      return { start, end: start, text: `${dashOf(text, next.entry)}${rowText(row)}\n` };
    }
    const last = present.at(-1)?.entry as YAMLMap;
    const end = lineEnd(text, spanOf(last, text).end);
    return { start: end, end, text: `${text[end - 1] === '\n' ? '' : '\n'}${dashOf(text, last)}${rowText(row)}\n` };
  });
}

function sourceSplices(text: string, sources: Readonly<Record<string, Source>>): Splice[] {
  const map = topPair(text, 'sources')?.value;
  const entries = Object.entries(sources).toSorted(([one], [other]) => (one < other ? -1 : 1));
  if (entries.length === 0) return [];
  if (!isMap(map) || map.items.length === 0)
    return [replaceEmpty(text, 'sources', `sources:\n${entries.map(([key, source]) => sourceText(key, source)).join('')}`)];
  const added: string[] = [];
  const splices: Splice[] = [];
  for (const [key, source] of entries) {
    const pair = map.items.find((each) => isScalar(each.key) && each.key.value === key);
    if (pair === undefined) added.push(sourceText(key, source));
    else if (JSON.stringify((pair.value as YAMLMap).toJSON()) !== JSON.stringify({ ...source }))
      splices.push(...fieldSplices(text, pair.value as YAMLMap, source));
  }
  if (added.length > 0) {
    const end = lineEnd(text, spanOf(map, text).end);
    splices.push({ start: end, end, text: `${text[end - 1] === '\n' ? '' : '\n'}${added.join('')}` });
  }
  return splices;
}

/** Only the fields of a source that differ. */
function fieldSplices(text: string, entry: YAMLMap, source: Source): Splice[] {
  return Object.entries(source).flatMap(([field, value]): Splice[] => {
    const pair = entry.items.find((each) => isPair(each) && isScalar(each.key) && each.key.value === field);
    if (pair === undefined || !isScalar(pair.value) || pair.value.value === value) return [];
    return [{ ...spanOf(pair.value, text), text: quote(String(value)) }];
  });
}

/** An empty or absent list or mapping at the top gives way to a written one. */
function replaceEmpty(text: string, key: string, written: string): Splice {
  const pair = topPair(text, key);
  const start = (pair?.key as { range?: [number, number, number] } | undefined)?.range?.[0];
  if (start === undefined) return { start: text.length, end: text.length, text: `${text.endsWith('\n') ? '' : '\n'}${written}` };
  return { start, end: lineEnd(text, start), text: written };
}

/** Where a node's own text begins and ends; a block mapping ends with its last value, not with the space after it. */
function spanOf(entry: unknown, text: string): { start: number; end: number } {
  const { range } = entry as { range: [number, number, number] };
  const end = range[0] + text.slice(range[0], range[1]).trimEnd().length;
  return { start: range[0], end };
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** Just past the line break of the line that holds `at`. */
function lineEnd(text: string, at: number): number {
  const found = text.indexOf('\n', at);
  return found === -1 ? text.length : found + 1;
}

/** The indentation and dash that a row stands behind. */
function dashOf(text: string, entry: unknown): string {
  const { start } = spanOf(entry, text);
  const before = text.slice(lineStart(text, start), start);
  return /^\s*-\s+$/.test(before) ? before : '  - ';
}

/** A row on one line, fields in the order of the schema. */
export function rowText(row: InstancePrice): string {
  const fields = [
    `instance: ${plain(row.instance)}`,
    `region: ${plain(row.region)}`,
    `purchase: ${row.purchase}`,
    `usdPerHour: ${row.usdPerHour}`,
    `source: ${plain(row.source)}`,
    ...(row.asOf === undefined ? [] : [`asOf: ${quote(row.asOf)}`]),
    ...(row.since === undefined ? [] : [`since: ${quote(row.since)}`]),
    ...(row.notes === undefined ? [] : [`notes: ${plain(row.notes)}`]),
  ];
  return `{ ${fields.join(', ')} }`;
}

function sourceText(key: string, source: Source): string {
  const { kind, title, url, asOf } = source;
  return `  ${key}:\n    kind: ${kind}\n    title: ${quote(title)}\n${url === undefined ? '' : `    url: ${quote(url)}\n`}    asOf: ${quote(asOf)}\n`;
}

/** Plain where every reader takes it for a text, else in quotes. */
function plain(text: string): string {
  return /^[A-Za-z][\w.-]*( [\w.-]+)*$/.test(text) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(text) ? text : quote(text);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Reads the new text and checks that it says the edit and, apart from it, what the old text said. */
function confirmEdit(before: string, after: string, edit: PriceFileEdit): void {
  const read = (text: string) =>
    parseDocument(text).toJS() as { sources?: Record<string, Source>; instances?: InstancePrice[] } | null;
  const old = read(before) ?? {};
  const now = read(after) ?? {};
  const wantedRows = new Map([...(old.instances ?? []), ...edit.rows].map((row) => [edit.identify(row), canonical(row)]));
  const foundRows = new Map((now.instances ?? []).map((row) => [edit.identify(row), canonical(row)]));
  const wantedSources = canonical({ ...old.sources, ...edit.sources });
  const { instances: _old, sources: _oldSources, ...oldRest } = old;
  const { instances: _now, sources: _nowSources, ...nowRest } = now;
  const faithful =
    canonical(Object.fromEntries(wantedRows)) === canonical(Object.fromEntries(foundRows)) &&
    (now.instances ?? []).length === foundRows.size &&
    canonical(now.sources ?? {}) === wantedSources &&
    canonical(nowRest) === canonical(oldRest);
  if (!faithful) throw new Error('an edited price file does not read back as it was meant');
}

/** JSON with keys sorted at every depth. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}
